"""The order in which diagnostics are shown, in every format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics by file, place and code, each said once."""
    known: dict[tuple[str, int, int, str, str], Diagnostic] = {}
    for diagnostic in diagnostics:
        known.setdefault(_key(diagnostic), diagnostic)
    return tuple(known[key] for key in sorted(known))


def _key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.primary.span
    return span.path, span.start, span.end, diagnostic.code.number, diagnostic.message
