"""Declared schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConnectionName
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes.declarations import BAD_DEFAULT, EMPTY_SCHEMA
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve.expressions.constants import (
    NotConstantError,
    can_be_parameter,
    evaluate_constant,
)
from ssbt.compiler.resolve.expressions.typenames import resolve_data_type
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Expression, NullLiteral
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.values import WordValue
from ssbt.compiler.types.casts import expression_type
from ssbt.compiler.types.datatypes import BinaryType, DataType, StructField, StructType, UnknownType

if TYPE_CHECKING:
    from ssbt.compiler.formats.languages import ExternalSchema

REGISTRY = "registry"
REGISTRY_KIND = "schema_registry"


class ColumnDefault(Struct, frozen=True):
    """What a column holds where the data has none of its name, and how it is written."""

    value: object
    node: Expression


class SchemaColumn(Struct, frozen=True):
    """A column of a schema: its field, its tags, and where it is declared.

    `is_optional` where `default null` says that data may have no such column.
    """

    field: StructField
    tags: frozenset[str]
    span: Span
    default: ColumnDefault | None = None
    is_optional: bool = False


class DeclaredSchema(Struct, frozen=True):
    """A schema with the places of its columns."""

    name: str
    columns: tuple[SchemaColumn, ...]
    span: Span
    foreign_schema: ExternalSchema | None = None

    @property
    def type(self) -> StructType:
        """The record type."""
        return StructType(tuple(column.field for column in self.columns))

    def columns_as_read(self) -> tuple[Column, ...]:
        """The columns of data with this schema: Spark makes everything that it reads nullable."""
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
    def defaults(self) -> dict[str, ColumnDefault]:
        """Those of its columns, by their names."""
        return {each.field.name: each.default for each in self.columns if each.default is not None}

    def to_ir(self) -> ir.Schema:
        """The IR's schema."""
        values = tuple((name, default.value) for name, default in self.defaults.items())
        optional = tuple(each.field.name for each in self.columns if each.is_optional)
        return ir.Schema(self.name, self.type, self.span, self.foreign_schema, values, optional)


def resolve_schemas(
    nodes: Iterable[d.Schema],
    broken: set[str],
    read: Reader,
    sources: dict[str, Source],
    report: Report,
) -> dict[str, DeclaredSchema]:
    """The schemas by lower-case name; those that cannot be read go to the broken ones.

    Files that are read for them are added to `sources`.
    """
    schemas = {}
    for node in nodes:
        key = node.name.text.casefold()
        if node.origin is None:
            schemas[key] = _resolve_schema(node, report)
            continue
        # Few pipelines have one, and what reads it takes its time to import.
        from ssbt.compiler.resolve.schemas.origins import SchemaOriginResolver

        foreign_schema = SchemaOriginResolver(read, sources, report).resolve(node.origin)
        if foreign_schema is None:
            broken.add(key)
        else:
            schemas[key] = _build_foreign_schema(node, foreign_schema, node.origin.location.span)
    return schemas


def registry_uses(
    nodes: Iterable[d.Schema], connections: Mapping[str, d.Connection]
) -> Iterator[ConnectionName]:
    """The connections to the registries that schemas come from; the only one need not be named."""
    registries = [node for node in connections.values() if node.kind.text.lower() == REGISTRY_KIND]
    for node in nodes:
        if node.origin is None or not isinstance(node.origin.location, Name):
            continue
        if node.origin.location.text.lower() != REGISTRY:
            continue
        registry_values = [
            entry.value for entry in node.origin.entries if entry.name.text == REGISTRY
        ]
        names = [
            ConnectionName(v.text, v.span) for v in registry_values if isinstance(v, WordValue)
        ]
        if not registry_values and len(registries) == 1:
            names.append(ConnectionName(registries[0].name.text, node.origin.location.span))
        yield from names


def _build_foreign_schema(
    node: d.Schema, foreign_schema: ExternalSchema, span: Span
) -> DeclaredSchema:
    fields = foreign_schema.columns.fields
    columns = tuple(SchemaColumn(field, frozenset(), span) for field in fields)
    return DeclaredSchema(node.name.text, columns, node.name.span, foreign_schema)


def _resolve_schema(node: d.Schema, report: Report) -> DeclaredSchema:
    if not node.columns:
        message = f"the schema `{node.name.text}` has no columns"
        report.add(EMPTY_SCHEMA, node.name.span, message)
    first_spans: dict[str, Span] = {}
    columns = []
    for column in node.columns:
        first = first_spans.setdefault(column.name.text.casefold(), column.name.span)
        if first is not column.name.span:
            also = (Label(first, "the first one"),)
            message = f"the schema has two columns called `{column.name.text}`"
            report.add(codes.DUPLICATE_COLUMN, column.name.span, message, also=also)
            continue
        type_ = resolve_data_type(column.type, report)
        field = StructField(column.name.text, type_, not column.not_null, column.comment)
        tags = frozenset(tag.text.lower() for tag in column.tags)
        default = _resolve_default(column, type_, report)
        is_optional = isinstance(column.default, NullLiteral)
        columns.append(SchemaColumn(field, tags, column.name.span, default, is_optional))
    return DeclaredSchema(node.name.text, tuple(columns), node.name.span)


def _resolve_default(
    column: d.SchemaColumn, type_: DataType, report: Report
) -> ColumnDefault | None:
    node, name = column.default, column.name.text
    # Spark gives null anyway; who writes it says that the column may be missing.
    if node is None or isinstance(node, NullLiteral) or isinstance(type_, UnknownType):
        return None
    # Spark's vectorised reader of Parquet fails for binary ones.
    if not can_be_parameter(type_) or isinstance(type_, BinaryType):
        message = f"a column of the type {type_.sql} can have no default"
        report.add(BAD_DEFAULT, node.span, message)
        return None
    try:
        return ColumnDefault(evaluate_constant(node, type_), node)
    except NotConstantError as error:
        message = f"`{name}` has a default that does not fit: {error}"
        report.add(BAD_DEFAULT, node.span, message)
        return None
