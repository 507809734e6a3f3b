"""Avro's primitive and logical types as spark-avro reads them."""

from __future__ import annotations

from ssbt.compiler.formats.json_text import JsonValue
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    MAX_DECIMAL_PRECISION,
    NULL,
    STRING,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    DataType,
    DecimalType,
)
from ssbt.compiler.types.ddl import parse_type

PRIMITIVES: dict[str, DataType] = {
    "null": NULL,
    "boolean": BOOLEAN,
    "int": INT,
    "long": LONG,
    "float": FLOAT,
    "double": DOUBLE,
    "bytes": BINARY,
    "string": STRING,
}
# What spark-avro writes beside a type that Avro does not have.
_SPARK_TYPE = "spark.sql.catalyst.type"
_LOGICAL: dict[tuple[str, str], DataType] = {
    ("int", "date"): DATE,
    ("long", "timestamp-millis"): TIMESTAMP,
    ("long", "timestamp-micros"): TIMESTAMP,
    ("long", "local-timestamp-millis"): TIMESTAMP_NTZ,
    ("long", "local-timestamp-micros"): TIMESTAMP_NTZ,
}


def logical_type(node: JsonValue, kind: str) -> DataType:
    """The type of a primitive or fixed, with what its `logicalType` makes of it.

    A logical type that is unknown, or cannot be meant at this place, counts for nothing, as the
    specification wants it.
    """
    logical = node.text("logicalType")
    base_type = BINARY if kind == "fixed" else PRIMITIVES[kind]
    if logical == "decimal" and kind in ("bytes", "fixed"):
        return _decimal_type(node, kind) or base_type
    if logical == "custom-decimal" and kind == "long":
        return _decimal_type(node, kind) or base_type
    if kind in ("int", "long") and not logical:
        return parse_type(node.text(_SPARK_TYPE) or "") or base_type
    return _LOGICAL.get((kind, logical or ""), base_type)


def _decimal_type(node: JsonValue, kind: str) -> DataType | None:
    precision, scale = node.number("precision"), node.number("scale") or 0
    if precision is None or precision < 1 or not 0 <= scale <= precision:
        return None
    if kind == "fixed" and precision > _max_digits(node.number("size") or 0):
        return None
    if precision > MAX_DECIMAL_PRECISION:
        precision_node = node.get("precision") or node
        raise precision_node.problem(
            f"a decimal of Spark's has at most {MAX_DECIMAL_PRECISION} digits, not {precision}"
        )
    return DecimalType(precision, scale)


def _max_digits(size: int) -> int:
    """How many decimal digits always fit into this many bytes."""
    return len(str(2 ** (8 * size - 1) - 1)) - 1 if size else 0
