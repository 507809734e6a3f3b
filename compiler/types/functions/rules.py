"""The rules of functions whose result depends on their arguments, as small building blocks."""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import is_same_type, wider_type_of_all_without_strings
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DOUBLE,
    LONG,
    UNKNOWN,
    BooleanType,
    DataType,
    DayTimeIntervalType,
    DecimalType,
    IntegralType,
    MapType,
    NullType,
    NumericType,
    StringType,
    TimestampType,
    UnknownType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.decimals import bound_precision
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.type_sets import (
    DAY_TIME_FAMILY,
    NUMERIC,
    YEAR_MONTH_FAMILY,
    implicit_cast,
    one_of,
)


def infer_unknown(call: Call) -> Result:
    """A result that is not known."""
    del call
    return Typed(UNKNOWN)


def same_as(index: int, nullable: bool | None = None) -> Rule:
    """The type of one argument; null if any argument is, or as told."""

    def rule(call: Call) -> Result:
        is_nullable = call.nullable if nullable is None else nullable
        return Typed(call.arguments[index].type, is_nullable)

    return rule


def like_argument(index: int) -> Rule:
    """The type and nullability of one argument."""

    def rule(call: Call) -> Result:
        argument = call.arguments[index]
        return Typed(argument.type, argument.nullable)

    return rule


def null_in_legacy(result: DataType) -> Rule:
    """A fixed type, null where any argument is; outside ANSI mode also where it fails."""

    def rule(call: Call) -> Result:
        return Typed(result, call.nullable or not call.ansi)

    return rule


def null_as(index: int, result: DataType) -> Rule:
    """A fixed type that is null where one argument is."""

    def rule(call: Call) -> Result:
        return Typed(result, call.arguments[index].nullable)

    return rule


def operator_rule(symbol: str, nullable: bool = False) -> Rule:
    """The operator of that symbol, as a function; `nullable` for the `try_` kind."""

    def rule(call: Call) -> Result:
        if len(call.arguments) == 1:
            result = operators.infer_unary(symbol, call.arguments[0], call.ansi)
        else:
            left, right = call.arguments
            result = operators.infer_binary(symbol, left, right, call.ansi)
        if isinstance(result, Mismatch):
            return _adapt_mismatch(call, result)
        return Typed(result.type, result.nullable or nullable)

    return rule


def _adapt_mismatch(call: Call, mismatch: Mismatch) -> Mismatch:
    types = " and ".join(argument.type.sql for argument in call.original_arguments)
    return Mismatch(f"`{call.name}` does not take {types}", mismatch.argument, mismatch.expected)


def promote_strings(rule: Rule) -> Rule:
    """The rule for a string as if it were a double, which it becomes."""

    def promoting_rule(call: Call) -> Result:
        arguments = tuple(
            cast_implicitly(each, DOUBLE) if isinstance(each.type, StringType) else each
            for each in call.arguments
        )
        return rule(Call(call.name, arguments, call.original_arguments, call.ansi, call.names))

    return promoting_rule


def infer_coalesce(call: Call) -> Result:
    """The first that is not null."""
    result = operators.infer_coalesce(call.arguments, call.ansi)
    if isinstance(result, Mismatch):
        return Mismatch(result.reason.replace("`coalesce`", f"`{call.name}`"), result.argument)
    return result


def conditional_rule(first: int) -> Rule:
    """One of the arguments from `first` on, of their common type."""

    def rule(call: Call) -> Result:
        values = call.arguments[first:]
        common = operators.common_type(values, call.ansi)
        if common is None:
            return operators.common_type_mismatch(f"`{call.name}`", values, call.ansi)
        return Typed(common, any(cast_implicitly(value, common).nullable for value in values))

    return rule


