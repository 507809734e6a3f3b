"""Avro schemas of all shapes, for the tests that ask us and those that ask Spark."""

from __future__ import annotations

import json
from typing import Any

GOOD_TYPES: dict[str, Any] = {
    "primitives": [
        *("null", "boolean", "int", "long", "float", "double", "bytes", "string"),
    ],
    "optional": ["null", "int"],
    "optional, null last": ["string", "null"],
    "int and long": ["int", "long"],
    "long, null and int": ["long", "null", "int"],
    "float and double": ["double", "float"],
    "union of one": ["string"],
    "union of null": ["null"],
    "empty union": [],
    "union of several": ["null", "string", "int"],
    "int and float": ["int", "float"],
    "records in a union": [
        {"type": "record", "name": "A", "fields": [{"name": "x", "type": "int"}]},
        {"type": "record", "name": "B", "fields": [{"name": "y", "type": ["null", "A"]}]},
    ],
    "date": {"type": "int", "logicalType": "date"},
    "time-millis": {"type": "int", "logicalType": "time-millis"},
    "time-micros": {"type": "long", "logicalType": "time-micros"},
    "timestamp-millis": {"type": "long", "logicalType": "timestamp-millis"},
    "timestamp-micros": {"type": "long", "logicalType": "timestamp-micros"},
    "timestamp-nanos": {"type": "long", "logicalType": "timestamp-nanos"},
    "local-timestamp-millis": {"type": "long", "logicalType": "local-timestamp-millis"},
    "local-timestamp-micros": {"type": "long", "logicalType": "local-timestamp-micros"},
    "date of a string": {"type": "string", "logicalType": "date"},
    "unknown logical type": {"type": "long", "logicalType": "mood"},
    "uuid": {"type": "string", "logicalType": "uuid"},
    "uuid of bytes": {"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"},
    "decimal": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
    "decimal without scale": {"type": "bytes", "logicalType": "decimal", "precision": 9},
    "decimal whose scale is too great": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 2,
        "scale": 5,
    },
    "decimal without precision": {"type": "bytes", "logicalType": "decimal"},
    "fixed decimal": {
        "type": "fixed",
        "name": "D",
        "size": 4,
        "logicalType": "decimal",
        "precision": 9,
    },
    "fixed decimal that does not fit": {
        "type": "fixed",
        "name": "D",
        "size": 4,
        "logicalType": "decimal",
        "precision": 10,
    },
    "duration": {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"},
    "custom decimal": {
        "type": "long",
        "logicalType": "custom-decimal",
        "precision": 10,
        "scale": 2,
    },
    "interval of Spark": {"type": "int", "spark.sql.catalyst.type": "interval year"},
    "interval of Spark, long": {
        "type": "long",
        "spark.sql.catalyst.type": "interval day to second",
    },
    "enum": {"type": "enum", "name": "E", "symbols": ["A", "B"], "default": "A"},
    "array": {"type": "array", "items": "long"},
    "array of optionals": {"type": "array", "items": ["null", "long"]},
    "map": {"type": "map", "values": "double"},
    "map of optionals": {"type": "map", "values": ["null", {"type": "array", "items": "int"}]},
    "a type declared twice alike": [
        {"type": "array", "items": {"type": "fixed", "name": "F", "size": 1}},
        {"type": "map", "values": {"type": "fixed", "name": "F", "size": 1}},
    ],
    "record": {
        "type": "record",
        "name": "Inner",
        "namespace": "other",
        "fields": [
            {"name": "f", "type": {"type": "fixed", "name": "F", "size": 3}},
            {"name": "again", "type": "F"},
            {"name": "full", "type": "other.F"},
        ],
    },
}
BAD_SCHEMAS: dict[str, str] = {
    "not JSON": "{'type': 'int'}",
    "more behind it": '{"type": "record", "name": "R", "fields": []} x',
    "unknown type": '{"type": "record", "name": "R", "fields": [{"name": "f", "type": "lung"}]}',
    "recursion": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": ["null", "R"]}]}'
    ),
    "a type twice in a union": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": ["int", "int"]}]}'
    ),
    "two arrays in a union": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": ['
        '{"type": "array", "items": "int"}, {"type": "array", "items": "long"}]}]}'
    ),
    "a union in a union": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": ["int", ["string"]]}]}'
    ),
    "a symbol that is no name": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": '
        '{"type": "enum", "name": "E", "symbols": ["a-b"]}}]}'
    ),
    "a symbol twice": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": '
        '{"type": "enum", "name": "E", "symbols": ["a", "a"]}}]}'
    ),
    "a default that is no symbol": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": '
        '{"type": "enum", "name": "E", "symbols": ["a"], "default": "b"}}]}'
    ),
    "a record's name": (
        '{"type": "record", "name": "R-x", "fields": [{"name": "f", "type": "int"}]}'
    ),
    "a field's name": (
        '{"type": "record", "name": "R", "fields": [{"name": "f-x", "type": "int"}]}'
    ),
    "a primitive's name": (
        '{"type": "record", "name": "int", "fields": [{"name": "f", "type": "int"}]}'
    ),
    "no name": '{"type": "record", "fields": [{"name": "f", "type": "int"}]}',
    "no fields": '{"type": "record", "name": "R"}',
    "no type": '{"type": "record", "name": "R", "fields": [{"name": "f"}]}',
    "no items": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "array"}}]}'
    ),
    "no size": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": '
        '{"type": "fixed", "name": "F"}}]}'
    ),
    "a type declared twice": (
        '{"type": "record", "name": "R", "fields": ['
        '{"name": "f", "type": {"type": "fixed", "name": "F", "size": 1}}, '
        '{"name": "g", "type": {"type": "fixed", "name": "F", "size": 2}}]}'
    ),
    "a type in a type": (
        '{"type": "record", "name": "R", "fields": ['
        '{"name": "f", "type": {"type": {"type": "string"}}}]}'
    ),
    "a decimal that is too long": (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": '
        '{"type": "bytes", "logicalType": "decimal", "precision": 40}}]}'
    ),
}


def record_of(type_: Any) -> str:
    """The text of a record with one field of the type."""
    fields = [{"name": "f", "type": type_}]
    return json.dumps({"type": "record", "name": "R", "namespace": "shop", "fields": fields})
