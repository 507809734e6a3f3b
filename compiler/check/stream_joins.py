"""Joins of two streams."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.spark_lines import UPDATE_MODE_JOINS
from ssbt.compiler.check.stream_findings import deduplicate_findings, mode_label, operator_span
from ssbt.compiler.connectors.specification import is_newer
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import stream_steps
from ssbt.compiler.ir.streams import OutputMode

_CLICKS = """\
schema Click {
  order_id: bigint
  at:       timestamp
}

stream source clicks from json {
  path   = "data/clicks"
  schema = Click
}

let marked = from clicks |> watermark at delay 1 hour
"""
_TIMED = "|> where placed_at is not null\n"
_MARKED = "|> watermark placed_at delay 1 hour\n"
_ON = "on orders.id = marked.order_id"
_BOUND = " and at between placed_at - interval 1 hour and placed_at + interval 1 hour"
_JOINED = f"{_MARKED}|> join marked {_ON}{_BOUND}"
_UNBOUND = " and at >= placed_at - interval 1 hour"

NO_EQUALITY = Code(
    "SSBT0612",
    "Two streams joined without an equality",
    """\
Spark stores the rows of both streams by the values that must be equal. Without such an equality the
query starts, and fails at the first batch. An `anti` join of two streams does not exist.
""",
    wrong=streaming_example(preamble=_CLICKS, steps=f"{_MARKED}|> join marked on at > placed_at"),
    right=streaming_example(
        preamble=_CLICKS,
        steps=_JOINED,
    ),
)

NO_TIME_BOUND = Code(
    "SSBT0613",
    "An outer join of two streams that never finishes waiting",
    """\
An outer or semi join keeps a row until no partner can come any more. Only time can tell: either the
column with the watermark is one of those that must be equal, or the condition says how much later
than the row its partner may come. For a `left` and a `semi` join the right side needs a watermark
and `right.time <= left.time + interval …`; for a `right` join it is the mirror image; a `full` join
needs one of the two.
""",
    wrong=streaming_example(
        preamble=_CLICKS, steps=f"{_TIMED}{_MARKED}|> left join marked {_ON}{_UNBOUND}"
    ),
    right=streaming_example(
        preamble=_CLICKS,
        steps=f"{_TIMED}{_MARKED}|> left join marked {_ON} and at >= placed_at - interval 1 hour"
        " and at <= placed_at + interval 1 hour",
    ),
)

WRONG_MODE = Code(
    "SSBT0614",
    "Two joined streams in another mode than append",
    """\
The result of a join of two streams is written once, in `append` mode. Spark 4.3 and later can also
write inner and semi joins in `update` mode.
""",
    wrong=streaming_example(
        preamble=_CLICKS,
        connector="console",
        mode="update",
        steps=_JOINED,
    ),
    right=streaming_example(
        preamble=_CLICKS,
        connector="console",
        mode="append",
        steps=_JOINED,
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each join of two streams."""
    yield from deduplicate_findings(
        finding
        for sink, each in stream_steps(pipeline)
        if isinstance(each.step, s.Join) and each.stateful
        for finding in _check_join(sink, each, each.step, pipeline.target)
    )


def _check_join(sink: Sink, operator: Operator, step: s.Join, target: str) -> Iterator[Diagnostic]:
    yield from _check_condition(operator, step)
    yield from _check_output_mode(sink, operator, step, target)


def _check_condition(operator: Operator, step: s.Join) -> Iterator[Diagnostic]:
    label = Label(operator_span(operator))
    if step.kind == "anti":
        message = "two streams have no anti join"
        help_ = ("a `left join` with a time bound, and `where` the right side is null",)
        yield Diagnostic(NO_EQUALITY, message, label, (), help_)
    elif not step.terms.equality:
        message = "two streams are joined by something that is equal on both sides"
        help_ = ("add an equality: `on left.id = right.id and …`",)
        yield Diagnostic(NO_EQUALITY, message, label, (), help_)
    elif not is_bounded(step):
        message = f"this {step.kind} join never knows that a row has no partner"
        yield Diagnostic(NO_TIME_BOUND, message, label, (), (_suggest_fix(step),))


def is_bounded(step: s.Join) -> bool:
    """Whether the watermarks tell when a row that waits for a partner has none."""
    terms = step.terms
    bounded = {
        "left": terms.right_bounded,
        "semi": terms.right_bounded,
        "right": terms.left_bounded,
        "full": terms.right_bounded or terms.left_bounded,
    }
    return terms.on_event_time or bounded.get(step.kind, True)


def _suggest_fix(step: s.Join) -> str:
    waited, other = ("left", "right") if step.kind == "right" else ("right", "left")
    return (
        f"set a watermark on the {waited} side, and add"
        f" `{waited}.time <= {other}.time + interval …` to the condition"
    )


def _check_output_mode(
    sink: Sink, operator: Operator, step: s.Join, target: str
) -> Iterator[Diagnostic]:
    assert sink.stream is not None
    mode = sink.stream.mode
    since = UPDATE_MODE_JOINS.get(step.kind) if mode is OutputMode.UPDATE else None
    if mode is OutputMode.APPEND or (since is not None and not is_newer(since, target)):
        return
    message = f"two joined streams cannot be written in {mode.value} mode"
    yield Diagnostic(
        WRONG_MODE,
        message,
        Label(operator_span(operator)),
        (mode_label(sink),),
        ("write in `append` mode",),
    )
