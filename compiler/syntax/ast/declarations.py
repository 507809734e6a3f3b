"""Declarations: the nouns of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.syntax.ast.expressions import Expression, Name, Node, TypeName
from ssbt.compiler.syntax.ast.steps import Query
from ssbt.compiler.syntax.ast.values import Entry, TextValue


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """`# text`, to the end of the line; `text` includes the `#`."""

    text: str


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """`pipeline name { … }`."""

    name: Name
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Import(Node):
    """`import "path.ssbt"`."""

    path: TextValue


@dataclass(frozen=True, slots=True)
class Param(Node):
    """`param name: type [= default] [{ … }]`."""

    name: Name
    type: TypeName
    default: Expression | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Secret(Node):
    """`secret name`."""

    name: Name


@dataclass(frozen=True, slots=True)
class Connection(Node):
    """`connection name: kind { … }`."""

    name: Name
    kind: Name
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SchemaColumn(Node):
    """`name: type [not null] [default …] [comment '…'] [@tag …]`."""

    name: Name
    type: TypeName
    not_null: bool
    default: Expression | None
    comment: str | None
    tags: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Schema(Node):
    """`schema name { columns }`, or `schema name from "file"`."""

    name: Name
    columns: tuple[SchemaColumn, ...]
    file: TextValue | None


@dataclass(frozen=True, slots=True)
class SourceRead(Node):
    """`[stream] source name from connector { … }`."""

    name: Name
    stream: bool
    connector: Name
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Let(Node):
    """`let name = query`."""

    name: Name
    query: Query


@dataclass(frozen=True, slots=True)
class TransformParameter(Node):
    """`name: SCHEMA` of a transform."""

    name: Name
    schema: Name


@dataclass(frozen=True, slots=True)
class Transform(Node):
    """`transform name(a: SCHEMA, …) = query`."""

    name: Name
    parameters: tuple[TransformParameter, ...]
    query: Query


@dataclass(frozen=True, slots=True)
class ExpectRule(Node):
    """`rule: condition else action`."""

    name: Name
    condition: Expression
    action: Name


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """`expect dataset { rules }`."""

    dataset: Name
    rules: tuple[ExpectRule, ...]


@dataclass(frozen=True, slots=True)
class SinkWrite(Node):
    """`sink dataset[.part] to connector [as name] { … }`."""

    dataset: Name
    part: Name | None
    connector: Name
    name: Name | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Rows(Node):
    """Rows of a test: `given`/`then [after N]` a dataset, values inline or from a file."""

    clause: str
    after: int | None
    dataset: Name
    columns: tuple[Name, ...]
    rows: tuple[tuple[Expression, ...], ...]
    file: TextValue | None


@dataclass(frozen=True, slots=True)
class Fails(Node):
    """`then fails with "…"`."""

    message: TextValue


@dataclass(frozen=True, slots=True)
class Test(Node):
    """`test "name" { given … then … }`."""

    name: TextValue
    clauses: tuple[Rows | Fails, ...]


@dataclass(frozen=True, slots=True)
class BrokenDeclaration(Node):
    """A declaration that did not parse; `name` is what it would have declared, where known.

    Uses of that name are not reported: the mistake is told once.
    """

    keyword: str
    name: Name | None


Declaration = (
    Pipeline
    | Import
    | Param
    | Secret
    | Connection
    | Schema
    | SourceRead
    | Let
    | Transform
    | Expect
    | SinkWrite
    | Test
    | BrokenDeclaration
)


@dataclass(frozen=True, slots=True)
class File(Node):
    """A whole file: its declarations in order, and its comments."""

    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
