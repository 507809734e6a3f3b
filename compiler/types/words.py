"""The words that name types: `DATE` for a date, wherever it stands in a column."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StringType, StructType

OTHER_KEYS = "MAP with keys that are no STRING"


def type_words(type_: DataType) -> Iterator[str]:
    """The names of a type and of the types inside it: `ARRAY`, `DECIMAL`, `INTERVAL DAY`.

    A map with other keys than texts has two.
    """
    pending = [type_]
    while pending:
        current = pending.pop()
        yield current.sql.split("<")[0].split("(")[0]
        if isinstance(current, ArrayType):
            pending.append(current.element)
        elif isinstance(current, MapType):
            pending += [current.key, current.value]
            if not isinstance(current.key, StringType):
                yield OTHER_KEYS
        elif isinstance(current, StructType):
            pending += [field.type for field in current.fields]
