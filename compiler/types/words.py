"""The words that name types: `DATE` for a date, wherever it stands in a column."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StringType, StructType

OTHER_KEYS = "MAP with keys that are no STRING"


def type_words(type_: DataType) -> Iterator[str]:
    """The names of a type and of the types inside it: `ARRAY`, `DECIMAL`, `INTERVAL DAY`.

    A map with other keys than texts has two.
    """
    waiting = [type_]
    while waiting:
        each = waiting.pop()
        yield each.sql.split("<")[0].split("(")[0]
        if isinstance(each, ArrayType):
            waiting.append(each.element)
        elif isinstance(each, MapType):
            waiting += [each.key, each.value]
            if not isinstance(each.key, StringType):
                yield OTHER_KEYS
        elif isinstance(each, StructType):
            waiting += [field.type for field in each.fields]
