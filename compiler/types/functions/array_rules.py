"""The rules of functions of arrays."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import (
    tightest_common_type,
    wider_type_of_all,
    wider_type_without_strings,
)
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
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.model import Call
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.type_sets import ANY_STRING, exactly, implicit_cast


def element_of(argument: Typed) -> Typed:
    """The element of an array, unknown if the argument is no known array."""
    if isinstance(argument.type, ArrayType):
        return Typed(argument.type.element, argument.type.contains_null)
    return Typed(UNKNOWN)


def infer_array(call: Call) -> Result:
    """`array(…)` of the common type of its elements."""
    if not call.arguments:
        return Typed(ArrayType(NullType(), False), False)
    common = operators.common_type(call.arguments, call.ansi)
    if common is None:
        return operators.common_type_mismatch("`array`", call.arguments, call.ansi)
    nulls = any(cast_implicitly(each, common).nullable for each in call.arguments)
    constants = tuple(each.constant for each in call.arguments)
    scalars = tuple(each for each in constants if each is not None and not isinstance(each, tuple))
    constant = scalars if len(scalars) == len(constants) else None
    return Typed(ArrayType(common, nulls), False, constant)


# Spark brings the elements together by the legacy rules here, whatever the mode.


def _infer_common_element(
    call: Call, index: int = 1, widen: bool = False
) -> tuple[ArrayType, DataType] | Result:
    """The array and the type that its elements and another argument meet in."""
    first, argument = call.arguments[0], call.arguments[index]
    if first.is_unknown or argument.is_unknown:
        return Typed(UNKNOWN)
    if not isinstance(first.type, ArrayType):
        return call.argument_mismatch(0, "an array")
    combine = wider_type_without_strings if widen else tightest_common_type
    common = combine(first.type.element, argument.type, False)
    if common is None:
        return call.argument_mismatch(index, f"a value like those of {first.type}")
    return first.type, common


def infer_append(call: Call) -> Result:
    """`array_append` and `array_prepend`."""
    common = _infer_common_element(call)
    if isinstance(common, Typed | Mismatch):
        return common
    return Typed(ArrayType(common[1]), call.arguments[0].nullable)


def infer_insert(call: Call) -> Result:
    """`array_insert`, which fills a gap with nulls."""
    common = _infer_common_element(call, index=2)
    if isinstance(common, Typed | Mismatch):
        return common
    index = call.arguments[1]
    if not isinstance(index.type, IntegerType | ShortType | ByteType | UnknownType):
        return call.argument_mismatch(1, "an INT")
    return Typed(ArrayType(common[1]), call.arguments[0].nullable or index.nullable)


def infer_contains(call: Call) -> Result:
    """`array_contains`, null where only a null could be the value."""
    common = _infer_common_element(call, widen=True)
    if isinstance(common, Mismatch):
        return common
    if isinstance(common, Typed):
        return Typed(BOOLEAN)
    if isinstance(call.arguments[1].type, NullType):
        return call.argument_mismatch(1, "a value")
    if not operators.is_orderable(common[1]):
        return call.argument_mismatch(0, "an array of values that can be compared")
    return Typed(BOOLEAN, call.nullable or common[0].contains_null)


def infer_position(call: Call) -> Result:
    """`array_position`."""
    common = _infer_common_element(call)
    if isinstance(common, Mismatch):
        return common
    if isinstance(common, Typed):
        return Typed(LONG)
    if not operators.is_orderable(common[1]):
        return call.argument_mismatch(0, "an array of values that can be compared")
    return Typed(LONG, call.nullable)


def infer_remove(call: Call) -> Result:
    """`array_remove`."""
    common = _infer_common_element(call)
    if isinstance(common, Typed | Mismatch):
        return common
    if not operators.is_orderable(common[1]):
        return call.argument_mismatch(0, "an array of values that can be compared")
    return Typed(ArrayType(common[1], common[0].contains_null), call.nullable)


def infer_join(call: Call) -> Result:
    """`array_join` of strings, or of what Spark casts to them."""
    element = element_of(call.arguments[0]).type
    if (
        not isinstance(element, StringType)
        and implicit_cast(element, ANY_STRING, call.ansi) is None
    ):
        return call.argument_mismatch(0, "an array of strings")
    return Typed(STRING, call.nullable)


def infer_sorted(call: Call) -> Result:
    """The array itself, if its values can be compared."""
    if not operators.is_orderable(element_of(call.arguments[0]).type):
        return call.argument_mismatch(0, "an array of values that can be compared")
    return Typed(call.arguments[0].type, call.nullable)


def infer_extreme(call: Call) -> Result:
    """`array_max` and `array_min`, null for an empty array."""
    result = infer_sorted(call)
    return Typed(element_of(result).type) if isinstance(result, Typed) else result


def infer_size(call: Call) -> Result:
    """`size`, which outside ANSI mode is -1 for a null."""
    return Typed(INT, call.nullable and call.ansi)


def infer_compact(call: Call) -> Result:
    """`array_compact`: the array without its nulls."""
    return Typed(ArrayType(element_of(call.arguments[0]).type, False), call.nullable)


def infer_repeat(call: Call) -> Result:
    """`array_repeat`."""
    value, count = call.arguments
    return Typed(ArrayType(value.type, value.nullable), count.nullable)


def infer_zip(call: Call) -> Result:
    """`arrays_zip`: structs of one element of each, named after the columns."""
    fields = [
        StructField(name or str(index), element_of(argument).type)
        for index, (argument, name) in enumerate(zip(call.arguments, call.names, strict=True))
    ]
    return Typed(ArrayType(StructType(tuple(fields)), False), call.nullable)


def infer_flatten(call: Call) -> Result:
    """`flatten`."""
    match call.arguments[0].type:
        case ArrayType(ArrayType(element, inner), outer):
            return Typed(ArrayType(element, inner), call.nullable or outer)
        case UnknownType() | ArrayType(UnknownType(), _):
            return Typed(UNKNOWN)
    mismatch = call.argument_mismatch(0, "an array of arrays")
    return replace(mismatch, help="a row for each element: `|> explode COLUMN as NAME`")


def infer_get(call: Call) -> Result:
    """`get(array, index)`, null outside the array."""
    argument, index = call.arguments
    if argument.is_unknown:
        return Typed(UNKNOWN)
    if not isinstance(argument.type, ArrayType):
        return call.argument_mismatch(0, "an array")
    if implicit_cast(index.type, exactly(INT), call.ansi) is None:
        return call.argument_mismatch(1, "an INT")
    return Typed(argument.type.element)


def infer_element_at(call: Call) -> Result:
    """`infer_element_at` of an array or a map."""
    container, key = call.arguments
    match container.type:
        case ArrayType(element, _):
            if not isinstance(key.type, IntegerType | ShortType | ByteType | UnknownType):
                return call.argument_mismatch(1, "an INT")
            return Typed(element)
        case MapType(key_type, value, _):
            if tightest_common_type(
                key_type, key.type, False
            ) is None or not operators.is_orderable(key_type):
                return call.argument_mismatch(1, key_type.sql)
            return Typed(value)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.argument_mismatch(0, "an array or a map")


def infer_sequence(call: Call) -> Result:
    """`sequence` of integers by an integer, of dates and timestamps by an interval."""
    if any(argument.is_unknown for argument in call.arguments):
        return Typed(UNKNOWN)
    step = call.arguments[2].type if len(call.arguments) == 3 else None
    by_interval = isinstance(step, _INTERVALS)
    # Spark leaves intervals out wherever they stand, and then casts the rest.
    operands = [each for each in call.arguments if not isinstance(each.type, _INTERVALS)]
    common = wider_type_of_all([argument.type for argument in operands], call.ansi)
    if any(isinstance(each.type, _INTERVALS) for each in call.arguments[:2]):
        is_certain = step is None or not isinstance(common, IntegralType | DateType | TimestampType)
        return (
            call.argument_mismatch(0, "an integer, a date or a timestamp")
            if is_certain
            else _UNCERTAIN
        )
    if common is None:
        return operators.common_type_mismatch("`sequence`", operands, call.ansi)
    is_temporal = isinstance(common, DateType | TimestampType | TimestampNTZType)
    if not is_temporal and not isinstance(common, IntegralType):
        return call.argument_mismatch(0, "an integer, a date or a timestamp")
    if step is not None and is_temporal != by_interval:
        return call.argument_mismatch(2, "an interval" if is_temporal else "an integer")
    cast_operands = [cast_implicitly(argument, common) for argument in operands]
    nullable = any(argument.nullable for argument in (*cast_operands, call.arguments[-1]))
    return Typed(ArrayType(common, False), nullable)


_UNCERTAIN = Typed(UNKNOWN)
_INTERVALS = (YearMonthIntervalType, DayTimeIntervalType, CalendarIntervalType)
