"""Rows whose event time is null, which no window holds, in batches and streams."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import deduplicate_findings, operator_span
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.nulls import NullAnalysis
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.plans import expressions, iterate_operators, plans
from ssbt.compiler.ir.terms import NAME, VARIABLE, Term, walk_terms
from ssbt.compiler.source import Span
from ssbt.compiler.sparkconf.settings import is_ansi

_WINDOWS = (
    "|> watermark placed_at delay 10 minutes\n"
    "|> aggregate count(*) as orders group by window(placed_at, '1 hour') as hour"
)

NULL_TIME = Code(
    "SSBT0550",
    "An event time that may be null",
    """\
A row whose time is null belongs to no window, so `window(…)` silently drops it: in a batch as in a
stream, and in `select` or `extend` as in `group by`. `deduplicate … within watermark` forgets it at
once, so its duplicates pass. An outer join of two streams keeps it forever, and never writes it
without a partner. Leave such rows out where readers see it, with `where placed_at is not null`, or
give them a time with `coalesce`.
""",
    wrong=streaming_example(steps=_WINDOWS, timed=False),
    right=streaming_example(steps=_WINDOWS),
    severity=Severity.WARNING,
)

_WINDOW_CALLS = ("window", "session_window")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each window over a time that may be null, and for each join that keeps one."""
    nulls = NullAnalysis(_source_may_be_null, has_ansi=is_ansi(pipeline.spark, pipeline.target))
    roots = plans(pipeline)
    flows = ((sink, roots[sink.dataset]) for sink in pipeline.sinks)
    yield from deduplicate_findings(
        finding for _, each in iterate_operators(flows) for finding in _check_operator(each, nulls)
    )


def _check_operator(operator: Operator, nulls: NullAnalysis) -> Iterator[Diagnostic]:
    step = operator.step
    if isinstance(step, s.Aggregate):
        for key in step.keys:
            for name in _time_columns(operator, key):
                if nulls.may_be_null(operator.inputs[0], name) is not False:
                    yield _build_diagnostic(name, "are in no window", key.expression.span)
            yield from _check_windows(operator, key.expression, nulls)
    elif isinstance(step, s.Deduplicate) and step.within_watermark:
        for name in _null_event_times(operator.inputs[0], nulls):
            yield _build_diagnostic(
                name, "are forgotten at once, and come twice", operator_span(operator)
            )
    elif isinstance(step, s.Join) and operator.stateful:
        for side in _kept_sides(operator, step):
            for name in _null_event_times(side, nulls):
                yield _build_diagnostic(
                    name,
                    "wait for a partner forever, and never come without one",
                    operator_span(operator),
                )
    elif isinstance(step, s.Project | s.WithColumns | s.Pivot):
        # Spark leaves such rows out in these steps too, not only where it groups them.
        for expression in expressions(step):
            yield from _check_windows(operator, expression, nulls)


def _check_windows(
    operator: Operator, expression: Expression, nulls: NullAnalysis
) -> Iterator[Diagnostic]:
    """A finding for each window in an expression whose time may be null."""
    for call in walk_terms(expression.term) if expression.term is not None else ():
        if getattr(call.value, "name", "") not in _WINDOW_CALLS or not call.operands:
            continue
        time = call.operands[0]
        if _is_of_window(operator, time) or any(t.operator == VARIABLE for t in walk_terms(time)):
            continue
        if nulls.term_may_be_null(operator.inputs[0], time) is not False:
            parts = time.value if time.operator == NAME else None
            name = ".".join(parts) if isinstance(parts, tuple) else ""
            yield _build_diagnostic(name, "are in no window", expression.span)


def _is_of_window(operator: Operator, time: Term) -> bool:
    """Whether a time is an end of a window that the same step makes."""
    parts = time.value if time.operator == NAME else None
    names = parts[:1] if isinstance(parts, tuple) else ()
    return any(each.time_window for name in names for each in operator.output.find_columns(name))


def _kept_sides(operator: Operator, step: s.Join) -> tuple[Operator, ...]:
    """The sides of a join whose rows come without a partner, too."""
    left, right = operator.inputs
    return {"left": (left,), "right": (right,), "full": (left, right)}.get(step.kind, ())


def _null_event_times(operator: Operator, nulls: NullAnalysis) -> Iterator[str]:
    for column in operator.output.columns:
        name = column.name.casefold()
        is_time = column.event_time and not column.time_window
        if is_time and nulls.may_be_null(operator, name) is not False:
            yield name


def _build_diagnostic(name: str, consequence: str, span: Span) -> Diagnostic:
    subject = f"`{name}`" if name else "time"
    message = f"rows whose {subject} is null {consequence}, and nothing says so"
    help_ = (f"leave them out before: `|> where {name} is not null`",)
    if not name:
        help_ = ("leave them out before, with `where`, or give them a time with `coalesce`",)
    return Diagnostic(NULL_TIME, message, Label(span), (), help_)


def _time_columns(operator: Operator, key: NamedExpression) -> Iterator[str]:
    """A key that is a column with the watermark; windows of time are none that may be null."""
    plain = key.expression.column
    for column in operator.inputs[0].output.columns:
        if column.time_window:
            continue
        if plain is not None and column.event_time and column.name.casefold() == plain.casefold():
            yield column.name.casefold()


def _source_may_be_null(source: Source, name: str) -> bool:
    """Connectors set some columns themselves: the time of a record, or of its arrival."""
    side = source.connector.source
    connector_columns = {column.name for column in side.columns} if side is not None else set()
    is_set = name in connector_columns or (
        source.records is not None and name in source.records.metadata
    )
    return not is_set
