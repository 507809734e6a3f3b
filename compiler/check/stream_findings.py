"""What the rules about streams have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Sink, Source
from ssbt.compiler.source import Span


def deduplicate_findings(findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Findings, but each code once at each place: several sinks may take one dataset."""
    reported: set[tuple[str, Span]] = set()
    for finding in findings:
        key = (finding.code.number, finding.primary.span)
        if key not in reported:
            reported.add(key)
            yield finding


def mode_label(sink: Sink) -> Label:
    """Where a sink says, or fails to say, its output mode."""
    assert sink.stream is not None
    mode = sink.stream.mode.value
    if sink.stream.mode_span is not None:
        return Label(sink.stream.mode_span, f"`{sink.name}` is written in {mode} mode")
    return Label(
        declaration_head(sink.span), f"`{sink.name}` is written in {mode} mode, the default"
    )


def operator_span(operator: Operator) -> Span:
    """Where a source or step was written."""
    step = operator.step
    return declaration_head(step.span) if isinstance(step, Source) else step.span


def declaration_head(span: Span) -> Span:
    """The beginning of a declaration, where its keyword stands."""
    return Span(span.path, span.start, min(span.end, span.start + 4))
