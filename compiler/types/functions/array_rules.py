"""The rules of functions of arrays."""

from __future__ import annotations

from collections.abc import Callable

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import tightest, wider_of_all, wider_without_strings
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    INT,
    LONG,
    STRING,
    UNKNOWN,
    ArrayType,
    ByteType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    IntegerType,
    IntegralType,
    MapType,
    NullType,
    ShortType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
    UnknownType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expected import ANY_STRING, exactly, implicit_cast
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Result, Typed


def element_of(argument: Typed) -> Typed:
    """The element of an array, unknown if the argument is no known array."""
    if isinstance(argument.type, ArrayType):
        return Typed(argument.type.element, argument.type.contains_null)
    return Typed(UNKNOWN)


def array(call: Call) -> Result:
    """`array(…)` of the common type of its elements."""
    if not call.arguments:
        return Typed(ArrayType(NullType(), False), False)
    common = operators.common_type(call.arguments, call.ansi)
    if common is None:
        return operators.no_common_type("`array`", call.arguments, call.ansi)
    nulls = any(arrived(each, common).nullable for each in call.arguments)
    constants = tuple(each.constant for each in call.arguments)
    known = tuple(each for each in constants if each is not None and not isinstance(each, tuple))
    whole = known if len(known) == len(constants) else None
    return Typed(ArrayType(common, nulls), False, whole)


# Spark brings the elements together by the legacy rules here, whatever the mode.


def _met(call: Call, place: int = 1, widen: bool = False) -> tuple[ArrayType, DataType] | Result:
    """The array and the type that its elements and another argument meet in."""
    first, other = call.arguments[0], call.arguments[place]
    if first.unknown or other.unknown:
        return Typed(UNKNOWN)
    if not isinstance(first.type, ArrayType):
        return call.refused(0, "an array")
    meet = wider_without_strings if widen else tightest
    common = meet(first.type.element, other.type, False)
    if common is None:
        return call.refused(place, f"a value like those of {first.type}")
    return first.type, common


def append(call: Call) -> Result:
    """`array_append` and `array_prepend`."""
    met = _met(call)
    if isinstance(met, Typed | Mismatch):
        return met
    return Typed(ArrayType(met[1]), call.arguments[0].nullable)


def insert(call: Call) -> Result:
    """`array_insert`, which fills a gap with nulls."""
    met = _met(call, place=2)
    if isinstance(met, Typed | Mismatch):
        return met
    place = call.arguments[1]
    if not isinstance(place.type, IntegerType | ShortType | ByteType | UnknownType):
        return call.refused(1, "an INT")
    return Typed(ArrayType(met[1]), call.arguments[0].nullable or place.nullable)


def contains(call: Call) -> Result:
    """`array_contains`, null where only a null could be the value."""
    met = _met(call, widen=True)
    if isinstance(met, Mismatch):
        return met
    if isinstance(met, Typed):
        return Typed(BOOLEAN)
    if isinstance(call.arguments[1].type, NullType):
        return call.refused(1, "a value")
    if not operators.orderable(met[1]):
        return call.refused(0, "an array of values that can be compared")
    return Typed(BOOLEAN, call.nullable or met[0].contains_null)


def position(call: Call) -> Result:
    """`array_position`."""
    met = _met(call)
    if isinstance(met, Mismatch):
        return met
    if isinstance(met, Typed):
        return Typed(LONG)
    if not operators.orderable(met[1]):
        return call.refused(0, "an array of values that can be compared")
    return Typed(LONG, call.nullable)


def removed(call: Call) -> Result:
    """`array_remove`."""
    met = _met(call)
    if isinstance(met, Typed | Mismatch):
        return met
    if not operators.orderable(met[1]):
        return call.refused(0, "an array of values that can be compared")
    return Typed(ArrayType(met[1], met[0].contains_null), call.nullable)


def _two(call: Call) -> tuple[ArrayType, ArrayType, DataType] | Result:
    left, right = call.arguments
    if left.unknown or right.unknown:
        return Typed(UNKNOWN)
    if not isinstance(left.type, ArrayType):
        return call.refused(0, "an array")
    if not isinstance(right.type, ArrayType):
        return call.refused(1, "an array")
    element = tightest(left.type.element, right.type.element, False)
    if element is None:
        return call.refused(1, f"an array like {left.type}")
    if not operators.orderable(element):
        return call.refused(0, "an array of values that can be compared")
    return left.type, right.type, element


def _combined(nulls: Callable[[bool, bool], bool]) -> Rule:
    def rule(call: Call) -> Result:
        two = _two(call)
        if isinstance(two, Typed | Mismatch):
            return two
        left, right, element = two
        inside = nulls(left.contains_null, right.contains_null)
        return Typed(ArrayType(element, inside), call.nullable)

    return rule


union = _combined(lambda left, right: left or right)
intersection = _combined(lambda left, right: left and right)
difference = _combined(lambda left, right: left)


