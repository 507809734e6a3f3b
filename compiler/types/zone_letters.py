"""Time zones of three letters, which Java reads in its own way."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes.expressions import ZONE_LETTERS
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.source import Span
from ssbt.compiler.types.zones import SHORT_ZONES


def describe_zone_letters(name: str, span: Span) -> Diagnostic:
    """The finding about a zone's letters."""
    meaning = SHORT_ZONES[name]
    message = f"`{name}` is read as {meaning}"
    if meaning[0] in "+-":
        message += ", all year"
    help_ = (f"write `{meaning}`, or the area that is meant, such as `Europe/London`",)
    return Diagnostic(ZONE_LETTERS, message, Label(span), (), help_)
