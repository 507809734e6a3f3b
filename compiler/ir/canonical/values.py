"""Values and rows in canonical form: two of them are equal if and only if they are one object."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from ssbt.compiler.types.datatypes import UNKNOWN, DataType


class Value:
    """What one operator makes of others: a value in a row, or the rows themselves.

    `number` tells it from all others. `outline` is the same number for values that differ only in
    where they are computed and in the types that flow in, both of which are reported elsewhere. A
    value that `fails` may end the query with an error instead; one that is `drawn` is another each
    time that it is asked for. `place` are the rows that it depends on, if it depends on any.
    """

    __slots__ = (
        *("number", "operator", "operands", "value", "type", "nullable"),
        *("fails", "drawn", "outline", "place"),
    )

    def __init__(
        self,
        number: int,
        operator: str,
        operands: tuple[Value, ...],
        value: Hashable,
        type_: DataType,
        *,
        nullable: bool,
        fails: bool,
        drawn: bool,
        outline: int,
        place: Value | None,
    ) -> None:
        self.number, self.operator, self.operands, self.value = number, operator, operands, value
        self.type, self.nullable = type_, nullable
        self.fails, self.drawn, self.outline, self.place = fails, drawn, outline, place


class Pool:
    """Makes values, the same one for the same operator of the same operands."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Value] = {}
        self._outlines: dict[Hashable, int] = {}

    def make(
        self,
        operator: str,
        operands: Sequence[Value] = (),
        value: Hashable = None,
        type_: DataType = UNKNOWN,
        *,
        nullable: bool = True,
        fails: bool = False,
        drawn: bool = False,
        place: Value | None = None,
        unordered: bool = False,
    ) -> Value:
        """The value; `place` are the rows among which it is computed, if it depends on them."""
        inputs = tuple(sorted_values(operands) if unordered else operands)
        detail = exact_key(value)
        numbers = tuple(each.number for each in inputs)
        where = place.number if place is not None else None
        key = (operator, numbers, detail, type_, nullable, fails, drawn, where)
        interned = self._values.get(key)
        if interned is None:
            outlines = [each.outline for each in inputs]
            outline = (operator, tuple(sorted(outlines) if unordered else outlines), detail)
            interned = self._values[key] = Value(
                len(self._values),
                operator,
                inputs,
                value,
                type_,
                nullable=nullable,
                fails=fails or any(each.fails for each in inputs),
                drawn=drawn or any(each.drawn for each in inputs),
                outline=self._outlines.setdefault(outline, len(self._outlines)),
                place=place,
            )
        return interned

    def mark(self, mark: str, value: Value, place: Value | None, *, fails: bool = False) -> Value:
        """The same value, known to be computed at another time than its neighbours."""
        where = place.number if place is not None else None
        key = (mark, value.number, where)
        interned = self._values.get(key)
        if interned is None:
            interned = self._values[key] = Value(
                len(self._values),
                mark,
                (value,),
                None,
                value.type,
                nullable=value.nullable or mark == OPTIONAL,
                fails=fails,
                drawn=False,
                outline=value.outline,
                place=place,
            )
        return interned

    def make_unique(self, operator: str, operands: Sequence[Value] = ()) -> Value:
        """A value of which nothing is known: it is equal to no other."""
        return self.make(operator, operands, ("unlike", len(self._values)))


OPTIONAL = "optional"
"""The mark of a value of the side of a join that may have no row."""


def sorted_values(values: Iterable[Value]) -> list[Value]:
    """Values in an order that depends on nothing but what they are."""
    return sorted(values, key=lambda each: each.number)


def exact_key(value: Hashable) -> Hashable:
    """A key that tells apart what Python does not: `True`, 1 and 1.0, and the two zeros."""
    if isinstance(value, tuple):
        return tuple(map(exact_key, value))
    if isinstance(value, float):
        return ("float", repr(value))
    return (type(value).__name__, value)
