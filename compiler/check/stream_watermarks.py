"""Watermarks that are missing, or set twice."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import once, place
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import Operator, operators, stream_plans

NO_WATERMARK = Code(
    "SSBT0616",
    "Deduplication within a watermark that is not there",
    """\
`deduplicate … within watermark` forgets a row when the watermark has passed its time. So a
`watermark` stands before it, and its column is still there, under whatever name.
""",
    wrong=streamed(steps="|> deduplicate by id within watermark"),
    right=streamed(
        steps="|> watermark placed_at delay 1 day\n|> deduplicate by id within watermark"
    ),
)

SET_TWICE = Code(
    "SSBT0618",
    "A second watermark on one stream",
    """\
A stream has one event time. Spark refuses a second watermark behind the first one, because the
steps between them go by the first. Set it once, as close to the source as the column is there.
""",
    wrong=streamed(
        steps="|> watermark placed_at delay 1 day\n|> where amount > 0\n"
        "|> watermark placed_at delay 1 hour"
    ),
    right=streamed(steps="|> watermark placed_at delay 1 hour\n|> where amount > 0"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each step."""
    yield from once(
        finding
        for _, root in stream_plans(pipeline)
        for each in operators(root)
        if each.streaming
        for finding in _findings(each)
    )


def _findings(each: Operator) -> Iterator[Diagnostic]:
    within = isinstance(each.step, s.Deduplicate) and each.step.within_watermark
    if within and not any(column.event_time for column in each.inputs[0].output.columns):
        message = "no column bears a watermark here"
        help_ = ("add `|> watermark … delay …` before",)
        yield Diagnostic(NO_WATERMARK, message, Label(place(each)), (), help_)
    if isinstance(each.step, s.Watermark):
        above = (op for op in operators(each) if op is not each)
        before = [op for op in above if isinstance(op.step, s.Watermark)]
        if before:
            also = (Label(place(before[-1]), "the first one"),)
            message = "this stream has a watermark already"
            yield Diagnostic(SET_TWICE, message, Label(place(each)), also, ("keep one of the two",))
