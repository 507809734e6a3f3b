"""Columns of folders: which of those that a sink makes a source sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ssbt.compiler.contracts.columns import Kind, Mismatch, parsed
from ssbt.compiler.contracts.ends import EndColumn
from ssbt.compiler.contracts.meetings import Meeting
from ssbt.compiler.contracts.verdicts import Verdict
from ssbt.compiler.types.datatypes import (
    ByteType,
    DataType,
    IntegerType,
    IntegralType,
    LongType,
    NumericType,
    ShortType,
    StringType,
)


class Layout(Struct, frozen=True):
    """The columns that files hold, those of folders that the source sees, and those it does not.

    `others` are in folders above the sink's own, of types that are not known.
    """

    files: tuple[EndColumn, ...]
    seen: tuple[EndColumn, ...]
    lost: tuple[EndColumn, ...]
    others: tuple[str, ...] = ()


def layout(meeting: Meeting) -> Layout:
    """What a source finds where, of the columns that a sink writes."""
    reader, writer = meeting.reader, meeting.writer
    names = [name.casefold() for name in writer.partitions]
    columns = writer.value.columns or ()
    files = tuple(each for each in columns if each.name.casefold() not in names)
    folders = tuple(each for each in columns if each.name.casefold() in names)
    if reader.recursive:
        return Layout(files, (), folders)
    entered = {name.casefold() for name in meeting.inside} if not _counts(meeting) else set()
    return Layout(
        files,
        tuple(each for each in folders if each.name.casefold() not in entered),
        tuple(each for each in folders if each.name.casefold() in entered),
        tuple(name for name in meeting.above if name),
    )


def _counts(meeting: Meeting) -> bool:
    """Whether folders count from the sink's own on, or from above it."""
    if not meeting.base:
        return False
    places = [place for _, each in meeting.writer.locations for place in each]
    return any(
        place == meeting.base or place.startswith(meeting.base.rstrip("/") + "/")
        for place in places
    )


def folder_mismatches(placed: Layout, read: Iterable[EndColumn]) -> Iterator[Mismatch]:
    """The columns of folders that are read as another type: Spark reads the text of their names."""
    seen = {each.name.casefold(): each for each in placed.seen}
    for column in read:
        found = seen.get(column.name.casefold())
        if found is None:
            continue
        one, other = parsed(found.type), parsed(column.type)
        if one is None or other is None:
            continue
        verdict_ = _read_from_text(one, other)
        if verdict_ is not Verdict.RIGHT:
            yield Mismatch(
                Kind.TYPE, (column.name,), column.type, found.type, verdict_, column, found
            )


def _read_from_text(written: DataType, read: DataType) -> Verdict:
    if written == read or isinstance(read, StringType):
        return Verdict.RIGHT
    if isinstance(written, IntegralType) and isinstance(read, NumericType):
        widths: dict[type[DataType], int] = {ByteType: 1, ShortType: 2, IntegerType: 4, LongType: 8}
        one, other = widths.get(type(written), 8), widths.get(type(read), 8)
        return Verdict.RIGHT if other >= one else Verdict.WRONG_FOR_SOME
    return Verdict.FAILS_FOR_SOME
