"""Diagnostics in a line each, for editors and for grep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.cells import visible
from ssbt.compiler.diagnostics.ordering import in_order

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source


def concise_report(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """`path:line:col: error[SSBT0203] message`, a line each; without a source, the path alone."""
    return "".join(f"{_line(diagnostic, sources)}\n" for diagnostic in in_order(diagnostics))


def _line(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    span = diagnostic.primary.span
    place = visible(span.path)
    if source := sources.get(span.path):
        line, column = source.position(min(max(span.start, 0), len(source.text)))
        place = f"{place}:{line}:{column}"
    kind = f"{diagnostic.severity.value}[{diagnostic.code.number}]"
    return f"{place}: {kind} {visible(diagnostic.message)}"
