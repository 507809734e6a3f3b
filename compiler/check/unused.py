"""Declarations that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline

UNUSED = Code(
    "SSBT0209",
    "A declaration that nothing uses",
    """\
No sink needs this declaration, so the script leaves it out. Perhaps you forgot a step or a sink.
Imported files may declare more than a pipeline uses, and are not checked for this.
""",
    wrong=example(preamble="param minimum: int = 1\n"),
    right=example(preamble="param minimum: int = 1\n", steps="|> where amount > ${minimum}"),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A warning for each."""
    for unused in pipeline.unused:
        message = f"the {unused.kind} `{unused.name}` is not used"
        help_ = ("use it, or remove it",)
        yield Diagnostic(UNUSED, message, Label(unused.span), (), help_)
