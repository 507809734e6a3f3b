"""Functions that make several rows of one, and functions that are tables.

The type of a generator is the struct of the columns that it makes.
"""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import as_nullable, is_same_type
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
from ssbt.compiler.types.expression_types import Result, Typed
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.signature import Row


def _columns_type(*fields: StructField) -> Typed:
    return Typed(StructType(fields), False)


def _explode_rule(with_position: bool = False, outer: bool = False) -> Rule:
    """`explode` and its like: an element, or a key and a value, with its place if asked."""
    first = (StructField("pos", INT, outer),) if with_position else ()

    def rule(call: Call) -> Result:
        match call.arguments[0].type:
            case ArrayType(element, nulls):
                return _columns_type(*first, StructField("col", element, nulls or outer))
            case MapType(key, value, nulls):
                pair = StructField("key", key, outer), StructField("value", value, nulls or outer)
                return _columns_type(*first, *pair)
            case UnknownType():
                return Typed(UNKNOWN, False)
        return call.argument_mismatch(0, "an array or a map")

    return rule


def _inline_rule(outer: bool) -> Rule:
    """`inline`: the fields of an array of structs."""

    def rule(call: Call) -> Result:
        match call.arguments[0].type:
            case ArrayType(StructType(fields), nulls):
                return _columns_type(
                    *(
                        StructField(field.name, field.type, field.nullable or nulls or outer)
                        for field in fields
                    )
                )
            case UnknownType():
                return Typed(UNKNOWN, False)
        return call.argument_mismatch(0, "an array of structs")

    return rule


def _infer_stack(call: Call) -> Result:
    """`stack(n, …)`: the values in n rows; columns of one type each."""
    rows = call.arguments[0].constant
    values = call.arguments[1:]
    if not isinstance(rows, int) or rows < 1:
        return Typed(UNKNOWN, False)
    width = -(-len(values) // rows)
    fields = []
    for column in range(width):
        column_values = values[column::width]
        column_types = [
            value.type for value in column_values if not isinstance(value.type, NullType)
        ]
        if not all(is_same_type(column_types[0], each) for each in column_types):
            return operators.common_type_mismatch("`stack`", column_values, call.ansi)
        fields.append(
            StructField(f"col{column}", as_nullable(column_types[0]) if column_types else NULL)
        )
    return _columns_type(*fields)


def _infer_json_tuple(call: Call) -> Result:
    names = (f"c{number}" for number in range(len(call.arguments) - 1))
    return _columns_type(*(StructField(name, STRING) for name in names))


def _infer_variant_explode(call: Call) -> Result:
    outer = call.name.endswith("_outer")
    value = StructField("value", VARIANT, outer)
    return _columns_type(StructField("pos", INT, outer), StructField("key", STRING), value)


def _infer_unknown_table(call: Call) -> Result:
    del call
    return Typed(UNKNOWN, False)


GENERATORS = {
    "explode": Row("1.0.0", "collection any", _explode_rule(), "named"),
    "explode_outer": Row("1.0.0", "collection any", _explode_rule(outer=True), "named"),
    "inline": Row("2.0.0", "input any", _inline_rule(outer=False), "named"),
    "inline_outer": Row("2.0.0", "input any", _inline_rule(outer=True), "named"),
    "json_tuple": Row("1.6.0", "= jsonStr string, p string, more string*", _infer_json_tuple),
    "posexplode": Row("2.0.0", "collection any", _explode_rule(with_position=True), "named"),
    "posexplode_outer": Row(
        "2.0.0", "collection any", _explode_rule(with_position=True, outer=True), "named"
    ),
    "stack": Row("2.0.0", "n int!, expr any, more any*", _infer_stack),
}

TABLES = {
    "collations": Row("4.0.0", "", _infer_unknown_table),
    "python_worker_logs": Row("4.1.0", "", _infer_unknown_table),
    "range": Row(
        "2.0.0", "start any, end any?, step any?, numPartitions any?", _infer_unknown_table
    ),
    "sql_keywords": Row("3.5.0", "", _infer_unknown_table),
    "variant_explode": Row("4.0.0", "input any", _infer_variant_explode, "named"),
    "variant_explode_outer": Row("4.0.0", "input any", _infer_variant_explode, "named"),
}
