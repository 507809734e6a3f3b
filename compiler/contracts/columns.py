"""What a source gets of the columns that it declares, where a sink writes others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache

from msgspec import Struct

from ssbt.compiler.contracts.endpoints import EndpointColumn
from ssbt.compiler.contracts.verdicts import ReadVerdict, is_case_sensitive, type_verdict
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType
from ssbt.compiler.types.ddl import parse_type


class MismatchKind(Enum):
    """How a column that is read differs from what is written."""

    MISSING = "missing"
    CASE = "case"
    TYPE = "type"
    NULLS = "nulls"


class Mismatch(Struct, frozen=True):
    """A column, or a field in one, that is not read as it was written.

    `path` leads to it; `written` is the name or the type on the other side, as `kind` says.
    """

    kind: MismatchKind
    path: tuple[str, ...]
    read: str
    written: str
    verdict: ReadVerdict
    column: EndpointColumn
    source: EndpointColumn | None = None


def find_mismatches(
    format_: str, written_columns: Iterable[EndpointColumn], read_columns: Iterable[EndpointColumn]
) -> Iterator[Mismatch]:
    """The columns that are not read as they were written, where they are found by their names."""
    written_columns = tuple(written_columns)
    exact = {each.name: each for each in written_columns}
    folded = {each.name.casefold(): each for each in written_columns}
    for column in read_columns:
        source = exact.get(column.name)
        if source is None and (folded_match := folded.get(column.name.casefold())) is not None:
            if is_case_sensitive(format_):
                yield Mismatch(
                    MismatchKind.CASE,
                    (column.name,),
                    column.name,
                    folded_match.name,
                    ReadVerdict.WRONG,
                    column,
                    folded_match,
                )
                continue
            source = folded_match
        if source is None:
            if not column.may_lack:
                yield Mismatch(
                    MismatchKind.MISSING, (column.name,), column.type, "", ReadVerdict.WRONG, column
                )
            continue
        if source.nullable and column.nullable is False:
            path = (column.name,)
            yield Mismatch(
                MismatchKind.NULLS, path, "not null", "", ReadVerdict.WRONG_FOR_SOME, column, source
            )
        written_type, read_type = parse_column_type(source.type), parse_column_type(column.type)
        if written_type is not None and read_type is not None:
            yield from _type_mismatches(
                format_, (column.name,), written_type, read_type, column, source
            )


def _type_mismatches(
    format_: str,
    path: tuple[str, ...],
    written_type: DataType,
    read_type: DataType,
    column: EndpointColumn,
    source: EndpointColumn,
) -> Iterator[Mismatch]:
    """The differences of two types, down to the fields of structs."""
    match written_type, read_type:
        case StructType(), StructType():
            yield from _field_mismatches(format_, path, written_type, read_type, column, source)
            return
        case ArrayType(), ArrayType():
            inner = [(written_type.element, read_type.element, "element")]
        case MapType(), MapType():
            inner = [
                (written_type.key, read_type.key, "key"),
                (written_type.value, read_type.value, "value"),
            ]
        case _:
            outcome = type_verdict(format_, written_type, read_type)
            if outcome is not ReadVerdict.RIGHT:
                yield Mismatch(
                    MismatchKind.TYPE,
                    path,
                    read_type.sql,
                    written_type.sql,
                    outcome,
                    column,
                    source,
                )
            return
    for inner_written, inner_read, name in inner:
        yield from _type_mismatches(
            format_, (*path, name), inner_written, inner_read, column, source
        )


def _field_mismatches(
    format_: str,
    path: tuple[str, ...],
    written_struct: StructType,
    read_struct: StructType,
    column: EndpointColumn,
    source: EndpointColumn,
) -> Iterator[Mismatch]:
    exact = {each.name: each.type for each in written_struct.fields}
    folded = {each.name.casefold(): (each.name, each.type) for each in written_struct.fields}
    for field in read_struct.fields:
        field_path = (*path, field.name)
        if field.name in exact:
            yield from _type_mismatches(
                format_, field_path, exact[field.name], field.type, column, source
            )
        elif field.name.casefold() not in folded:
            type_text = field.type.sql
            yield Mismatch(
                MismatchKind.MISSING, field_path, type_text, "", ReadVerdict.WRONG, column, source
            )
        elif is_case_sensitive(format_):
            name, _ = folded[field.name.casefold()]
            yield Mismatch(
                MismatchKind.CASE, field_path, field.name, name, ReadVerdict.WRONG, column, source
            )
        else:
            _, type_ = folded[field.name.casefold()]
            yield from _type_mismatches(format_, field_path, type_, field.type, column, source)


@lru_cache(maxsize=4096)
def parse_column_type(text: str) -> DataType | None:
    """The type of a column; None for what is not known."""
    return parse_type(text)
