"""The order in which diagnostics are shown, in every format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics by file, place and code, each said once."""
    unique: dict[tuple[str, int, int, str, str], Diagnostic] = {}
    for diagnostic in diagnostics:
        unique.setdefault(_sort_key(diagnostic), diagnostic)
    return tuple(unique[key] for key in sorted(unique))


def _sort_key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.primary.span
    return span.path, span.start, span.end, diagnostic.code.number, diagnostic.message
