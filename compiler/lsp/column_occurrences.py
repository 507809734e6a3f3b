"""The places that name columns, gathered to those that must all have one name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.semantic_index import SemanticIndex
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.nodes import Name


class ColumnOccurrences:
    """Places that name one column have one root; renaming it changes all of them."""

    def __init__(self, semantic_index: SemanticIndex, parts: Mapping[Span, Span]) -> None:
        """`parts` are places of columns' names inside longer texts that stand for them."""
        self._semantic_index = semantic_index
        self._parts = {**semantic_index.column_spans, **parts}
        self._parents: dict[Span, Span] = {}
        self._declaration_spans: dict[Span, tuple[Span, ...]] = {}
        self._definitions: set[Span] = set()
        for relation in self._iterate_relations():
            for column in relation.columns:
                if column.declared is not None:
                    self.add_declared(self._column_part(column.declared))
        for span, columns in semantic_index.columns.items():
            self._add_uses(span, columns)
        for left, right in semantic_index.linked_spans:
            self._union(self._column_part(left), self._column_part(right))

    def add_declared(self, span: Span) -> None:
        """Note a place that gives a column its name."""
        self._definitions.add(span)
        self._union(span, span)

    def add_word(self, name: Name, relation: Relation) -> None:
        """Note a column that an option names."""
        folded = name.text.casefold()
        columns = [column for column in relation.columns if column.name.casefold() == folded]
        self._add_uses(name.span, columns)

    def declaration_spans(self, span: Span) -> tuple[Span, ...]:
        """Where the column that is named at `span` got its name."""
        return self._declaration_spans.get(span, (span,) if span in self._definitions else ())

    def occurrences(self) -> Iterator[tuple[Span, Span, bool]]:
        """Each place, its root, and whether it gives the column its name."""
        for span in self._parents:
            yield span, self._find_root(span), span in self._definitions

    def _iterate_relations(self) -> Iterator[Relation]:
        yield from self._semantic_index.datasets.values()
        for step in self._semantic_index.steps:
            yield step.input_relation
            yield step.output_relation

    def _add_uses(self, span: Span, columns: list[Column]) -> None:
        declarations = [self._column_part(c.declared) for c in columns if c.declared is not None]
        for declaration in declarations:
            self._union(declaration, span)
        if declarations:
            self._declaration_spans[span] = tuple(dict.fromkeys(declarations))

    def _column_part(self, span: Span) -> Span:
        """The part of a name that stands for the column alone."""
        return self._parts.get(span, span)

    def _union(self, left: Span, right: Span) -> None:
        self._parents.setdefault(left, left)
        self._parents.setdefault(right, right)
        first, second = sorted((self._find_root(left), self._find_root(right)))
        self._parents[second] = first

    def _find_root(self, span: Span) -> Span:
        while self._parents[span] != span:
            self._parents[span] = self._parents[self._parents[span]]
            span = self._parents[span]
        return span
