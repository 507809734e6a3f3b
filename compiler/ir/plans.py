"""The whole query behind a dataset, as Spark will see it: through lets and into transforms.

A rule about streams asks what comes before what, wherever it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Call, Expression, Named, SortKey
from ssbt.compiler.ir.operators import Given, Operator, walked
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.source import Span


def plans(pipeline: Pipeline) -> dict[str, Operator]:
    """The last operator of each dataset, by name; made once for all rules."""
    known: dict[str, Operator] | None = pipeline.__dict__.get("plans")
    if known is None:
        known = pipeline.__dict__["plans"] = _made(pipeline)
    return known


def local_plans(pipeline: Pipeline, names: Mapping[str, str]) -> dict[str, Operator]:
    """The last operator of each dataset, a source's being the source itself.

    Queries are followed up to the datasets in `names`, each of which is `Given` under the name
    that stands there; other datasets are looked into, as if their queries were written in place.
    """
    maker = _maker(pipeline)
    scope: dict[str, Operator] = {}
    found: dict[str, Operator] = {}
    for item in pipeline.datasets:
        if isinstance(item, Source):
            made = Operator(item, (), item.output)
        else:
            made = maker.query(item.query, scope)
        found[item.name] = scope[item.name] = made
        if item.name in names:
            given = Given(item.span, made.output, names[item.name])
            scope[item.name] = Operator(given, (), made.output)
    return found


def _maker(pipeline: Pipeline) -> _Maker:
    return _Maker(
        {each.name: tuple(name for name, _ in each.parameters) for each in pipeline.transforms}
    )


def _made(pipeline: Pipeline) -> dict[str, Operator]:
    maker = _maker(pipeline)
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


def stream_steps(pipeline: Pipeline) -> tuple[tuple[Sink, Operator], ...]:
    """What streams go through, each operator once for each output mode, with a sink of that mode.

    Made once for all rules.
    """
    known: tuple[tuple[Sink, Operator], ...] | None = pipeline.__dict__.get("stream_steps")
    if known is None:
        known = pipeline.__dict__["stream_steps"] = tuple(_stream_steps(pipeline))
    return known


def _stream_steps(pipeline: Pipeline) -> Iterator[tuple[Sink, Operator]]:
    by_mode: dict[OutputMode, list[tuple[Sink, Operator]]] = {}
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        by_mode.setdefault(sink.stream.mode, []).append((sink, root))
    for flows in by_mode.values():
        yield from each_once(flows)


def each_once(flows: Iterable[tuple[Sink, Operator]]) -> Iterator[tuple[Sink, Operator]]:
    """The operators that flow into sinks, each once, behind its inputs and with its first sink."""
    done: set[int] = set()
    for sink, root in flows:
        for each in walked(root, attrgetter("inputs"), done):
            yield sink, each


def expressions(step: object) -> Iterator[Expression]:
    """Every expression of a step."""
    waiting = [step]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Expression):
            yield each
        elif isinstance(each, tuple):
            waiting += each
        elif isinstance(each, Named | SortKey):
            waiting.append(each.expression)
        elif isinstance(each, s.Step):
            waiting += [getattr(each, name) for name in each.__struct_fields__]


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
    found: dict[Span, frozenset[OutputMode]] = {}
    for sink, each in stream_steps(pipeline):
        assert sink.stream is not None
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
        alias = query.base.alias or ""
        for step in query.steps:
            flowing = self._step(step, flowing, scope, alias)
            # From here on the columns have it themselves.
            alias = ""
        return flowing

    def _input(self, given: s.Input, scope: Mapping[str, Operator]) -> Operator:
        if given.body is None:
            return scope[given.dataset]
        arguments = tuple(self._input(each, scope) for each in given.arguments or ())
        return self._body(given.dataset, given.body, arguments)

    def _body(self, transform: str, body: s.Query, arguments: tuple[Operator, ...]) -> Operator:
        names = self._parameters[transform]
        return self.query(body, dict(zip(names, arguments, strict=True)))

    def _step(
        self, step: s.Step, flowing: Operator, scope: Mapping[str, Operator], alias: str
    ) -> Operator:
        match step:
            case s.UseTransform(body=s.Query() as body):
                others = tuple(self._input(each, scope) for each in step.arguments)
                return self._body(step.transform, body, (flowing, *others))
            case s.Join() | s.SetOperation():
                right = self._input(step.right, scope)
                aliases = (alias, step.right.alias or "")
                return Operator(step, (flowing, right), step.output, aliases)
            case s.SqlQuery():
                named = tuple(scope[name] for name in step.inputs)
                first = (flowing,) if step.uses_input else ()
                return Operator(step, (*first, *named), step.output)
            case s.Filter() | s.Project() | s.WithColumns() | s.DropColumns() | s.RenameColumns():
                pass
            case s.Alias() | s.Aggregate() | s.Distinct() | s.Deduplicate() | s.Watermark():
                pass
            case s.Sort() | s.Limit() | s.Offset() | s.Pivot() | s.Unpivot() | s.Sample():
                pass
            case s.Explode() | s.UseTransform() | s.ApplyFunction() | s.Stateful():
                pass
        return Operator(step, (flowing,), step.output, (alias,))
