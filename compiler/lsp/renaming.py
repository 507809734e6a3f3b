"""Renaming a thing wherever it is named, in all files that share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
import json

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.configuration_names import (
    SECTIONS,
    ConfigurationNames,
    find_configuration_names,
)
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.names import quote_name, ssbt_name_text


class RenameRefusedError(Exception):
    """Why something cannot be renamed, for people."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """The edits, in order, and the sources that they apply to, by path."""

    edits: tuple[Edit, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class SharingFile:
    """A file that knows a thing: one mention of it there, and all of them."""

    analysis: Analysis
    mention: ResolvedName
    mentions: tuple[ResolvedName, ...]


def find_renamable(workspace: Workspace, path: str, offset: int) -> ResolvedName:
    """The name at an offset; raises RefusedError where there is none that has a declaration."""
    names = symbol_index(workspace.best_analysis(path))
    mention = names.find_at(path, offset)
    if mention is None:
        raise RenameRefusedError("there is no name here that can be changed")
    if not any(each.defines for each in names.find_mentions(mention)):
        raise RenameRefusedError("this name is not declared in a file of this workspace")
    return mention


def rename_symbol(workspace: Workspace, path: str, offset: int, name: str) -> Renaming:
    """All edits that give the thing at an offset another name.

    Raises RefusedError where the result would have mistakes that are not there now, or where
    something else would come to be meant.
    """
    if not name or not name.isprintable() or name != name.strip():
        raise RenameRefusedError("this is no name")
    target = find_renamable(workspace, path, offset)
    sources: dict[str, Source] = {}
    spans: dict[Span, None] = {}
    sharing_files: dict[str, SharingFile] = {}
    for sharing_file in find_sharing_files(workspace, target):
        sharing_files[sharing_file.analysis.path] = sharing_file
        sources.update(sharing_file.analysis.sources)
        spans.update((each.span, None) for each in sharing_file.mentions)
    for span, source in _configuration_spans(workspace, target, sharing_files):
        sources[span.path] = source
        spans[span] = None
    places = sorted(spans)
    plain_name = name.strip("`") if name.startswith("`") and name.endswith("`") else name
    problem: Diagnostic | None = None
    for text in dict.fromkeys((ssbt_name_text(plain_name), quote_name(plain_name))):
        edits = tuple(_build_edit(sources[span.path], span, text) for span in places)
        problem = _find_problem(workspace, sharing_files, edits)
        if problem is None:
            return Renaming(edits, sources)
    assert problem is not None
    raise RenameRefusedError(f"`{plain_name}` cannot be its name: {problem.message}")


def find_sharing_files(workspace: Workspace, target: ResolvedName) -> Iterator[SharingFile]:
    """Every file of the workspace that knows the thing, with all its mentions there.

    Those that reach its declaration do, wherever it was named to begin with.
    """
    names = symbol_index(workspace.best_analysis(target.span.path))
    mentions = names.find_mentions(target)
    anchors = [each for each in mentions if each.defines] or [target]
    paths = dict.fromkeys((target.span.path, *(each.span.path for each in anchors)))
    roots = dict.fromkeys(root for path in paths for root in workspace.roots(path))
    for root in roots:
        analysis = workspace.analyze(root)
        index = symbol_index(analysis)
        for anchor in (target, *anchors):
            if anchor.span.path not in analysis.sources:
                continue
            mention = index.find_at(anchor.span.path, anchor.span.start)
            if mention is not None and mention.kind == target.kind:
                yield SharingFile(analysis, mention, index.find_mentions(mention))
                break


def _configuration_spans(
    workspace: Workspace, target: ResolvedName, sharing_files: Mapping[str, SharingFile]
) -> Iterator[tuple[Span, Source]]:
    """The places in files of configuration; raises RefusedError where another would be hit."""
    for sharing_file in sharing_files.values():
        analysis = sharing_file.analysis
        name = _find_declared_name(analysis, sharing_file)
        if name is None:
            continue
        names = find_names_in_configuration(workspace, analysis, target.kind, name)
        if names.mistake is not None:
            file = names.mistake.primary.span.path
            raise RenameRefusedError(f"`{file}` cannot be read: {names.mistake.message}")
        for other_path in workspace.files() if names.shared else ():
            other_analysis = workspace.analyze(other_path)
            if (
                other_path in sharing_files
                or (target.kind, name.casefold()) not in other_analysis.by_name
            ):
                continue
            if set(names.shared) & set(
                find_names_in_configuration(workspace, other_analysis, target.kind, name).spans
            ):
                file = names.shared[0].path
                raise RenameRefusedError(
                    f"`{file}` speaks of another `{name}`, too: that of `{other_path}`"
                )
        for span in names.spans:
            yield span, (names.sources or {})[span.path]


def find_names_in_configuration(
    workspace: Workspace, analysis: Analysis, kind: str, name: str
) -> ConfigurationNames:
    """Where the configuration of the pipeline in a file names something."""
    pipelines = (each.name.text for each in analysis.declarations if isinstance(each, d.Pipeline))
    pipeline = next(pipelines, "")
    read = partial(workspace.documents.read, pipeline=analysis.path)
    return find_configuration_names(pipeline, analysis.path, kind, name, read)


def _find_declared_name(analysis: Analysis, sharing_file: SharingFile) -> str | None:
    """The name as its declaration has it."""
    definition = next((each for each in sharing_file.mentions if each.defines), None)
    if definition is None or definition.kind not in SECTIONS:
        return None
    text = analysis.sources[definition.span.path].text[definition.span.start : definition.span.end]
    return text.strip("`")


def _build_edit(source: Source, span: Span, text: str) -> Edit:
    """The edit of one place; an option names its column in a string."""
    old = source.text[span.start : span.end]
    if not span.path.endswith(".ssbt"):
        plain = text.strip("`")
        return Edit(span, plain if plain.isidentifier() and old[:1] != '"' else json.dumps(plain))
    return Edit(span, f'"{text.strip("`")}"' if old.startswith('"') else text)


def _find_problem(
    workspace: Workspace, sharing_files: Mapping[str, SharingFile], edits: Sequence[Edit]
) -> Diagnostic | None:
    """What would be wrong after the edits and is not now."""
    for root, sharing_file in sharing_files.items():
        old_analysis = sharing_file.analysis
        contents = {
            path: apply_edits(source.text, (e for e in edits if e.span.path == path))
            for path, source in old_analysis.sources.items()
        }
        new_analysis = workspace.analyze_changed(root, contents)
        remaining_counts = Counter(finding.code.number for finding in old_analysis.findings)
        for finding in new_analysis.findings:
            remaining_counts[finding.code.number] -= 1
            if remaining_counts[finding.code.number] < 0:
                return finding
        if not _has_same_meaning(sharing_file, new_analysis, edits):
            raise RenameRefusedError("something else has that name, and would be meant instead")
    return None


def _has_same_meaning(
    sharing_file: SharingFile, new_analysis: Analysis, edits: Sequence[Edit]
) -> bool:
    """Whether the same places, moved by the edits, name one thing as before."""
    new_index, old_span = symbol_index(new_analysis), sharing_file.mention.span
    new_mention = new_index.find_at(
        old_span.path, _shift_offset(old_span.path, old_span.start, edits)
    )
    expected = {
        (each.span.path, _shift_offset(each.span.path, each.span.start, edits))
        for each in sharing_file.mentions
    }
    actual = new_index.find_mentions(new_mention) if new_mention is not None else ()
    return expected == {(each.span.path, each.span.start) for each in actual}


def _shift_offset(path: str, offset: int, edits: Sequence[Edit]) -> int:
    """Where an offset is after the edits before it."""
    return offset + sum(
        len(edit.text) - (edit.span.end - edit.span.start)
        for edit in edits
        if edit.span.path == path and edit.span.start < offset
    )
