"""Carrying out the fixes that diagnostics offer."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic, Edit
    from ssbt.compiler.source import Source

_Place = tuple[str, int, int, str]


def applied(source: Source, diagnostics: Iterable[Diagnostic]) -> str:
    """The text of `source` after those fixes that do not get in each other's way."""
    edits = [edit for edit in accepted_edits(diagnostics) if edit.span.path == source.path]
    return edited(source.text, edits)


def accepted_edits(diagnostics: Iterable[Diagnostic]) -> tuple[Edit, ...]:
    """The edits of all fixes that can be made together, in order of their place."""
    edits = {_place(edit): edit for found in accepted(diagnostics) for edit in found.fix}
    return tuple(edits[place] for place in sorted(edits))


def accepted(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics whose fixes can be made together.

    A fix is made whole or not at all; where two touch the same text, the first one is made, and
    the other can be after checking again. The same edit asked for twice is made once.
    """
    places: list[_Place] = []
    taken: set[_Place] = set()
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        wanted = {_place(edit) for edit in diagnostic.fix}
        new = wanted - taken
        if any(_is_taken(place, places) for place in new) or _overlap_themselves(wanted):
            continue
        for place in new:
            insort(places, place)
        taken |= new
        if wanted:
            kept.append(diagnostic)
    return tuple(kept)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits of it that do not overlap."""
    pieces: list[str] = []
    end = 0
    for edit in sorted(edits, key=_place):
        pieces += (text[end : edit.span.start], edit.text)
        end = edit.span.end
    return "".join((*pieces, text[end:]))


def _place(edit: Edit) -> _Place:
    return edit.span.path, edit.span.start, edit.span.end, edit.text


def _is_taken(place: _Place, places: list[_Place]) -> bool:
    """Whether a place touches one of `places`, which are in order and do not touch each other."""
    at = bisect_left(places, place)
    return any(_touch(place, other) for other in places[max(at - 1, 0) : at + 1])


def _touch(one: _Place, other: _Place) -> bool:
    """Two replacements that overlap, or two that start at one place: their order is unknown."""
    if one[0] != other[0]:
        return False
    return one[1] == other[1] or (one[1] < other[2] and other[1] < one[2])


def _overlap_themselves(places: Iterable[_Place]) -> bool:
    ordered = sorted(places)
    return any(_touch(one, other) for one, other in pairwise(ordered))
