"""The types of operators: `binary`, `unary`, and one function for each of the others.

Each takes what is known of its operands and gives the result's type and nullability, or the
reason why Spark refuses. `ansi` is `spark.sql.ansi.enabled`, on by default as in Spark 4. An
operand of unknown type makes the result unknown where it depends on it, and is never an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import datetimes, decimals
from ssbt.compiler.types.coercion import (
    is_unknown,
    same_type,
    tightest,
    wider_of_all,
)
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    DOUBLE,
    INT,
    LONG,
    NULL,
    STRING,
    UNKNOWN,
    ArrayType,
    BinaryType,
    BooleanType,
    CalendarIntervalType,
    DataType,
    DayTimeIntervalType,
    DecimalType,
    IntegralType,
    MapType,
    NullType,
    NumericType,
    StringType,
    StructType,
    VariantType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expected import ANY_STRING, exactly, implicit_cast, one_of
from ssbt.compiler.types.promotion import (
    arrived,
    boolean_equality,
    for_arithmetic,
    for_comparison,
)
from ssbt.compiler.types.typed import Mismatch, Typed

Result = Typed | Mismatch

COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=", "<=>")
_ARITHMETIC = ("+", "-", "*", "/", "%", "div")
_BITWISE = ("&", "|", "^")
_SHIFTS = ("<<", ">>", ">>>")
_ANSI_INTERVALS = (YearMonthIntervalType, DayTimeIntervalType)


def binary(
    operator: str,
    left: Typed,
    right: Typed,
    ansi: bool = True,
    *,
    allow_precision_loss: bool = True,
) -> Result:
    """The type of `left operator right`; the operator is written as in Spark SQL, in lower case."""
    if operator in COMPARISONS:
        return comparison(operator, left, right, ansi)
    if operator in ("and", "or"):
        return _logical(operator, left, right, ansi)
    if operator == "||":
        return concatenation([left, right], ansi)
    if left.unknown or right.unknown:
        return Typed(UNKNOWN)
    if operator in _SHIFTS:
        return _shift(operator, left, right, ansi)
    if operator in _BITWISE:
        return _bitwise(operator, left, right, ansi)
    if operator in _ARITHMETIC:
        return _arithmetic(operator, left, right, ansi, allow_precision_loss)
    raise ValueError(f"no such operator: {operator}")


def _refused(operator: str, left: Typed, right: Typed) -> Mismatch:
    return Mismatch(f"`{operator}` does not take {left.type} and {right.type}")


def _arithmetic(operator: str, left: Typed, right: Typed, ansi: bool, loss: bool) -> Result:
    if operator in ("+", "-", "*", "/") and (
        datetimes.is_temporal(left.type) or datetimes.is_temporal(right.type)
    ):
        return datetimes.arithmetic(operator, left, right, ansi) or _refused(operator, left, right)
    if (operator, left.type) == ("/", NULL) and isinstance(right.type, DecimalType):
        left = Typed(DOUBLE)
    a, b = for_arithmetic(left, right, ansi)
    nullable = a.nullable or b.nullable or operator in ("/", "%", "div")
    match a.type, b.type:
        case DecimalType(), DecimalType():
            if operator == "div":
                return Typed(LONG)
            result = decimals.result(operator, a.type, b.type, loss)
            return Typed(result, nullable or not ansi)
        case NullType(), NullType():
            return Typed(LONG if operator == "div" else DOUBLE)
        case _ if a.type == b.type:
            result_type = _same_operands(operator, a.type)
            if result_type is not None:
                return Typed(result_type, nullable)
    return _refused(operator, left, right)


def _same_operands(operator: str, operand: DataType) -> DataType | None:
    """The result for two operands of one type that is not decimal."""
    if operator == "div":
        takes = isinstance(operand, IntegralType | YearMonthIntervalType | DayTimeIntervalType)
        return LONG if takes else None
    if not isinstance(operand, NumericType):
        return None
    return DOUBLE if operator == "/" else operand


def _bitwise(operator: str, left: Typed, right: Typed, ansi: bool) -> Result:
    a, b = for_arithmetic(left, right, ansi)
    if isinstance(a.type, NullType) and isinstance(b.type, NullType):
        return Typed(INT)
    if a.type == b.type and isinstance(a.type, IntegralType):
        return Typed(a.type, a.nullable or b.nullable)
    return _refused(operator, left, right)


_SHIFTED = one_of(exactly(INT), exactly(LONG))


def _shift(operator: str, left: Typed, right: Typed, ansi: bool) -> Result:
    value = implicit_cast(left.type, _SHIFTED, ansi)
    count = implicit_cast(right.type, exactly(INT), ansi)
    if value is None or count is None:
        return _refused(operator, left, right)
    return Typed(value, arrived(left, value).nullable or arrived(right, count).nullable)


def unary(operator: str, operand: Typed, ansi: bool = True) -> Result:
    """The type of `- x`, `+ x`, `~ x`, `not x` or `! x`."""
    if operator in ("not", "!"):
        return _negation(operand, ansi)
    if operand.unknown:
        return operand
    match operator, operand.type:
        case ("-" | "+", StringType()):
            return arrived(operand, DOUBLE)
        case ("-" | "+", NullType()):
            return Typed(DOUBLE)
        case ("-" | "+", NumericType() | CalendarIntervalType() | DayTimeIntervalType()):
            return Typed(operand.type, operand.nullable)
        case ("-" | "+", YearMonthIntervalType()):
            return Typed(operand.type, operand.nullable)
        case ("~", NullType()):
            return Typed(INT)
        case ("~", IntegralType()):
            return Typed(operand.type, operand.nullable)
    return Mismatch(f"`{operator}` does not take {operand.type}", 0)


def _negation(operand: Typed, ansi: bool) -> Result:
    if operand.unknown:
        return Typed(BOOLEAN)
    boolean = implicit_cast(operand.type, exactly(BOOLEAN), ansi)
    if boolean is None:
        return Mismatch(f"`not` does not take {operand.type}", 0, "a BOOLEAN")
    return arrived(operand, boolean)


def _logical(operator: str, left: Typed, right: Typed, ansi: bool) -> Result:
    if left.unknown or right.unknown:
        for place, side in enumerate((left, right)):
            if not side.unknown and not isinstance(side.type, BooleanType | NullType | StringType):
                return Mismatch(f"`{operator}` does not take {side.type}", place, "a BOOLEAN")
        return Typed(BOOLEAN)
    # Only ANSI mode reads a string as a BOOLEAN here.
    a, b = for_comparison(left, right, ansi) if ansi else (left, right)
    if {type(a.type), type(b.type)} <= {BooleanType, NullType}:
        return Typed(BOOLEAN, a.nullable or b.nullable)
    for place, side in enumerate((left, right)):
        if not isinstance(side.type, BooleanType | NullType):
            return Mismatch(f"`{operator}` does not take {side.type}", place, "a BOOLEAN")
    return _refused(operator, left, right)


def comparison(operator: str, left: Typed, right: Typed, ansi: bool = True) -> Result:
    """The type of a comparison; `<=>` is never null."""
    null_safe = operator == "<=>"
    if left.unknown or right.unknown:
        return Typed(BOOLEAN, not null_safe)
    a, b = left, right
    if not ansi and operator in ("=", "==", "<=>", "!=", "<>"):
        a, b = boolean_equality(a, b)
    a, b = for_comparison(a, b, ansi)
    if not _comparable(a.type, b.type):
        return Mismatch(f"{left.type} and {right.type} cannot be compared by `{operator}`")
    if not orderable(a.type):
        return Mismatch(f"values of type {a.type} cannot be compared by `{operator}`")
    return Typed(BOOLEAN, not null_safe and (a.nullable or b.nullable))


def _comparable(a: DataType, b: DataType) -> bool:
    both_text = isinstance(a, StringType) and isinstance(b, StringType)
    return both_text or same_type(a, b) or is_unknown(a, b)


def orderable(data_type: DataType) -> bool:
    """Whether values of the type can be compared, sorted and grouped."""
    match data_type:
        case MapType() | CalendarIntervalType() | VariantType():
            return False
        case ArrayType(element, _):
            return orderable(element)
        case StructType(fields):
            return all(orderable(field.type) for field in fields)
    return True


def is_distinct_from(left: Typed, right: Typed, ansi: bool = True) -> Result:
    """The type of `left is [not] distinct from right`."""
    return comparison("<=>", left, right, ansi)


def between(value: Typed, low: Typed, high: Typed, ansi: bool = True) -> Result:
    """The type of `value [not] between low and high`."""
    above, below = comparison(">=", value, low, ansi), comparison("<=", value, high, ansi)
    for place, result in enumerate((above, below), start=1):
        if isinstance(result, Mismatch):
            reason = f"{value.type} cannot be compared with {(low, high)[place - 1].type}"
            return Mismatch(reason, place)
    return Typed(BOOLEAN, any(isinstance(each, Typed) and each.nullable for each in (above, below)))


def is_in(value: Typed, choices: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `value [not] in (choices)`."""
    everything = [value, *choices]
    if any(each.unknown for each in everything):
        return Typed(BOOLEAN)
    common = common_type(everything, ansi)
    if common is None:
        place = next(
            (
                number
                for number, choice in enumerate(choices, start=1)
                if common_type([value, choice], ansi) is None
            ),
            None,
        )
        others = ", ".join(dict.fromkeys(choice.type.sql for choice in choices))
        return Mismatch(f"`in` does not compare {value.type} with {others}", place)
    if not orderable(common):
        return Mismatch(f"values of type {common} cannot be compared by `in`", 0)
    return Typed(BOOLEAN, any(arrived(each, common).nullable for each in everything))


