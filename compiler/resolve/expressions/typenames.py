"""Types as written to Spark's data types."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import literals as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import BrokenExpression, TypeName
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    ArrayType,
    DataType,
    DayTimeIntervalType,
    MapType,
    StringType,
    StructField,
    StructType,
    TypeNameError,
    YearMonthIntervalType,
    named_type,
    type_names,
)

_YEAR_MONTH = ("year", "month")
_DAY_TIME = ("day", "hour", "minute", "second")


def data_type(node: TypeName, report: Report) -> DataType:
    """The type that is meant; unknown, with a finding, where it is none."""
    if isinstance(node, BrokenExpression):
        return UNKNOWN
    if node.name in ("array", "map", "struct") and not node.numbers:
        return _nested(node, report)
    if node.name == "interval" and node.units:
        return _interval(node, report)
    try:
        found = named_type(node.name, node.numbers)
    except TypeNameError as error:
        report.add(codes.BAD_TYPE, node.span, str(error))
        return UNKNOWN
    if found is None:
        near = did_you_mean(node.name, type_names())
        listed = f"the types are {', '.join(type_names())}"
        message = f"there is no type `{node.name}`"
        place = Span(node.span.path, node.span.start, node.span.start + len(node.name))
        report.suggest(codes.BAD_TYPE, node.span, message, near, listed, place=place)
        return UNKNOWN
    if node.collation is not None:
        if isinstance(found, StringType):
            return StringType(node.collation.upper())
        report.add(codes.BAD_TYPE, node.span, f"{found.sql} takes no collation")
    return found


def _nested(node: TypeName, report: Report) -> DataType:
    if node.name == "struct":
        if node.arguments:
            message = "a struct has fields: `struct<name: type>`"
            report.add(codes.BAD_TYPE, node.arguments[0].span, message)
            return UNKNOWN
        return StructType(
            tuple(
                StructField(
                    field.name.text,
                    data_type(field.type, report),
                    not field.not_null,
                    field.comment,
                )
                for field in node.fields
            )
        )
    inner = [data_type(argument, report) for argument in node.arguments]
    wanted = 1 if node.name == "array" else 2
    if len(inner) != wanted or node.fields:
        form = "`array<type>`" if wanted == 1 else "`map<key type, value type>`"
        report.add(codes.BAD_TYPE, node.span, f"this type is written {form}")
        return UNKNOWN
    return ArrayType(inner[0]) if wanted == 1 else MapType(inner[0], inner[1])


def _interval(node: TypeName, report: Report) -> DataType:
    units = [unit.removesuffix("s") for unit in node.units]
    for family, kind in ((_YEAR_MONTH, YearMonthIntervalType), (_DAY_TIME, DayTimeIntervalType)):
        if all(unit in family for unit in units):
            start, end = family.index(units[0]), family.index(units[-1])
            if start < end or len(units) == 1:
                return kind(start, end)
    text = " to ".join(node.units)
    help_ = "year, month and `year to month`, or day to second and parts of that"
    report.add(codes.BAD_TYPE, node.span, f"there is no `interval {text}`", help=help_)
    return UNKNOWN
