"""Sinks whose name Spark must understand."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline

BAD_NAME = Code(
    "SSBT0622",
    "A table in memory whose name is not possible",
    """\
A stream into `memory` makes a temporary view with the name of the sink. The name of a view consists
of letters, digits and `_`.
""",
    wrong=streaming_example(connector="memory as `paid orders`"),
    right=streaming_example(connector="memory as paid_orders"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink."""
    for sink in pipeline.sinks:
        is_view = sink.connector.sink is not None and sink.connector.sink.makes_view
        is_plain = re.fullmatch(r"[A-Za-z_]\w*", sink.name, re.ASCII)
        if is_view and not is_plain:
            message = f"a view cannot be called `{sink.name}`"
            help_ = ("name the sink with letters, digits and `_`: `as paid_orders`",)
            yield Diagnostic(BAD_NAME, message, Label(declaration_head(sink.span)), (), help_)
