"""What a source without a schema finds of the columns that its pipeline names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.contracts.columns import parse_column_type
from ssbt.compiler.contracts.endpoints import EndpointColumn
from ssbt.compiler.contracts.folders import compute_layout
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.pairs import EndpointPair
from ssbt.compiler.contracts.positions import is_by_position
from ssbt.compiler.types.datatypes import DataType, StructType, innermost_type


def unwritten_names(meeting: EndpointPair) -> Iterator[NamedColumn]:
    """The columns that a pipeline names and that Spark does not find in what the sink writes."""
    if meeting.writer.value.columns is None:
        return
    written = found_columns(meeting)
    for each in meeting.reader.value.named if written is not None else ():
        name, *fields = (part.casefold() for part in each.parts)
        column = written.get(name) if written is not None else None
        type_ = parse_column_type(column.type) if column is not None else None
        if column is None or (type_ is not None and not _has(type_, fields)):
            yield each


def found_columns(meeting: EndpointPair) -> Mapping[str, EndpointColumn] | None:
    """The columns that Spark finds by itself, by names in lower case; None where that is unclear.

    CSV has the names of its header, or else numbers.
    """
    reader, writer, placed = meeting.reader.value, meeting.writer.value, compute_layout(meeting)
    if placed.outer:
        return None
    names = [each.name for each in placed.files]
    if is_by_position(reader):
        headers = {(part.option("header") or "false") for part in (reader, writer)}
        if headers == {"false"}:
            names = [f"_c{number}" for number in range(len(names))]
        elif headers != {"true"}:
            return None
    of_files = zip(names, placed.files, strict=True)
    return {
        name.casefold(): each for name, each in (*of_files, *((e.name, e) for e in placed.visible))
    }


def _has(type_: DataType, fields: list[str]) -> bool:
    """Whether a type has a field, or a field in one; other types are not looked into."""
    for field in fields:
        inner = innermost_type(type_)
        if not isinstance(inner, StructType):
            return True
        inner_fields = inner.find_fields(field)
        if not inner_fields:
            return False
        type_ = inner_fields[0].type
    return True
