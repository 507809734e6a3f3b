"""What a source without a schema finds of the columns that its pipeline names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.contracts.columns import parsed
from ssbt.compiler.contracts.ends import EndColumn
from ssbt.compiler.contracts.folders import layout
from ssbt.compiler.contracts.meetings import Meeting
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.positions import by_position
from ssbt.compiler.types.datatypes import DataType, StructType, innermost


def unwritten_names(meeting: Meeting) -> Iterator[NamedColumn]:
    """The columns that a pipeline names and that Spark does not find in what the sink writes."""
    if meeting.writer.value.columns is None:
        return
    written = found_columns(meeting)
    for each in meeting.reader.value.named if written is not None else ():
        name, *fields = (part.casefold() for part in each.parts)
        column = written.get(name) if written is not None else None
        type_ = parsed(column.type) if column is not None else None
        if column is None or (type_ is not None and not _has(type_, fields)):
            yield each


def found_columns(meeting: Meeting) -> Mapping[str, EndColumn] | None:
    """The columns that Spark finds by itself, by names in lower case; None where that is unclear.

    CSV has the names of its header, or else numbers.
    """
    reader, writer, placed = meeting.reader.value, meeting.writer.value, layout(meeting)
    if placed.others:
        return None
    names = [each.name for each in placed.files]
    if by_position(reader):
        headers = {(part.option("header") or "false") for part in (reader, writer)}
        if headers == {"false"}:
            names = [f"_c{number}" for number in range(len(names))]
        elif headers != {"true"}:
            return None
    of_files = zip(names, placed.files, strict=True)
    return {
        name.casefold(): each for name, each in (*of_files, *((e.name, e) for e in placed.seen))
    }


def _has(type_: DataType, fields: list[str]) -> bool:
    """Whether a type has a field, or a field in one; other types are not looked into."""
    for field in fields:
        inner = innermost(type_)
        if not isinstance(inner, StructType):
            return True
        known = inner.named(field)
        if not known:
            return False
        type_ = known[0].type
    return True
