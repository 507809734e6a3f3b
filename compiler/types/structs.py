"""Structs that have two fields of the same name."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType


def find_doubled_field(data_type: DataType) -> str | None:
    """The name that two fields of one struct have, wherever in a type; None if no struct has two.

    Upper and lower case are one, as in Spark.
    """
    match data_type:
        case ArrayType(element):
            return find_doubled_field(element)
        case MapType(key, value):
            return find_doubled_field(key) or find_doubled_field(value)
        case StructType(fields):
            names: set[str] = set()
            for field in fields:
                if field.name.casefold() in names:
                    return field.name
                names.add(field.name.casefold())
            inner = (find_doubled_field(field.type) for field in fields)
            return next((name for name in inner if name is not None), None)
    return None
