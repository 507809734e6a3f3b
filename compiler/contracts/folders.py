"""Columns of folders: which of those that a sink makes a source sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ssbt.compiler.contracts.columns import Mismatch, MismatchKind, parse_column_type
from ssbt.compiler.contracts.endpoints import EndpointColumn
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.pairs import EndpointPair
from ssbt.compiler.contracts.verdicts import ReadVerdict
from ssbt.compiler.types.datatypes import (
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DecimalType,
    FloatType,
    IntegerType,
    IntegralType,
    LongType,
    NumericType,
    ShortType,
    StringType,
    TimestampNTZType,
)


class Layout(Struct, frozen=True):
    """The columns that files hold, those of folders that the source sees, and those it does not.

    `outer` are in folders above the sink's own, of types that are not known.
    """

    files: tuple[EndpointColumn, ...]
    visible: tuple[EndpointColumn, ...]
    lost: tuple[EndpointColumn, ...]
    outer: tuple[str, ...] = ()


def compute_layout(pair: EndpointPair) -> Layout:
    """What a source finds where, of the columns that a sink writes."""
    reader, writer = pair.reader, pair.writer
    names = [name.casefold() for name in writer.partitions]
    columns = writer.value.columns or ()
    if reader.is_table:
        return Layout(columns, (), ())
    files = tuple(each for each in columns if each.name.casefold() not in names)
    folders = tuple(each for each in columns if each.name.casefold() in names)
    if reader.recursive:
        return Layout(files, (), folders)
    entered = {name.casefold() for name in pair.inside} if not _counts_from_above(pair) else set()
    return Layout(
        files,
        tuple(each for each in folders if each.name.casefold() not in entered),
        tuple(each for each in folders if each.name.casefold() in entered),
        tuple(name for name in pair.above if name),
    )


def _counts_from_above(pair: EndpointPair) -> bool:
    """Whether folders count from the sink's own on, or from above it."""
    if not pair.base:
        return False
    locations = [location for _, each in pair.writer.locations for location in each]
    return any(
        location == pair.base or location.startswith(pair.base.rstrip("/") + "/")
        for location in locations
    )


def folder_mismatches(layout: Layout, read_columns: Iterable[EndpointColumn]) -> Iterator[Mismatch]:
    """The columns of folders that are read as another type: Spark reads the text of their names."""
    visible = {each.name.casefold(): each for each in layout.visible}
    for column in read_columns:
        source = visible.get(column.name.casefold())
        if source is None:
            continue
        written_type, read_type = parse_column_type(source.type), parse_column_type(column.type)
        if written_type is None or read_type is None:
            continue
        verdict = _text_verdict(written_type, read_type)
        if verdict is not ReadVerdict.RIGHT:
            yield Mismatch(
                MismatchKind.TYPE, (column.name,), column.type, source.type, verdict, column, source
            )


_GUESSES: dict[type[DataType], str] = {
    StringType: "a number or date where all of them look like one, without zeros in front",
    ByteType: "INT",
    ShortType: "INT",
    LongType: "INT where all of them fit",
    FloatType: "DOUBLE",
    DecimalType: "DOUBLE",
    BooleanType: "STRING",
    TimestampNTZType: "TIMESTAMP",
    BinaryType: "STRING",
}


def guessed_columns(pair: EndpointPair) -> Iterator[tuple[NamedColumn, EndpointColumn, str]]:
    """The columns of folders that a source without a schema uses, and what Spark makes of them."""
    if pair.reader.value.columns is not None or pair.writer.value.columns is None:
        return
    visible = {each.name.casefold(): each for each in compute_layout(pair).visible}
    for used in pair.reader.value.named:
        column = visible.get(used.parts[0].casefold())
        type_ = parse_column_type(column.type) if column is not None else None
        guess = _GUESSES.get(type(type_)) if type_ is not None else None
        if column is not None and guess is not None:
            yield used, column, guess


def _text_verdict(written_type: DataType, read_type: DataType) -> ReadVerdict:
    if written_type == read_type or isinstance(read_type, StringType):
        return ReadVerdict.RIGHT
    if isinstance(written_type, IntegralType) and isinstance(read_type, NumericType):
        widths: dict[type[DataType], int] = {ByteType: 1, ShortType: 2, IntegerType: 4, LongType: 8}
        written_width, read_width = (
            widths.get(type(written_type), 8),
            widths.get(type(read_type), 8),
        )
        return ReadVerdict.RIGHT if read_width >= written_width else ReadVerdict.WRONG_FOR_SOME
    return ReadVerdict.FAILS_FOR_SOME
