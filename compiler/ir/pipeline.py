"""A whole pipeline, resolved: what is checked and emitted.

Strings here are the user's text, never code: emit quotes every one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Connector
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Query
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType, StructType


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value given at run time; `default` is a constant of its type, `required` without one.

    A constant is a `bool`, `int`, `float`, `str`, `bytes`, `Decimal`, `date`, `datetime` or None.
    """

    name: str
    type: DataType
    default: object
    required: bool
    description: str
    span: Span


@dataclass(frozen=True, slots=True)
class Schema:
    """A record type; its text is Spark DDL."""

    name: str
    type: StructType
    span: Span


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset read from outside; `schema` names the schema that its reader is given.

    `added` is DDL for columns that options add to the schema, such as the corrupt record.
    """

    name: str
    connector: Connector
    settings: Settings
    schema: str | None
    added: tuple[tuple[str, str], ...]
    output: Relation
    description: str
    span: Span


@dataclass(frozen=True, slots=True)
class Let:
    """A dataset made from others."""

    name: str
    query: Query
    description: str
    span: Span


@dataclass(frozen=True, slots=True)
class Transform:
    """A reusable function of datasets; `parameters` pairs names and schemas."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    query: Query
    description: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a dataset goes; `name` is stable: what the user gave, or `dataset` and its place."""

    name: str
    dataset: str
    connector: Connector
    settings: Settings
    description: str
    span: Span


@dataclass(frozen=True, slots=True)
class PythonModule:
    """A module of the user's that the script imports and ships; `path` is as in the pipeline."""

    name: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A declaration that nothing uses; `kind` is its keyword."""

    kind: str
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything that one script needs, in the order in which data flows.

    `datasets` are sources and lets together; every one is used by a later one or by a sink.
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
    unused: tuple[Unused, ...] = ()
