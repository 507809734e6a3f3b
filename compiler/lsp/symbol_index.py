"""Every name in a pipeline and in what it imports: where it stands and what it stands for."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache

from ssbt.compiler.lsp.analysis import Analysis, kind_of
from ssbt.compiler.lsp.column_occurrences import ColumnOccurrences
from ssbt.compiler.lsp.names_in_queries import query_names
from ssbt.compiler.lsp.names_in_tests import names_in_test
from ssbt.compiler.lsp.options import (
    named_columns,
    named_connections,
    named_schemas,
    named_secrets,
    options,
)
from ssbt.compiler.lsp.resolved_names import ResolvedName, named
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e


# One for the editor's file and a few for those that share a name with it.
@lru_cache(maxsize=8)
def symbol_index(analysis: Analysis) -> SymbolIndex:
    """The index of an analysis; the features that an editor asks for at once share it."""
    return SymbolIndex(analysis)


class SymbolIndex:
    """The mentions of an analysis, by place and by what they stand for."""

    def __init__(self, of: Analysis) -> None:
        self._of = of
        self._columns = ColumnOccurrences(of.seen, dict(_added_columns(of)))

    @cached_property
    def all(self) -> tuple[ResolvedName, ...]:
        """Every mention once, in the order of the text."""
        found: dict[Span, ResolvedName] = {}
        for mention in (*self._declared(), *self._used(), *self._column_names()):
            known = found.get(mention.span)
            if known is None or mention.kind in ("column", "lambda"):
                found[mention.span] = mention
            elif mention.defines and known.key == mention.key:
                found[mention.span] = replace(known, defines=True)
        return tuple(found[span] for span in sorted(found))

    def at(self, path: str, offset: int) -> ResolvedName | None:
        """The name at an offset, or the one that ends there."""
        touched = [
            each
            for each in self.all
            if each.span.path == path and each.span.start <= offset <= each.span.end
        ]
        return touched[-1] if touched else None

    def same(self, mention: ResolvedName) -> tuple[ResolvedName, ...]:
        """All mentions of what this one stands for."""
        return tuple(each for each in self.all if each.key == mention.key)

    def definitions(self, mention: ResolvedName) -> tuple[Span, ...]:
        """Where it is declared; of a column the nearest place that gave it its name."""
        if mention.kind == "column":
            return self._columns.declared(mention.span)
        return tuple(each.span for each in self.same(mention) if each.defines)

    def _declared(self) -> Iterator[ResolvedName]:
        for node in self._of.declarations:
            name = getattr(node, "name", None)
            if isinstance(name, e.Name):
                kind = kind_of(node)
                yield ResolvedName(name.span, kind, (kind, name.text.casefold()), True)

    def _used(self) -> Iterator[ResolvedName]:
        for node in self._of.declarations:
            match node:
                case d.Let(query=query):
                    yield from query_names(self._of, query, {})
                case d.Transform(parameters=parameters, query=query):
                    inputs: dict[str, Hashable] = {}
                    for each in parameters:
                        inputs[each.name.text.casefold()] = each.name.span
                        yield ResolvedName(each.name.span, "dataset", each.name.span, True)
                        yield named("schema", each.schema)
                    yield from query_names(self._of, query, inputs)
                case d.Test():
                    yield from names_in_test(self._of, node, self._columns)
                case d.SinkWrite() | d.Expect():
                    yield named("dataset", node.dataset)
            if isinstance(node, d.SourceRead | d.SinkWrite | d.Connection):
                yield from (named("schema", name) for name in named_schemas(node))
                yield from (named("connection", name) for name in named_connections(node))
                yield from (named("secret", name) for name in named_secrets(node))
            yield from self._parameters(node)

    def _parameters(self, root: d.Declaration) -> Iterator[ResolvedName]:
        for node in nodes(root):
            if isinstance(node, e.ParameterUse):
                text = self._of.sources[node.span.path].text[node.span.start : node.span.end]
                inner = text[2:-1].strip()
                start = node.span.start + text.index(inner, 2)
                span = Span(node.span.path, start, start + len(inner))
                yield ResolvedName(span, "param", ("param", node.name.text.casefold()))

    def _column_names(self) -> Iterator[ResolvedName]:
        for node in self._of.declarations:
            if isinstance(node, d.SinkWrite):
                relation = self._of.relation(node.dataset.text)
                for name in named_columns(node):
                    self._columns.add_word(name, relation)
            elif isinstance(node, d.Schema):
                for column in node.columns:
                    self._columns.add_declared(column.name.span)
        for span, key, defines in self._columns.places():
            yield ResolvedName(span, "column", key, defines)


def _added_columns(of: Analysis) -> Iterator[tuple[Span, Span]]:
    """The options that add a column, and the place of its name in them."""
    for node in of.declarations:
        if isinstance(node, d.SourceRead):
            for entry, option in options(node):
                if option.adds_column:
                    yield entry.span, entry.value.span
