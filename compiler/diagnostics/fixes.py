"""Carrying out the fixes that diagnostics offer."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic, Edit
    from ssbt.compiler.source import Source

_EditKey = tuple[str, int, int, str]


def apply_fixes(source: Source, diagnostics: Iterable[Diagnostic]) -> str:
    """The text of `source` after those fixes that do not get in each other's way."""
    edits = [edit for edit in accepted_edits(diagnostics) if edit.span.path == source.path]
    return apply_edits(source.text, edits)


def accepted_edits(diagnostics: Iterable[Diagnostic]) -> tuple[Edit, ...]:
    """The edits of all fixes that can be made together, in order of their place."""
    edits = {
        _edit_key(edit): edit
        for diagnostic in select_compatible(diagnostics)
        for edit in diagnostic.fix
    }
    return tuple(edits[key] for key in sorted(edits))


def select_compatible(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics whose fixes can be made together.

    A fix is made whole or not at all; where two touch the same text, the first one is made, and
    the other can be after checking again. The same edit asked for twice is made once.
    """
    keys: list[_EditKey] = []
    accepted_keys: set[_EditKey] = set()
    selected: list[Diagnostic] = []
    for diagnostic in diagnostics:
        own_keys = {_edit_key(edit) for edit in diagnostic.fix}
        new_keys = own_keys - accepted_keys
        if any(_has_conflict(key, keys) for key in new_keys) or _has_overlaps(own_keys):
            continue
        for key in new_keys:
            insort(keys, key)
        accepted_keys |= new_keys
        if own_keys:
            selected.append(diagnostic)
    return tuple(selected)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits of it that do not overlap."""
    pieces: list[str] = []
    end = 0
    for edit in sorted(edits, key=_edit_key):
        pieces += (text[end : edit.span.start], edit.text)
        end = edit.span.end
    return "".join((*pieces, text[end:]))


def _edit_key(edit: Edit) -> _EditKey:
    return edit.span.path, edit.span.start, edit.span.end, edit.text


def _has_conflict(key: _EditKey, keys: list[_EditKey]) -> bool:
    """Whether a place touches one of `places`, which are in order and do not touch each other."""
    index = bisect_left(keys, key)
    return any(_is_conflict(key, neighbour) for neighbour in keys[max(index - 1, 0) : index + 1])


def _is_conflict(first: _EditKey, second: _EditKey) -> bool:
    """Two replacements that overlap, or two that start at one place: their order is unknown."""
    if first[0] != second[0]:
        return False
    return first[1] == second[1] or (first[1] < second[2] and second[1] < first[2])


def _has_overlaps(keys: Iterable[_EditKey]) -> bool:
    ordered = sorted(keys)
    return any(_is_conflict(first, second) for first, second in pairwise(ordered))
