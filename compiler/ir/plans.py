"""The whole query after a dataset, as Spark will see it: through lets and into transforms.

A rule about streams asks what comes before what, wherever it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Call, Expression, NamedExpression, SortKey
from ssbt.compiler.ir.operators import DatasetInput, Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.source import Span


def plans(pipeline: Pipeline) -> dict[str, Operator]:
    """The last operator of each dataset, by name; made once for all rules."""
    cached: dict[str, Operator] | None = pipeline.__dict__.get("plans")
    if cached is None:
        cached = pipeline.__dict__["plans"] = _build_plans(pipeline)
    return cached


def local_plans(pipeline: Pipeline, names: Mapping[str, str]) -> dict[str, Operator]:
    """The last operator of each dataset, a source's being the source itself.

    Queries are followed up to the datasets in `names`, each of which is `Given` under the name
    that stands there; other datasets are looked into, as if their queries were written in place.
    """
    builder = _plan_builder(pipeline)
    scope: dict[str, Operator] = {}
    roots: dict[str, Operator] = {}
    for item in pipeline.datasets:
        if isinstance(item, Source):
            operator = Operator(item, (), item.output)
        else:
            operator = builder.build_query(item.query, scope)
        roots[item.name] = scope[item.name] = operator
        if item.name in names:
            dataset_input = DatasetInput(item.span, operator.output, names[item.name])
            scope[item.name] = Operator(dataset_input, (), operator.output)
    return roots


def _plan_builder(pipeline: Pipeline) -> _PlanBuilder:
    return _PlanBuilder(
        {each.name: tuple(name for name, _ in each.parameters) for each in pipeline.transforms}
    )


def _build_plans(pipeline: Pipeline) -> dict[str, Operator]:
    builder = _plan_builder(pipeline)
    roots: dict[str, Operator] = {}
    for item in pipeline.datasets:
        if isinstance(item, Source):
            roots[item.name] = Operator(item, (), item.output)
        else:
            roots[item.name] = builder.build_query(item.query, roots)
    return roots


def stream_plans(pipeline: Pipeline) -> Iterator[tuple[Sink, Operator]]:
    """The sinks into which streams flow, and what flows into each."""
    roots = plans(pipeline)
    for sink in pipeline.sinks:
        if sink.stream is not None:
            yield sink, roots[sink.dataset]


def stream_steps(pipeline: Pipeline) -> tuple[tuple[Sink, Operator], ...]:
    """What streams go through, each operator once for each output mode, with a sink of that mode.

    Made once for all rules.
    """
    cached: tuple[tuple[Sink, Operator], ...] | None = pipeline.__dict__.get("stream_steps")
    if cached is None:
        cached = pipeline.__dict__["stream_steps"] = tuple(_stream_steps(pipeline))
    return cached


def _stream_steps(pipeline: Pipeline) -> Iterator[tuple[Sink, Operator]]:
    by_mode: dict[OutputMode, list[tuple[Sink, Operator]]] = {}
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        by_mode.setdefault(sink.stream.mode, []).append((sink, root))
    for flows in by_mode.values():
        yield from iterate_operators(flows)


def iterate_operators(flows: Iterable[tuple[Sink, Operator]]) -> Iterator[tuple[Sink, Operator]]:
    """The operators that flow into sinks, each once, after its inputs and with its first sink."""
    visited: set[int] = set()
    for sink, root in flows:
        for operator in walk_operators(root, attrgetter("inputs"), visited):
            yield sink, operator


def expressions(step: object) -> Iterator[Expression]:
    """Every expression of a step."""
    waiting = [step]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Expression):
            yield node
        elif isinstance(node, tuple):
            waiting += node
        elif isinstance(node, NamedExpression | SortKey):
            waiting.append(node.expression)
        elif isinstance(node, s.Step):
            waiting += [getattr(node, name) for name in node.__struct_fields__]


def calls(step: object) -> Iterator[Call]:
    """Every function that a step calls."""
    return (call for each in expressions(step) for call in each.calls)


def has_state(pipeline: Pipeline) -> bool:
    """Whether any stream keeps state."""
    return any(root.keeps_state for _, root in stream_plans(pipeline))


def has_processor(pipeline: Pipeline) -> bool:
    """Whether any dataset, stream or batch, comes from a processor of the user's."""
    return any(root.processors for root in plans(pipeline).values())


def output_modes(pipeline: Pipeline) -> dict[Span, frozenset[OutputMode]]:
    """The modes of the streams that each step is in, by the step's place."""
    modes: dict[Span, frozenset[OutputMode]] = {}
    for sink, operator in stream_steps(pipeline):
        assert sink.stream is not None
        span = operator.step.span
        modes[span] = modes.get(span, frozenset()) | {sink.stream.mode}
    return modes


class _PlanBuilder:
    """Makes the operators of queries; `parameters` are those of transforms by name."""

    def __init__(self, parameters: Mapping[str, tuple[str, ...]]) -> None:
        self._parameters = parameters

    def build_query(self, query: s.Query, scope: Mapping[str, Operator]) -> Operator:
        """The last operator of a query over the datasets in `scope`."""
        flowing = self._build_input(query.base, scope)
        alias = query.base.alias or ""
        for step in query.steps:
            flowing = self._build_step(step, flowing, scope, alias)
            # From here on the columns have it themselves.
            alias = ""
        return flowing

    def _build_input(self, operand: s.Input, scope: Mapping[str, Operator]) -> Operator:
        if operand.body is None:
            return scope[operand.dataset]
        arguments = tuple(self._build_input(each, scope) for each in operand.arguments or ())
        return self._build_body(operand.dataset, operand.body, arguments)

    def _build_body(
        self, transform: str, body: s.Query, arguments: tuple[Operator, ...]
    ) -> Operator:
        names = self._parameters[transform]
        return self.build_query(body, dict(zip(names, arguments, strict=True)))

    def _build_step(
        self, step: s.Step, flowing: Operator, scope: Mapping[str, Operator], alias: str
    ) -> Operator:
        match step:
            case s.UseTransform(body=s.Query() as body):
                other_inputs = tuple(self._build_input(each, scope) for each in step.arguments)
                return self._build_body(step.transform, body, (flowing, *other_inputs))
            case s.Join() | s.SetOperation():
                right = self._build_input(step.right, scope)
                aliases = (alias, step.right.alias or "")
                return Operator(step, (flowing, right), step.output, aliases)
            case s.SqlQuery():
                named_inputs = tuple(scope[name] for name in step.inputs)
                first = (flowing,) if step.uses_input else ()
                return Operator(step, (*first, *named_inputs), step.output)
            case s.Filter() | s.Project() | s.WithColumns() | s.DropColumns() | s.RenameColumns():
                pass
            case s.Alias() | s.Aggregate() | s.Distinct() | s.Deduplicate() | s.Watermark():
                pass
            case s.Sort() | s.Limit() | s.Offset() | s.Pivot() | s.Unpivot() | s.Sample():
                pass
            case s.Explode() | s.UseTransform() | s.ApplyFunction() | s.Stateful():
                pass
        return Operator(step, (flowing,), step.output, (alias,))
