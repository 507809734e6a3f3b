"""Pairs of Avro schemas: what is read with, what was written with, and what the former misses."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def record(*fields: Schema, name: str = "R") -> Schema:
    return {"type": "record", "name": name, "fields": list(fields)}


def field(type_: Any, name: str = "f", **more: Any) -> Schema:
    return {"name": name, "type": type_, **more}


ENUM_AB = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
ENUM_ABC = {"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}
ENUM_DEFAULT = {**ENUM_AB, "default": "A"}
FIXED_2 = {"type": "fixed", "name": "F", "size": 2}
FIXED_3 = {"type": "fixed", "name": "F", "size": 3}
INTS = {"type": "array", "items": "int"}
LONGS = {"type": "array", "items": "long"}
STRINGS = {"type": "map", "values": "string"}
INNER = record(field("int", "x"), name="Inner")
INNER_MORE = record(field("int", "x"), field("int", "y"), name="Inner")

# Read with, written with, what cannot be read.
CHANGES: dict[str, tuple[Schema, Schema, tuple[str, ...]]] = {
    "the same": (record(field("int")), record(field("int")), ()),
    "a field more": (record(field("int")), record(field("int"), field("string", "g")), ()),
    "a field less": (
        record(field("int"), field("string", "g")),
        record(field("int")),
        ("`g` is gone, and has no default",),
    ),
    "a field less, with a default": (
        record(field("int"), field("string", "g", default="")),
        record(field("int")),
        (),
    ),
    "renamed, with an alias": (
        record(field("int", "new", aliases=["f"])),
        record(field("int")),
        (),
    ),
    "wider": (record(field("long")), record(field("int")), ()),
    "narrower": (
        record(field("int")),
        record(field("long")),
        ("`f` is long now, and was int",),
    ),
    "int to string": (
        record(field("string")),
        record(field("int")),
        ("`f` is int now, and was string",),
    ),
    "bytes to string": (record(field("string")), record(field("bytes")), ()),
    "becomes optional": (
        record(field("int")),
        record(field(["null", "int"])),
        ("`f` is null now, and was int",),
    ),
    "was optional": (record(field(["null", "int"])), record(field("int")), ()),
    "a branch more": (
        record(field(["null", "int"])),
        record(field(["null", "int", "string"])),
        ("`f` string is not one of null, int",),
    ),
    "a new symbol": (
        record(field(ENUM_AB)),
        record(field(ENUM_ABC)),
        ("`f` has new symbols: C",),
    ),
    "a new symbol, with a default": (record(field(ENUM_DEFAULT)), record(field(ENUM_ABC)), ()),
    "a symbol less": (record(field(ENUM_ABC)), record(field(ENUM_AB)), ()),
    "another size": (
        record(field(FIXED_2)),
        record(field(FIXED_3)),
        ("`f` has 3 bytes now, and had 2",),
    ),
    "items wider": (record(field(LONGS)), record(field(INTS)), ()),
    "items narrower": (
        record(field(INTS)),
        record(field(LONGS)),
        ("`f[]` is long now, and was int",),
    ),
    "an array becomes a map": (
        record(field(INTS)),
        record(field(STRINGS)),
        ("`f` is map now, and was array",),
    ),
    "a record inside": (
        record(field(INNER_MORE)),
        record(field(INNER)),
        ("`f.y` is gone, and has no default",),
    ),
}
