"""Renaming a thing wherever it is named, in all files that share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
import json

from ssbt.compiler.diagnostics.fixes import edited
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.configuration_names import SECTIONS, ConfigurationNames, configuration_names
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.names import own_name, quoted


class RefusedError(Exception):
    """Why something cannot be renamed, for people."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """The edits, in order, and the sources that they apply to, by path."""

    edits: tuple[Edit, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class SharedName:
    """A file that knows a thing: one mention of it there, and all of them."""

    analysis: Analysis
    here: ResolvedName
    mentions: tuple[ResolvedName, ...]


def renamable(workspace: Workspace, path: str, offset: int) -> ResolvedName:
    """The name at an offset; raises RefusedError where there is none that has a declaration."""
    names = symbol_index(workspace.context(path))
    mention = names.at(path, offset)
    if mention is None:
        raise RefusedError("there is no name here that can be changed")
    if not any(each.defines for each in names.same(mention)):
        raise RefusedError("this name is not declared in a file of this workspace")
    return mention


def renamed(workspace: Workspace, path: str, offset: int, name: str) -> Renaming:
    """All edits that give the thing at an offset another name.

    Raises RefusedError where the result would have mistakes that are not there now, or where
    something else would come to be meant.
    """
    if not name or not name.isprintable() or name != name.strip():
        raise RefusedError("this is no name")
    target = renamable(workspace, path, offset)
    sources: dict[str, Source] = {}
    spans: dict[Span, None] = {}
    before: dict[str, SharedName] = {}
    for shared in sharing(workspace, target):
        before[shared.analysis.path] = shared
        sources.update(shared.analysis.sources)
        spans.update((each.span, None) for each in shared.mentions)
    for span, source in _in_configuration(workspace, target, before):
        sources[span.path] = source
        spans[span] = None
    places = sorted(spans)
    plain = name.strip("`") if name.startswith("`") and name.endswith("`") else name
    problem: Diagnostic | None = None
    for text in dict.fromkeys((own_name(plain), quoted(plain))):
        edits = tuple(_edit(sources[span.path], span, text) for span in places)
        problem = _problem(workspace, before, edits)
        if problem is None:
            return Renaming(edits, sources)
    assert problem is not None
    raise RefusedError(f"`{plain}` cannot be its name: {problem.message}")


def sharing(workspace: Workspace, target: ResolvedName) -> Iterator[SharedName]:
    """Every file of the workspace that knows the thing, with all its mentions there.

    Those that reach its declaration do, wherever it was named to begin with.
    """
    names = symbol_index(workspace.context(target.span.path))
    same = names.same(target)
    anchors = [each for each in same if each.defines] or [target]
    paths = dict.fromkeys((target.span.path, *(each.span.path for each in anchors)))
    roots = dict.fromkeys(root for path in paths for root in workspace.roots(path))
    for root in roots:
        made = workspace.analysis(root)
        known = symbol_index(made)
        for anchor in (target, *anchors):
            if anchor.span.path not in made.sources:
                continue
            here = known.at(anchor.span.path, anchor.span.start)
            if here is not None and here.kind == target.kind:
                yield SharedName(made, here, known.same(here))
                break


def _in_configuration(
    workspace: Workspace, target: ResolvedName, before: Mapping[str, SharedName]
) -> Iterator[tuple[Span, Source]]:
    """The places in files of configuration; raises RefusedError where another would be hit."""
    for shared in before.values():
        made = shared.analysis
        name = _declared_name(made, shared)
        if name is None:
            continue
        found = names_in_configuration(workspace, made, target.kind, name)
        if found.mistake is not None:
            where = found.mistake.primary.span.path
            raise RefusedError(f"`{where}` cannot be read: {found.mistake.message}")
        for other in workspace.files() if found.shared else ():
            own = workspace.analysis(other)
            if other in before or (target.kind, name.casefold()) not in own.by_name:
                continue
            if set(found.shared) & set(
                names_in_configuration(workspace, own, target.kind, name).spans
            ):
                where = found.shared[0].path
                raise RefusedError(f"`{where}` speaks of another `{name}`, too: that of `{other}`")
        for span in found.spans:
            yield span, (found.sources or {})[span.path]


def names_in_configuration(
    workspace: Workspace, made: Analysis, kind: str, name: str
) -> ConfigurationNames:
    """Where the configuration of the pipeline in a file names something."""
    pipelines = (each.name.text for each in made.declarations if isinstance(each, d.Pipeline))
    pipeline = next(pipelines, "")
    read = partial(workspace.documents.read, pipeline=made.path)
    return configuration_names(pipeline, made.path, kind, name, read)


def _declared_name(made: Analysis, shared: SharedName) -> str | None:
    """The name as its declaration has it."""
    declared = next((each for each in shared.mentions if each.defines), None)
    if declared is None or declared.kind not in SECTIONS:
        return None
    text = made.sources[declared.span.path].text[declared.span.start : declared.span.end]
    return text.strip("`")


def _edit(source: Source, span: Span, text: str) -> Edit:
    """The edit of one place; an option names its column in a string."""
    old = source.text[span.start : span.end]
    if not span.path.endswith(".ssbt"):
        plain = text.strip("`")
        return Edit(span, plain if plain.isidentifier() and old[:1] != '"' else json.dumps(plain))
    return Edit(span, f'"{text.strip("`")}"' if old.startswith('"') else text)


def _problem(
    workspace: Workspace, before: Mapping[str, SharedName], edits: Sequence[Edit]
) -> Diagnostic | None:
    """What would be wrong after the edits and is not now."""
    for root, shared in before.items():
        old = shared.analysis
        contents = {
            path: edited(source.text, (e for e in edits if e.span.path == path))
            for path, source in old.sources.items()
        }
        new = workspace.changed(root, contents)
        known = Counter(found.code.number for found in old.findings)
        for found in new.findings:
            known[found.code.number] -= 1
            if known[found.code.number] < 0:
                return found
        if not _same_meaning(shared, new, edits):
            raise RefusedError("something else has that name, and would be meant instead")
    return None


def _same_meaning(shared: SharedName, new: Analysis, edits: Sequence[Edit]) -> bool:
    """Whether the same places, moved by the edits, name one thing as before."""
    after, here = symbol_index(new), shared.here.span
    there = after.at(here.path, _moved(here.path, here.start, edits))
    wanted = {
        (each.span.path, _moved(each.span.path, each.span.start, edits)) for each in shared.mentions
    }
    got = after.same(there) if there is not None else ()
    return wanted == {(each.span.path, each.span.start) for each in got}


def _moved(path: str, offset: int, edits: Sequence[Edit]) -> int:
    """Where an offset is after the edits before it."""
    return offset + sum(
        len(edit.text) - (edit.span.end - edit.span.start)
        for edit in edits
        if edit.span.path == path and edit.span.start < offset
    )
