"""What the clauses of tests name: datasets, a transform and its parameters, columns."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.column_occurrences import ColumnOccurrences
from ssbt.compiler.lsp.resolved_names import ResolvedName, named
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.types.datatypes import UNKNOWN


def names_in_test(of: Analysis, node: d.Test, columns: ColumnOccurrences) -> Iterator[ResolvedName]:
    """The names in a test; its columns are added to `columns`."""
    transform = _transform(of, node)
    for clause in node.clauses:
        if not isinstance(clause, d.Rows):
            continue
        name = clause.dataset
        if transform is None:
            yield named("dataset", name)
            for column in clause.columns:
                columns.add_word(column, of.relation(name.text))
            continue
        for parameter in transform.parameters:
            if parameter.name.text.casefold() == name.text.casefold():
                yield ResolvedName(name.span, "dataset", parameter.name.span)
                for column in clause.columns:
                    columns.add_word(column, _schema(of, parameter.schema.text))
        if transform.name.text.casefold() == name.text.casefold():
            yield named("transform", name)


def _transform(of: Analysis, node: d.Test) -> d.Transform | None:
    """The transform that the test is about, if it is about one."""
    for clause in node.clauses:
        if isinstance(clause, d.Rows) and clause.clause == "then":
            found = of.by_name.get(("transform", clause.dataset.text.casefold()))
            if isinstance(found, d.Transform):
                return found
    return None


def _schema(of: Analysis, name: str) -> Relation:
    """The columns of a schema that is written here, with their places."""
    node = of.by_name.get(("schema", name.casefold()))
    declared = node.columns if isinstance(node, d.Schema) else ()
    return Relation(
        tuple(Column(c.name.text, UNKNOWN, True, declared=c.name.span) for c in declared)
    )
