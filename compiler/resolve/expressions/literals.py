"""Numbers, times and intervals as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes import literals as literal_codes
from ssbt.compiler.resolve.expressions.surroundings import NOT_KNOWN
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types import literals
from ssbt.compiler.types.datatypes import (
    BINARY,
    DATE,
    TIME,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    UNKNOWN,
    DataType,
)
from ssbt.compiler.types.interval_literals import length_problem, range_problem
from ssbt.compiler.types.typed import Mismatch, Typed

if TYPE_CHECKING:
    from ssbt.compiler.resolve.expressions.typing import Typing

_LITERALS: dict[str, DataType] = {
    "date": DATE,
    "timestamp": TIMESTAMP,
    "timestamp_ltz": TIMESTAMP,
    "timestamp_ntz": TIMESTAMP_NTZ,
    "time": TIME,
    "x": BINARY,
}
# Units that functions know and intervals do not; of words that are no units the parser tells.
_NO_INTERVAL = ("quarter", "nanosecond")


def number(typing: Typing, node: e.NumberLiteral, *, negative: bool) -> Typed:
    """The type of a number, with its sign."""
    found = literals.number(node.text, negative)
    if isinstance(found, Mismatch):
        typing.mistake(codes.BAD_VALUE, node.span, found.reason)
        return NOT_KNOWN
    return found


def typed_literal(typing: Typing, node: e.TypedLiteral) -> Typed:
    """The type of `date '…'` and the like; what cannot be read is a finding."""
    if node.kind == "interval" and len(node.units) == 2:
        problem = range_problem(node.value, (node.units[0], node.units[1]))
        if problem is not None:
            typing.mistake(literal_codes.BAD_TIME_LITERAL, node.span, problem)
            return NOT_KNOWN
    if node.kind == "interval":
        return interval(typing, node, node.units or _units_of_text(typing, node))
    from ssbt.compiler.resolve.expressions.time_literals import literal_problem

    problem = literal_problem(node.kind, node.value)
    if problem is not None:
        typing.mistake(literal_codes.BAD_TIME_LITERAL, node.span, problem)
    return Typed(_LITERALS[node.kind], False)


def interval_of_parts(typing: Typing, node: e.IntervalLiteral) -> Typed:
    """The type of `interval 1 day 2 hours`; the values of its units have been typed."""
    numbers = [(_constant_number(value), unit) for value, unit in node.parts]
    problem = length_problem([(number, unit) for number, unit in numbers if number is not None])
    if problem is not None:
        typing.mistake(literal_codes.BAD_TIME_LITERAL, node.span, problem)
        return NOT_KNOWN
    return interval(typing, node, tuple(unit for _, unit in node.parts))


def _constant_number(value: e.Expression) -> Decimal | None:
    sign = 1
    if isinstance(value, e.Unary) and value.operator == "-":
        sign, value = -1, value.operand
    text = value.value if isinstance(value, e.StringLiteral) else None
    text = value.text if isinstance(value, e.NumberLiteral) else text
    try:
        return None if text is None else sign * Decimal(text.strip().upper().rstrip("L"))
    except InvalidOperation:
        return None


def _units_of_text(typing: Typing, node: e.TypedLiteral) -> Sequence[str]:
    """The units of `interval '3 days 2 hours'`."""
    try:
        return sorted(literals.text_interval(node.value))
    except literals.UnitsError as error:
        typing.mistake(literal_codes.BAD_TIME_LITERAL, node.span, str(error))
        return ()


def interval(typing: Typing, node: e.Expression, units: Sequence[str]) -> Typed:
    """The type of an interval of these units."""
    if not units:
        return Typed(UNKNOWN, False)
    found = literals.interval(units)
    if isinstance(found, Mismatch):
        wrong = [unit for unit in units if isinstance(literals.interval([unit]), Mismatch)]
        if wrong and not all(unit.removesuffix("s") in _NO_INTERVAL for unit in wrong):
            return NOT_KNOWN
        typing.mistake(literal_codes.BAD_TIME_LITERAL, node.span, found.reason)
        return NOT_KNOWN
    return Typed(found, False)
