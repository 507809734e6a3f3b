"""The parts of two versions of a stream, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ssbt.compiler.compare.values import RunValues
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.meanings import conditions_together
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart


class ResolvedPart:
    """A part with the values of its parameters and settings."""

    def __init__(self, part: FingerprintPart, values: RunValues) -> None:
        self.part, self.kind = part, part.kind
        self.text = values.text(part.text)
        if part.kind is PartKind.SETTING:
            self.text = f"{self.text} = {values.setting(self.text)}"
        self.shown = values.describe(part.text) if part.kind is not PartKind.SETTING else self.text
        self.meaning = values.text(part.meaning)
        self.key = (part.kind.value, self.text)


def as_before(old: list[ResolvedPart], new: list[ResolvedPart]) -> list[ResolvedPart]:
    """The new parts, with the old ones in the place of those that only say it in other words.

    The runtime does the same with what a checkpoint has recorded.
    """
    before = {key: parts for parts, key in _groups(old) if key is not None}
    return [
        part
        for parts, key in _groups(new)
        for part in (before.get(key, parts) if key is not None else parts)
    ]


def _groups(parts: list[ResolvedPart]) -> Iterator[tuple[list[ResolvedPart], object]]:
    """Neighbouring filters together, other parts alone; with what they say, None if not proved."""
    for is_filter, run in groupby(parts, key=lambda part: part.kind is PartKind.FILTER):
        together = list(run)
        if is_filter:
            yield together, conditions_together([part.meaning for part in together])
        else:
            yield from (
                ([each], (each.kind, each.meaning) if each.meaning else None) for each in together
            )


def show_whole(
    parts: list[ResolvedPart], every: Iterable[FingerprintPart], values: RunValues
) -> None:
    """Show texts uncut; a part is found again by its kind and its place in the file."""
    whole: dict[object, list[FingerprintPart]] = {}
    for part in every:
        whole.setdefault((part.kind, part.span), []).append(part)
    for each in parts:
        alike = whole.get((each.kind, each.part.span), [])
        if alike and each.kind is not PartKind.SETTING:
            each.shown = values.describe(alike.pop(0).text)