def infer_extreme(call: Call) -> Result:
    """`greatest` and `least`: null only if all are; strings stay among themselves."""
    types = [argument.type for argument in call.arguments]
    if all(is_same_type(types[0], each) for each in types):
        common: DataType | None = operators.common_type(call.arguments, call.ansi)
    else:
        common = wider_type_of_all_without_strings(types, call.ansi)
    if common is None:
        return operators.common_type_mismatch(f"`{call.name}`", call.arguments, call.ansi)
    if not operators.is_orderable(common):
        return call.argument_mismatch(0)
    return Typed(common, all(cast_implicitly(each, common).nullable for each in call.arguments))


def require_orderable(rule: Rule, index: int = 0) -> Rule:
    """The rule, for an argument that can be compared."""

    def checking_rule(call: Call) -> Result:
        if not operators.is_orderable(call.arguments[index].type):
            return call.argument_mismatch(index, "a type that can be compared")
        return rule(call)

    return checking_rule


def comparison_rule(symbol: str) -> Rule:
    """A comparison of two arguments."""

    def rule(call: Call) -> Result:
        left, right = call.arguments
        result = operators.infer_comparison(symbol, left, right, call.ansi)
        return _adapt_mismatch(call, result) if isinstance(result, Mismatch) else result

    return rule


def _summed_type(call: Call, index: int) -> DataType | Mismatch:
    """The type as which an argument is added up: a number or an interval."""
    argument_type = call.arguments[index].type
    if isinstance(argument_type, TimestampType | UnknownType):
        # Spark adds up timestamps as seconds.
        return DOUBLE if isinstance(argument_type, TimestampType) else argument_type
    target = implicit_cast(argument_type, _SUMMABLE, call.ansi)
    return call.argument_mismatch(index, _SUMMABLE.phrase) if target is None else target


_SUMMABLE = one_of(NUMERIC, YEAR_MONTH_FAMILY, DAY_TIME_FAMILY)


def infer_sum(call: Call) -> Result:
    """`sum`: integers become bigint, decimals get ten more digits, floats become double."""
    match _summed_type(call, 0):
        case Mismatch() as mismatch:
            return mismatch
        case DecimalType(precision, scale):
            return Typed(bound_precision(precision + 10, scale))
        case IntegralType():
            return Typed(LONG)
        case YearMonthIntervalType() | DayTimeIntervalType() | UnknownType() as same:
            return Typed(same)
    return Typed(DOUBLE)


def average_rule(index: int) -> Rule:
    """`avg`: decimals get four more digits and decimals, other numbers become double."""

    def rule(call: Call) -> Result:
        match _summed_type(call, index):
            case Mismatch() as mismatch:
                return mismatch
            case DecimalType(precision, scale):
                return Typed(bound_precision(precision + 4, scale + 4))
            case YearMonthIntervalType() | DayTimeIntervalType() | UnknownType() as same:
                return Typed(type(same)())
        return Typed(DOUBLE)

    return rule


def is_number_or_null(data_type: DataType) -> bool:
    """Whether the type is a number, or NULL that becomes one."""
    return isinstance(data_type, NumericType | NullType | UnknownType)


def require_flag(rule: Rule, index: int = 1) -> Rule:
    """The rule, for a function whose argument at `place` is a BOOLEAN and not even null."""

    def checking_rule(call: Call) -> Result:
        if len(call.original_arguments) > index:
            flag = call.original_arguments[index]
            if not isinstance(flag.type, BooleanType | UnknownType):
                return call.argument_mismatch(index, "a BOOLEAN")
        return rule(call)

    return checking_rule


def require_options(rule: Rule, index: int) -> Rule:
    """The rule, for a function whose options at `place` are a map of strings."""

    def checking_rule(call: Call) -> Result:
        if len(call.original_arguments) > index:
            match call.original_arguments[index].type:
                case MapType(StringType(), StringType(), _) | UnknownType():
                    pass
                case _:
                    return call.argument_mismatch(index, "options as `map('name', 'value')`")
        return rule(call)

    return checking_rule


def infer_boolean(call: Call) -> Result:
    """A boolean that is null where any argument is."""
    return Typed(BOOLEAN, call.nullable)
