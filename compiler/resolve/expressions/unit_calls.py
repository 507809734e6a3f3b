"""Calls whose first argument is a unit of time: `dateadd(month, 1, day)`, `datediff(hour, a, b)`.

They are syntax, not functions of Spark's registry: with two arguments `date_add`, `dateadd`,
`datediff` and `date_diff` are functions like others.
"""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    LONG,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    DateType,
    IntegralType,
    NullType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.type_sets import exactly, implicit_cast
from ssbt.compiler.types.unit_names import meant_unit

_SYNTAX_ONLY = ("timestampadd", "timestampdiff", "timediff")
_ADD = ("timestampadd", "dateadd", "date_add")
_DIFFERENCE = ("timestampdiff", "datediff", "date_diff", "timediff")
_TIMES = (DateType, TimestampType, TimestampNTZType, StringType, NullType)
_UNITS = (
    *("year", "quarter", "month", "week", "day", "dayofyear"),
    *("hour", "minute", "second", "millisecond", "microsecond"),
)


def infer_unit_call_type(typer: ExpressionTyper, node: e.Call) -> Typed | None:
    """The type of such a call, unknown, with findings, where it is not right; None for others."""
    name = node.name.text.casefold()
    if name not in (*_ADD, *_DIFFERENCE):
        return None
    if len(node.arguments) != 3:
        if name in _SYNTAX_ONLY:
            message = f"`{name}` takes a unit of time and two values"
            typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message)
            return NOT_KNOWN
        return None
    unit, *values = (argument.value for argument in node.arguments)
    _check_unit(typer, unit)
    first, second = (typer.infer_type(value) for value in values)
    if first.is_unknown or second.is_unknown:
        return NOT_KNOWN
    typer.note_zone(
        node, (name in _DIFFERENCE or _is_day_unit(unit)) and _has_instant((first, second))
    )
    if name in _DIFFERENCE:
        _check_time(typer, values[0], first)
        _check_time(typer, values[1], second)
        return Typed(LONG, _is_nullable_time(first) or _is_nullable_time(second))
    _check_time(typer, values[1], second)
    if implicit_cast(first.type, exactly(LONG), typer.context.ansi) is None:
        message = f"this is {first.type.sql}, and a whole number is needed"
        typer.report_mistake(codes.TYPE_MISMATCH, values[0].span, message)
    type_ = TIMESTAMP_NTZ if isinstance(second.type, TimestampNTZType) else TIMESTAMP
    exact = isinstance(first.type, IntegralType)
    return Typed(type_, first.nullable or not exact or _is_nullable_time(second))


def _is_day_unit(unit: e.Expression) -> bool:
    unit_name = unit.parts[0].text.casefold() if isinstance(unit, e.ColumnName) else ""
    return unit_name not in _UNITS[_UNITS.index("hour") :]


def _has_instant(values: Iterable[Typed]) -> bool:
    return any(isinstance(value.type, TimestampType | StringType) for value in values)


def _check_unit(typer: ExpressionTyper, node: e.Expression) -> None:
    is_word = isinstance(node, e.ColumnName) and len(node.parts) == 1
    unit_name = node.parts[0].text.casefold() if isinstance(node, e.ColumnName) else ""
    if is_word and unit_name in _UNITS:
        return
    suggestion = meant_unit(unit_name) or did_you_mean(unit_name, _UNITS)
    if isinstance(node, e.StringLiteral) and node.value.casefold() in _UNITS:
        code, help_ = codes.WRONG_ARGUMENTS, f"a unit takes no quotes: `{node.value}`"
        fix = (Edit(node.span, node.value),)
        typer.report.add(code, node.span, "this is no unit of time", help=help_, fix=fix)
        return
    listed = f"the units are {', '.join(_UNITS)}"
    code, message = codes.WRONG_ARGUMENTS, "this is no unit of time"
    typer.report.suggest(code, node.span, message, suggestion, listed)


def _check_time(typer: ExpressionTyper, node: e.Expression, value: Typed) -> None:
    if not isinstance(value.type, _TIMES):
        message = f"this is {value.type.sql}, and a date or timestamp is needed"
        typer.report_mistake(codes.TYPE_MISMATCH, node.span, message)


def _is_nullable_time(value: Typed) -> bool:
    return value.nullable or isinstance(value.type, StringType)
