"""Joins of a stream with a batch."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import deduplicate_findings, operator_span
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import stream_steps

_SHOPS = """\
schema Shop {
  id:      bigint
  country: string
}

source shops from json {
  path   = "data/shops"
  schema = Shop
}
"""

# The kinds that need no row of the batch to be found missing, by the side of the stream.
_ALLOWED = {
    "left": frozenset({"inner", "cross", "left", "semi", "anti"}),
    "right": frozenset({"inner", "cross", "right"}),
}

WRONG_SIDE = Code(
    "SSBT0611",
    "A join that waits for a stream to end",
    """\
A row of the batch without a partner so far may find one in the next batch of the stream, so Spark
can never say that it has none. A join can therefore keep only rows of the stream without a partner:
`left`, `semi` and `anti` joins need the stream on the left, `right` joins need it on the right,
`inner` and `cross` joins work either way.
""",
    wrong=streaming_example(preamble=_SHOPS, steps="|> full join shops using (id)"),
    right=streaming_example(preamble=_SHOPS, steps="|> left join shops using (id)"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each join."""
    yield from deduplicate_findings(
        finding for _, each in stream_steps(pipeline) for finding in _check_join(each)
    )


def _check_join(operator: Operator) -> Iterator[Diagnostic]:
    step = operator.step
    if not isinstance(step, s.Join) or operator.inputs[0].streaming == operator.inputs[1].streaming:
        return
    side = "left" if operator.inputs[0].streaming else "right"
    if step.kind not in _ALLOWED[side]:
        message = f"this {step.kind} join waits for rows of the batch to find a partner"
        help_ = ("join the stream with the batch: `from stream |> left join batch …`",)
        if side == "left":
            help_ = ("a `left join` keeps the rows of the stream",)
        yield Diagnostic(WRONG_SIDE, message, Label(operator_span(operator)), (), help_)
