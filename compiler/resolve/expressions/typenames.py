"""Types as written to Spark's data types."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import literals as codes
from ssbt.compiler.diagnostics.codes.expressions import BARE_DECIMAL
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean, is_slip
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import BrokenExpression
from ssbt.compiler.syntax.ast.types import TypeName
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    ArrayType,
    DataType,
    DayTimeIntervalType,
    DecimalType,
    MapType,
    StringType,
    StructField,
    StructType,
    TypeNameError,
    YearMonthIntervalType,
    find_type,
    type_names,
)

# Types of other languages, with the one that holds their values.
_OTHER_NAMES = {
    # The classes of `pyspark.sql.types`.
    **{
        f"{word}type": word
        for word in ("string", "boolean", "binary", "date", "timestamp", "double", "float")
    },
    "integertype": "int",
    "longtype": "bigint",
    "shorttype": "smallint",
    "bytetype": "tinyint",
    **dict.fromkeys(("tinytext", "mediumtext", "longtext", "utf8", "nchar", "sysname"), "string"),
    **dict.fromkeys(("mediumint", "uint16"), "int"),
    "byteint": "tinyint",
    "uint8": "smallint",
    **dict.fromkeys(("smalldatetime", "datetimeoffset", "timestamp_tz"), "timestamp"),
    **dict.fromkeys(("tinyblob", "mediumblob", "longblob", "raw", "image"), "binary"),
    **dict.fromkeys(("text", "str", "nvarchar", "varchar2", "clob", "uuid", "ntext"), "string"),
    **dict.fromkeys(("int64", "int8", "uint32", "bigserial"), "bigint"),
    **dict.fromkeys(("int32", "int4", "serial", "uint16"), "int"),
    **dict.fromkeys(("int16", "int2"), "smallint"),
    **dict.fromkeys(("float64", "float8"), "double"),
    **dict.fromkeys(("float32", "float4"), "float"),
    **dict.fromkeys(("bool", "bit"), "boolean"),
    **dict.fromkeys(("datetime", "datetime2", "timestamptz", "datetime64", "instant"), "timestamp"),
    **dict.fromkeys(("bytes", "blob", "bytea", "varbinary"), "binary"),
    **dict.fromkeys(("json", "jsonb"), "variant"),
}
_OTHERWISE = {
    "number": "exact numbers are `decimal(38,2)`, whole ones `bigint`, others `double`",
    **dict.fromkeys(("bignumeric", "hugeint", "uint64", "int128"), "write `decimal(38,0)`"),
    **dict.fromkeys(("enum", "set"), "write `string`: what values there are is not declared"),
    "money": "exact numbers are `decimal(19,4)`",
    "list": "write `array<TYPE>`",
    "dict": "write `map<KEY, VALUE>`",
    **dict.fromkeys(("record", "row", "object"), "write `struct<NAME: TYPE>`"),
}
_YEAR_MONTH = ("year", "month")
_DAY_TIME = ("day", "hour", "minute", "second")


def resolve_data_type(node: TypeName, report: Report, *, of_whole: bool = False) -> DataType:
    """The type that is meant; unknown, with a finding, where it is none.

    What is cast may be `of_whole` numbers, of which a decimal without a scale takes nothing away.
    """
    if isinstance(node, BrokenExpression):
        return UNKNOWN
    if node.name in ("array", "map", "struct") and not node.numbers:
        return _resolve_nested(node, report)
    if node.name == "interval" and node.units:
        return _resolve_interval(node, report)
    try:
        resolved = find_type(node.name, node.numbers)
    except TypeNameError as error:
        replacement, help_ = _suggest_numbers(node)
        fix = (Edit(node.span, replacement),) if replacement else ()
        report.add(codes.BAD_TYPE, node.span, str(error), help=help_, fix=fix)
        return UNKNOWN
    if resolved is None:
        _report_unknown(node, report)
        return UNKNOWN
    if isinstance(resolved, DecimalType) and not node.numbers and not of_whole:
        message = f"`{node.name}` alone is DECIMAL(10,0), which rounds fractions to whole numbers"
        help_ = "say how many digits there are: `decimal(12,2)`, or `decimal(10,0)`"
        report.add(BARE_DECIMAL, node.span, message, help=help_)
    if node.collation is not None:
        if isinstance(resolved, StringType):
            return StringType(node.collation.upper())
        report.add(codes.BAD_TYPE, node.span, f"{resolved.sql} takes no collation")
    return resolved


def _report_unknown(node: TypeName, report: Report) -> None:
    name, message = node.name.casefold(), f"there is no type `{node.name}`"
    if name in _OTHERWISE:
        report.add(codes.BAD_TYPE, node.span, message, help=_OTHERWISE[name])
        return
    suggestion = _OTHER_NAMES.get(name) or did_you_mean(node.name, type_names())
    if suggestion and name not in _OTHER_NAMES and not is_slip(name, suggestion):
        suggestion = None
    listed = f"the types are {', '.join(type_names())}"
    name_span = Span(node.span.path, node.span.start, node.span.start + len(node.name))
    report.suggest(codes.BAD_TYPE, node.span, message, suggestion, listed, edit_span=name_span)


def _suggest_numbers(node: TypeName) -> tuple[str, str | tuple[()]]:
    """The type with other numbers in parentheses, if one is meant, and the way out."""
    name, numbers = node.name.casefold(), node.numbers
    if name == "varchar" and not numbers:
        return "string", "text of any length is `string`"
    if numbers and name not in ("char", "character", "varchar", "time"):
        is_decimal = name in ("decimal", "dec", "numeric")
        if not is_decimal:
            return node.name, f"write `{node.name}`"
        precision, scale = (*numbers, 0)[:2]
        if scale > precision:
            help_ = "the first number counts all digits, those after the point too"
            text = f"{name}({min(precision + scale, 38)},{scale})"
            return "", f"{help_}: `{text}`" if scale < 38 else help_
        if len(numbers) <= 2 and precision > 38:
            text = f"{name}(38,{scale})" if len(numbers) > 1 else f"{name}(38)"
            return text, f"write `{text}`, or `double` for larger numbers"
    return "", ()


def _resolve_nested(node: TypeName, report: Report) -> DataType:
    if node.name == "struct":
        if node.arguments:
            message = "a struct has fields: `struct<name: type>`"
            report.add(codes.BAD_TYPE, node.arguments[0].span, message)
            return UNKNOWN
        return StructType(
            tuple(
                StructField(
                    field.name.text,
                    resolve_data_type(field.type, report),
                    not field.not_null,
                    field.comment,
                )
                for field in node.fields
            )
        )
    inner = [resolve_data_type(argument, report) for argument in node.arguments]
    expected_count = 1 if node.name == "array" else 2
    if len(inner) != expected_count or node.fields:
        form = "`array<type>`" if expected_count == 1 else "`map<key type, value type>`"
        report.add(codes.BAD_TYPE, node.span, f"this type is written {form}")
        return UNKNOWN
    return ArrayType(inner[0]) if expected_count == 1 else MapType(inner[0], inner[1])


def _resolve_interval(node: TypeName, report: Report) -> DataType:
    units = [unit.removesuffix("s") for unit in node.units]
    for family, interval_class in (
        (_YEAR_MONTH, YearMonthIntervalType),
        (_DAY_TIME, DayTimeIntervalType),
    ):
        if all(unit in family for unit in units):
            start, end = family.index(units[0]), family.index(units[-1])
            if start < end or len(units) == 1:
                return interval_class(start, end)
    text = " to ".join(node.units)
    help_ = "year, month and `year to month`, or day to second and parts of that"
    report.add(codes.BAD_TYPE, node.span, f"there is no `interval {text}`", help=help_)
    return UNKNOWN
