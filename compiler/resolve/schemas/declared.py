"""Declared schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConnectionName
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve.expressions.constants import NoConstantError, constant, is_given
from ssbt.compiler.resolve.expressions.typenames import data_type
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Expression, Name, NullLiteral
from ssbt.compiler.syntax.ast.values import WordValue
from ssbt.compiler.types.casts import expression_type
from ssbt.compiler.types.datatypes import BinaryType, DataType, StructField, StructType, UnknownType

if TYPE_CHECKING:
    from ssbt.compiler.formats.languages import Written

REGISTRY = "registry"
REGISTRY_KIND = "schema_registry"


class Default(Struct, frozen=True):
    """What a column holds where the data has none of its name, and how it is written."""

    value: object
    node: Expression


class SchemaColumn(Struct, frozen=True):
    """A column of a schema: its field, its tags, and where it is declared.

    `may_lack` where `default null` says that data may have no such column.
    """

    field: StructField
    tags: frozenset[str]
    span: Span
    default: Default | None = None
    may_lack: bool = False


class DeclaredSchema(Struct, frozen=True):
    """A schema with the places of its columns."""

    name: str
    columns: tuple[SchemaColumn, ...]
    span: Span
    written: Written | None = None

    @property
    def type(self) -> StructType:
        """The record type."""
        return StructType(tuple(column.field for column in self.columns))

    def when_read(self) -> tuple[Column, ...]:
        """The columns of data with this schema: Spark makes all that it reads nullable."""
        return tuple(
            Column(
                each.field.name,
                expression_type(each.field.type),
                True,
                tags=each.tags,
                declared=each.span,
            )
            for each in self.columns
        )

    @property
    def defaults(self) -> dict[str, Default]:
        """Those of its columns, by their names."""
        return {each.field.name: each.default for each in self.columns if each.default is not None}

    def resolved(self) -> ir.Schema:
        """The IR's schema."""
        values = tuple((name, default.value) for name, default in self.defaults.items())
        optional = tuple(each.field.name for each in self.columns if each.may_lack)
        return ir.Schema(self.name, self.type, self.span, self.written, values, optional)


def schemas(
    nodes: Iterable[d.Schema],
    broken: set[str],
    read: Reader,
    sources: dict[str, Source],
    report: Report,
) -> dict[str, DeclaredSchema]:
    """The schemas by lower-case name; those that cannot be read go to the broken ones.

    Files that are read for them are added to `sources`.
    """
    found = {}
    for node in nodes:
        key = node.name.text.casefold()
        if node.origin is None:
            found[key] = _schema(node, report)
            continue
        # Few pipelines have one, and what reads it takes its time to import.
        from ssbt.compiler.resolve.schemas.origins import SchemaOrigins

        written = SchemaOrigins(read, sources, report).written(node.origin)
        if written is None:
            broken.add(key)
        else:
            found[key] = _written_schema(node, written, node.origin.place.span)
    return found


def registry_uses(
    nodes: Iterable[d.Schema], connections: Mapping[str, d.Connection]
) -> Iterator[ConnectionName]:
    """The connections to the registries that schemas come from; the only one need not be named."""
    known = [node for node in connections.values() if node.kind.text.lower() == REGISTRY_KIND]
    for node in nodes:
        if node.origin is None or not isinstance(node.origin.place, Name):
            continue
        if node.origin.place.text.lower() != REGISTRY:
            continue
        given = [entry.value for entry in node.origin.entries if entry.name.text == REGISTRY]
        named = [ConnectionName(v.text, v.span) for v in given if isinstance(v, WordValue)]
        if not given and len(known) == 1:
            named.append(ConnectionName(known[0].name.text, node.origin.place.span))
        yield from named


def _written_schema(node: d.Schema, written: Written, span: Span) -> DeclaredSchema:
    fields = written.columns.fields
    columns = tuple(SchemaColumn(field, frozenset(), span) for field in fields)
    return DeclaredSchema(node.name.text, columns, node.name.span, written)


def _schema(node: d.Schema, report: Report) -> DeclaredSchema:
    if not node.columns:
        message = f"the schema `{node.name.text}` has no columns"
        report.add(codes.EMPTY_SCHEMA, node.name.span, message)
    seen: dict[str, Span] = {}
    columns = []
    for column in node.columns:
        first = seen.setdefault(column.name.text.casefold(), column.name.span)
        if first is not column.name.span:
            also = (Label(first, "the first one"),)
            message = f"the schema has two columns called `{column.name.text}`"
            report.add(codes.DUPLICATE_COLUMN, column.name.span, message, also=also)
            continue
        type_ = data_type(column.type, report)
        field = StructField(column.name.text, type_, not column.not_null, column.comment)
        tags = frozenset(tag.text.lower() for tag in column.tags)
        default = _default(column, type_, report)
        may_lack = isinstance(column.default, NullLiteral)
        columns.append(SchemaColumn(field, tags, column.name.span, default, may_lack))
    return DeclaredSchema(node.name.text, tuple(columns), node.name.span)


def _default(column: d.SchemaColumn, type_: DataType, report: Report) -> Default | None:
    node, name = column.default, column.name.text
    # Spark gives null anyway; who writes it says that the column may be missing.
    if node is None or isinstance(node, NullLiteral) or isinstance(type_, UnknownType):
        return None
    # Spark's vectorised reader of Parquet fails for binary ones.
    if not is_given(type_) or isinstance(type_, BinaryType):
        message = f"a column of the type {type_.sql} can have no default"
        report.add(codes.BAD_DEFAULT, node.span, message)
        return None
    try:
        return Default(constant(node, type_), node)
    except NoConstantError as error:
        message = f"`{name}` has a default that does not fit: {error}"
        report.add(codes.BAD_DEFAULT, node.span, message)
        return None
