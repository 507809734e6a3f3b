"""Columns that a source finds by their places, as those of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ssbt.compiler.connectors.loading import connector
from ssbt.compiler.contracts.columns import Mismatch, mismatches
from ssbt.compiler.contracts.ends import EndColumn, Part
from ssbt.compiler.contracts.verdicts import Verdict


class Misplaced(Struct, frozen=True):
    """Columns that stand elsewhere: both sides in their order, and whether Spark says so."""

    written: tuple[str, ...]
    read: tuple[str, ...]
    verdict: Verdict


def by_position(part: Part) -> bool:
    """Whether readers of a format go by the places of columns, as those of bare Avro do."""
    known = connector(part.format)
    if known is None:
        return part.format == "avro" and part.option("registry") is None
    return known.source is not None and known.source.by_position


def misplaced(
    reader: Part, written: Sequence[EndColumn], read: Sequence[EndColumn]
) -> Misplaced | None:
    """What is wrong with the order of columns, if anything is.

    A header that is compared stops the job. Without one, only a column whose name stands elsewhere
    is known to be another one.
    """
    ours, theirs = (tuple(each.name for each in side) for side in (read, written))
    folded = [name.casefold() for name in ours], [name.casefold() for name in theirs]
    if folded[0] == folded[1]:
        return None
    if reader.option("header") == "true" and reader.option("enforce_schema") == "false":
        return Misplaced(theirs, ours, Verdict.FAILS)
    if len(ours) != len(theirs):
        return Misplaced(theirs, ours, Verdict.FAILS)
    moved = (one != other and one in folded[1] for one, other in zip(*folded, strict=True))
    return Misplaced(theirs, ours, Verdict.WRONG) if any(moved) else None


def types_by_position(
    format_: str, written: Sequence[EndColumn], read: Sequence[EndColumn]
) -> Iterator[Mismatch]:
    """The types that differ, column by column, whatever the names."""
    from msgspec.structs import replace

    for one, other in zip(written, read, strict=True):
        yield from mismatches(format_, [replace(one, name=other.name)], [other])
