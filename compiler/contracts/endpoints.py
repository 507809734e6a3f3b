"""The ends of a pipeline as another pipeline meets them: what a sink writes, what a source reads.

An end is small and plain, so that it can be remembered and compared without its pipeline.
"""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.source import Span


class EndpointColumn(Struct, frozen=True):
    """A column that is written or read; `type` is its DDL.

    `span` is where its name is given. `may_lack` where the reader says what it is in data without
    it. `nullable` is what is declared: of a sink, that a schema lets it be null on its way here; of
    a source, that it is not null. Spark reads files as if all were nullable.
    """

    name: str
    type: str
    span: Span | None = None
    may_lack: bool = False
    nullable: bool | None = None


class Payload(Struct, frozen=True):
    """Columns in one form: the files of a folder, or the value or the key of records.

    `columns` are None where only Spark knows them. `options` are those that say how the form is
    written, dialects resolved, with the places of those that the user gave. `named` are the columns
    that are used of a source whose columns only Spark knows. It is of `any_format` where that is up
    to the table.
    """

    format: str
    columns: tuple[EndpointColumn, ...] | None
    options: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, Span], ...] = ()
    span: Span | None = None
    named: tuple[NamedColumn, ...] = ()
    any_format: bool = False

    def option(self, name: str) -> str | None:
        """The value of an option, if it is given."""
        return dict(self.options).get(name)

    def option_span(self, name: str) -> Span | None:
        """Where the user gave an option."""
        return dict(self.places).get(name)


class Endpoint(Struct, frozen=True):
    """A source or a sink. `locations` are where it reads or writes, by environment: "" by defaults.

    `partitions` are the columns that a sink makes folders of. `base` is the folder below which
    folders count for a source, by environment. `key` is present for records that have one. Where
    `is_pattern`, the last part of a location is a regular expression for names of topics. `inputs`
    are the sources of streams that flow into a sink. `is_table` holds where a place is a table as a
    whole, with the columns of its folders. `deletes` where a sink deletes its folder before it
    writes, `sweeps` where upkeep deletes what its table does not know there. `checkpoints` are
    where streams of a source keep their places, by their names, with parameters as `${name}`, and
    `parameters` have the values of these by environment.
    """

    pipeline: str
    name: str
    is_sink: bool
    connector: str
    locations: tuple[tuple[str, tuple[str, ...]], ...]
    place: Span
    value: Payload
    key: Payload | None = None
    partitions: tuple[str, ...] = ()
    partitions_span: Span | None = None
    base: tuple[tuple[str, str], ...] = ()
    recursive: bool = False
    is_topic: bool = False
    is_pattern: bool = False
    inputs: tuple[str, ...] = ()
    is_table: bool = False
    deletes: bool = False
    sweeps: bool = False
    checkpoints: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
