"""Aggregate functions and functions over a window."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import (
    DEFAULT_COLLATION,
    DOUBLE,
    NULL,
    UNKNOWN,
    ArrayType,
    BinaryType,
    DataType,
    DayTimeIntervalType,
    MapType,
    NullType,
    StringType,
    StructField,
    StructType,
    UnknownType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions import rules
from ssbt.compiler.types.functions.map_rules import has_type
from ssbt.compiler.types.functions.model import Call
from ssbt.compiler.types.functions.signature import Row, parse_type_set
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.type_sets import exactly, implicit_cast

_PERCENTAGE_PARAMETER = "percentage double|array<double>!"
_SUM_PARAMETERS = "expr any"
_ANY_NUMBER = "numeric|dt|ym"


def _infer_collect_list(call: Call) -> Result:
    return Typed(ArrayType(call.arguments[0].type, False), False)


def _infer_collect_set(call: Call) -> Result:
    value = call.arguments[0].type
    if has_type(value, MapType):
        return call.argument_mismatch(0, "a type without maps")
    if _has_collation(value):
        reason = f"`{call.name}` does not take {value.sql}"
        return Mismatch(reason, help="collect plain text: `… collate UTF8_BINARY`")
    return _infer_collect_list(call)


def _has_collation(type_: DataType) -> bool:
    """Whether texts are in it that are compared by a collation of their own."""
    return any(each != DEFAULT_COLLATION for each in _collations(type_))


def _collations(type_: DataType) -> list[str]:
    """The collations of all texts in a type, by their places."""
    match type_:
        case StringType(collation):
            return [collation]
        case ArrayType(element, _):
            return _collations(element)
        case MapType(key, value, _):
            return _collations(key) + _collations(value)
        case StructType(fields):
            return [name for each in fields for name in _collations(each.type)]
    return []


def _scalar_or_array(call: Call, result: DataType) -> Typed:
    """One result, or an array where the percentage is an array."""
    has_array = len(call.arguments) > 1 and isinstance(call.arguments[1].type, ArrayType)
    return Typed(ArrayType(result, False) if has_array else result)


def _infer_percentile(call: Call) -> Result:
    """`percentile` and `median`: between two values, so an interval or a double."""
    match call.arguments[0].type:
        case YearMonthIntervalType() | DayTimeIntervalType() | UnknownType() as same:
            return _scalar_or_array(call, type(same)())
    return _scalar_or_array(call, DOUBLE)


def _infer_approximate_percentile(call: Call) -> Result:
    return _scalar_or_array(call, call.arguments[0].type)


def _infer_percentile_within_group(call: Call) -> Result:
    """`percentile_cont(0.5) within group (order by key)`: as `percentile(key, 0.5)`."""
    if call.within_group is None:
        return Typed(UNKNOWN)
    key = implicit_cast(call.within_group.type, parse_type_set(_ANY_NUMBER), call.ansi)
    if key is None:
        return Mismatch(f"`{call.name}` does not order by {call.within_group.type}")
    arguments = (Typed(key), *call.arguments)
    return _infer_percentile(
        Call(call.name, arguments, call.original_arguments, call.ansi, call.names)
    )


def _infer_mode(call: Call) -> Result:
    """`mode(column)`, or `mode() within group (order by column)`."""
    if call.arguments:
        return Typed(call.arguments[0].type)
    return Typed(UNKNOWN if call.within_group is None else call.within_group.type)


def _infer_histogram(call: Call) -> Result:
    bin_type = StructType((StructField("x", call.arguments[0].type), StructField("y", DOUBLE)))
    return Typed(ArrayType(bin_type))


def _infer_listagg(call: Call) -> Result:
    value = call.arguments[0].type
    delimiter = call.arguments[1].type if len(call.arguments) == 2 else NULL
    match value, delimiter:
        case _, NullType():
            return Typed(value)
        case StringType(collation), StringType() if value != delimiter:
            # Unlike elsewhere, Spark does not bring the two together.
            both = f"{value.sql} and {delimiter.sql}"
            advice = f"say it of the delimiter, too: `… collate {collation}`"
            return Mismatch(f"`{call.name}` takes texts of one collation, not {both}", help=advice)
    if isinstance(delimiter, BinaryType) != isinstance(value, BinaryType):
        return call.argument_mismatch(1, value.sql)
    return Typed(value)


def _infer_lag_or_lead(call: Call) -> Result:
    """`lag` and `lead`: null beyond the edge, unless there is a default."""
    value = call.arguments[0] if call.arguments else Typed(NULL)
    if len(call.arguments) < 3:
        return Typed(value.type)
    default = call.arguments[2]
    if default.is_unknown or value.is_unknown:
        return Typed(value.type)
    if implicit_cast(default.type, exactly(value.type), call.ansi) is None:
        return call.argument_mismatch(2, value.type.sql)
    is_nested = isinstance(value.type, StructType | MapType)
    is_alike = _collations(value.type) == _collations(default.type)
    if is_nested and isinstance(default.type, type(value.type)) and not is_alike:
        # Spark brings texts together, and arrays of them, but fails with an error of its own here.
        return call.argument_mismatch(2, value.type.sql)
    return Typed(value.type, value.nullable or cast_implicitly(default, value.type).nullable)


_FIRST_PARAMETERS = "expr any, isIgnoreNull =boolean?!"
_infer_first = rules.require_flag(rules.same_as(0, True))
_ORDERED_TYPES = "numeric|date|timestamp|timestamp_ntz|ym|dt"

AGGREGATES = {
    "any": Row("3.0.0", "expr boolean", "boolean?"),
    "any_value": Row("3.4.0", _FIRST_PARAMETERS, _infer_first),
    "approx_count_distinct": Row("1.6.0", "expr any, relativeSD =double|decimal?!", "bigint!"),
    "approx_percentile": Row(
        "2.1.0",
        f"col {_ORDERED_TYPES}, {_PERCENTAGE_PARAMETER}, accuracy integral?!",
        _infer_approximate_percentile,
    ),
    "array_agg": Row("3.3.0", "expr any", _infer_collect_list),
    "avg": Row("1.0.0", _SUM_PARAMETERS, rules.average_rule(0)),
    "bit_and": Row("3.0.0", "= expr integral", rules.same_as(0, True)),
    "bit_or": Row("3.0.0", "= expr integral", rules.same_as(0, True)),
    "bit_xor": Row("3.0.0", "= expr integral", rules.same_as(0, True)),
    "bool_and": Row("3.0.0", "expr boolean", "boolean?"),
    "bool_or": Row("3.0.0", "expr boolean", "boolean?"),
    "collect_list": Row("2.0.0", "expr any", _infer_collect_list),
    "collect_set": Row("2.0.0", "expr any", _infer_collect_set),
    "corr": Row("1.6.0", "expr1 double, expr2 double", "double?"),
    "count": Row("1.0.0", "expr any, more any*", "bigint!"),
    "count_if": Row("3.0.0", "expr boolean", "bigint!"),
    "covar_pop": Row("2.0.0", "expr1 double, expr2 double", "double?"),
    "covar_samp": Row("2.0.0", "expr1 double, expr2 double", "double?"),
    "every": Row("3.0.0", "expr boolean", "boolean?"),
    "first": Row("2.0.0", _FIRST_PARAMETERS, _infer_first),
    "first_value": Row("2.0.0", _FIRST_PARAMETERS, _infer_first),
    "histogram_numeric": Row("3.3.0", f"expr {_ORDERED_TYPES}, nb int!", _infer_histogram),
    "kurtosis": Row("1.6.0", "expr double", "double?"),
    "last": Row("2.0.0", _FIRST_PARAMETERS, _infer_first),
    "last_value": Row("2.0.0", _FIRST_PARAMETERS, _infer_first),
    "listagg": Row("4.0.0", "expr string|binary, delimiter string|binary|void?!", _infer_listagg),
    "max": Row("1.0.0", "expr any", rules.require_orderable(rules.same_as(0, True))),
    "max_by": Row("3.0.0", "x any, y any", rules.require_orderable(rules.same_as(0, True), 1)),
    "mean": Row("1.0.0", _SUM_PARAMETERS, rules.average_rule(0)),
    "median": Row("3.4.0", f"col {_ANY_NUMBER}", _infer_percentile),
    "min": Row("1.0.0", "expr any", rules.require_orderable(rules.same_as(0, True))),
    "min_by": Row("3.0.0", "x any, y any", rules.require_orderable(rules.same_as(0, True), 1)),
    "mode": Row("3.4.0", "col any?, deterministic =boolean?!", _infer_mode),
    "percentile": Row(
        "2.1.0",
        f"col {_ANY_NUMBER}, {_PERCENTAGE_PARAMETER}, frequency integral?",
        _infer_percentile,
    ),
    "percentile_approx": Row(
        "2.1.0",
        f"col {_ORDERED_TYPES}, {_PERCENTAGE_PARAMETER}, accuracy integral?!",
        _infer_approximate_percentile,
    ),
    "percentile_cont": Row("4.0.0", f"{_PERCENTAGE_PARAMETER}", _infer_percentile_within_group),
    "percentile_disc": Row("4.0.0", f"{_PERCENTAGE_PARAMETER}", _infer_percentile_within_group),
    "regr_avgx": Row("3.3.0", "y numeric, x numeric", rules.average_rule(1)),
    "regr_avgy": Row("3.3.0", "y numeric, x numeric", rules.average_rule(0)),
    "regr_count": Row("3.3.0", "y numeric, x numeric", "bigint!"),
    "regr_intercept": Row("3.4.0", "y double, x double", "double?"),
    "regr_r2": Row("3.3.0", "y double, x double", "double?"),
    "regr_slope": Row("3.4.0", "y double, x double", "double?"),
    "regr_sxx": Row("3.4.0", "y double, x double", "double?"),
    "regr_sxy": Row("3.4.0", "y double, x double", "double?"),
    "regr_syy": Row("3.4.0", "y double, x double", "double?"),
    "schema_of_variant_agg": Row("4.0.0", "= v variant", "string!"),
    "skewness": Row("1.6.0", "expr double", "double?"),
    "some": Row("3.0.0", "expr boolean", "boolean?"),
    "std": Row("1.6.0", "expr double", "double?"),
    "stddev": Row("1.6.0", "expr double", "double?"),
    "stddev_pop": Row("1.6.0", "expr double", "double?"),
    "stddev_samp": Row("1.6.0", "expr double", "double?"),
    "string_agg": Row(
        "4.0.0", "expr string|binary, delimiter string|binary|void?!", _infer_listagg
    ),
    "sum": Row("1.0.0", _SUM_PARAMETERS, rules.infer_sum),
    "try_avg": Row("3.3.0", _SUM_PARAMETERS, rules.average_rule(0)),
    "try_sum": Row("3.3.0", _SUM_PARAMETERS, rules.infer_sum),
    "var_pop": Row("1.6.0", "expr double", "double?"),
    "var_samp": Row("1.6.0", "expr double", "double?"),
    "variance": Row("1.6.0", "expr double", "double?"),
}

WINDOWS = {
    "cume_dist": Row("2.0.0", "", "double!"),
    "dense_rank": Row("2.0.0", "ignored any*", "int!"),
    "lag": Row("2.0.0", "input any?, offset =int?!, default any?", _infer_lag_or_lead),
    "lead": Row("2.0.0", "input any?, offset =int?!, default any?", _infer_lag_or_lead),
    "nth_value": Row(
        "3.1.0",
        "input any, offset int!, ignoreNulls any?!",
        rules.require_flag(rules.same_as(0, True), 2),
    ),
    "ntile": Row("2.0.0", "n =int?!", "int!"),
    "percent_rank": Row("2.0.0", "ignored any*", "double!"),
    "rank": Row("2.0.0", "ignored any*", "int!"),
    "row_number": Row("2.0.0", "", "int!"),
}
