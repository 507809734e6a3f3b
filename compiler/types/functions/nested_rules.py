"""The rules of functions of arrays, maps and structs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import same_type, tightest, wider, wider_of_all
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    INT,
    LONG,
    NULL,
    STRING,
    UNKNOWN,
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    IntegralType,
    MapType,
    NullType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
    UnknownType,
)
from ssbt.compiler.types.expected import ANY_STRING, implicit_cast
from ssbt.compiler.types.functions.model import Call, Result
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Typed

Arguments = Sequence[Typed]
Parameters = tuple[Typed, ...]


def _element(argument: Typed) -> Typed:
    """The element of an array, unknown if the argument is no known array."""
    if isinstance(argument.type, ArrayType):
        return Typed(argument.type.element, argument.type.contains_null)
    return Typed(UNKNOWN)


def _entry(argument: Typed) -> tuple[Typed, Typed]:
    if isinstance(argument.type, MapType):
        return Typed(argument.type.key, False), Typed(
            argument.type.value, argument.type.value_contains_null
        )
    return Typed(UNKNOWN), Typed(UNKNOWN)


# What the parameters of a lambda are.


def element_only(place: int, arguments: Arguments) -> Parameters:
    """`x -> …` over an array."""
    del place
    return (_element(arguments[0]),)


def element_and_index(place: int, arguments: Arguments) -> Parameters:
    """`x -> …` or `(x, i) -> …` over an array."""
    del place
    return _element(arguments[0]), Typed(INT, False)


def two_elements(place: int, arguments: Arguments) -> Parameters:
    """`(a, b) -> …` over two elements of one array."""
    del place
    return _element(arguments[0]), _element(arguments[0])


def two_arrays(place: int, arguments: Arguments) -> Parameters:
    """`(a, b) -> …` over two arrays, of which the shorter is filled with nulls."""
    del place
    left, right = _element(arguments[0]), _element(arguments[1])
    return Typed(left.type), Typed(right.type)


def key_and_value(place: int, arguments: Arguments) -> Parameters:
    """`(k, v) -> …` over a map."""
    del place
    return _entry(arguments[0])


def key_and_two_values(place: int, arguments: Arguments) -> Parameters:
    """`(k, v1, v2) -> …` over two maps, where a key may be missing from one."""
    del place
    (key, left), (other_key, right) = _entry(arguments[0]), _entry(arguments[1])
    common = wider(key.type, other_key.type)
    return Typed(common or UNKNOWN, False), Typed(left.type), Typed(right.type)


def fold_lambdas(place: int, arguments: Arguments) -> Parameters:
    """`(acc, x) -> …`, and at the end `acc -> …`."""
    start = Typed(arguments[1].type)
    return (start, _element(arguments[0])) if place == 2 else (start,)


# What a function returns.


def fold(call: Call) -> Result:
    """`aggregate`: the result of `finish`, or of `start` if there is none."""
    array_argument, start, merge = call.arguments[:3]
    if not (start.unknown or merge.unknown) and not same_type(start.type, merge.type):
        reason = f"`{call.name}` starts with {start.type} and goes on with {merge.type}"
        return Mismatch(reason, 2, start.type.sql, f"cast the start to {merge.type}")
    last = call.arguments[-1]
    return Typed(last.type, array_argument.nullable or last.nullable)


def array(call: Call) -> Result:
    """`array(…)` of the common type of its elements."""
    if not call.arguments:
        return Typed(ArrayType(NULL, False), False)
    common = operators.common_type(call.arguments, call.ansi)
    if common is None:
        return operators.no_common_type("`array`", call.arguments, call.ansi)
    nulls = any(arrived(each, common).nullable for each in call.arguments)
    return Typed(ArrayType(common, nulls), False)


def _array_and_element(call: Call, element_place: int = 1) -> tuple[ArrayType, DataType] | Result:
    """The array and the type that its elements and the other argument meet in."""
    first, other = call.arguments[0], call.arguments[element_place]
    if first.unknown or other.unknown:
        return Typed(UNKNOWN)
    if not isinstance(first.type, ArrayType):
        return call.refused(0, "an array")
    element = first.type.element
    common = tightest(element, other.type, call.ansi) or wider(element, other.type, call.ansi)
    if common is None or isinstance(first.type, NullType):
        return call.refused(element_place, f"a value that fits {first.type}")
    return first.type, common


def append(call: Call) -> Result:
    """`array_append` and `array_prepend`."""
    met = _array_and_element(call)
    if isinstance(met, Typed | Mismatch):
        return met
    nulls = met[0].contains_null or call.arguments[1].nullable
    return Typed(ArrayType(met[1], nulls), call.arguments[0].nullable)


def insert(call: Call) -> Result:
    """`array_insert`, which fills a gap with nulls."""
    met = _array_and_element(call, 2)
    if isinstance(met, Typed | Mismatch):
        return met
    nullable = call.arguments[0].nullable or call.arguments[1].nullable
    return Typed(ArrayType(met[1], True), nullable)


def compact(call: Call) -> Result:
    """`array_compact`: the array without its nulls."""
    match call.arguments[0].type:
        case ArrayType(element, _):
            return Typed(ArrayType(element, False), call.nullable)
    return Typed(UNKNOWN)


def _searched(result: DataType, null_inside: bool) -> Callable[[Call], Result]:
    def rule(call: Call) -> Result:
        met = _array_and_element(call)
        if isinstance(met, Mismatch):
            return met
        if isinstance(met, Typed):
            return Typed(result)
        if not operators.orderable(met[1]):
            return call.refused(0, "an array of values that can be compared")
        return Typed(result, call.nullable or (null_inside and met[0].contains_null))

    return rule


contains = _searched(BOOLEAN, null_inside=True)
position = _searched(LONG, null_inside=False)


def removed(call: Call) -> Result:
    """`array_remove`."""
    met = _array_and_element(call)
    if isinstance(met, Typed | Mismatch):
        return met
    return Typed(ArrayType(met[1], met[0].contains_null), call.nullable)


def distinct(call: Call) -> Result:
    """`array_distinct`."""
    element = _element(call.arguments[0])
    if not operators.orderable(element.type):
        return call.refused(0, "an array of values that can be compared")
    return Typed(call.arguments[0].type, call.nullable)


def _two(call: Call) -> tuple[ArrayType, ArrayType, DataType] | Result:
    left, right = call.arguments
    if left.unknown or right.unknown:
        return Typed(UNKNOWN)
    for place, each in enumerate((left.type, right.type)):
        if not isinstance(each, ArrayType | NullType):
            return call.refused(place, "an array")
    if not isinstance(left.type, ArrayType) or not isinstance(right.type, ArrayType):
        return Typed(UNKNOWN)
    element = wider(left.type.element, right.type.element, call.ansi)
    if element is None:
        return call.refused(1, left.type.sql)
    if not operators.orderable(element):
        return call.refused(0, "an array of values that can be compared")
    return left.type, right.type, element


def _combined(nulls: Callable[[bool, bool], bool]) -> Callable[[Call], Result]:
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
    """`array_join`."""
    element = _element(call.arguments[0])
    if implicit_cast(element.type, ANY_STRING, call.ansi) is None and not isinstance(
        element.type, StringType
    ):
        return call.refused(0, "an array of strings")
    return Typed(STRING, call.nullable)


def extreme(call: Call) -> Result:
    """`array_max` and `array_min`, null for an empty array."""
    element = _element(call.arguments[0])
    if not operators.orderable(element.type):
        return call.refused(0, "an array of values that can be compared")
    return Typed(element.type)


def repeated(call: Call) -> Result:
    """`array_repeat`."""
    value, count = call.arguments
    return Typed(ArrayType(value.type, value.nullable), count.nullable)


def sorted_array(call: Call) -> Result:
    """`array_sort` and `sort_array`."""
    if len(call.arguments) == 2 and call.name == "array_sort":
        return Typed(call.arguments[0].type, call.arguments[0].nullable)
    element = _element(call.arguments[0])
    if not operators.orderable(element.type):
        return call.refused(0, "an array of values that can be compared")
    return Typed(call.arguments[0].type, call.nullable)


def reversed_value(call: Call) -> Result:
    """`reverse` and `shuffle`."""
    return Typed(call.arguments[0].type, call.arguments[0].nullable)


def sliced(call: Call) -> Result:
    """`slice`."""
    return Typed(call.arguments[0].type, call.nullable)


def zipped(call: Call) -> Result:
    """`arrays_zip`: structs of one element of each, named after the columns."""
    fields = []
    for number, (argument, name) in enumerate(zip(call.arguments, call.names, strict=True)):
        fields.append(StructField(name or str(number), _element(argument).type))
    return Typed(ArrayType(StructType(tuple(fields)), False), call.nullable)


def flattened(call: Call) -> Result:
    """`flatten`."""
    match call.arguments[0].type:
        case ArrayType(ArrayType(element, inner), outer):
            return Typed(ArrayType(element, inner), call.nullable or outer)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.refused(0, "an array of arrays")


def get(call: Call) -> Result:
    """`get(array, index)`, null outside of the array."""
    argument, index = call.arguments
    if argument.unknown:
        return Typed(UNKNOWN)
    if not isinstance(argument.type, ArrayType):
        return call.refused(0, "an array")
    if not isinstance(index.type, IntegralType | NullType | UnknownType):
        return call.refused(1, "an integer")
    return Typed(argument.type.element)


def element_at(call: Call) -> Result:
    """`element_at` of an array or a map."""
    container, key = call.arguments
    match container.type:
        case ArrayType(element, _):
            if not isinstance(key.type, IntegralType | NullType | UnknownType):
                return call.refused(1, "an INT")
            return Typed(element)
        case MapType(key_type, value, _):
            if wider(key_type, key.type, call.ansi) is None:
                return call.refused(1, key_type.sql)
            return Typed(value)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.refused(0, "an array or a map")


def contains_key(call: Call) -> Result:
    """`map_contains_key`."""
    container, key = call.arguments
    if container.unknown or key.unknown:
        return Typed(BOOLEAN)
    if not isinstance(container.type, MapType):
        return call.refused(0, "a map")
    if wider(container.type.key, key.type, call.ansi) is None:
        return call.refused(1, container.type.key.sql)
    return Typed(BOOLEAN, call.nullable)


def tested(call: Call) -> Result:
    """`exists` and `forall`: null where the array or the answer can be."""
    wrong = _not_boolean(call)
    return wrong or Typed(BOOLEAN, call.nullable)


def filtered(call: Call) -> Result:
    """`filter` and `map_filter`."""
    wrong = _not_boolean(call)
    return wrong or Typed(call.arguments[0].type, call.arguments[0].nullable)


def _not_boolean(call: Call) -> Mismatch | None:
    body = call.arguments[1].type
    if isinstance(body, BooleanType | NullType | UnknownType):
        return None
    return Mismatch(f"the lambda of `{call.name}` returns {body}", 1, "a BOOLEAN")


def transformed(call: Call) -> Result:
    """`transform`."""
    body = call.arguments[1]
    return Typed(ArrayType(body.type, body.nullable), call.arguments[0].nullable)


def zipped_with(call: Call) -> Result:
    """`zip_with`."""
    left, right, body = call.arguments
    return Typed(ArrayType(body.type, body.nullable), left.nullable or right.nullable)


def new_map(call: Call) -> Result:
    """`map(key, value, …)`."""
    if len(call.arguments) % 2:
        return Mismatch(f"`map` takes pairs, not {len(call.arguments)} arguments")
    if not call.arguments:
        return Typed(MapType(NULL, NULL, False), False)
    keys_given, values_given = call.arguments[::2], call.arguments[1::2]
    common = [operators.common_type(each, call.ansi) for each in (keys_given, values_given)]
    for what, given, found in zip(
        ("keys", "values"), (keys_given, values_given), common, strict=True
    ):
        if found is None:
            return operators.no_common_type(f"`map`, among its {what},", given, call.ansi)
    key, value = common[0] or UNKNOWN, common[1] or UNKNOWN
    if _holds_map(key):
        return call.refused(0, "a key without maps")
    nulls = any(arrived(each, value).nullable for each in values_given)
    return Typed(MapType(key, value, nulls), False)


def _holds_map(data_type: DataType) -> bool:
    match data_type:
        case MapType():
            return True
        case ArrayType(element, _):
            return _holds_map(element)
        case StructType(fields):
            return any(_holds_map(field.type) for field in fields)
    return False


def merged_maps(call: Call) -> Result:
    """`map_concat`."""
    types = [argument.type for argument in call.arguments]
    for place, each in enumerate(types):
        if not isinstance(each, MapType | UnknownType):
            return call.refused(place, "a map")
    if not types:
        return Typed(MapType(STRING, STRING, False), False)
    common = operators.common_type(call.arguments, call.ansi)
    if common is None:
        return operators.no_common_type("`map_concat`", call.arguments, call.ansi)
    return Typed(common, call.nullable)


def keys(call: Call) -> Result:
    """`map_keys`."""
    return Typed(ArrayType(_entry(call.arguments[0])[0].type, False), call.nullable)


def values(call: Call) -> Result:
    """`map_values`."""
    value = _entry(call.arguments[0])[1]
    return Typed(ArrayType(value.type, value.nullable), call.nullable)


def entries(call: Call) -> Result:
    """`map_entries`."""
    key, value = _entry(call.arguments[0])
    fields = StructField("key", key.type, False), StructField("value", value.type, value.nullable)
    return Typed(ArrayType(StructType(fields), False), call.nullable)


def map_of_arrays(call: Call) -> Result:
    """`map_from_arrays`."""
    key, value = (_element(argument) for argument in call.arguments)
    if _holds_map(key.type):
        return call.refused(0, "an array of keys without maps")
    return Typed(MapType(key.type, value.type, value.nullable), call.nullable)


def map_of_entries(call: Call) -> Result:
    """`map_from_entries`."""
    match call.arguments[0].type:
        case ArrayType(StructType((key, value)), nulls):
            return Typed(MapType(key.type, value.type, value.nullable), call.nullable or nulls)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.refused(0, "an array of structs of a key and a value")


def zipped_maps(call: Call) -> Result:
    """`map_zip_with`."""
    left, right, body = call.arguments
    key = wider(_entry(left)[0].type, _entry(right)[0].type, call.ansi)
    if key is None:
        return call.refused(1, left.type.sql)
    return Typed(MapType(key, body.type, body.nullable), left.nullable or right.nullable)


def transformed_keys(call: Call) -> Result:
    """`transform_keys`."""
    argument, body = call.arguments
    value = _entry(argument)[1]
    if _holds_map(body.type):
        return Mismatch("the lambda of `transform_keys` returns a map", 1, "a key without maps")
    return Typed(MapType(body.type, value.type, value.nullable), argument.nullable)


def transformed_values(call: Call) -> Result:
    """`transform_values`."""
    argument, body = call.arguments
    return Typed(MapType(_entry(argument)[0].type, body.type, body.nullable), argument.nullable)


def struct(call: Call) -> Result:
    """`struct(…)`: its fields are called after the columns, else `col1`, `col2`, …"""
    fields = [
        StructField(name or f"col{number}", argument.type, argument.nullable)
        for number, (argument, name) in enumerate(
            zip(call.arguments, call.names, strict=True), start=1
        )
    ]
    return Typed(StructType(tuple(fields)), False)


def named_struct(call: Call) -> Result:
    """`named_struct(name, value, …)`, with constant names."""
    if len(call.arguments) % 2:
        return Mismatch(f"`named_struct` takes pairs, not {len(call.arguments)} arguments")
    fields = []
    for place in range(0, len(call.arguments), 2):
        name, value = call.arguments[place : place + 2]
        if not isinstance(name.type, StringType | UnknownType):
            return call.refused(place, "a constant string")
        if not isinstance(name.constant, str):
            return Typed(UNKNOWN, False)
        fields.append(StructField(name.constant, value.type, value.nullable))
    return Typed(StructType(tuple(fields)), False)


def sequence(call: Call) -> Result:
    """`sequence` of integers, dates or timestamps."""
    if any(argument.unknown for argument in call.arguments):
        return Typed(UNKNOWN)
    ends = [argument.type for argument in call.arguments[:2]]
    step = call.arguments[2].type if len(call.arguments) == 3 else None
    counted = [*ends, step] if isinstance(step, IntegralType) else ends
    common = wider_of_all(counted, call.ansi)
    match common:
        case None:
            return operators.no_common_type("`sequence`", call.arguments, call.ansi)
        case IntegralType() | DateType() | TimestampType() | TimestampNTZType():
            nulls = any(arrived(argument, common).nullable for argument in call.arguments[:2])
            nulls = nulls or call.arguments[-1].nullable
            return Typed(ArrayType(common, False), nulls)
        case NullType():
            return Typed(UNKNOWN)
    return call.refused(0, f"an integer, a {DATE} or a TIMESTAMP")
