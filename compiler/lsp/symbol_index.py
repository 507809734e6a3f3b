"""Every name in a pipeline and in what it imports: where it stands and what it stands for."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache

from ssbt.compiler.lsp.analysis import Analysis, declaration_kind
from ssbt.compiler.lsp.column_occurrences import ColumnOccurrences
from ssbt.compiler.lsp.names_in_queries import query_names
from ssbt.compiler.lsp.names_in_tests import names_in_test
from ssbt.compiler.lsp.options import (
    block_options,
    column_names,
    connection_names,
    schema_names,
    secret_names,
)
from ssbt.compiler.lsp.resolved_names import ResolvedName, mention_of
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name


# One for the editor's file and a few for those that share a name with it.
@lru_cache(maxsize=8)
def symbol_index(analysis: Analysis) -> SymbolIndex:
    """The index of an analysis; the features that an editor asks for at once share it."""
    return SymbolIndex(analysis)


class SymbolIndex:
    """The mentions of an analysis, by place and by what they stand for."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._columns = ColumnOccurrences(analysis.semantic_index, dict(_added_columns(analysis)))

    @cached_property
    def all(self) -> tuple[ResolvedName, ...]:
        """Every mention once, in the order of the text."""
        mentions: dict[Span, ResolvedName] = {}
        for mention in (*self._declaration_names(), *self._used_names(), *self._column_names()):
            existing = mentions.get(mention.span)
            if existing is None or mention.kind in ("column", "lambda"):
                mentions[mention.span] = mention
            elif mention.defines and existing.key == mention.key:
                mentions[mention.span] = replace(existing, defines=True)
        return tuple(mentions[span] for span in sorted(mentions))

    def find_at(self, path: str, offset: int) -> ResolvedName | None:
        """The name at an offset, or the one that ends there."""
        touching = [
            each
            for each in self.all
            if each.span.path == path and each.span.start <= offset <= each.span.end
        ]
        return touching[-1] if touching else None

    def find_mentions(self, mention: ResolvedName) -> tuple[ResolvedName, ...]:
        """All mentions of what this one stands for."""
        return tuple(each for each in self.all if each.key == mention.key)

    def definitions(self, mention: ResolvedName) -> tuple[Span, ...]:
        """Where it is declared; of a column the nearest place that gave it its name."""
        if mention.kind == "column":
            return self._columns.declaration_spans(mention.span)
        return tuple(each.span for each in self.find_mentions(mention) if each.defines)

    def _declaration_names(self) -> Iterator[ResolvedName]:
        for node in self._analysis.declarations:
            name = getattr(node, "name", None)
            if isinstance(name, Name):
                kind = declaration_kind(node)
                yield ResolvedName(name.span, kind, (kind, name.text.casefold()), True)

    def _used_names(self) -> Iterator[ResolvedName]:
        for node in self._analysis.declarations:
            match node:
                case d.Let(query=query):
                    yield from query_names(self._analysis, query, {})
                case d.Transform(parameters=parameters, query=query):
                    inputs: dict[str, Hashable] = {}
                    for each in parameters:
                        inputs[each.name.text.casefold()] = each.name.span
                        yield ResolvedName(each.name.span, "dataset", each.name.span, True)
                        yield mention_of("schema", each.schema)
                    yield from query_names(self._analysis, query, inputs)
                case d.Test():
                    yield from names_in_test(self._analysis, node, self._columns)
                case d.SinkWrite() | d.Expect():
                    yield mention_of("dataset", node.dataset)
                case d.Maintain():
                    yield mention_of(self._kind_of_sink(node.sink), node.sink)
                case d.BrokenDeclaration() | d.Pipeline() | d.Import() | d.Param() | d.Secret():
                    pass
                case d.Connection() | d.Schema() | d.SourceRead():
                    pass
            if isinstance(node, d.SourceRead | d.SinkWrite | d.Connection):
                yield from (mention_of("schema", name) for name in schema_names(node))
                yield from (mention_of("connection", name) for name in connection_names(node))
                yield from (mention_of("secret", name) for name in secret_names(node))
            yield from self._parameter_names(node)

    def _kind_of_sink(self, name: Name) -> str:
        """Whether a sink is named so, or has the name of its dataset."""
        names = {
            node.name.text.casefold()
            for node in self._analysis.declarations
            if isinstance(node, d.SinkWrite) and node.name is not None
        }
        return "sink" if name.text.casefold() in names else "dataset"

    def _parameter_names(self, root: d.Declaration) -> Iterator[ResolvedName]:
        for node in nodes(root):
            if isinstance(node, e.ParameterUse):
                text = self._analysis.sources[node.span.path].text[node.span.start : node.span.end]
                inner = text[2:-1].strip()
                start = node.span.start + text.index(inner, 2)
                span = Span(node.span.path, start, start + len(inner))
                yield ResolvedName(span, "param", ("param", node.name.text.casefold()))

    def _column_names(self) -> Iterator[ResolvedName]:
        for node in self._analysis.declarations:
            if isinstance(node, d.SinkWrite):
                relation = self._analysis.relation(node.dataset.text)
                for name in column_names(node):
                    self._columns.add_word(name, relation)
            elif isinstance(node, d.Schema):
                for column in node.columns:
                    self._columns.add_declared(column.name.span)
        for span, key, defines in self._columns.occurrences():
            yield ResolvedName(span, "column", key, defines)


def _added_columns(analysis: Analysis) -> Iterator[tuple[Span, Span]]:
    """The options that add a column, and the place of its name in them."""
    for node in analysis.declarations:
        if isinstance(node, d.SourceRead):
            for entry, option in block_options(node):
                if option.adds_column:
                    yield entry.span, entry.value.span
