"""Aggregate functions and functions over a window."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import (
    DOUBLE,
    NULL,
    UNKNOWN,
    ArrayType,
    BinaryType,
    DataType,
    DayTimeIntervalType,
    MapType,
    NullType,
    StructField,
    StructType,
    UnknownType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expected import exactly, implicit_cast
from ssbt.compiler.types.functions import rules
from ssbt.compiler.types.functions.map_rules import holds
from ssbt.compiler.types.functions.model import Call
from ssbt.compiler.types.functions.signature import Row, expected_type
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Result, Typed

_PERCENT = "percentage double|array<double>!"
_SUMMED = "expr any"
_ANY_NUMBER = "numeric|dt|ym"


def _collected(call: Call) -> Result:
    return Typed(ArrayType(call.arguments[0].type, False), False)


def _collected_once(call: Call) -> Result:
    if holds(call.arguments[0].type, MapType):
        return call.refused(0, "a type without maps")
    return _collected(call)


def _several(call: Call, result: DataType) -> Typed:
    """One result, or an array where the percentage is an array."""
    several = len(call.arguments) > 1 and isinstance(call.arguments[1].type, ArrayType)
    return Typed(ArrayType(result, False) if several else result)


def _interpolated(call: Call) -> Result:
    """`percentile` and `median`: between two values, so an interval or a double."""
    match call.arguments[0].type:
        case YearMonthIntervalType() | DayTimeIntervalType() | UnknownType() as same:
            return _several(call, type(same)())
    return _several(call, DOUBLE)


def _one_of_the_values(call: Call) -> Result:
    return _several(call, call.arguments[0].type)


def _within_group(call: Call) -> Result:
    """`percentile_cont(0.5) within group (order by key)`: as `percentile(key, 0.5)`."""
    if call.within_group is None:
        return Typed(UNKNOWN)
    key = implicit_cast(call.within_group.type, expected_type(_ANY_NUMBER), call.ansi)
    if key is None:
        return Mismatch(f"`{call.name}` does not order by {call.within_group.type}")
    arguments = (Typed(key), *call.arguments)
    return _interpolated(Call(call.name, arguments, call.given, call.ansi, call.names))


def _mode(call: Call) -> Result:
    """`mode(column)`, or `mode() within group (order by column)`."""
    if call.arguments:
        return Typed(call.arguments[0].type)
    return Typed(UNKNOWN if call.within_group is None else call.within_group.type)


def _histogram(call: Call) -> Result:
    bin_type = StructType((StructField("x", call.arguments[0].type), StructField("y", DOUBLE)))
    return Typed(ArrayType(bin_type))


def _listed(call: Call) -> Result:
    value = call.arguments[0].type
    if len(call.arguments) == 2:
        delimiter = call.arguments[1].type
        if isinstance(delimiter, BinaryType) != isinstance(value, BinaryType) and not isinstance(
            delimiter, NullType
        ):
            return call.refused(1, value.sql)
    return Typed(value)


def _neighbour(call: Call) -> Result:
    """`lag` and `lead`: null beyond the edge, unless there is a default."""
    value = call.arguments[0] if call.arguments else Typed(NULL)
    if len(call.arguments) < 3:
        return Typed(value.type)
    default = call.arguments[2]
    if default.unknown or value.unknown:
        return Typed(value.type)
    if implicit_cast(default.type, exactly(value.type), call.ansi) is None:
        return call.refused(2, value.type.sql)
    return Typed(value.type, value.nullable or arrived(default, value.type).nullable)


_FIRST = "expr any, isIgnoreNull =boolean?!"
_first = rules.with_flag(rules.same_as(0, True))
_RANGED = "numeric|date|timestamp|timestamp_ntz|ym|dt"

AGGREGATES = {
    "any": Row("3.0.0", "expr boolean", "boolean?"),
    "any_value": Row("3.4.0", _FIRST, _first),
    "approx_count_distinct": Row("1.6.0", "expr any, relativeSD =double|decimal?!", "bigint!"),
    "approx_percentile": Row(
        "2.1.0", f"col {_RANGED}, {_PERCENT}, accuracy integral?!", _one_of_the_values
    ),
    "array_agg": Row("3.3.0", "expr any", _collected),
    "avg": Row("1.0.0", _SUMMED, rules.decimal_average_of(0)),
    "bit_and": Row("3.0.0", "= expr integral", rules.same_as(0, True)),
    "bit_or": Row("3.0.0", "= expr integral", rules.same_as(0, True)),
    "bit_xor": Row("3.0.0", "= expr integral", rules.same_as(0, True)),
    "bool_and": Row("3.0.0", "expr boolean", "boolean?"),
    "bool_or": Row("3.0.0", "expr boolean", "boolean?"),
    "collect_list": Row("2.0.0", "expr any", _collected),
    "collect_set": Row("2.0.0", "expr any", _collected_once),
    "corr": Row("1.6.0", "expr1 double, expr2 double", "double?"),
    "count": Row("1.0.0", "expr any, more any*", "bigint!"),
    "count_if": Row("3.0.0", "expr boolean", "bigint!"),
    "covar_pop": Row("2.0.0", "expr1 double, expr2 double", "double?"),
    "covar_samp": Row("2.0.0", "expr1 double, expr2 double", "double?"),
    "every": Row("3.0.0", "expr boolean", "boolean?"),
    "first": Row("2.0.0", _FIRST, _first),
    "first_value": Row("2.0.0", _FIRST, _first),
    "histogram_numeric": Row("3.3.0", f"expr {_RANGED}, nb int!", _histogram),
    "kurtosis": Row("1.6.0", "expr double", "double?"),
    "last": Row("2.0.0", _FIRST, _first),
    "last_value": Row("2.0.0", _FIRST, _first),
    "listagg": Row("4.0.0", "expr string|binary, delimiter string|binary|void?!", _listed),
    "max": Row("1.0.0", "expr any", rules.orderable(rules.same_as(0, True))),
    "max_by": Row("3.0.0", "x any, y any", rules.orderable(rules.same_as(0, True), 1)),
    "mean": Row("1.0.0", _SUMMED, rules.decimal_average_of(0)),
    "median": Row("3.4.0", f"col {_ANY_NUMBER}", _interpolated),
    "min": Row("1.0.0", "expr any", rules.orderable(rules.same_as(0, True))),
    "min_by": Row("3.0.0", "x any, y any", rules.orderable(rules.same_as(0, True), 1)),
    "mode": Row("3.4.0", "col any?, deterministic =boolean?!", _mode),
    "percentile": Row(
        "2.1.0", f"col {_ANY_NUMBER}, {_PERCENT}, frequency integral?", _interpolated
    ),
    "percentile_approx": Row(
        "2.1.0", f"col {_RANGED}, {_PERCENT}, accuracy integral?!", _one_of_the_values
    ),
    "percentile_cont": Row("4.0.0", f"{_PERCENT}", _within_group),
    "percentile_disc": Row("4.0.0", f"{_PERCENT}", _within_group),
    "regr_avgx": Row("3.3.0", "y numeric, x numeric", rules.decimal_average_of(1)),
    "regr_avgy": Row("3.3.0", "y numeric, x numeric", rules.decimal_average_of(0)),
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
    "string_agg": Row("4.0.0", "expr string|binary, delimiter string|binary|void?!", _listed),
    "sum": Row("1.0.0", _SUMMED, rules.decimal_sum),
    "try_avg": Row("3.3.0", _SUMMED, rules.decimal_average_of(0)),
    "try_sum": Row("3.3.0", _SUMMED, rules.decimal_sum),
    "var_pop": Row("1.6.0", "expr double", "double?"),
    "var_samp": Row("1.6.0", "expr double", "double?"),
    "variance": Row("1.6.0", "expr double", "double?"),
}

WINDOWS = {
    "cume_dist": Row("2.0.0", "", "double!"),
    "dense_rank": Row("2.0.0", "ignored any*", "int!"),
    "lag": Row("2.0.0", "input any?, offset =int?!, default any?", _neighbour),
    "lead": Row("2.0.0", "input any?, offset =int?!, default any?", _neighbour),
    "nth_value": Row(
        "3.1.0",
        "input any, offset int!, ignoreNulls any?!",
        rules.with_flag(rules.same_as(0, True), 2),
    ),
    "ntile": Row("2.0.0", "n =int?!", "int!"),
    "percent_rank": Row("2.0.0", "ignored any*", "double!"),
    "rank": Row("2.0.0", "ignored any*", "int!"),
    "row_number": Row("2.0.0", "", "int!"),
}
