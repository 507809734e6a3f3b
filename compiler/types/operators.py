"""The types of operators: `binary`, `unary`, and one function for each of the others.

Each takes what is known of its operands and gives the result's type and nullability, or the
reason why Spark refuses. `ansi` is `spark.sql.ansi.enabled`, on by default as in Spark 4. An
operand of unknown type makes the result unknown where it depends on it, and is never an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import datetimes, decimals
from ssbt.compiler.types.branches import case, coalesce, common_type, no_common_type
from ssbt.compiler.types.collation_strength import CollationError, Strength, winning_collation
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
    NullType,
    NumericType,
    StringType,
    VariantType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expected import exactly, implicit_cast, one_of
from ssbt.compiler.types.predicates import (
    COMPARISONS,
    between,
    comparison,
    is_distinct_from,
    is_in,
    is_null,
    is_truth,
    like,
    orderable,
    simple_case,
)
from ssbt.compiler.types.promotion import (
    arrived,
    for_arithmetic,
    for_comparison,
)
from ssbt.compiler.types.typed import Mismatch, Result, Typed

__all__ = [
    "COMPARISONS",
    "between",
    "binary",
    "case",
    "coalesce",
    "common_type",
    "comparison",
    "concatenation",
    "is_distinct_from",
    "is_in",
    "is_null",
    "is_truth",
    "like",
    "no_common_type",
    "orderable",
    "simple_case",
    "unary",
]

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
    try:
        winner = winning_collation(values)
    except CollationError as error:
        return Mismatch(f"`||` takes texts of one collation, not {error}")
    if winner is None:
        return Typed(STRING, nullable, strength=Strength.DEFAULT)
    return Typed(StringType(winner.name), nullable, strength=winner.strength)
