"""Columns that a source finds by their places, as those of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.contracts.columns import Mismatch, find_mismatches
from ssbt.compiler.contracts.endpoints import EndpointColumn, Payload
from ssbt.compiler.contracts.verdicts import ReadVerdict


class Misplacement(Struct, frozen=True):
    """Columns that stand elsewhere: both sides in their order, and whether Spark says so."""

    written: tuple[str, ...]
    read: tuple[str, ...]
    verdict: ReadVerdict


def is_by_position(part: Payload) -> bool:
    """Whether readers of a format go by the places of columns, as those of bare Avro do."""
    specification = find_connector(part.format)
    if specification is None:
        return part.format == "avro" and part.option("registry") is None
    return specification.source is not None and specification.source.by_position


def find_misplacement(
    reader: Payload,
    written_columns: Sequence[EndpointColumn],
    read_columns: Sequence[EndpointColumn],
) -> Misplacement | None:
    """What is wrong with the order of columns, if anything is.

    A header that is compared stops the job. Without one, only a column whose name stands elsewhere
    is known to be another one.
    """
    ours, theirs = (tuple(each.name for each in side) for side in (read_columns, written_columns))
    folded = [name.casefold() for name in ours], [name.casefold() for name in theirs]
    if folded[0] == folded[1]:
        return None
    if reader.option("header") == "true" and reader.option("enforce_schema") == "false":
        return Misplacement(theirs, ours, ReadVerdict.FAILS)
    if len(ours) != len(theirs):
        return Misplacement(theirs, ours, ReadVerdict.FAILS)
    moved = (
        read_name != written_name and read_name in folded[1]
        for read_name, written_name in zip(*folded, strict=True)
    )
    return Misplacement(theirs, ours, ReadVerdict.WRONG) if any(moved) else None


def type_mismatches_by_position(
    format_: str, written_columns: Sequence[EndpointColumn], read_columns: Sequence[EndpointColumn]
) -> Iterator[Mismatch]:
    """The types that differ, column by column, whatever the names."""
    from msgspec.structs import replace

    for written_column, read_column in zip(written_columns, read_columns, strict=True):
        yield from find_mismatches(
            format_, [replace(written_column, name=read_column.name)], [read_column]
        )
