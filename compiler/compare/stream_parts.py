"""The parts of two versions of a stream, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ssbt.compiler.compare.values import Values
from ssbt.compiler.ir.fingerprints.dependences import Kind
from ssbt.compiler.ir.fingerprints.meanings import conditions_together
from ssbt.compiler.ir.fingerprints.parts import Part


class ResolvedPart:
    """A part with the values of its parameters and settings."""

    def __init__(self, part: Part, values: Values) -> None:
        self.part, self.kind = part, part.kind
        self.text = values.text(part.text)
        if part.kind is Kind.SETTING:
            self.text = f"{self.text} = {values.setting(self.text)}"
        self.shown = values.shown(part.text) if part.kind is not Kind.SETTING else self.text
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
    for is_filter, run in groupby(parts, key=lambda part: part.kind is Kind.FILTER):
        together = list(run)
        if is_filter:
            yield together, conditions_together([part.meaning for part in together])
        else:
            yield from (
                ([each], (each.kind, each.meaning) if each.meaning else None) for each in together
            )


def show_whole(parts: list[ResolvedPart], every: Iterable[Part], values: Values) -> None:
    """Show texts uncut; a part is found again by its kind and its place in the file."""
    whole: dict[object, list[Part]] = {}
    for part in every:
        whole.setdefault((part.kind, part.span), []).append(part)
    for each in parts:
        alike = whole.get((each.kind, each.part.span), [])
        if alike and each.kind is not Kind.SETTING:
            each.shown = values.shown(alike.pop(0).text)
