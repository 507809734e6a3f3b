"""The one word or sign that would make a piece whole: added, put in another's place, or left out.

As in Burke and Fisher's error repair, each is tried by reading the piece again; only what makes all
of it right counts, and only if nothing else does.
"""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.syntax.trouble import Replacement, Trouble
from ssbt.compiler.syntax.vocabulary import is_beginning, joining_word

_SIGNS = frozenset((",", ":", ".", "|>", "="))
_LIKE_AS = frozenset(("to", "into", "named", "is", "called", "alias"))
_SILENT = frozenset(("with", "table", "column", "columns", "as", "interval", "the"))
_OPERATORS = frozenset("+-*/%<>=!|&^~")
_JOINED = re.compile(r"\w")


def repair(trouble: Trouble) -> Diagnostic | None:
    """What is missing, wrong or too much, where there is one answer."""
    expected = trouble.expected
    if is_beginning(trouble.word, expected):
        return None
    words = sorted(filter(None, (joining_word(each, expected) for each in expected)))
    if trouble.start == "step":
        # A part of a variant is nobody's slip.
        words = [word for word in words if word != ":"]
    for attempt in (_added, _put_instead):
        tried = [(word, attempt(trouble, word)) for word in words]
        mending = [(word, each) for word, each in tried if each and trouble.mends(each)]
        if len(mending) == 1:
            return _told(trouble, *mending[0])
        if mending:
            return None
    return _too_much(trouble)


def _too_much(trouble: Trouble) -> Diagnostic | None:
    """A sign that is twice there, or a word that says nothing here."""
    text = trouble.text
    if text not in _SIGNS and text.lower() not in _SILENT:
        return None
    length = len(text)
    if not trouble.mends((trouble.at, length, "")):
        return None
    code, message = codes.UNEXPECTED_TOKEN, f"`{text}` is not expected here"
    fix = (trouble.at, length, "")
    return trouble.found(code, message, "leave it out", length=length, fix=fix)


def _added(trouble: Trouble, word: str) -> Replacement | None:
    if word == "," and trouble.text[:1] in _OPERATORS:
        return None
    if not _JOINED.match(word):
        return trouble.behind, 0, word if word in ":," else f" {word}"
    return (trouble.behind, 0, f" {word}") if trouble.at_end else (trouble.at, 0, f"{word} ")


def _put_instead(trouble: Trouble, word: str) -> Replacement | None:
    length = len(trouble.text)
    # A comma begins another item, which no name is.
    if not length or (trouble.text == "," and word == "as"):
        return None
    # What is replaced says nothing: a word but for a few, and an operator, would be lost.
    if (word in ":," and trouble.word) or (word == "," and trouble.text[:1] in _OPERATORS):
        return None
    if word == "as" and trouble.word and trouble.word.lower() not in _LIKE_AS:
        return None
    text = trouble.piece[: trouble.at]
    before = " " if _JOINED.match(word) and _JOINED.match(text[-1:]) else ""
    at = len(text.rstrip()) if word in ":," else trouble.at
    return at, trouble.at + length - at, f"{before}{word}"


def _told(trouble: Trouble, word: str, fix: Replacement) -> Diagnostic:
    code = codes.MISSING_AS if word == "as" else codes.UNEXPECTED_TOKEN
    length = len(trouble.text)
    if trouble.at_end:
        message, help_ = f"`{word}` is missing here", f"add `{word}`"
    elif fix[1]:
        message, help_ = f"`{trouble.text}` is not expected here", f"write `{word}`"
    else:
        message, help_ = f"`{word}` is missing before `{trouble.text}`", f"add `{word}`"
    return trouble.found(code, message, help_, length=length, fix=fix)