def like(value: Typed, pattern: Typed, ansi: bool = True, operator: str = "like") -> Result:
    """The type of `value [not] like pattern`, and of `ilike` and `rlike`."""
    for place, side in enumerate((value, pattern)):
        if implicit_cast(side.type, ANY_STRING, ansi) is None:
            return Mismatch(f"`{operator}` does not take {side.type}", place, "a string")
    return Typed(BOOLEAN, any(arrived(side, STRING).nullable for side in (value, pattern)))


def is_null(value: Typed) -> Typed:
    """The type of `value is [not] null`."""
    del value
    return Typed(BOOLEAN, False)


def is_truth(value: Typed, ansi: bool = True) -> Result:
    """The type of `value is [not] true`, `false` or `unknown`."""
    return comparison("<=>", value, Typed(BOOLEAN, False, True), ansi)


def common_type(values: Sequence[Typed], ansi: bool = True) -> DataType | None:
    """The one type of several values in `case`, `coalesce`, `in`, `array`, …; None if none."""
    types = [value.type for value in values]
    if all(same_type(types[0], each) for each in types[1:]):
        merged: DataType | None = types[0]
        for each in types[1:]:
            merged = tightest(merged, each, ansi) if merged is not None else None
        return merged
    return wider_of_all(types, ansi)


