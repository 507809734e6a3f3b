"""What the clauses of tests name: datasets, a transform and its parameters, columns."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.column_occurrences import ColumnOccurrences
from ssbt.compiler.lsp.resolved_names import ResolvedName, mention_of
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.types.datatypes import UNKNOWN


def names_in_test(
    analysis: Analysis, node: d.Test, columns: ColumnOccurrences
) -> Iterator[ResolvedName]:
    """The names in a test; its columns are added to `columns`."""
    transform = _find_transform(analysis, node)
    for clause in node.clauses:
        if not isinstance(clause, d.Rows):
            continue
        name = clause.dataset
        if transform is None:
            yield mention_of("dataset", name)
            for column in clause.columns:
                columns.add_word(column, analysis.relation(name.text))
            continue
        for parameter in transform.parameters:
            if parameter.name.text.casefold() == name.text.casefold():
                yield ResolvedName(name.span, "dataset", parameter.name.span)
                for column in clause.columns:
                    columns.add_word(column, _schema_relation(analysis, parameter.schema.text))
        if transform.name.text.casefold() == name.text.casefold():
            yield mention_of("transform", name)


def _find_transform(analysis: Analysis, node: d.Test) -> d.Transform | None:
    """The transform that the test is about, if it is about one."""
    for clause in node.clauses:
        if isinstance(clause, d.Rows) and clause.clause == "then":
            declaration = analysis.by_name.get(("transform", clause.dataset.text.casefold()))
            if isinstance(declaration, d.Transform):
                return declaration
    return None


def _schema_relation(analysis: Analysis, name: str) -> Relation:
    """The columns of a schema that is written here, with their places."""
    node = analysis.by_name.get(("schema", name.casefold()))
    columns = node.columns if isinstance(node, d.Schema) else ()
    return Relation(
        tuple(Column(c.name.text, UNKNOWN, True, declared=c.name.span) for c in columns)
    )
