"""Diagnostics in a line each, for editors and for grep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.cells import sanitize
from ssbt.compiler.diagnostics.masking import mask_report

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source


def concise_report(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """`path:line:col: error[SSBT0203] message`, a line each; without a source, the path alone."""
    ordered = mask_report(diagnostics, sources).diagnostics
    return "".join(f"{_format_line(diagnostic, sources)}\n" for diagnostic in ordered)


def _format_line(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    span = diagnostic.primary.span
    location = sanitize(span.path)
    if source := sources.get(span.path):
        line, column = source.position(min(max(span.start, 0), len(source.text)))
        location = f"{location}:{line}:{column}"
    severity = f"{diagnostic.severity.value}[{diagnostic.code.number}]"
    return f"{location}: {severity} {sanitize(diagnostic.message)}"
