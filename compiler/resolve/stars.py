"""What a star stands for: all columns, those of one dataset, or the fields of a struct."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.surroundings import Surroundings
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import column_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import StructType


class Expansion(Struct, frozen=True):
    """The columns of a star in order; `qualifier` is the alias that it uses, in lower case.

    `names` spell them out where Spark's star would have others. `is_open` when there may be more.
    """

    columns: tuple[Column, ...] = ()
    is_open: bool = False
    qualifier: str | None = None
    names: tuple[e.ColumnName, ...] | None = None


def expand_star(node: e.Star, around: Surroundings) -> Expansion:
    """What a star stands for; findings where that is nothing, or cannot be told."""
    relation, report = around.relation, around.report
    found = _all_of(node, around)
    if not node.excluded:
        return found
    if found.is_open:
        message = "`* except` needs to know all columns"
        report.add(codes.OPEN_SCHEMA, node.span, message, help="use a `drop` step")
        return Expansion((), True, found.qualifier)
    gone: list[Column] = []
    for name in node.excluded:
        column = scopes.found(name, relation, report)
        if column is not None and column.path:
            _report_field(name, column, report)
        elif column is not None and column.column is not None:
            gone.append(column.column)
    kept = tuple(c for c in found.columns if not any(c is each for each in gone))
    return Expansion(kept, False, found.qualifier, _names(kept, relation, node.span))


def _report_field(name: e.ColumnName, found: scopes.Found, report: Report) -> None:
    """Report a field of a struct, without which `except` would leave the rest of the struct."""
    message = f"`{column_text(name)}` is a field of a column; `except` leaves out whole columns"
    help_ = "leave out the column, or name what stays of it"
    whole, struct = found.column, found.column.type if found.column else None
    if whole is not None and isinstance(struct, StructType) and len(found.path) == 1:
        stays = [f for f in struct.fields if f.name.casefold() != found.path[0].casefold()]
        column = name_text(whole.name)
        fields = ", ".join(f"{column}.{name_text(field.name)}" for field in stays[:6])
        help_ = f"before it, name what stays: `|> set {column} = struct({fields})`"
    report.add(codes.UNKNOWN_COLUMN, name.span, message, help=help_)


def _all_of(node: e.Star, around: Surroundings) -> Expansion:
    relation = around.relation
    if not node.qualifier:
        return Expansion(relation.columns, relation.is_open)
    first = node.qualifier[0].text
    columns = tuple(
        c for c in relation.columns if c.qualifier is not None and scopes.same(c.qualifier, first)
    )
    if len(node.qualifier) > 1 or not columns:
        return _fields(node, around)
    if first.casefold() not in around.hidden_keys:
        return Expansion(columns, relation.is_open, first.casefold())
    if relation.is_open or around.in_transform:
        message = f"`{first}.*` behind `join … using` needs to know all columns"
        help_ = "name the columns, or join with `on` and drop the key of one side"
        around.report.add(codes.OPEN_SCHEMA, node.span, message, help=help_)
        return Expansion(columns, True, first.casefold())
    return Expansion(columns, False, first.casefold(), _names(columns, relation, node.span))


def _fields(node: e.Star, around: Surroundings) -> Expansion:
    """The fields of a struct, `address.*`."""
    relation, report = around.relation, around.report
    first = node.qualifier[0].text
    found = scopes.found(e.ColumnName(node.span, node.qualifier), relation, Report())
    if found is not None and found.column is not None and isinstance(found.type, StructType):
        scopes.found(e.ColumnName(node.span, node.qualifier), relation, report)
        fields = tuple(
            Column(
                field.name,
                field.type,
                found.nullable or field.nullable,
                None,
                found.provenance.field(field.name),
                declared=found.column.declared,
            )
            for field in found.type.fields
        )
        return Expansion(fields, False, first.casefold() if found.qualified else None)
    if relation.is_open:
        return Expansion((), True, first.casefold())
    message = f"there is no dataset and no struct `{first}` here"
    known = sorted({c.qualifier for c in relation.columns if c.qualifier})
    report.unknown(codes.UNKNOWN_DATASET, node.span, message, first, known, "datasets")
    return Expansion((), True)


def _names(columns: tuple[Column, ...], relation: Relation, span: Span) -> tuple[e.ColumnName, ...]:
    return tuple(column_name(column, relation, span) for column in columns)


def column_name(column: Column, relation: Relation, span: Span) -> e.ColumnName:
    """The name by which Spark finds this column and no other."""
    names = [e.Name(span, column.name)]
    twins = [c for c in relation.columns if scopes.same(c.name, column.name)]
    if len(twins) > 1 and column.qualifier is not None:
        names.insert(0, e.Name(span, column.qualifier))
    return e.ColumnName(span, tuple(names))
