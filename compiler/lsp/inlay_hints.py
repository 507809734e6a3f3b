"""The types of computed columns, shown after the names that they get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.ir.relations import Column
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.types.datatypes import UNKNOWN

# A struct of many fields would push the rest of the line out of sight; hovering shows all of it.
_MAX_LENGTH = 40


@dataclass(frozen=True, slots=True)
class InlayHint:
    """`text` stands at `offset`; `whole` is shown to who points at it."""

    offset: int
    text: str
    whole: str


def inlay_hints(analysis: Analysis, path: str, start: int, end: int) -> Iterator[InlayHint]:
    """The hints of the columns that get their names between two offsets of the file at `path`."""
    by_span = _computed_columns(analysis, path)
    for node in analysis.declarations:
        if node.span.path != path or node.span.end < start or node.span.start > end:
            continue
        if isinstance(node, d.Let | d.Transform):
            for name in _new_names(node.query):
                column = by_span.get(name.span)
                if column is not None and start <= name.span.end <= end:
                    yield _build_hint(name, column)


def _new_names(query: s.Query) -> Iterator[Name]:
    """The names that steps give to what they compute."""
    for step in query.steps:
        for node in nodes(step):
            match node:
                case s.Item(value=value, names=names):
                    # Another name for a column says nothing of its type that was not known.
                    if names and not isinstance(value, e.ColumnName):
                        yield from names
                case s.Explode(names=names, position=position):
                    yield from names
                    if position is not None:
                        yield position
                case _:
                    pass


def _computed_columns(analysis: Analysis, path: str) -> dict[Span, Column]:
    return {
        column.declared: column
        for step in analysis.semantic_index.steps
        if step.span.path == path
        for column in step.output_relation.columns
        if column.declared is not None and column.type != UNKNOWN
    }


def _build_hint(name: Name, column: Column) -> InlayHint:
    whole = f"{column.type.sql.lower()}{'' if column.nullable else ' not null'}"
    short = whole if len(whole) <= _MAX_LENGTH else f"{column.type.sql.lower()[: _MAX_LENGTH - 1]}…"
    return InlayHint(name.span.end, f": {short}", whole)
