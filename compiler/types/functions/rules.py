"""The rules of functions whose result depends on their arguments, as small building blocks."""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import same_type, wider_of_all_without_strings
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
from ssbt.compiler.types.decimals import bounded
from ssbt.compiler.types.expected import (
    DAY_TIME_FAMILY,
    NUMERIC,
    YEAR_MONTH_FAMILY,
    implicit_cast,
    one_of,
)
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Result, Typed


def unknown(call: Call) -> Result:
    """A result that is not known."""
    del call
    return Typed(UNKNOWN)


def same_as(place: int, nullable: bool | None = None) -> Rule:
    """The type of one argument; null if any argument is, or as told."""

    def rule(call: Call) -> Result:
        null = call.nullable if nullable is None else nullable
        return Typed(call.arguments[place].type, null)

    return rule


def just(place: int) -> Rule:
    """The type and nullability of one argument."""

    def rule(call: Call) -> Result:
        argument = call.arguments[place]
        return Typed(argument.type, argument.nullable)

    return rule


def null_in_legacy(result: DataType) -> Rule:
    """A fixed type, null where any argument is; outside ANSI mode also where it fails."""

    def rule(call: Call) -> Result:
        return Typed(result, call.nullable or not call.ansi)

    return rule


def null_as(place: int, result: DataType) -> Rule:
    """A fixed type that is null where one argument is."""

    def rule(call: Call) -> Result:
        return Typed(result, call.arguments[place].nullable)

    return rule


def operator(symbol: str, nullable: bool = False) -> Rule:
    """The operator of that symbol, as a function; `nullable` for the `try_` kind."""

    def rule(call: Call) -> Result:
        if len(call.arguments) == 1:
            result = operators.unary(symbol, call.arguments[0], call.ansi)
        else:
            left, right = call.arguments
            result = operators.binary(symbol, left, right, call.ansi)
        if isinstance(result, Mismatch):
            return _about(call, result)
        return Typed(result.type, result.nullable or nullable)

    return rule


def _about(call: Call, mismatch: Mismatch) -> Mismatch:
    types = " and ".join(argument.type.sql for argument in call.given)
    return Mismatch(f"`{call.name}` does not take {types}", mismatch.argument, mismatch.expected)


def promoted_string(rule: Rule) -> Rule:
    """The rule for a string as if it were a double, which it becomes."""

    def promoted(call: Call) -> Result:
        arguments = tuple(
            arrived(each, DOUBLE) if isinstance(each.type, StringType) else each
            for each in call.arguments
        )
        return rule(Call(call.name, arguments, call.given, call.ansi, call.names))

    return promoted


def coalesce(call: Call) -> Result:
    """The first that is not null."""
    result = operators.coalesce(call.arguments, call.ansi)
    if isinstance(result, Mismatch):
        return Mismatch(result.reason.replace("`coalesce`", f"`{call.name}`"), result.argument)
    return result


def conditional(first: int) -> Rule:
    """One of the arguments from `first` on, of their common type."""

    def rule(call: Call) -> Result:
        values = call.arguments[first:]
        common = operators.common_type(values, call.ansi)
        if common is None:
            return operators.no_common_type(f"`{call.name}`", values, call.ansi)
        return Typed(common, any(arrived(value, common).nullable for value in values))

    return rule


def extreme(call: Call) -> Result:
    """`greatest` and `least`: null only if all are; strings stay among themselves."""
    types = [argument.type for argument in call.arguments]
    if all(same_type(types[0], each) for each in types):
        common: DataType | None = operators.common_type(call.arguments, call.ansi)
    else:
        common = wider_of_all_without_strings(types, call.ansi)
    if common is None:
        return operators.no_common_type(f"`{call.name}`", call.arguments, call.ansi)
    if not operators.orderable(common):
        return call.refused(0)
    return Typed(common, all(arrived(each, common).nullable for each in call.arguments))


def orderable(rule: Rule, place: int = 0) -> Rule:
    """The rule, for an argument that can be compared."""

    def checked(call: Call) -> Result:
        if not operators.orderable(call.arguments[place].type):
            return call.refused(place, "a type that can be compared")
        return rule(call)

    return checked


def compared(symbol: str) -> Rule:
    """A comparison of two arguments."""

    def rule(call: Call) -> Result:
        left, right = call.arguments
        result = operators.comparison(symbol, left, right, call.ansi)
        return _about(call, result) if isinstance(result, Mismatch) else result

    return rule


def _added(call: Call, place: int) -> DataType | Mismatch:
    """The type as which an argument is added up: a number or an interval."""
    given = call.arguments[place].type
    if isinstance(given, TimestampType | UnknownType):
        # Spark adds up timestamps as seconds.
        return DOUBLE if isinstance(given, TimestampType) else given
    target = implicit_cast(given, _ADDED, call.ansi)
    return call.refused(place, _ADDED.phrase) if target is None else target


_ADDED = one_of(NUMERIC, YEAR_MONTH_FAMILY, DAY_TIME_FAMILY)


def decimal_sum(call: Call) -> Result:
    """`sum`: integers become bigint, decimals get ten more digits, floats become double."""
    match _added(call, 0):
        case Mismatch() as mismatch:
            return mismatch
        case DecimalType(precision, scale):
            return Typed(bounded(precision + 10, scale))
        case IntegralType():
            return Typed(LONG)
        case YearMonthIntervalType() | DayTimeIntervalType() | UnknownType() as same:
            return Typed(same)
    return Typed(DOUBLE)


def decimal_average_of(place: int) -> Rule:
    """`avg`: decimals get four more digits and decimals, other numbers become double."""

    def rule(call: Call) -> Result:
        match _added(call, place):
            case Mismatch() as mismatch:
                return mismatch
            case DecimalType(precision, scale):
                return Typed(bounded(precision + 4, scale + 4))
            case YearMonthIntervalType() | DayTimeIntervalType() | UnknownType() as same:
                return Typed(type(same)())
        return Typed(DOUBLE)

    return rule


def number_or_null(data_type: DataType) -> bool:
    """Whether the type is a number, or NULL that becomes one."""
    return isinstance(data_type, NumericType | NullType | UnknownType)


def with_flag(rule: Rule, place: int = 1) -> Rule:
    """The rule, for a function whose argument at `place` is a BOOLEAN and not even null."""

    def checked(call: Call) -> Result:
        if len(call.given) > place:
            flag = call.given[place]
            if not isinstance(flag.type, BooleanType | UnknownType):
                return call.refused(place, "a BOOLEAN")
        return rule(call)

    return checked


def with_options(rule: Rule, place: int) -> Rule:
    """The rule, for a function whose options at `place` are a map of strings."""

    def checked(call: Call) -> Result:
        if len(call.given) > place:
            match call.given[place].type:
                case MapType(StringType(), StringType(), _) | UnknownType():
                    pass
                case _:
                    return call.refused(place, "options as `map('name', 'value')`")
        return rule(call)

    return checked


def boolean(call: Call) -> Result:
    """A boolean that is null where any argument is."""
    return Typed(BOOLEAN, call.nullable)
