"""Tests of a pipeline: rows that are given, and rows that come out."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span


class RowsFile(Struct, frozen=True):
    """A file of rows, by its path from the working folder; `kind` is csv, json or parquet."""

    path: str
    kind: str


class Rows(Struct, frozen=True):
    """Rows of a dataset: the values of `columns`, inline or from a file.

    `columns` are empty where a file names them itself.
    """

    dataset: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Expression, ...], ...]
    file: RowsFile | None
    span: Span


class GivenRows(Struct, frozen=True):
    """What a source yields, or any other dataset that the test puts in its place.

    `all_columns` are those of the dataset, `is_open` when there may be more. `batch` counts the
    micro-batches of a stream from 1. `defaults` are the values of columns that are not given, which
    are null without one.
    """

    rows: Rows
    all_columns: tuple[Column, ...]
    is_open: bool
    batch: int
    streaming: bool
    defaults: tuple[tuple[str, Expression], ...] = ()


class ExpectedRows(Struct, frozen=True):
    """What a dataset must yield; `after` is the micro-batch that yields it, None for all of them.

    `ordered` when the order of the rows counts.
    """

    rows: Rows
    after: int | None
    ordered: bool
    streaming: bool


class Clock(Struct, frozen=True):
    """The time from a micro-batch on, the first one being 1."""

    time: str
    batch: int
    span: Span


class Test(Struct, frozen=True):
    """A test; `transform` is the one that it is about, if it is about one alone.

    With `fails`, computing `runs` must fail with a message that holds the text.
    """

    name: str
    given: tuple[GivenRows, ...]
    then: tuple[ExpectedRows, ...]
    fails: str | None
    transform: str | None
    runs: tuple[str, ...]
    clocks: tuple[Clock, ...]
    span: Span
