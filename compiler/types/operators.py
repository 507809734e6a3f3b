"""The types of operators: `infer_binary`, `infer_unary`, and one function for each of the others.

Each takes what is known of its operands and gives the result's type and nullability, or the
reason why Spark refuses. `ansi` is `spark.sql.ansi.enabled`, on by default as in Spark 4. An
operand of unknown type makes the result unknown where it depends on it, and is never an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import datetimes, decimals
from ssbt.compiler.types.branches import (
    common_type,
    common_type_mismatch,
    infer_case,
    infer_coalesce,
)
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
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.predicates import (
    COMPARISONS,
    infer_between,
    infer_comparison,
    infer_in,
    infer_is_distinct_from,
    infer_is_null,
    infer_is_truth,
    infer_like,
    infer_simple_case,
    is_orderable,
)
from ssbt.compiler.types.promotion import (
    cast_implicitly,
    promote_for_arithmetic,
    promote_for_comparison,
)
from ssbt.compiler.types.type_sets import exactly, implicit_cast, one_of

__all__ = [
    "COMPARISONS",
    "common_type",
    "common_type_mismatch",
    "infer_between",
    "infer_binary",
    "infer_case",
    "infer_coalesce",
    "infer_comparison",
    "infer_concatenation",
    "infer_in",
    "infer_is_distinct_from",
    "infer_is_null",
    "infer_is_truth",
    "infer_like",
    "infer_simple_case",
    "infer_unary",
    "is_orderable",
]

_ARITHMETIC = ("+", "-", "*", "/", "%", "div")
_BITWISE = ("&", "|", "^")
_SHIFTS = ("<<", ">>", ">>>")
_ANSI_INTERVALS = (YearMonthIntervalType, DayTimeIntervalType)


def infer_binary(
    operator: str,
    left: Typed,
    right: Typed,
    ansi: bool = True,
    *,
    allow_precision_loss: bool = True,
) -> Result:
    """The type of `left operator right`; the operator is written as in Spark SQL, in lower case."""
    if operator in COMPARISONS:
        return infer_comparison(operator, left, right, ansi)
    if operator in ("and", "or"):
        return _infer_logical(operator, left, right, ansi)
    if operator == "||":
        return infer_concatenation([left, right], ansi)
    if left.is_unknown or right.is_unknown:
        return Typed(UNKNOWN)
    if operator in _SHIFTS:
        return _infer_shift(operator, left, right, ansi)
    if operator in _BITWISE:
        return _infer_bitwise(operator, left, right, ansi)
    if operator in _ARITHMETIC:
        return _infer_arithmetic(operator, left, right, ansi, allow_precision_loss)
    raise ValueError(f"no such operator: {operator}")


def _operand_mismatch(operator: str, left: Typed, right: Typed) -> Mismatch:
    return Mismatch(f"`{operator}` does not take {left.type} and {right.type}")


def _infer_arithmetic(operator: str, left: Typed, right: Typed, ansi: bool, loss: bool) -> Result:
    if operator in ("+", "-", "*", "/") and (
        datetimes.is_temporal(left.type) or datetimes.is_temporal(right.type)
    ):
        return datetimes.infer_temporal_arithmetic(
            operator, left, right, ansi
        ) or _operand_mismatch(operator, left, right)
    if (operator, left.type) == ("/", NULL) and isinstance(right.type, DecimalType):
        left = Typed(DOUBLE)
    a, b = promote_for_arithmetic(left, right, ansi)
    nullable = a.nullable or b.nullable or operator in ("/", "%", "div")
    match a.type, b.type:
        case DecimalType(), DecimalType():
            if operator == "div":
                return Typed(LONG)
            result = decimals.result_type(operator, a.type, b.type, loss)
            return Typed(result, nullable or not ansi)
        case NullType(), NullType():
            return Typed(LONG if operator == "div" else DOUBLE)
        case _ if a.type == b.type:
            result_type = _same_operands_type(operator, a.type)
            if result_type is not None:
                return Typed(result_type, nullable)
    return _operand_mismatch(operator, left, right)


def _same_operands_type(operator: str, operand: DataType) -> DataType | None:
    """The result for two operands of one type that is not decimal."""
    if operator == "div":
        is_accepted = isinstance(
            operand, IntegralType | YearMonthIntervalType | DayTimeIntervalType
        )
        return LONG if is_accepted else None
    if not isinstance(operand, NumericType):
        return None
    return DOUBLE if operator == "/" else operand


def _infer_bitwise(operator: str, left: Typed, right: Typed, ansi: bool) -> Result:
    a, b = promote_for_arithmetic(left, right, ansi)
    if isinstance(a.type, NullType) and isinstance(b.type, NullType):
        return Typed(INT)
    if a.type == b.type and isinstance(a.type, IntegralType):
        return Typed(a.type, a.nullable or b.nullable)
    return _operand_mismatch(operator, left, right)


_SHIFTABLE = one_of(exactly(INT), exactly(LONG))


def _infer_shift(operator: str, left: Typed, right: Typed, ansi: bool) -> Result:
    value = implicit_cast(left.type, _SHIFTABLE, ansi)
    count = implicit_cast(right.type, exactly(INT), ansi)
    if value is None or count is None:
        return _operand_mismatch(operator, left, right)
    return Typed(
        value, cast_implicitly(left, value).nullable or cast_implicitly(right, count).nullable
    )


def infer_unary(operator: str, operand: Typed, ansi: bool = True) -> Result:
    """The type of `- x`, `+ x`, `~ x`, `not x` or `! x`."""
    if operator in ("not", "!"):
        return _infer_negation(operand, ansi)
    if operand.is_unknown:
        return operand
    match operator, operand.type:
        case ("-" | "+", StringType()):
            return cast_implicitly(operand, DOUBLE)
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


def _infer_negation(operand: Typed, ansi: bool) -> Result:
    if operand.is_unknown:
        return Typed(BOOLEAN)
    boolean = implicit_cast(operand.type, exactly(BOOLEAN), ansi)
    if boolean is None:
        return Mismatch(f"`not` does not take {operand.type}", 0, "a BOOLEAN")
    return cast_implicitly(operand, boolean)


def _infer_logical(operator: str, left: Typed, right: Typed, ansi: bool) -> Result:
    if left.is_unknown or right.is_unknown:
        for index, side in enumerate((left, right)):
            if not side.is_unknown and not isinstance(
                side.type, BooleanType | NullType | StringType
            ):
                return Mismatch(f"`{operator}` does not take {side.type}", index, "a BOOLEAN")
        return Typed(BOOLEAN)
    # Only ANSI mode reads a string as a BOOLEAN here.
    a, b = promote_for_comparison(left, right, ansi) if ansi else (left, right)
    if {type(a.type), type(b.type)} <= {BooleanType, NullType}:
        return Typed(BOOLEAN, a.nullable or b.nullable)
    for index, side in enumerate((left, right)):
        if not isinstance(side.type, BooleanType | NullType):
            return Mismatch(f"`{operator}` does not take {side.type}", index, "a BOOLEAN")
    return _operand_mismatch(operator, left, right)


def infer_concatenation(values: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `a || b` and of `concat(a, b, …)`: strings, binaries or arrays."""
    if any(value.is_unknown for value in values):
        return Typed(UNKNOWN)
    types = [value.type for value in values]
    if not types:
        return Typed(STRING, False)
    nullable = any(value.nullable or isinstance(value.type, VariantType) for value in values)
    if all(isinstance(each, ArrayType) for each in types):
        common = common_type(values, ansi)
        return (
            common_type_mismatch("`concat`", values, ansi)
            if common is None
            else Typed(common, nullable)
        )
    if all(isinstance(each, BinaryType) for each in types):
        return Typed(BINARY, nullable)
    for index, each in enumerate(types):
        if implicit_cast(each, exactly(STRING), ansi) is None and not isinstance(each, StringType):
            return Mismatch(f"`||` does not take {each}", index, "a string")
    try:
        winner = winning_collation(values)
    except CollationError as error:
        return Mismatch(f"`||` takes texts of one collation, not {error}")
    if winner is None:
        return Typed(STRING, nullable, strength=Strength.DEFAULT)
    return Typed(StringType(winner.name), nullable, strength=winner.strength)
