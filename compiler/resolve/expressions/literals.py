"""Numbers, times and intervals as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes import literals as literal_codes
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
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
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.interval_literals import length_problem, range_problem

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


def type_number(typer: ExpressionTyper, node: e.NumberLiteral, *, negative: bool) -> Typed:
    """The type of a number, with its sign."""
    result = literals.infer_number(node.text, negative)
    if isinstance(result, Mismatch):
        typer.report_mistake(codes.BAD_VALUE, node.span, result.reason)
        return NOT_KNOWN
    return result


def type_typed_literal(typer: ExpressionTyper, node: e.TypedLiteral) -> Typed:
    """The type of `date '…'` and the like; what cannot be read is a finding."""
    if node.kind == "interval" and len(node.units) == 2:
        problem = range_problem(node.value, (node.units[0], node.units[1]))
        if problem is not None:
            typer.report_mistake(literal_codes.BAD_TIME_LITERAL, node.span, problem)
            return NOT_KNOWN
    if node.kind == "interval":
        return type_interval(typer, node, node.units or _parse_units(typer, node))
    from ssbt.compiler.resolve.expressions.time_literals import literal_problem

    problem = literal_problem(node.kind, node.value)
    if problem is not None:
        typer.report_mistake(literal_codes.BAD_TIME_LITERAL, node.span, problem)
    return Typed(_LITERALS[node.kind], False)


# Of any unit, and no number that Python's decimals cannot multiply.
_TOO_LONG = Decimal("1e30")


def type_interval_parts(typer: ExpressionTyper, node: e.IntervalLiteral) -> Typed:
    """The type of `interval 1 day 2 hours`; the values of its units have been typed."""
    numbers = [(_constant_number(value), unit) for value, unit in node.parts]
    problem = length_problem([(number, unit) for number, unit in numbers if number is not None])
    if problem is not None:
        typer.report_mistake(literal_codes.BAD_TIME_LITERAL, node.span, problem)
        return NOT_KNOWN
    return type_interval(typer, node, tuple(unit for _, unit in node.parts))


def _constant_number(value: e.Expression) -> Decimal | None:
    sign = 1
    if isinstance(value, e.Unary) and value.operator == "-":
        sign, value = -1, value.operand
    text = value.value if isinstance(value, e.StringLiteral) else None
    text = value.text if isinstance(value, e.NumberLiteral) else text
    try:
        number = None if text is None else Decimal(text.strip().upper().rstrip("L"))
    except InvalidOperation:
        return None
    return None if number is None else sign * max(-_TOO_LONG, min(number, _TOO_LONG))


def _parse_units(typer: ExpressionTyper, node: e.TypedLiteral) -> Sequence[str]:
    """The units of `interval '3 days 2 hours'`."""
    try:
        return sorted(literals.parse_interval_units(node.value))
    except literals.UnitsError as error:
        typer.report_mistake(literal_codes.BAD_TIME_LITERAL, node.span, str(error))
        return ()


def type_interval(typer: ExpressionTyper, node: e.Expression, units: Sequence[str]) -> Typed:
    """The type of an interval of these units."""
    if not units:
        return Typed(UNKNOWN, False)
    result = literals.infer_interval(units)
    if isinstance(result, Mismatch):
        wrong_units = [
            unit for unit in units if isinstance(literals.infer_interval([unit]), Mismatch)
        ]
        if wrong_units and not all(unit.removesuffix("s") in _NO_INTERVAL for unit in wrong_units):
            return NOT_KNOWN
        typer.report_mistake(literal_codes.BAD_TIME_LITERAL, node.span, result.reason)
        return NOT_KNOWN
    return Typed(result, False)
