"""Functions that Spark does not have for streams."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import deduplicate_findings
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.expressions import Call
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import calls, stream_steps

NOT_FOR_STREAMS = Code(
    "SSBT0607",
    "A function that streams do not support",
    """\
A window function, `… over (…)`, looks at the rows before and after; an aggregate of `distinct`
values would have to remember all of them; and `monotonically_increasing_id()` would start again
with each batch. Aggregate by a time `window` instead, count with `approx_count_distinct`, and take
an id from the data.
""",
    wrong=streaming_example(
        steps="|> extend row_number() over (partition by status order by id) as number"
    ),
    right=streaming_example(
        connector="console",
        mode="update",
        steps="|> watermark placed_at delay 1 hour\n"
        "|> aggregate max(id) as latest group by window(placed_at, '1 hour') as hour, status",
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each call."""
    yield from deduplicate_findings(
        Diagnostic(NOT_FOR_STREAMS, message, Label(call.span), (), (help_,))
        for _, each in stream_steps(pipeline)
        for call in calls(each.step)
        for message, help_ in _problems(call, each.streaming)
    )


def _problems(call: Call, streaming: bool) -> Iterator[tuple[str, str]]:
    if call.name == "monotonically_increasing_id":
        # Spark looks for it in all of the plan, in what is joined to the stream, too.
        subject = "a stream" if streaming else "what flows into a stream"
        yield f"{subject} has no `monotonically_increasing_id`", "take an id from the data"
    elif not streaming:
        return
    elif call.windowed:
        message = "a stream has no window functions"
        yield message, "aggregate by a window of time: `group by window(…, '1 hour') as …`"
    elif call.distinct:
        message = f"a stream has no `{call.name}` of distinct values"
        yield message, "count about right, with `approx_count_distinct(…)`"
