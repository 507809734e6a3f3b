"""Set operations of streams with batches."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import once, place
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import Operator, operators, stream_plans

_OLD = 'source old from json {\n  path   = "data/old"\n  schema = Order\n}\n'

MIXED = Code(
    "SSBT0610",
    "A set operation of a stream and a batch",
    """\
Spark unites streams with streams only, and has no `except` on streams: it would have to know what
comes later. Read both sides of a `union` as streams; instead of `except`, write an `anti join` of
the stream with a batch.
""",
    wrong=streamed(before=_OLD, steps="|> union all old"),
    right=streamed(before=f"stream {_OLD}", steps="|> union all old"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each step."""
    yield from once(
        Diagnostic(MIXED, message, Label(place(each)), (), (help_,))
        for _, root in stream_plans(pipeline)
        for each in operators(root)
        for message, help_ in _problems(each)
    )


def _problems(each: Operator) -> Iterator[tuple[str, str]]:
    step = each.step
    if not isinstance(step, s.SetOperation) or not each.streaming:
        return
    left, right = (given.streaming for given in each.inputs)
    if step.operator == "union" and left != right:
        name = step.right.dataset
        which = f"`{name}` is a stream, and the other side is a batch"
        if left:
            which = f"`{name}` is a batch, and the other side is a stream"
        yield f"a stream and a batch cannot be united: {which}", "read both as streams"
    if step.operator == "except":
        yield "a stream has no `except`", "write an `anti join` of the stream with a batch"
