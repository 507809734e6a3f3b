"""The rules of functions of maps and structs."""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import wider_type_without_strings
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
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.array_rules import element_of
from ssbt.compiler.types.functions.model import Call
from ssbt.compiler.types.promotion import cast_implicitly


def entry_of(argument: Typed) -> tuple[Typed, Typed]:
    """Key and value of a map, unknown if the argument is no known map."""
    if isinstance(argument.type, MapType):
        value = Typed(argument.type.value, argument.type.value_contains_null)
        return Typed(argument.type.key, False), value
    return Typed(UNKNOWN), Typed(UNKNOWN)


def has_type(data_type: DataType, *classes: type[DataType]) -> bool:
    """Whether a type is of one of the kinds, or has one inside."""
    if isinstance(data_type, classes):
        return True
    match data_type:
        case ArrayType(element, _):
            return has_type(element, *classes)
        case MapType(key, value, _):
            return has_type(key, *classes) or has_type(value, *classes)
        case StructType(fields):
            return any(has_type(field.type, *classes) for field in fields)
    return False


def has_map(data_type: DataType) -> bool:
    """Whether there is a map or variant in the type, which then is no key and has no hash."""
    return has_type(data_type, MapType, VariantType)


def infer_map(call: Call) -> Result:
    """`map(key, value, …)`."""
    if len(call.arguments) % 2:
        return Mismatch(f"`map` takes pairs, not {len(call.arguments)} arguments")
    if not call.arguments:
        return Typed(MapType(NULL, NULL, False), False)
    key_arguments, value_arguments = call.arguments[::2], call.arguments[1::2]
    key = operators.common_type(key_arguments, call.ansi)
    value = operators.common_type(value_arguments, call.ansi)
    if key is None:
        return operators.common_type_mismatch("`map`, among its keys,", key_arguments, call.ansi)
    if value is None:
        return operators.common_type_mismatch(
            "`map`, among its values,", value_arguments, call.ansi
        )
    if has_map(key):
        return call.argument_mismatch(0, "a key without maps")
    nulls = any(cast_implicitly(each, value).nullable for each in value_arguments)
    return Typed(MapType(key, value, nulls), False)


def infer_map_concat(call: Call) -> Result:
    """`map_concat`."""
    for index, argument in enumerate(call.arguments):
        if not isinstance(argument.type, MapType | UnknownType):
            return call.argument_mismatch(index, "a map")
    if not call.arguments:
        return Typed(MapType(STRING, STRING), False)
    common = operators.common_type(call.arguments, call.ansi)
    if common is None:
        return operators.common_type_mismatch("`map_concat`", call.arguments, call.ansi)
    return Typed(common, call.nullable)


def infer_map_keys(call: Call) -> Result:
    """`map_keys`."""
    return Typed(ArrayType(entry_of(call.arguments[0])[0].type), call.nullable)


def infer_map_values(call: Call) -> Result:
    """`map_values`."""
    return Typed(ArrayType(entry_of(call.arguments[0])[1].type), call.nullable)


def infer_map_entries(call: Call) -> Result:
    """`map_entries`."""
    key, value = entry_of(call.arguments[0])
    fields = StructField("key", key.type, False), StructField("value", value.type, value.nullable)
    return Typed(ArrayType(StructType(fields), False), call.nullable)


def infer_map_from_arrays(call: Call) -> Result:
    """`map_from_arrays`."""
    key, value = (element_of(argument) for argument in call.arguments)
    if has_map(key.type):
        return call.argument_mismatch(0, "an array of keys without maps")
    return Typed(MapType(key.type, value.type, value.nullable), call.nullable)


def infer_map_from_entries(call: Call) -> Result:
    """`map_from_entries`."""
    match call.arguments[0].type:
        case ArrayType(StructType((key, value)), nulls):
            if has_map(key.type):
                return call.argument_mismatch(0, "entries with keys without maps")
            entry = MapType(key.type, value.type, value.nullable)
            return Typed(entry, call.nullable or nulls)
        case UnknownType():
            return Typed(UNKNOWN)
    return call.argument_mismatch(0, "an array of structs of a key and a value")


def infer_map_contains_key(call: Call) -> Result:
    """`map_contains_key`."""
    container, key = call.arguments
    if container.is_unknown or key.is_unknown:
        return Typed(BOOLEAN)
    if not isinstance(container.type, MapType):
        return call.argument_mismatch(0, "a map")
    common = wider_type_without_strings(container.type.key, key.type, call.ansi)
    if isinstance(key.type, NullType) or common is None:
        return call.argument_mismatch(1, container.type.key.sql)
    return Typed(BOOLEAN)


def infer_struct(call: Call) -> Result:
    """`struct(…)`: its fields are called after the columns, else `col1`, `col2`, …"""
    fields = [
        StructField(name or f"col{number}", argument.type, argument.nullable)
        for number, (argument, name) in enumerate(
            zip(call.arguments, call.names, strict=True), start=1
        )
    ]
    return Typed(StructType(tuple(fields)), False)


def infer_named_struct(call: Call) -> Result:
    """`named_struct(name, value, …)`, with constant names."""
    if len(call.arguments) % 2:
        return Mismatch(f"`named_struct` takes pairs, not {len(call.arguments)} arguments")
    fields = []
    for index in range(0, len(call.arguments), 2):
        name, value = call.arguments[index : index + 2]
        if not isinstance(name.type, StringType | UnknownType):
            return call.argument_mismatch(index, "a constant string")
        if not isinstance(name.constant, str):
            return Typed(UNKNOWN, False)
        fields.append(StructField(name.constant, value.type, value.nullable))
    return Typed(StructType(tuple(fields)), False)