def no_common_type(what: str, values: Sequence[Typed], ansi: bool) -> Mismatch:
    """The mismatch of values without a common type; it points to the first that does not fit."""
    for place in range(1, len(values)):
        if common_type(values[: place + 1], ansi) is None:
            before = common_type(values[:place], ansi) or values[0].type
            reason = f"{what} has no common type for {before} and {values[place].type}"
            return Mismatch(reason, place)
    listed = ", ".join(dict.fromkeys(value.type.sql for value in values))
    return Mismatch(f"{what} has no common type for {listed}")


def coalesce(values: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `coalesce(values)`: null only if all of them can be."""
    common = common_type(values, ansi)
    if common is None:
        return no_common_type("`coalesce`", values, ansi)
    return Typed(common, all(arrived(value, common).nullable for value in values))


def case(
    conditions: Sequence[Typed],
    results: Sequence[Typed],
    otherwise: Typed | None,
    ansi: bool = True,
) -> Result:
    """The type of `case when condition then result … else otherwise end`."""
    for place, condition in enumerate(conditions):
        if not isinstance(condition.type, BooleanType) and not condition.unknown:
            return Mismatch(f"`when` does not take {condition.type}", place, "a BOOLEAN")
    values = [*results, *([] if otherwise is None else [otherwise])]
    common = common_type(values, ansi)
    if common is None:
        return no_common_type("`case`", values, ansi)
    nullable = otherwise is None or any(arrived(value, common).nullable for value in values)
    return Typed(common, nullable)


def simple_case(
    value: Typed,
    choices: Sequence[Typed],
    results: Sequence[Typed],
    otherwise: Typed | None,
    ansi: bool = True,
) -> Result:
    """The type of `case value when choice then result … else otherwise end`."""
    conditions = []
    for place, choice in enumerate(choices):
        condition = comparison("=", value, choice, ansi)
        if isinstance(condition, Mismatch):
            return Mismatch(f"`when` cannot compare {value.type} with {choice.type}", place)
        conditions.append(condition)
    return case(conditions, results, otherwise, ansi)


def concatenation(values: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `a || b` and of `concat(a, b, …)`: strings, binaries or arrays."""
    if any(value.unknown for value in values):
        return Typed(UNKNOWN)
    types = [value.type for value in values]
    if not types:
        return Typed(STRING, False)
    nullable = any(value.nullable or isinstance(value.type, VariantType) for value in values)
    if all(isinstance(each, ArrayType) for each in types):
        common = common_type(values, ansi)
        return (
            no_common_type("`concat`", values, ansi) if common is None else Typed(common, nullable)
        )
    if all(isinstance(each, BinaryType) for each in types):
        return Typed(BINARY, nullable)
    for place, each in enumerate(types):
        if implicit_cast(each, exactly(STRING), ansi) is None and not isinstance(each, StringType):
            return Mismatch(f"`||` does not take {each}", place, "a string")
    collations = {each for each in types if isinstance(each, StringType)} - {STRING}
    return Typed(collations.pop() if len(collations) == 1 else STRING, nullable)
