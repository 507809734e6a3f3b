"""Steps that Spark does not have for streams."""

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

NOT_FOR_STREAMS = Code(
    "SSBT0606",
    "A step that streams do not support",
    """\
`offset`, `sample` and `intersect` need all rows at once, which a stream never has. A `pivot`
aggregates twice, which Spark supports for streams in `append` mode only; in the other modes
aggregate with filters: `sum(amount) filter (where status = 'PAID') as paid`. Instead of a `sample`,
choose by a hash of a column; instead of `intersect`, write a `semi join`.
""",
    wrong=streaming_example(steps="|> sample 10 percent seed 1"),
    right=streaming_example(steps="|> where hash(id) % 10 = 0"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each such step."""
    yield from deduplicate_findings(
        Diagnostic(
            NOT_FOR_STREAMS, f"a stream has no {form}", Label(operator_span(each)), (), (help_,)
        )
        for sink, each in stream_steps(pipeline)
        for form, help_ in _unsupported_forms(sink, each)
    )


def _unsupported_forms(sink: Sink, operator: Operator) -> Iterator[tuple[str, str]]:
    """What the step is called, and the way out."""
    if not operator.streaming:
        return
    match operator.step:
        case s.Pivot() if sink.stream is not None and sink.stream.mode is not OutputMode.APPEND:
            # It aggregates twice, and what the first one sends may still change.
            mode = sink.stream.mode.value
            yield (
                f"`pivot` in {mode} mode",
                "write one aggregate for each value: `sum(…) filter (where … = …) as …`",
            )
        case s.Offset():
            yield "`offset`", "filter by a column that tells the rows apart"
        case s.Sample():
            yield "`sample`", "choose by a hash: `|> where hash(…) % 10 = 0`"
        case s.SetOperation(operator="intersect"):
            yield "`intersect`", "write a `semi join`"
        case _:
            # Legal, or with a rule of its own: `tests/agreement/test_streaming.py` asks Spark.
            pass
