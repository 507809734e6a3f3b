"""The rules of functions of maps and structs."""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import wider_without_strings
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    NULL,
    STRING,
    UNKNOWN,
    ArrayType,
    DataType,
    MapType,
    NullType,
    StringType,
    StructField,
    StructType,
    UnknownType,
    VariantType,
)
from ssbt.compiler.types.functions.array_rules import element_of
from ssbt.compiler.types.functions.model import Call
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Result, Typed


def entry_of(argument: Typed) -> tuple[Typed, Typed]:
    """Key and value of a map, unknown if the argument is no known map."""
    if isinstance(argument.type, MapType):
        value = Typed(argument.type.value, argument.type.value_contains_null)
        return Typed(argument.type.key, False), value
    return Typed(UNKNOWN), Typed(UNKNOWN)


def holds(data_type: DataType, *kinds: type[DataType]) -> bool:
    """Whether a type is of one of the kinds, or has one inside."""
    if isinstance(data_type, kinds):
        return True
    match data_type:
        case ArrayType(element, _):
            return holds(element, *kinds)
        case MapType(key, value, _):
            return holds(key, *kinds) or holds(value, *kinds)
        case StructType(fields):
            return any(holds(field.type, *kinds) for field in fields)
    return False


def holds_map(data_type: DataType) -> bool:
    """Whether there is a map or variant in the type, which then is no key and has no hash."""
    return holds(data_type, MapType, VariantType)


def new_map(call: Call) -> Result:
    """`map(key, value, …)`."""
    if len(call.arguments) % 2:
        return Mismatch(f"`map` takes pairs, not {len(call.arguments)} arguments")
    if not call.arguments:
        return Typed(MapType(NULL, NULL, False), False)
    keys_given, values_given = call.arguments[::2], call.arguments[1::2]
    key = operators.common_type(keys_given, call.ansi)
    value = operators.common_type(values_given, call.ansi)
    if key is None:
        return operators.no_common_type("`map`, among its keys,", keys_given, call.ansi)
    if value is None:
        return operators.no_common_type("`map`, among its values,", values_given, call.ansi)
    if holds_map(key):
        return call.refused(0, "a key without maps")
    nulls = any(arrived(each, value).nullable for each in values_given)
    return Typed(MapType(key, value, nulls), False)


def merged_maps(call: Call) -> Result:
    """`map_concat`."""
    for place, argument in enumerate(call.arguments):
        if not isinstance(argument.type, MapType | UnknownType):
            return call.refused(place, "a map")
    if not call.arguments:
        return Typed(MapType(STRING, STRING), False)
    common = operators.common_type(call.arguments, call.ansi)
    if common is None:
        return operators.no_common_type("`map_concat`", call.arguments, call.ansi)
    return Typed(common, call.nullable)


def keys(call: Call) -> Result:
    """`map_keys`."""
    return Typed(ArrayType(entry_of(call.arguments[0])[0].type), call.nullable)


def values(call: Call) -> Result:
    """`map_values`."""
    return Typed(ArrayType(entry_of(call.arguments[0])[1].type), call.nullable)


def entries(call: Call) -> Result:
    """`map_entries`."""
    key, value = entry_of(call.arguments[0])
    fields = StructField("key", key.type, False), StructField("value", value.type, value.nullable)
    return Typed(ArrayType(StructType(fields), False), call.nullable)


def of_arrays(call: Call) -> Result:
    """`map_from_arrays`."""
    key, value = (element_of(argument) for argument in call.arguments)
    if holds_map(key.type):
        return call.refused(0, "an array of keys without maps")
    return Typed(MapType(key.type, value.type, value.nullable), call.nullable)


def of_entries(call: Call) -> Result:
    """`map_from_entries`."""
    match call.arguments[0].type:
        case ArrayType(StructType((key, value)), nulls):
            if holds_map(key.type):
                return call.refused(0, "entries with keys without maps")
            entry = MapType(key.type, value.type, value.nullable)
            return Typed(entry, call.nullable or nulls)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.refused(0, "an array of structs of a key and a value")


def contains_key(call: Call) -> Result:
    """`map_contains_key`."""
    container, key = call.arguments
    if container.unknown or key.unknown:
        return Typed(BOOLEAN)
    if not isinstance(container.type, MapType):
        return call.refused(0, "a map")
    common = wider_without_strings(container.type.key, key.type, call.ansi)
    if isinstance(key.type, NullType) or common is None:
        return call.refused(1, container.type.key.sql)
    return Typed(BOOLEAN)


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
