"""The places that name columns, gathered to those that must all have one name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.seen import Seen
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import Name


class ColumnOccurrences:
    """Places that name one column have one root; renaming it changes all of them."""

    def __init__(self, seen: Seen, parts: Mapping[Span, Span]) -> None:
        """`parts` are places of columns' names inside of longer texts that stand for them."""
        self._seen = seen
        self._parts = {**seen.wholes, **parts}
        self._above: dict[Span, Span] = {}
        self._declared: dict[Span, tuple[Span, ...]] = {}
        self._definitions: set[Span] = set()
        for relation in self._relations():
            for column in relation.columns:
                if column.declared is not None:
                    self.add_declared(self._part(column.declared))
        for span, columns in seen.columns.items():
            self._add(span, columns)
        for one, other in seen.twins:
            self._join(self._part(one), self._part(other))

    def add_declared(self, span: Span) -> None:
        """Note a place that gives a column its name."""
        self._definitions.add(span)
        self._join(span, span)

    def add_word(self, name: Name, relation: Relation) -> None:
        """Note a column that an option names."""
        folded = name.text.casefold()
        found = [column for column in relation.columns if column.name.casefold() == folded]
        self._add(name.span, found)

    def declared(self, span: Span) -> tuple[Span, ...]:
        """Where the column that is named at `span` got its name."""
        return self._declared.get(span, (span,) if span in self._definitions else ())

    def places(self) -> Iterator[tuple[Span, Span, bool]]:
        """Each place, its root, and whether it gives the column its name."""
        for span in self._above:
            yield span, self._root(span), span in self._definitions

    def _relations(self) -> Iterator[Relation]:
        yield from self._seen.datasets.values()
        for step in self._seen.steps:
            yield step.before
            yield step.after

    def _add(self, span: Span, columns: list[Column]) -> None:
        found = [self._part(c.declared) for c in columns if c.declared is not None]
        for declared in found:
            self._join(declared, span)
        if found:
            self._declared[span] = tuple(dict.fromkeys(found))

    def _part(self, span: Span) -> Span:
        """The part of a name that stands for the column alone."""
        return self._parts.get(span, span)

    def _join(self, one: Span, other: Span) -> None:
        self._above.setdefault(one, one)
        self._above.setdefault(other, other)
        first, second = sorted((self._root(one), self._root(other)))
        self._above[second] = first

    def _root(self, span: Span) -> Span:
        while self._above[span] != span:
            self._above[span] = self._above[self._above[span]]
            span = self._above[span]
        return span
