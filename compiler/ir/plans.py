"""The whole query behind a dataset, as Spark will see it: through lets and into transforms.

A rule about streams asks what comes before what, wherever it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Call, Expression, Named, SortKey
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.source import Span


class Operator(Struct, frozen=True, eq=False, dict=True):
    """A source or a step, with what flows into it and out of it."""

    step: Source | s.Step
    inputs: tuple[Operator, ...]
    output: Relation

    @property
    def streaming(self) -> bool:
        """Whether what flows out has no end."""
        return self.output.streaming

    @property
    def aggregates(self) -> bool:
        """Whether it makes one row of a stream's group; keys alone are a deduplication."""
        step = self.step
        return self.streaming and isinstance(step, s.Aggregate | s.Pivot) and bool(step.aggregates)

    @cached_property
    def distinct_columns(self) -> tuple[Column, ...] | None:
        """The columns of which a stream keeps each combination once; None where it keeps none."""
        if not self.streaming:
            return None
        match self.step:
            case s.Deduplicate(columns=columns) if columns:
                names = {name.casefold() for name in columns}
                return tuple(c for c in self.output.columns if c.name.casefold() in names)
            case s.Deduplicate() | s.Distinct() | s.Project(distinct=True):
                return self.output.columns
            case s.SetOperation(operator="union", all=False) | s.Aggregate(aggregates=()):
                return self.output.columns
        return None

    @cached_property
    def upstream(self) -> tuple[Operator, ...]:
        """All operators that flow into it and itself, each once and behind its inputs."""
        found: list[Operator] = []
        done: set[int] = set()
        waiting = [(self, False)]
        while waiting:
            each, inputs_done = waiting.pop()
            if id(each) in done:
                continue
            if inputs_done:
                done.add(id(each))
                found.append(each)
                continue
            waiting.append((each, True))
            waiting += [(given, False) for given in reversed(each.inputs)]
        return tuple(found)

    @property
    def has_event_time_key(self) -> bool:
        """Whether a grouping key bears a watermark, or is a window over a column that does."""
        step = self.step
        count = len(step.keys) if isinstance(step, s.Aggregate | s.Pivot) else 0
        return any(column.event_time for column in self.output.columns[:count])

    @cached_property
    def stateful(self) -> bool:
        """Whether Spark keeps something between two batches for it."""
        if not self.streaming:
            return False
        match self.step:
            case s.Aggregate() | s.Limit() | s.Pivot() | s.Stateful():
                return True
            case s.Join():
                return all(each.streaming for each in self.inputs)
            case s.SetOperation(operator="except"):
                return True
        return self.distinct_columns is not None


def plans(pipeline: Pipeline) -> dict[str, Operator]:
    """The last operator of each dataset, by name; made once for all rules."""
    known: dict[str, Operator] | None = pipeline.__dict__.get("plans")
    if known is None:
        known = pipeline.__dict__["plans"] = _made(pipeline)
    return known


def _made(pipeline: Pipeline) -> dict[str, Operator]:
    parameters = {
        each.name: tuple(name for name, _ in each.parameters) for each in pipeline.transforms
    }
    maker = _Maker(parameters)
    found: dict[str, Operator] = {}
    for item in pipeline.datasets:
        if isinstance(item, Source):
            found[item.name] = Operator(item, (), item.output)
        else:
            found[item.name] = maker.query(item.query, found)
    return found


def stream_plans(pipeline: Pipeline) -> Iterator[tuple[Sink, Operator]]:
    """The sinks into which streams flow, and what flows into each."""
    known = plans(pipeline)
    for sink in pipeline.sinks:
        if sink.stream is not None:
            yield sink, known[sink.dataset]


def calls(step: object) -> Iterator[Call]:
    """Every function that a step calls."""
    waiting = [step]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Expression):
            yield from each.calls
        elif isinstance(each, tuple):
            waiting += each
        elif isinstance(each, Named | SortKey):
            waiting.append(each.expression)
        elif isinstance(each, s.Step):
            waiting += [getattr(each, name) for name in each.__struct_fields__]


def has_state(pipeline: Pipeline) -> bool:
    """Whether any stream keeps state."""
    return any(each.stateful for _, root in stream_plans(pipeline) for each in root.upstream)


def has_processor(pipeline: Pipeline) -> bool:
    """Whether any dataset, stream or batch, comes from a processor of the user's."""
    roots = plans(pipeline).values()
    return any(isinstance(each.step, s.Stateful) for root in roots for each in root.upstream)


def output_modes(pipeline: Pipeline) -> dict[Span, frozenset[OutputMode]]:
    """The modes of the streams that each step is in, by the step's place."""
    found: dict[Span, frozenset[OutputMode]] = {}
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        for each in root.upstream:
            span = each.step.span
            found[span] = found.get(span, frozenset()) | {sink.stream.mode}
    return found


class _Maker:
    """Makes the operators of queries; `parameters` are those of transforms by name."""

    def __init__(self, parameters: Mapping[str, tuple[str, ...]]) -> None:
        self._parameters = parameters

    def query(self, query: s.Query, scope: Mapping[str, Operator]) -> Operator:
        """The last operator of a query over the datasets in `scope`."""
        flowing = self._input(query.base, scope)
        for step in query.steps:
            flowing = self._step(step, flowing, scope)
        return flowing

    def _input(self, given: s.Input, scope: Mapping[str, Operator]) -> Operator:
        if given.body is None:
            return scope[given.dataset]
        arguments = tuple(self._input(each, scope) for each in given.arguments or ())
        return self._body(given.dataset, given.body, arguments)

    def _body(self, transform: str, body: s.Query, arguments: tuple[Operator, ...]) -> Operator:
        names = self._parameters[transform]
        return self.query(body, dict(zip(names, arguments, strict=True)))

    def _step(self, step: s.Step, flowing: Operator, scope: Mapping[str, Operator]) -> Operator:
        match step:
            case s.UseTransform(body=s.Query() as body):
                others = tuple(self._input(each, scope) for each in step.arguments)
                return self._body(step.transform, body, (flowing, *others))
            case s.Join() | s.SetOperation():
                return Operator(step, (flowing, self._input(step.right, scope)), step.output)
            case s.SqlQuery():
                named = tuple(scope[name] for name in step.inputs)
                first = (flowing,) if step.uses_input else ()
                return Operator(step, (*first, *named), step.output)
        return Operator(step, (flowing,), step.output)
