"""Columns as an Avro schema, for what is written without one that is declared."""

from __future__ import annotations

from collections.abc import Iterable
import json

from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    BYTE,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    SHORT,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    ArrayType,
    DataType,
    DecimalType,
    MapType,
    StructField,
    StructType,
)

Json = dict[str, object] | list[object] | str
_SIMPLE_TYPES: dict[DataType, Json] = {
    BOOLEAN: "boolean",
    BYTE: "int",
    SHORT: "int",
    INT: "int",
    LONG: "long",
    FLOAT: "float",
    DOUBLE: "double",
    BINARY: "bytes",
    DATE: {"type": "int", "logicalType": "date"},
    TIMESTAMP: {"type": "long", "logicalType": "timestamp-micros"},
    TIMESTAMP_NTZ: {"type": "long", "logicalType": "local-timestamp-micros"},
}


def render_avro_schema(columns: Iterable[StructField], name: str) -> str:
    """The schema of a record called `name`, which may have a namespace, as compact JSON."""
    space, _, short_name = name.rpartition(".")
    record = _record(tuple(columns), short_name)
    if space:
        record = {"type": "record", "name": short_name, "namespace": space, **record}
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def _record(columns: tuple[StructField, ...], name: str) -> dict[str, object]:
    fields = []
    for column in columns:
        type_ = _type(column.type, f"{name}_{column.name}")
        field: dict[str, object] = {"name": column.name, "type": type_}
        if column.nullable:
            field = {"name": column.name, "type": ["null", type_], "default": None}
        fields.append(field)
    return {"type": "record", "name": name, "fields": fields}


def _type(type_: DataType, name: str) -> Json:
    """Avro's type; `name` is for a record, of which no two may be called alike."""
    match type_:
        case DecimalType(precision, scale):
            decimal = {"type": "bytes", "logicalType": "decimal"}
            return {**decimal, "precision": precision, "scale": scale}
        case ArrayType(element, contains_null):
            return {"type": "array", "items": _optional(element, contains_null, name)}
        case MapType(_, value, contains_null):
            return {"type": "map", "values": _optional(value, contains_null, name)}
        case StructType(fields):
            return _record(fields, name)
        case _:
            return _SIMPLE_TYPES.get(type_, "string")


def _optional(type_: DataType, nullable: bool, name: str) -> Json:
    return ["null", _type(type_, name)] if nullable else _type(type_, name)
