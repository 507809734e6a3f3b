"""A whole pipeline, resolved: what is checked and emitted.

Strings here are the user's text, never code: emit quotes every one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Checkpoint, Connector, OptionPlacement
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.ir.records import Records
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Query
from ssbt.compiler.ir.streams import StreamWrite
from ssbt.compiler.ir.tests import Test
from ssbt.compiler.ir.upkeep import Upkeep
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType, StructType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ssbt.compiler.formats.languages import ExternalSchema


class Parameter(Struct, frozen=True):
    """A value given at run time; `default` is a constant of its type, `required` without one.

    A constant is a `bool`, `int`, `float`, `str`, `bytes`, `Decimal`, `date`, `datetime` or None,
    a tuple of constants for an array, a dict for a map.
    """

    name: str
    type: DataType
    default: object
    required: bool
    description: str
    span: Span
    checks: tuple[Condition, ...] = ()

    def refusal(self, value: object) -> str:
        """Why a value of the type is refused, if it is."""
        return next(filter(None, (check.refusal(value) for check in self.checks)), "")


class Schema(Struct, frozen=True):
    """A record type; its text is Spark DDL, `external_schema` is that of another language, if any.

    `defaults` are the values of columns that data may lack, by the column's name; `optional` are
    those that are then null.
    """

    name: str
    type: StructType
    span: Span
    external_schema: ExternalSchema | None = None
    defaults: tuple[tuple[str, object], ...] = ()
    optional: tuple[str, ...] = ()


class Source(Struct, frozen=True):
    """A dataset read from outside; `schema` names the schema that its reader is given.

    `added` is DDL for columns that options add to the schema, such as the corrupt record.
    `records` is present where the rows are made of a broker's records; `part` is "dead_letter" for
    the dataset of those that could not be decoded.
    """

    name: str
    connector: Connector
    settings: Settings
    schema: str | None
    added: tuple[tuple[str, str], ...]
    output: Relation
    description: str
    span: Span
    records: Records | None = None
    part: str = ""

    @property
    def is_versioned(self) -> bool:
        """Whether it reads a table whose log says which files are in it."""
        return self.connector.source is not None and self.connector.source.versioned

    @property
    def reads_table(self) -> bool:
        """Whether what it reads is a table, whose columns are those that it was created with."""
        return self.is_versioned or self.settings.at(OptionPlacement.TABLE) is not None


class Let(Struct, frozen=True):
    """A dataset made from others."""

    name: str
    query: Query
    description: str
    span: Span


class Transform(Struct, frozen=True):
    """A reusable function of datasets; `parameters` pairs names and schemas."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    query: Query
    description: str
    span: Span


class Sink(Struct, frozen=True):
    """Where a dataset goes; `name` is what the user gave, or else the dataset's.

    `stream` is present where the dataset is a stream. `allow` are the tags of columns that it may
    be given.
    """

    name: str
    dataset: str
    connector: Connector
    settings: Settings
    description: str
    span: Span
    stream: StreamWrite | None = None
    allow: tuple[str, ...] = ()

    @property
    def has_checkpoint(self) -> bool:
        """Whether a stream into it has a checkpoint below the pipeline's, if it names one."""
        promise = self.connector.sink.streaming if self.connector.sink is not None else None
        return promise is None or promise.checkpoint is not Checkpoint.NONE

    @property
    def is_versioned(self) -> bool:
        """Whether it writes a table whose log says which files are in it."""
        return self.connector.sink is not None and self.connector.sink.versioned

    @property
    def keeps_layout(self) -> bool:
        """Whether what it writes to is a table that keeps the columns that it was created with."""
        specification = self.connector.sink
        return self.is_versioned or (specification is not None and bool(specification.creates))


class Connection(Struct, frozen=True):
    """What several sources and sinks share; `connector` is the one whose kind it is."""

    name: str
    connector: Connector
    settings: Settings
    description: str
    span: Span


class PythonModule(Struct, frozen=True):
    """A module of the user's that the script imports and ships; `path` is as in the pipeline.

    `imports` are the modules of the project that it imports, and those that they do, by path;
    `opened` files of the project that it reads, with hashes; `unseen` places, such as `a.py:3`,
    that read what nobody can tell.
    """

    name: str
    path: str
    text: str
    imports: tuple[PythonModule, ...] = ()
    opened: tuple[tuple[str, str], ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def all_unseen(self) -> tuple[str, ...]:
        """The places of the module and of those that it imports."""
        return tuple(place for each in (self, *self.imports) for place in each.unseen)


class PipelineDeclarations(Struct, frozen=True):
    """Whatever is declared, used or not, that a configuration may speak of."""

    parameters: tuple[Parameter, ...] = ()
    connections: tuple[Connection, ...] = ()
    secrets: tuple[str, ...] = ()


class UnusedDeclaration(Struct, frozen=True):
    """A declaration that nothing uses; `kind` is its keyword."""

    kind: str
    name: str
    span: Span


class Pipeline(Struct, frozen=True, dict=True):
    """Everything that one script needs, in the order in which data flows.

    `datasets` are sources and lets together; every one is used by a later one or by a sink.
    `checkpoint` is the folder below which each stream keeps its place, None where none is given.
    `secrets` are the names of those that connections, sources and sinks use. `last_entry` is the
    place of the last entry of its block. `refuses_implicit_flows` where personal data may not
    decide about rows. `spark_secrets` are the settings of Spark that hold credentials, with the
    names of secrets. `upkeep` is of tables that sinks write.
    """

    name: str
    description: str
    owner: str
    target: str
    spark: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    schemas: tuple[Schema, ...]
    transforms: tuple[Transform, ...]
    datasets: tuple[Source | Let, ...]
    sinks: tuple[Sink, ...]
    modules: tuple[PythonModule, ...]
    span: Span
    schedule: str = ""
    unused: tuple[UnusedDeclaration, ...] = ()
    checkpoint: Text | None = None
    connections: tuple[Connection, ...] = ()
    secrets: tuple[str, ...] = ()
    declarations: PipelineDeclarations = PipelineDeclarations()
    tests: tuple[Test, ...] = ()
    last_entry: Span | None = None
    refuses_implicit_flows: bool = False
    spark_secrets: tuple[tuple[str, str], ...] = ()
    upkeep: tuple[Upkeep, ...] = ()


def collect_outputs(pipeline: Pipeline) -> dict[str, Relation]:
    """The columns that each dataset has, by its name."""
    return {
        each.name: each.output if isinstance(each, Source) else each.query.output
        for each in pipeline.datasets
    }


_Named = TypeVar("_Named", Parameter, Connection, Source | Let, Sink)


def sort_by_name(declarations: Iterable[_Named]) -> list[_Named]:
    """Sorted, so that declarations that change places change nothing."""
    return sorted(declarations, key=lambda each: each.name)
