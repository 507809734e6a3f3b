"""Watermarks that are missing, or set twice."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import head, once, place
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.plans import stream_steps

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
    yield from _transforms_for_streams(pipeline)
    yield from once(
        finding
        for _, each in stream_steps(pipeline)
        if each.streaming
        for finding in _findings(each)
    )


def _transforms_for_streams(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Transforms that wait for a watermark, and are used with a batch, which has none."""
    for item in pipeline.datasets:
        if isinstance(item, Let):
            bodies = [item.query.base.body, *(_body(step) for step in item.query.steps)]
            if any(body is not None and _waits_in_vain(body) for body in bodies):
                message = f"`{item.name}` gives a batch to a transform that waits for a watermark"
                help_ = ("`deduplicate … within watermark` in a transform is for streams only",)
                yield Diagnostic(NO_WATERMARK, message, Label(head(item.span)), (), help_)


def _body(step: s.Step) -> s.Query | None:
    if isinstance(step, s.UseTransform):
        return step.body
    return step.right.body if isinstance(step, s.Join | s.SetOperation) else None


def _waits_in_vain(body: s.Query) -> bool:
    within = (
        isinstance(step, s.Deduplicate) and step.within_watermark and not step.output.streaming
        for step in body.steps
    )
    inner = (body.base.body, *(_body(step) for step in body.steps))
    return any(within) or any(each is not None and _waits_in_vain(each) for each in inner)


def _findings(each: Operator) -> Iterator[Diagnostic]:
    within = isinstance(each.step, s.Deduplicate) and each.step.within_watermark
    if within and not any(column.event_time for column in each.inputs[0].output.columns):
        message = "no column bears a watermark here"
        help_ = ("add `|> watermark … delay …` before",)
        yield Diagnostic(NO_WATERMARK, message, Label(place(each)), (), help_)
    if isinstance(each.step, s.Watermark):
        before = each.inputs[0].watermarks
        if before:
            also = (Label(place(before[-1]), "the first one"),)
            message = "this stream has a watermark already"
            yield Diagnostic(SET_TWICE, message, Label(place(each)), also, ("keep one of the two",))
