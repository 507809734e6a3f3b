"""Set operations of streams with batches."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import deduplicate_findings, operator_span
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import stream_steps
from ssbt.compiler.ir.streams import OutputMode

_OLD = 'source old from json {\n  path   = "data/old"\n  schema = Order\n}\n'

MIXED = Code(
    "SSBT0610",
    "A set operation of a stream and a batch",
    """\
Spark can `union` a stream only with another stream, so read both sides as streams. It can subtract
the rows of a batch from a stream with `except`, which keeps each row once; in `append` mode a
column must have a watermark, or the query fails at the first batch. It cannot subtract a stream. A
stream with `except all` starts, but its result is silently wrong, because every batch of the stream
subtracts the rows again: to keep duplicate rows, use an `anti join`.
""",
    wrong=streaming_example(preamble=_OLD, steps="|> union all old"),
    right=streaming_example(preamble=f"stream {_OLD}", steps="|> union all old"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each step."""
    yield from deduplicate_findings(
        Diagnostic(MIXED, message, Label(operator_span(each)), (), (help_,))
        for sink, each in stream_steps(pipeline)
        if isinstance(each.step, s.SetOperation) and each.streaming
        for message, help_ in (
            *_union_problems(each, each.step),
            *_except_problems(sink, each, each.step),
        )
    )


def _union_problems(operator: Operator, step: s.SetOperation) -> Iterator[tuple[str, str]]:
    left, right = (input_operator.streaming for input_operator in operator.inputs)
    if step.operator == "union" and left != right:
        name = step.right.dataset
        explanation = f"`{name}` is a stream, and the other side is a batch"
        if left:
            explanation = f"`{name}` is a batch, and the other side is a stream"
        yield f"a stream and a batch cannot be united: {explanation}", "read both as streams"


def _except_problems(
    sink: Sink, operator: Operator, step: s.SetOperation
) -> Iterator[tuple[str, str]]:
    if step.operator != "except":
        return
    remedy = "write an `anti join` of the stream with a batch"
    if operator.inputs[1].streaming:
        yield "the rows of a stream cannot be taken away: more of them may come", remedy
    elif step.all:
        yield "`except all` takes the rows of the batch away again with each batch", remedy
    elif (
        sink.stream is not None
        and sink.stream.mode is OutputMode.APPEND
        and not any(column.event_time for column in operator.output.columns)
    ):
        yield "no row is ever final: no column has a watermark", remedy
