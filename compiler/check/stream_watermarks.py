"""Watermarks that are missing, or set twice."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import (
    declaration_head,
    deduplicate_findings,
    operator_span,
)
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.plans import stream_steps

NO_WATERMARK = Code(
    "SSBT0616",
    "Deduplication within a watermark that does not exist",
    """\
`deduplicate … within watermark` forgets a row once the watermark has passed its time. So there must
be a `watermark` before it, and the column with it must still exist, under whatever name.
""",
    wrong=streaming_example(steps="|> deduplicate by id within watermark"),
    right=streaming_example(
        steps="|> watermark placed_at delay 1 day\n|> deduplicate by id within watermark"
    ),
)

SET_TWICE = Code(
    "SSBT0618",
    "A second watermark on one stream",
    """\
A stream has one event time. Spark refuses a second watermark after the first one, because the steps
in between use the first. Set it once, as early in the flow as the column exists.
""",
    wrong=streaming_example(
        steps="|> watermark placed_at delay 1 day\n|> where amount > 0\n"
        "|> watermark placed_at delay 1 hour"
    ),
    right=streaming_example(steps="|> watermark placed_at delay 1 hour\n|> where amount > 0"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each step."""
    yield from _check_transforms(pipeline)
    yield from deduplicate_findings(
        finding
        for _, each in stream_steps(pipeline)
        if each.streaming
        for finding in _check_step(each)
    )


def _check_transforms(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Transforms that wait for a watermark, and are used with a batch, which has none."""
    for item in pipeline.datasets:
        if isinstance(item, Let):
            bodies = [item.query.base.body, *(_body(step) for step in item.query.steps)]
            if any(body is not None and _needs_missing_watermark(body) for body in bodies):
                message = f"`{item.name}` gives a batch to a transform that waits for a watermark"
                help_ = ("`deduplicate … within watermark` in a transform is for streams only",)
                yield Diagnostic(
                    NO_WATERMARK, message, Label(declaration_head(item.span)), (), help_
                )


def _body(step: s.Step) -> s.Query | None:
    if isinstance(step, s.UseTransform):
        return step.body
    return step.right.body if isinstance(step, s.Join | s.SetOperation) else None


def _needs_missing_watermark(body: s.Query) -> bool:
    within = (
        isinstance(step, s.Deduplicate) and step.within_watermark and not step.output.streaming
        for step in body.steps
    )
    inner = (body.base.body, *(_body(step) for step in body.steps))
    return any(within) or any(each is not None and _needs_missing_watermark(each) for each in inner)


def _check_step(operator: Operator) -> Iterator[Diagnostic]:
    within = isinstance(operator.step, s.Deduplicate) and operator.step.within_watermark
    if within and not any(column.event_time for column in operator.inputs[0].output.columns):
        message = "no column has a watermark here"
        help_ = ("add `|> watermark … delay …` before",)
        yield Diagnostic(NO_WATERMARK, message, Label(operator_span(operator)), (), help_)
    if isinstance(operator.step, s.Watermark):
        earlier = operator.inputs[0].watermarks
        if earlier:
            also = (Label(operator_span(earlier[-1]), "the first one"),)
            message = "this stream has a watermark already"
            yield Diagnostic(
                SET_TWICE, message, Label(operator_span(operator)), also, ("keep one of the two",)
            )
