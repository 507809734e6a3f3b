"""Renaming a thing wherever it is named, in all files that share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ssbt.compiler.diagnostics.fixes import edited
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.mentions import Mention
from ssbt.compiler.lsp.names import Names
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.names import own_name, quoted


class RefusedError(Exception):
    """Why something cannot be renamed, for people."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """The edits, in order, and the sources that they apply to, by path."""

    edits: tuple[Edit, ...]
    sources: Mapping[str, Source]


def renamable(workspace: Workspace, path: str, offset: int) -> Mention:
    """The name at an offset; raises RefusedError where there is none that has a declaration."""
    names = Names(workspace.context(path))
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
    before: dict[str, Analysis] = {}
    for root in workspace.roots(path):
        made = workspace.analysis(root)
        names = Names(made)
        here = names.at(target.span.path, target.span.start) if path in made.sources else None
        if here is None:
            continue
        before[root] = made
        sources.update(made.sources)
        spans.update((each.span, None) for each in names.same(here))
    places = sorted(spans)
    plain = name.strip("`") if name.startswith("`") and name.endswith("`") else name
    problem: Diagnostic | None = None
    for text in dict.fromkeys((own_name(plain), quoted(plain))):
        edits = tuple(_edit(sources[span.path], span, text) for span in places)
        problem = _problem(workspace, before, edits, target)
        if problem is None:
            return Renaming(edits, sources)
    assert problem is not None
    raise RefusedError(f"`{plain}` cannot be its name: {problem.message}")


def _edit(source: Source, span: Span, text: str) -> Edit:
    """The edit of one place; an option names its column in a string."""
    old = source.text[span.start : span.end]
    return Edit(span, f'"{text.strip("`")}"' if old.startswith('"') else text)


def _problem(
    workspace: Workspace, before: Mapping[str, Analysis], edits: Sequence[Edit], target: Mention
) -> Diagnostic | None:
    """What would be wrong after the edits and is not now."""
    for root, old in before.items():
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
        if not _same_meaning(old, new, edits, target):
            raise RefusedError("something else has that name, and would be meant instead")
    return None


def _same_meaning(old: Analysis, new: Analysis, edits: Sequence[Edit], target: Mention) -> bool:
    """Whether the same places, moved by the edits, name one thing as before."""
    names, after = Names(old), Names(new)
    here = names.at(target.span.path, target.span.start)
    if here is None:
        return True
    there = after.at(target.span.path, _moved(target.span.path, target.span.start, edits))
    wanted = {
        (each.span.path, _moved(each.span.path, each.span.start, edits))
        for each in names.same(here)
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
