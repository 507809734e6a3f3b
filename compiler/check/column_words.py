"""Whether a format can hold a column."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType


def is_rejected(column: Column, rejects: tuple[str, ...]) -> bool:
    """Whether its type, or one inside of it, is among the rejected ones."""
    return any(word in rejects for word in _type_words(column.type))


def _type_words(type_: DataType) -> Iterator[str]:
    """The names of a type and of the types inside it: `ARRAY`, `DECIMAL`, `INTERVAL DAY`."""
    waiting = [type_]
    while waiting:
        each = waiting.pop()
        yield each.sql.split("<")[0].split("(")[0]
        if isinstance(each, ArrayType):
            waiting.append(each.element)
        elif isinstance(each, MapType):
            waiting += [each.key, each.value]
        elif isinstance(each, StructType):
            waiting += [field.type for field in each.fields]
