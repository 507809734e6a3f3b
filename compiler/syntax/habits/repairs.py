"""The one word or sign that would make a piece whole: added, put in another's place, or left out.

As in Burke and Fisher's error repair, each is tried by reading the piece again; only what makes all
of it right counts, and only if nothing else does.
"""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import Replacement, SyntaxErrorContext
from ssbt.compiler.syntax.vocabulary import is_beginning, joining_word

_SIGNS = frozenset((",", ":", ".", "|>", "="))
_SYNONYMS_OF_AS = frozenset(("to", "into", "named", "is", "called", "alias"))
_FILLER_WORDS = frozenset(("with", "table", "column", "columns", "as", "interval", "the"))
_OPERATORS = frozenset("+-*/%<>=!|&^~")
_WORD_CHARACTER = lazy_pattern(r"\w")


def find_repair(context: SyntaxErrorContext) -> Diagnostic | None:
    """What is missing, wrong or too much, where there is one answer."""
    expected = context.expected
    if is_beginning(context.word, expected):
        return None
    words = sorted(filter(None, (joining_word(terminal, expected) for terminal in expected)))
    if context.start == "step":
        # A part of a variant is nobody's slip.
        words = [word for word in words if word != ":"]
    for attempt in (_insert_word, _replace_with_word):
        attempts = [(word, attempt(context, word)) for word in words]
        fixes = [
            (word, terminal)
            for word, terminal in attempts
            if terminal and context.is_fixed_by(terminal)
        ]
        if len(fixes) == 1:
            return _diagnose_repair(context, *fixes[0])
        if fixes:
            return None
    return _check_superfluous(context)


def _check_superfluous(context: SyntaxErrorContext) -> Diagnostic | None:
    """A sign that is twice there, or a word that says nothing here."""
    text = context.text
    if text not in _SIGNS and text.lower() not in _FILLER_WORDS:
        return None
    length = len(text)
    if not context.is_fixed_by((context.offset, length, "")):
        return None
    code, message = codes.UNEXPECTED_TOKEN, f"`{text}` is not expected here"
    fix = (context.offset, length, "")
    return context.diagnose(code, message, "leave it out", length=length, fix=fix)


def _insert_word(context: SyntaxErrorContext, word: str) -> Replacement | None:
    if word == "," and context.text[:1] in _OPERATORS:
        return None
    if not _WORD_CHARACTER.match(word):
        return context.previous_end, 0, word if word in ":," else f" {word}"
    return (
        (context.previous_end, 0, f" {word}")
        if context.is_at_end
        else (context.offset, 0, f"{word} ")
    )


def _replace_with_word(context: SyntaxErrorContext, word: str) -> Replacement | None:
    length = len(context.text)
    # A comma begins another item, which no name is.
    if not length or (context.text == "," and word == "as"):
        return None
    # What is replaced says nothing: a word but for a few, and an operator, would be lost.
    if (word in ":," and context.word) or (word == "," and context.text[:1] in _OPERATORS):
        return None
    if word == "as" and context.word and context.word.lower() not in _SYNONYMS_OF_AS:
        return None
    text = context.piece[: context.offset]
    separator = " " if _WORD_CHARACTER.match(word) and _WORD_CHARACTER.match(text[-1:]) else ""
    at = len(text.rstrip()) if word in ":," else context.offset
    return at, context.offset + length - at, f"{separator}{word}"


def _diagnose_repair(context: SyntaxErrorContext, word: str, fix: Replacement) -> Diagnostic:
    code = codes.MISSING_AS if word == "as" else codes.UNEXPECTED_TOKEN
    length = len(context.text)
    if context.is_at_end:
        message, help_ = f"`{word}` is missing here", f"add `{word}`"
    elif fix[1]:
        message, help_ = f"`{context.text}` is not expected here", f"write `{word}`"
    else:
        message, help_ = f"`{word}` is missing before `{context.text}`", f"add `{word}`"
    return context.diagnose(code, message, help_, length=length, fix=fix)
