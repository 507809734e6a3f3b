"""What of Spark's functions is known that the catalogue does not say."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.ir.canonical.values import Value
from ssbt.compiler.ir.terms import LITERAL, CallForm
from ssbt.compiler.types.datatypes import (
    STRING,
    UNKNOWN,
    ArrayType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.functions import FunctionKind, find_function

# One class of Spark's behind several names; a test asks Spark.
_ALIASES = {
    "lcase": "lower",
    "ucase": "upper",
    "char_length": "length",
    "character_length": "length",
    "len": "length",
    "substr": "substring",
    "pow": "power",
    "ceiling": "ceil",
    "signum": "sign",
    "dayofmonth": "day",
    "mean": "avg",
    "std": "stddev_samp",
    "stddev": "stddev_samp",
    "variance": "var_samp",
    "some": "bool_or",
    "any": "bool_or",
    "every": "bool_and",
    "first_value": "first",
    "last_value": "last",
    "array_agg": "collect_list",
    "string_agg": "listagg",
    "percentile_approx": "approx_percentile",
    "ifnull": "coalesce",
    "nvl": "coalesce",
    "datediff": "date_diff",
    "dateadd": "date_add",
    "regexp": "rlike",
    "regexp_like": "rlike",
    "now": "current_timestamp",
    "curdate": "current_date",
    "reduce": "aggregate",
    "sha": "sha1",
    "cardinality": "size",
    "getbit": "bit_get",
    "char": "chr",
    "printf": "format_string",
    "to_varchar": "to_char",
    "current_schema": "current_database",
    "session_user": "current_user",
    "user": "current_user",
    "xpath_number": "xpath_double",
}

# They give the same whatever the order of the rows is.
ORDERLESS = frozenset(
    {"count", "count_if", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor"}
    | {"rank", "dense_rank", "percent_rank", "cume_dist", "grouping", "grouping_id"}
)
# So do these, but for what is equal and not the same: the two zeros, strings of a collation.
_CHOSEN = frozenset({"max", "min"})
# And these, of numbers that are added up without rounding and overflow for no order.
_ADDED = frozenset({"sum", "try_sum"})
_ROUNDED = frozenset({"avg", "try_avg"})
_WIDEST = 28

# The fields of dates that are called like functions.
_FIELDS = frozenset({"year", "quarter", "month", "day"})
_PARTS = 2

# They give a value for all arguments of the types that they ask for.
TOTAL_OF_STRINGS = frozenset(
    {"lower", "upper", "trim", "ltrim", "rtrim", "btrim", "length", "concat", "reverse", "initcap"}
    | {"startswith", "endswith", "contains", "instr", "replace", "ascii", "translate"}
)
TOTAL_OF_TIMES = frozenset(
    {"year", "month", "day", "quarter", "dayofweek", "dayofyear", "weekday", "weekofyear"}
)
TOTAL = frozenset({"isnull", "isnotnull", "current_date", "current_timestamp"})
CASTS = frozenset(
    {"tinyint", "smallint", "int", "bigint", "float", "double", "decimal"}
    | {"boolean", "string", "binary", "date", "timestamp"}
)
"""Functions that are a `cast` to the type of their name."""

CHOOSING = frozenset({"coalesce", "if", "nvl2", "when", "and", "or", "in"})
"""They ask for the values of all their arguments but the first only where they need them."""

MULTIPLYING = frozenset({"window", "session_window"})
"""They make several rows of one, or none, wherever they stand."""

COLLECTING = (FunctionKind.AGGREGATE, FunctionKind.WINDOW)


def canonical_name(name: str) -> str:
    """The one name of a function that has several."""
    return _ALIASES.get(name, name)


def aliases() -> dict[str, str]:
    """The names that stand for another one."""
    return {name: other for name, other in _ALIASES.items() if name != other}


def kind_of(name: str) -> FunctionKind | None:
    """Where a function may stand; None for one that is not in the catalogue."""
    function = find_function(name)
    return function.kind if function is not None else None


def is_drawn(name: str) -> bool:
    """Whether a function gives something else each time, or is none that is known."""
    function = find_function(name)
    return function is None or not function.deterministic


def date_field(form: CallForm, operands: Sequence[Value]) -> str | None:
    """The function that `extract(year from day)` and `date_part('year', day)` are."""
    if canonical_name(form.name) not in ("extract", "date_part", "datepart"):
        return None
    if form.arguments != len(operands) or len(operands) != _PARTS:
        return None
    field, value = operands
    text = field.value[-1] if isinstance(field.value, tuple) else field.value
    is_time = isinstance(value.type, DateType | TimestampType | TimestampNTZType)
    name = text.lower() if isinstance(text, str) and field.operator == LITERAL else ""
    return name if is_time and name in _FIELDS else None


def is_orderless(name: str, types: Sequence[DataType]) -> bool:
    """Whether a function of several rows gives the same whatever their order is."""
    first = types[0] if types else UNKNOWN
    if name in _CHOSEN:
        return first != UNKNOWN and not is_blurred(first)
    is_exact = isinstance(first, DecimalType) and first.precision <= _WIDEST
    if name in _ADDED:
        return is_exact or isinstance(first, ByteType | ShortType | IntegerType)
    return name in ORDERLESS or (name in _ROUNDED and is_exact)


def is_blurred(type_: DataType) -> bool:
    """Whether values that are not the same may be alike: zeros, and strings with a collation."""
    match type_:
        case FloatType() | DoubleType():
            return True
        case StringType():
            return type_ != STRING
        case ArrayType():
            return is_blurred(type_.element)
        case MapType():
            return is_blurred(type_.key) or is_blurred(type_.value)
        case StructType():
            return any(is_blurred(field.type) for field in type_.fields)
        case _:
            return False
