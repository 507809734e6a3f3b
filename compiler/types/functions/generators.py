"""Functions that make several rows of one, and functions that are tables.

The type of a generator is the struct of the columns that it makes.
"""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import as_nullable, same_type
from ssbt.compiler.types.datatypes import (
    INT,
    NULL,
    STRING,
    UNKNOWN,
    VARIANT,
    ArrayType,
    MapType,
    NullType,
    StructField,
    StructType,
    UnknownType,
)
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.typed import Result, Typed


def _columns(*fields: StructField) -> Typed:
    return Typed(StructType(fields), False)


def _explode(with_position: bool = False, outer: bool = False) -> Rule:
    """`explode` and its like: an element, or a key and a value, with its place if asked."""
    first = (StructField("pos", INT, outer),) if with_position else ()

    def rule(call: Call) -> Result:
        match call.arguments[0].type:
            case ArrayType(element, nulls):
                return _columns(*first, StructField("col", element, nulls or outer))
            case MapType(key, value, nulls):
                pair = StructField("key", key, outer), StructField("value", value, nulls or outer)
                return _columns(*first, *pair)
            case UnknownType():
                return Typed(UNKNOWN, False)
        return call.refused(0, "an array or a map")

    return rule


def _inline(outer: bool) -> Rule:
    """`inline`: the fields of an array of structs."""

    def rule(call: Call) -> Result:
        match call.arguments[0].type:
            case ArrayType(StructType(fields), nulls):
                return _columns(
                    *(
                        StructField(field.name, field.type, field.nullable or nulls or outer)
                        for field in fields
                    )
                )
            case UnknownType():
                return Typed(UNKNOWN, False)
        return call.refused(0, "an array of structs")

    return rule


def _stack(call: Call) -> Result:
    """`stack(n, …)`: the values in n rows; columns of one type each."""
    rows = call.arguments[0].constant
    values = call.arguments[1:]
    if not isinstance(rows, int) or rows < 1:
        return Typed(UNKNOWN, False)
    width = -(-len(values) // rows)
    fields = []
    for column in range(width):
        stacked = values[column::width]
        known = [value.type for value in stacked if not isinstance(value.type, NullType)]
        if not all(same_type(known[0], each) for each in known):
            return operators.no_common_type("`stack`", stacked, call.ansi)
        fields.append(StructField(f"col{column}", as_nullable(known[0]) if known else NULL))
    return _columns(*fields)


def _json_tuple(call: Call) -> Result:
    names = (f"c{number}" for number in range(len(call.arguments) - 1))
    return _columns(*(StructField(name, STRING) for name in names))


def _variant_explode(call: Call) -> Result:
    outer = call.name.endswith("_outer")
    value = StructField("value", VARIANT, outer)
    return _columns(StructField("pos", INT, outer), StructField("key", STRING), value)


def _unknown_table(call: Call) -> Result:
    del call
    return Typed(UNKNOWN, False)


GENERATORS = {
    "explode": Row("1.0.0", "collection any", _explode(), "named"),
    "explode_outer": Row("1.0.0", "collection any", _explode(outer=True), "named"),
    "inline": Row("2.0.0", "input any", _inline(outer=False), "named"),
    "inline_outer": Row("2.0.0", "input any", _inline(outer=True), "named"),
    "json_tuple": Row("1.6.0", "= jsonStr string, p string, more string*", _json_tuple),
    "posexplode": Row("2.0.0", "collection any", _explode(with_position=True), "named"),
    "posexplode_outer": Row(
        "2.0.0", "collection any", _explode(with_position=True, outer=True), "named"
    ),
    "stack": Row("2.0.0", "n int!, expr any, more any*", _stack),
}

TABLES = {
    "collations": Row("4.0.0", "", _unknown_table),
    "python_worker_logs": Row("4.1.0", "", _unknown_table),
    "range": Row("2.0.0", "start any, end any?, step any?, numPartitions any?", _unknown_table),
    "sql_keywords": Row("3.5.0", "", _unknown_table),
    "variant_explode": Row("4.0.0", "input any", _variant_explode, "named"),
    "variant_explode_outer": Row("4.0.0", "input any", _variant_explode, "named"),
}
