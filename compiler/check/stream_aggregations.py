"""Aggregations of streams: in which output mode a group is ever written."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ssbt.compiler.check.stream_findings import deduplicate_findings, mode_label, operator_span
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import stream_plans, stream_steps
from ssbt.compiler.ir.streams import OutputMode

_COUNTS = "|> aggregate count(*) as orders group by window(placed_at, '1 hour') as hour"

NEVER_FINAL = Code(
    "SSBT0603",
    "Groups that are never final",
    """\
In append mode a group is written once, when no row can change it any more. Only a watermark tells
when that is: one of the keys must be the column with the watermark, or a `window` over it. A
renamed column keeps its watermark; arithmetic or a cast loses it.

Write in `update` mode to get each group whenever it changes, or in `complete` mode to get all
groups each time, to a sink that supports those modes.
""",
    wrong=streaming_example(steps=_COUNTS),
    right=streaming_example(steps=f"|> watermark placed_at delay 10 minutes\n{_COUNTS}"),
)

NOTHING_COMPLETE = Code(
    "SSBT0604",
    "Complete mode without an aggregation",
    """\
In complete mode each batch writes the whole result again. Spark keeps only the result of an
aggregation for that; all the rows of a stream would be too many.
""",
    wrong=streaming_example(connector="console", mode="complete"),
    right=streaming_example(connector="console", mode="append"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink into which a stream flows."""
    yield from deduplicate_findings(
        (*_check_complete_mode(pipeline), *_check_append_mode(pipeline))
    )


def _check_complete_mode(pipeline: Pipeline) -> Iterator[Diagnostic]:
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        if sink.stream.mode is OutputMode.COMPLETE and not (root.aggregations or _is_opaque(root)):
            message = f"`{sink.dataset}` has no aggregation that could be written whole"
            help_ = ("leave `mode` out, or write `append`",)
            yield Diagnostic(NOTHING_COMPLETE, message, mode_label(sink), (), help_)


def _is_opaque(root: Operator) -> bool:
    """Whether a query in SQL or a Python function, which may aggregate, is on the way."""
    operators = walk_operators(root, attrgetter("inputs"), set())
    return any(isinstance(each.step, s.SqlQuery | s.ApplyFunction) for each in operators)


def _check_append_mode(pipeline: Pipeline) -> Iterator[Diagnostic]:
    for sink, operator in stream_steps(pipeline):
        assert sink.stream is not None
        is_append = sink.stream.mode is OutputMode.APPEND
        if is_append and operator.is_aggregation and not operator.has_event_time_key:
            message = "no group is ever final: no key has a watermark"
            also = (mode_label(sink),)
            help_ = (_suggest_fix(operator),)
            yield Diagnostic(NEVER_FINAL, message, Label(operator_span(operator)), also, help_)


def _suggest_fix(aggregation: Operator) -> str:
    bearing = [column.name for column in aggregation.inputs[0].output.columns if column.event_time]
    if bearing:
        return f"group by `window({bearing[0]}, '…')` too, or choose another output mode"
    return "add `|> watermark … delay …` and group by a `window` over it, or choose another mode"
