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
from ssbt.compiler.ir.terms import NAME, walk_terms
from ssbt.compiler.source import Span

_WINDOWS = (
    "|> watermark placed_at delay 10 minutes\n"
    "|> aggregate count(*) as orders group by window(placed_at, '1 hour') as hour"
)

NULL_TIME = Code(
    "SSBT0550",
    "An event time that may be null",
    """\
A row whose time is null belongs to no window: `window(…)` drops it, and nothing says so, in a batch
as in a stream and in `select` or `extend` as in `group by`. And `deduplicate … within watermark`
forgets it at once, so that its repetitions pass. Leave such rows out where readers see it, with
`where placed_at is not null`, or give them a time with `coalesce`.
""",
    wrong=streaming_example(steps=_WINDOWS, timed=False),
    right=streaming_example(steps=_WINDOWS),
    severity=Severity.WARNING,
)

_WINDOW_CALLS = ("window", "session_window")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each window over a column that may be null."""
    nulls = NullAnalysis(_source_may_be_null)
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
    elif isinstance(step, s.Deduplicate) and step.within_watermark:
        for column in operator.inputs[0].output.columns:
            name = column.name.casefold()
            if column.event_time and nulls.may_be_null(operator.inputs[0], name) is not False:
                yield _build_diagnostic(
                    name, "are forgotten at once, and come twice", operator_span(operator)
                )
    elif isinstance(step, s.Project | s.WithColumns | s.Pivot):
        # Spark leaves such rows out in these steps too, not only where it groups them.
        for expression in expressions(step):
            for name in _window_columns(expression):
                if nulls.may_be_null(operator.inputs[0], name) is not False:
                    yield _build_diagnostic(name, "are in no window", expression.span)


def _build_diagnostic(name: str, consequence: str, span: Span) -> Diagnostic:
    message = f"rows whose `{name}` is null {consequence}, and nothing says so"
    help_ = (f"leave them out before: `|> where {name} is not null`",)
    return Diagnostic(NULL_TIME, message, Label(span), (), help_)


def _time_columns(operator: Operator, key: NamedExpression) -> Iterator[str]:
    """The columns that windows in a key are made of, or a key that bears the watermark."""
    plain = key.expression.column
    for column in operator.inputs[0].output.columns:
        if plain is not None and column.event_time and column.name.casefold() == plain.casefold():
            yield column.name.casefold()
    yield from _window_columns(key.expression)


def _window_columns(expression: Expression) -> Iterator[str]:
    for call in walk_terms(expression.term) if expression.term is not None else ():
        function_name = getattr(call.value, "name", "")
        if function_name in _WINDOW_CALLS and call.operands and call.operands[0].operator == NAME:
            parts = call.operands[0].value
            if isinstance(parts, tuple) and parts:
                yield str(parts[-1])


def _source_may_be_null(source: Source, name: str) -> bool:
    """Connectors set some columns themselves: the time of a record, or of its arrival."""
    side = source.connector.source
    connector_columns = {column.name for column in side.columns} if side is not None else set()
    is_set = name in connector_columns or (
        source.records is not None and name in source.records.metadata
    )
    return not is_set
