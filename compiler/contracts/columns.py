"""What a source gets of the columns that it declares, where a sink writes others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache

from msgspec import Struct

from ssbt.compiler.contracts.ends import EndColumn
from ssbt.compiler.contracts.verdicts import Verdict, names_have_case, verdict
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType
from ssbt.compiler.types.ddl import parsed_type


class Kind(Enum):
    """How a column that is read differs from what is written."""

    MISSING = "missing"
    CASE = "case"
    TYPE = "type"
    NULLS = "nulls"


class Mismatch(Struct, frozen=True):
    """A column, or a field in one, that is not read as it was written.

    `path` leads to it; `written` is the name or the type on the other side, as `kind` says.
    """

    kind: Kind
    path: tuple[str, ...]
    read: str
    written: str
    verdict: Verdict
    column: EndColumn
    source: EndColumn | None = None


def mismatches(
    format_: str, written: Iterable[EndColumn], read: Iterable[EndColumn]
) -> Iterator[Mismatch]:
    """The columns that are not read as they were written, where they are found by their names."""
    written = tuple(written)
    exact = {each.name: each for each in written}
    folded = {each.name.casefold(): each for each in written}
    for column in read:
        found = exact.get(column.name)
        if found is None and (other := folded.get(column.name.casefold())) is not None:
            if names_have_case(format_):
                yield Mismatch(
                    Kind.CASE, (column.name,), column.name, other.name, Verdict.WRONG, column, other
                )
                continue
            found = other
        if found is None:
            if not column.may_lack:
                yield Mismatch(Kind.MISSING, (column.name,), column.type, "", Verdict.WRONG, column)
            continue
        if found.nullable and column.nullable is False:
            path = (column.name,)
            yield Mismatch(Kind.NULLS, path, "not null", "", Verdict.WRONG_FOR_SOME, column, found)
        one, other_type = parsed(found.type), parsed(column.type)
        if one is not None and other_type is not None:
            yield from _types(format_, (column.name,), one, other_type, column, found)


def _types(
    format_: str,
    path: tuple[str, ...],
    written: DataType,
    read: DataType,
    column: EndColumn,
    source: EndColumn,
) -> Iterator[Mismatch]:
    """The differences of two types, down to the fields of structs."""
    match written, read:
        case StructType(), StructType():
            yield from _fields(format_, path, written, read, column, source)
            return
        case ArrayType(), ArrayType():
            inner = [(written.element, read.element, "element")]
        case MapType(), MapType():
            inner = [(written.key, read.key, "key"), (written.value, read.value, "value")]
        case _:
            found = verdict(format_, written, read)
            if found is not Verdict.RIGHT:
                yield Mismatch(Kind.TYPE, path, read.sql, written.sql, found, column, source)
            return
    for one, other, name in inner:
        yield from _types(format_, (*path, name), one, other, column, source)


def _fields(
    format_: str,
    path: tuple[str, ...],
    written: StructType,
    read: StructType,
    column: EndColumn,
    source: EndColumn,
) -> Iterator[Mismatch]:
    exact = {each.name: each.type for each in written.fields}
    folded = {each.name.casefold(): (each.name, each.type) for each in written.fields}
    for field in read.fields:
        here = (*path, field.name)
        if field.name in exact:
            yield from _types(format_, here, exact[field.name], field.type, column, source)
        elif field.name.casefold() not in folded:
            missing = field.type.sql
            yield Mismatch(Kind.MISSING, here, missing, "", Verdict.WRONG, column, source)
        elif names_have_case(format_):
            name, _ = folded[field.name.casefold()]
            yield Mismatch(Kind.CASE, here, field.name, name, Verdict.WRONG, column, source)
        else:
            _, type_ = folded[field.name.casefold()]
            yield from _types(format_, here, type_, field.type, column, source)


@lru_cache(maxsize=4096)
def parsed(text: str) -> DataType | None:
    """The type of a column; None for what is not known."""
    return parsed_type(text)
