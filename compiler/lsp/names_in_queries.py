"""The names in a query that are no columns: datasets, transforms, schemas, aliases, lambdas."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.resolved_names import ResolvedName, mention_of
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name

# What a qualifier stands for: the kind and the key of a mention.
_Alias = tuple[str, Hashable]
_PLACEHOLDER = lazy_pattern(r"(?<!\{)(?:\{\{)*\{([^\W\d]\w*)\}")


def query_names(
    analysis: Analysis, query: s.Query, inputs: Mapping[str, Hashable]
) -> Iterator[ResolvedName]:
    """The mentions; `inputs` are the keys of a transform's own datasets by lower-case name."""
    return _QueryWalker(analysis, inputs).mentions(query)


class _QueryWalker:
    """One query; `aliases` are those that hold where the walk is."""

    def __init__(self, analysis: Analysis, inputs: Mapping[str, Hashable]) -> None:
        self._analysis = analysis
        self._inputs = inputs
        self._aliases: dict[str, _Alias] = {}

    def mentions(self, query: s.Query) -> Iterator[ResolvedName]:
        yield from self._dataset_names(query.base)
        for step in query.steps:
            yield from self._step_names(step)
            yield from self._expression_names(step)

    def _step_names(self, step: s.Step) -> Iterator[ResolvedName]:
        match step:
            case s.Join(right=use) | s.SetOperation(right=use):
                yield from self._dataset_names(use)
            case s.UseTransform():
                yield mention_of("transform", step.name)
                for argument in step.arguments:
                    yield from self._dataset_names(argument)
            case s.As(alias=alias):
                self._aliases = {alias.text.casefold(): ("alias", alias.span)}
                yield ResolvedName(alias.span, "alias", alias.span, True)
            case s.Sql():
                yield from self._placeholder_names(step.query.span)
                yield mention_of("schema", step.schema)
            case s.Apply():
                yield mention_of("schema", step.schema)
            case s.Stateful():
                yield mention_of("schema", step.schema)
                yield from (mention_of("schema", name) for name in _state_schema_names(step))
            case s.BrokenStep():
                pass
            case s.Where() | s.Select() | s.Extend() | s.SetColumns() | s.Drop() | s.Rename():
                pass
            case s.Aggregate() | s.Distinct() | s.OrderBy() | s.Limit() | s.Offset():
                pass
            case s.Pivot() | s.Unpivot() | s.Sample() | s.Explode():
                pass
            case s.Watermark() | s.Deduplicate():
                pass

    def _dataset_names(self, use: s.DatasetUse) -> Iterator[ResolvedName]:
        folded = use.name.text.casefold()
        if use.arguments is not None:
            alias: _Alias = ("transform", ("transform", folded))
            for argument in use.arguments:
                yield from self._dataset_names(argument)
        elif folded in self._inputs:
            alias = ("dataset", self._inputs[folded])
        else:
            alias = ("dataset", ("dataset", folded))
        yield ResolvedName(use.name.span, *alias)
        if use.alias is not None:
            alias = ("alias", use.alias.span)
            folded = use.alias.text.casefold()
            yield ResolvedName(use.alias.span, *alias, True)
        self._aliases[folded] = alias

    def _placeholder_names(self, span: Span) -> Iterator[ResolvedName]:
        """The datasets in braces in the text of a `sql` step."""
        text = self._analysis.sources[span.path].text[span.start : span.end]
        for match in _PLACEHOLDER.finditer(text):
            folded = match.group(1).casefold()
            if text[match.start(1) - 2] != "$" and folded != "input":
                name_span = Span(span.path, span.start + match.start(1), span.start + match.end(1))
                yield ResolvedName(
                    name_span, "dataset", self._inputs.get(folded, ("dataset", folded))
                )

    def _expression_names(self, step: s.Step) -> Iterator[ResolvedName]:
        for node in nodes(step):
            if isinstance(node, e.ColumnName | e.Star):
                parts = node.parts if isinstance(node, e.ColumnName) else node.qualifier
                alias = self._aliases.get(parts[0].text.casefold()) if parts else None
                is_qualifier = isinstance(node, e.Star) or (
                    bool(parts) and parts[0].span in self._analysis.semantic_index.qualifier_spans
                )
                if alias is not None and is_qualifier:
                    yield ResolvedName(parts[0].span, *alias)
            elif isinstance(node, e.Lambda):
                yield from _lambda_names(node)


def _state_schema_names(step: s.Stateful) -> Iterator[Name]:
    """The words in the block that name schemas."""
    for node in nodes(step):
        match node:
            case v.Entry(name=Name(text=name), value=v.WordValue(span, text)):
                if name.casefold() in ("key", "schema"):
                    yield Name(span, text)
            case _:
                pass


def _lambda_names(node: e.Lambda) -> Iterator[ResolvedName]:
    spans = {name.text.casefold(): name.span for name in node.parameters}
    for name in node.parameters:
        yield ResolvedName(name.span, "lambda", name.span, True)
    for inner in nodes(node.body):
        if isinstance(inner, e.ColumnName):
            first = inner.parts[0]
            span = spans.get(first.text.casefold())
            if span is not None:
                yield ResolvedName(first.span, "lambda", span)
