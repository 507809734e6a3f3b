"""Declarations: the nouns of a pipeline."""

from __future__ import annotations

from ssbt.compiler.syntax.ast.expressions import Expression, StringLiteral
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.syntax.ast.steps import Query
from ssbt.compiler.syntax.ast.types import TypeName
from ssbt.compiler.syntax.ast.values import Entry, TextValue


class Comment(Node, frozen=True):
    """`# text`, to the end of the line; `text` includes the `#`."""

    text: str


class Pipeline(Node, frozen=True):
    """`pipeline name { … }`."""

    name: Name
    entries: tuple[Entry, ...]


class Import(Node, frozen=True):
    """`import "path.ssbt"`."""

    path: TextValue


class Param(Node, frozen=True):
    """`param name: type [= default] [check predicate] [{ … }]`."""

    name: Name
    type: TypeName
    default: Expression | None
    check: Expression | None
    entries: tuple[Entry, ...]


class Secret(Node, frozen=True):
    """`secret name`."""

    name: Name


class Connection(Node, frozen=True):
    """`connection name: kind { … }`."""

    name: Name
    kind: Name
    entries: tuple[Entry, ...]


class SchemaColumn(Node, frozen=True):
    """`name: type [not null] [default …] [comment '…'] [@tag …]`."""

    name: Name
    type: TypeName
    not_null: bool
    default: Expression | None
    comment: str | None
    tags: tuple[Name, ...]


class Schema(Node, frozen=True):
    """`schema name { columns }`, or one that is written elsewhere."""

    name: Name
    columns: tuple[SchemaColumn, ...]
    origin: SchemaOrigin | None


class SchemaOrigin(Node, frozen=True):
    """Behind `from`: a file, or a kind such as `registry`; and what its block says."""

    location: TextValue | Name
    entries: tuple[Entry, ...]


class SourceRead(Node, frozen=True):
    """`[stream] source name from connector { … }`."""

    name: Name
    stream: bool
    connector: Name
    entries: tuple[Entry, ...]


class Let(Node, frozen=True):
    """`let name = query`."""

    name: Name
    query: Query


class TransformParameter(Node, frozen=True):
    """`name: SCHEMA` of a transform."""

    name: Name
    schema: Name


class Transform(Node, frozen=True):
    """`transform name(a: SCHEMA, …) = query`."""

    name: Name
    parameters: tuple[TransformParameter, ...]
    query: Query


class ExpectRule(Node, frozen=True):
    """`rule: condition else action`."""

    name: Name
    condition: Expression
    action: Name


class Expect(Node, frozen=True):
    """`expect dataset { rules }`."""

    dataset: Name
    rules: tuple[ExpectRule, ...]


class SinkWrite(Node, frozen=True):
    """`sink dataset[.part] to connector [as name] { … }`."""

    dataset: Name
    part: Name | None
    connector: Name
    name: Name | None
    entries: tuple[Entry, ...]


class Maintain(Node, frozen=True):
    """`maintain sink { … }`."""

    sink: Name
    entries: tuple[Entry, ...]


class Row(Node, frozen=True):
    """`(value, …)` in the rows of a test."""

    values: tuple[Expression, ...]


class Rows(Node, frozen=True):
    """Rows of a test: `given`/`then [after N]` a dataset, values inline or from a file."""

    clause: str
    after: int | None
    dataset: Name
    columns: tuple[Name, ...]
    rows: tuple[Row, ...]
    file: TextValue | None


class Fails(Node, frozen=True):
    """`then fails with "…"`."""

    message: TextValue


class Clock(Node, frozen=True):
    """`given clock '…'`."""

    time: StringLiteral


class Test(Node, frozen=True):
    """`test "name" { given … then … }`."""

    name: TextValue
    clauses: tuple[Rows | Fails | Clock, ...]


class BrokenDeclaration(Node, frozen=True):
    """A declaration that did not parse; `name` is what it would have declared, where known.

    Uses of that name are not reported: the mistake is reported once.
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
    | Maintain
    | Test
    | BrokenDeclaration
)


class File(Node, frozen=True):
    """A whole file: its declarations in order, and its comments."""

    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
