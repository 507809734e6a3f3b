"""Two sinks that write to one place."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.paths import written_path
from ssbt.compiler.diagnostics.examples import SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.locations import path_spellings
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span

SAME_PATH = Code(
    "SSBT0520",
    "Two sinks that write to the same place",
    """\
Depending on their modes and on which one runs last, one sink would replace the rows of the other or
mix with them. Give each sink its own path; to write several datasets together, `union` them first.
""",
    wrong=example(sink=SINK + "\n" + SINK.replace("to parquet", "to parquet as again")),
    right=example(
        sink=SINK
        + "\n"
        + SINK.replace("to parquet", "to parquet as again").replace("out/paid", "out/paid_again")
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink whose path an earlier one has."""
    first_spans: dict[str, Span] = {}
    for sink in pipeline.sinks:
        target = written_path(sink.settings)
        if target is None:
            continue
        path, span = target
        first = next(filter(None, map(first_spans.get, path_spellings(path))), span)
        first_spans |= dict.fromkeys(path_spellings(path), first)
        if first is not span:
            message = f"`{sink.name}` writes where another sink writes already"
            also = (Label(first, "the other one"),)
            help_ = ("give each sink a path of its own",)
            yield Diagnostic(SAME_PATH, message, Label(span), also, help_)
