"""The steps that drop and rename columns, and how a column is named as a whole."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.stars import column_name
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.formatting.expressions import column_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import UNKNOWN


def whole_column(name: e.ColumnName, relation: Relation, flow: Flow) -> Column | None:
    """The one column that a name stands for and no other has; None, with a finding, otherwise."""
    twins = relation.named(name.parts[-1].text)
    found = None if len(twins) > 1 else scopes.found(name, relation, flow.report)
    if len(twins) > 1:
        message = f"`{twins[0].name}` names {len(twins)} columns, and this step goes by name alone"
        also = tuple(Label(c.declared, "one of them") for c in twins if c.declared is not None)
        help_ = "drop or rename one of them in a step before"
        flow.report.add(name_codes.AMBIGUOUS_COLUMN, name.span, message, also=also, help=help_)
    elif found is not None and found.path:
        message = f"`{column_text(name)}` is a field of a column; this step takes whole columns"
        flow.report.add(name_codes.UNKNOWN_COLUMN, name.span, message, help=taken_out(name))
    elif found is not None and found.column is None and len(name.parts) > 1:
        report_open_qualifier(name, flow)
    elif found is not None:
        return found.column or Column(name.parts[-1].text, UNKNOWN, True, None)
    return None


def taken_out(name: e.ColumnName) -> str:
    """The way to a column of its own for a field."""
    return f"take it out first: `|> extend {column_text(name)} as {name_text(name.parts[-1].text)}`"


def report_open_qualifier(name: e.ColumnName, flow: Flow) -> None:
    """Report a qualified name where Spark goes by the name alone and there may be another of it."""
    message = f"`{column_text(name)}` is one column of its name only if the others are known"
    help_ = "give the source a schema, or name the columns with a `select` before"
    flow.report.add(name_codes.OPEN_SCHEMA, name.span, message, help=help_)


def is_repeated(seen: dict[str, Span], name: str, span: Span, flow: Flow) -> bool:
    first = seen.setdefault(name.casefold(), span)
    if first is span:
        return False
    also = (Label(first, "here already"),)
    flow.report.add(codes.REPEATED_COLUMN, span, f"`{name}` is named twice", also=also)
    return True


def drop(node: s.Drop, flow: Flow) -> ir.Step:
    relation = flow.relation
    dropped: list[Column] = []
    texts: list[str] = []
    qualified = False
    seen: dict[str, Span] = {}
    for name in node.columns:
        found = scopes.found(name, relation, flow.report)
        if found is None or is_repeated(seen, column_text(name), name.span, flow):
            continue
        if found.path:
            message = f"`{column_text(name)}` is a field of a column; only columns can be dropped"
            help_ = "build the struct anew: `|> set … = named_struct(…)`"
            flow.report.add(name_codes.UNKNOWN_COLUMN, name.span, message, help=help_)
            continue
        if found.column is not None:
            dropped.append(found.column)
        if found.qualified or (found.column is None and len(name.parts) > 1):
            qualified = True
            flow.used_aliases.add(name.parts[0].text.casefold())
        texts.append(column_text(name))
    gone = {id(column) for column in dropped}
    kept = tuple(c for c in relation.columns if id(c) not in gone)
    return ir.DropColumns(node.span, Relation(kept, relation.is_open), tuple(texts), qualified)


def rename(node: s.Rename, flow: Flow) -> ir.Step:
    """Columns renamed all at once; a qualified one of several of its name through a projection."""
    relation = flow.relation
    pairs, renamed = _renamings(node, flow)
    columns = tuple(
        replace(c, name=renamed[i].text, qualifier=None, declared=renamed[i].span)
        if i in renamed
        else c
        for i, c in enumerate(relation.columns)
    )
    output = Relation(columns, relation.is_open)
    if not any(_has_twin(relation.columns[place], relation) for place in renamed):
        return ir.RenameColumns(node.span, output, tuple(pairs))
    if relation.is_open:
        message = "renaming one of two columns of a name needs to know all columns"
        flow.report.add(name_codes.OPEN_SCHEMA, node.span, message)
    named = []
    for place, column in enumerate(relation.columns):
        plain = as_it_is(column, node.span, flow)
        names = (renamed[place].text,) if place in renamed else ()
        named.append(ix.Named(plain.expression, names))
    return ir.Project(node.span, output, tuple(named), False)


def _renamings(node: s.Rename, flow: Flow) -> tuple[list[tuple[str, str]], dict[int, e.Name]]:
    """The old and new names, and the new ones by the places of the columns that are known."""
    renamed: dict[int, e.Name] = {}
    pairs: list[tuple[str, str]] = []
    seen: dict[str, Span] = {}
    for renaming in node.renamings:
        found = scopes.found(renaming.column, flow.relation, flow.report)
        if found is None or is_repeated(
            seen, column_text(renaming.column), renaming.column.span, flow
        ):
            continue
        if found.path:
            message = "a field of a column cannot be renamed"
            help_ = taken_out(renaming.column)
            flow.report.add(name_codes.UNKNOWN_COLUMN, renaming.column.span, message, help=help_)
            continue
        old = renaming.column.parts[-1].text
        if found.column is None and len(renaming.column.parts) > 1:
            report_open_qualifier(renaming.column, flow)
        if found.column is not None:
            old = found.column.name
            place = next(i for i, c in enumerate(flow.relation.columns) if c is found.column)
            renamed[place] = renaming.name
        pairs.append((old, renaming.name.text))
    return pairs, renamed


def _has_twin(column: Column, relation: Relation) -> bool:
    return any(c is not column for c in relation.named(column.name))


def alias(node: s.As, flow: Flow) -> ir.Step:
    output = scopes.requalified(flow.relation, node.alias.text)
    return ir.Alias(node.span, output, node.alias.text)


def as_it_is(column: Column, span: Span, flow: Flow) -> ix.Named:
    """A column, named so that Spark finds this one."""
    name = column_name(column, flow.relation, span)
    text = column_text(name)
    if len(name.parts) > 1:
        flow.used_aliases.add(name.parts[0].text.casefold())
    found = ix.Expression(span, (text,), column.type, column.nullable, text, column.provenance)
    return ix.Named(found)