def overlap(call: Call) -> Result:
    """`arrays_overlap`, null where only nulls could meet."""
    two = _two(call)
    if isinstance(two, Mismatch):
        return two
    if isinstance(two, Typed):
        return Typed(BOOLEAN)
    return Typed(BOOLEAN, call.nullable or two[0].contains_null or two[1].contains_null)


def joined(call: Call) -> Result:
    """`array_join` of strings, or of what Spark casts to them."""
    element = element_of(call.arguments[0]).type
    if (
        not isinstance(element, StringType)
        and implicit_cast(element, ANY_STRING, call.ansi) is None
    ):
        return call.refused(0, "an array of strings")
    return Typed(STRING, call.nullable)


def ordered(call: Call) -> Result:
    """The array itself, if its values can be compared."""
    if not operators.orderable(element_of(call.arguments[0]).type):
        return call.refused(0, "an array of values that can be compared")
    return Typed(call.arguments[0].type, call.nullable)


def extreme(call: Call) -> Result:
    """`array_max` and `array_min`, null for an empty array."""
    result = ordered(call)
    return Typed(element_of(result).type) if isinstance(result, Typed) else result


def size(call: Call) -> Result:
    """`size`, which outside ANSI mode is -1 for a null."""
    return Typed(INT, call.nullable and call.ansi)


def compact(call: Call) -> Result:
    """`array_compact`: the array without its nulls."""
    return Typed(ArrayType(element_of(call.arguments[0]).type, False), call.nullable)


def repeated(call: Call) -> Result:
    """`array_repeat`."""
    value, count = call.arguments
    return Typed(ArrayType(value.type, value.nullable), count.nullable)


def zipped(call: Call) -> Result:
    """`arrays_zip`: structs of one element of each, named after the columns."""
    fields = [
        StructField(name or str(place), element_of(argument).type)
        for place, (argument, name) in enumerate(zip(call.arguments, call.names, strict=True))
    ]
    return Typed(ArrayType(StructType(tuple(fields)), False), call.nullable)


def flattened(call: Call) -> Result:
    """`flatten`."""
    match call.arguments[0].type:
        case ArrayType(ArrayType(element, inner), outer):
            return Typed(ArrayType(element, inner), call.nullable or outer)
        case UnknownType() | ArrayType(UnknownType(), _):
            return Typed(UNKNOWN)
    return call.refused(0, "an array of arrays")


def get(call: Call) -> Result:
    """`get(array, index)`, null outside of the array."""
    argument, index = call.arguments
    if argument.unknown:
        return Typed(UNKNOWN)
    if not isinstance(argument.type, ArrayType):
        return call.refused(0, "an array")
    if implicit_cast(index.type, exactly(INT), call.ansi) is None:
        return call.refused(1, "an INT")
    return Typed(argument.type.element)


def element_at(call: Call) -> Result:
    """`element_at` of an array or a map."""
    container, key = call.arguments
    match container.type:
        case ArrayType(element, _):
            if not isinstance(key.type, IntegerType | ShortType | ByteType | UnknownType):
                return call.refused(1, "an INT")
            return Typed(element)
        case MapType(key_type, value, _):
            if tightest(key_type, key.type, False) is None or not operators.orderable(key_type):
                return call.refused(1, key_type.sql)
            return Typed(value)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.refused(0, "an array or a map")


def sequence(call: Call) -> Result:
    """`sequence` of integers by an integer, of dates and timestamps by an interval."""
    if any(argument.unknown for argument in call.arguments):
        return Typed(UNKNOWN)
    step = call.arguments[2].type if len(call.arguments) == 3 else None
    by_interval = isinstance(step, _INTERVALS)
    # Spark leaves intervals out wherever they stand, and then casts the rest.
    counted = [each for each in call.arguments if not isinstance(each.type, _INTERVALS)]
    common = wider_of_all([argument.type for argument in counted], call.ansi)
    if any(isinstance(each.type, _INTERVALS) for each in call.arguments[:2]):
        certain = step is None or not isinstance(common, IntegralType | DateType | TimestampType)
        return call.refused(0, "an integer, a date or a timestamp") if certain else _UNCERTAIN
    if common is None:
        return operators.no_common_type("`sequence`", counted, call.ansi)
    moments = isinstance(common, DateType | TimestampType | TimestampNTZType)
    if not moments and not isinstance(common, IntegralType):
        return call.refused(0, "an integer, a date or a timestamp")
    if step is not None and moments != by_interval:
        return call.refused(2, "an interval" if moments else "an integer")
    cast = [arrived(argument, common) for argument in counted]
    nullable = any(argument.nullable for argument in (*cast, call.arguments[-1]))
    return Typed(ArrayType(common, False), nullable)


_UNCERTAIN = Typed(UNKNOWN)
_INTERVALS = (YearMonthIntervalType, DayTimeIntervalType, CalendarIntervalType)
