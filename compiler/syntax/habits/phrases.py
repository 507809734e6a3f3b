"""Whole phrases of other languages, each with how it is written here: a table, and its use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import re

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import Replacement, SyntaxErrorContext

# How far from the trouble a phrase may begin.
_MAXIMUM_DISTANCE = 300
_MAXIMUM_SHOWN = 40
ReplacementTemplate = str | Callable[[re.Match[str]], str | None] | None


class Phrase(Struct, frozen=True):
    """What is written elsewhere, the way out, and what stands `replacement`, if that can be told.

    `help` may hold groups of the pattern, as `replacement` does. What is `is_certain` need not make
    the piece whole: it may be several steps, or leave other mistakes.
    """

    pattern: re.Pattern[str]
    help: str
    replacement: ReplacementTemplate = None
    is_certain: bool = False


def phrase(
    pattern: str,
    help_: str,
    replacement: ReplacementTemplate = None,
    *,
    is_certain: bool = False,
    flags: int = 0,
) -> Phrase:
    """A row of the table; patterns have no case."""
    return Phrase(lazy_pattern(pattern, re.IGNORECASE | flags), help_, replacement, is_certain)


def check_phrases(context: SyntaxErrorContext) -> Diagnostic | None:
    """A phrase of another language that holds the trouble."""
    from ssbt.compiler.syntax.habits.phrasebook import PHRASES

    for row in PHRASES.get(context.start, ()):
        for match in _matches_around(row.pattern, context):
            diagnostic = _diagnose_phrase(context, row, match)
            if diagnostic is not None:
                return diagnostic
    return None


def _matches_around(
    pattern: re.Pattern[str], context: SyntaxErrorContext
) -> Iterator[re.Match[str]]:
    """The phrases between whose ends, or at whose end, the parser stumbled."""
    begin = max(0, context.offset - _MAXIMUM_DISTANCE)
    for match in pattern.finditer(context.piece, begin, context.offset + _MAXIMUM_DISTANCE):
        if match.start() <= context.offset <= match.end():
            yield match


def _diagnose_phrase(
    context: SyntaxErrorContext, row: Phrase, match: re.Match[str]
) -> Diagnostic | None:
    at, length = match.start(), match.end() - match.start()
    fix: Replacement | tuple[()] = ()
    if row.replacement is not None:
        text = (
            row.replacement(match) if callable(row.replacement) else match.expand(row.replacement)
        )
        if text is not None and (row.is_certain or context.is_fixed_by((at, length, text))):
            fix = (at, length, text)
    excerpt = " ".join(match.group().split())
    if len(excerpt) > _MAXIMUM_SHOWN:
        excerpt = f"{excerpt[:_MAXIMUM_SHOWN]}…"
    reason = "in the language" if " " in excerpt else "expected here"
    code, message = codes.UNEXPECTED_TOKEN, f"`{excerpt}` is not {reason}"
    help_ = match.expand(row.help)
    length = len(match.group().rstrip())
    return context.diagnose(code, message, help_, offset=at, length=length, fix=fix)
