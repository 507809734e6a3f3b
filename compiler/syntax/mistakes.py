"""What the parser stumbled over, in words: what was found, and the way out."""

from __future__ import annotations

from collections.abc import Callable
import re

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.engine import StumbleError
from ssbt.compiler.syntax.habits import HABITS
from ssbt.compiler.syntax.trouble import Trouble
from ssbt.compiler.syntax.vocabulary import (
    DECLARATIONS,
    OTHER_DECLARATIONS,
    OTHER_STEPS,
    STEPS,
    expectation,
)

__all__ = ["DECLARATIONS", "STEPS", "syntax_mistake"]

_SUBQUERY = re.compile(r"(?:exists\s*)?\(\s*(?:select|from|with)\s+(?:[\w`.]+\s+)?$", re.IGNORECASE)
_PIPE = re.compile(r"\|>(?:\s|#[^\r\n]*[\r\n])*$")
_STRING = re.compile(
    r"\"{3}(?:[^\"\\]|\\[\s\S]|\"(?!\"\"))*\"{3}"
    r"|'(?:[^'\\\r\n]|\\[^\r\n])*'|\"(?!\"\")(?:[^\"\\\r\n]|\\[^\r\n])*\""
)
_NUMBER = re.compile(r"\d[\w.]*")
_SIGNS = "()[]{},.:=<>+-*/|"
_OPENED = {"(": ")", "[": "]", "{": "}"}


def syntax_mistake(
    source: Source, start: str, begin: int, piece: str, stumble: StumbleError
) -> Diagnostic:
    """The diagnostic for the first place at which `piece`, a `start`, cannot go on."""
    trouble = Trouble(source.path, start, begin, piece, stumble)
    looks: tuple[Callable[[Trouble], Diagnostic | None], ...]
    looks = (_unfinished, _step, _subquery, _declaration, *HABITS, _bracket, _number)
    for look in looks:
        found = look(trouble)
        if found is not None:
            return found
    return _unexpected(trouble)


def _unfinished(trouble: Trouble) -> Diagnostic | None:
    """A string or a quoted name without its end."""
    piece, at = trouble.piece, trouble.at
    if trouble.stumble.lexeme is not None:
        return None
    line_end = re.compile(r"[\r\n]|\Z").search(piece, at)
    length = (line_end.start() if line_end else len(piece)) - at
    if piece.startswith("``", at):
        return trouble.found(literals.UNTERMINATED_NAME, "an empty name", length=2)
    if piece.startswith("`", at):
        message = "this name has no closing backtick"
        code = literals.UNTERMINATED_NAME
        return trouble.found(code, message, "add the backtick", length=length)
    if piece[at] in "'\"" and not _STRING.match(piece, at):
        message = "this string has no closing quote"
        quote = '"""' if piece.startswith('"""', at) else piece[at]
        where = "" if quote == '"""' else " on the same line"
        help_ = f"close it with {quote}{where}"
        return trouble.found(literals.UNTERMINATED_STRING, message, help_, length=length)
    return None


def _step(trouble: Trouble) -> Diagnostic | None:
    """A word behind `|>` that is no step."""
    previous = trouble.stumble.previous
    if previous is None or previous.type != "NAME" or trouble.text == "(":
        return None
    word = str(previous)
    before = trouble.piece[max(0, previous.start_pos - 200) : previous.start_pos]
    is_first = trouble.start == "step" and not trouble.piece[: previous.start_pos].strip()
    if not (is_first or _PIPE.search(before)) or word.lower() in STEPS:
        return None
    near = OTHER_STEPS.get(word.lower()) or did_you_mean(word, STEPS)
    help_ = [f"did you mean `{near}`?"] if near else [f"the steps are {', '.join(STEPS)}"]
    if near is None or word.lower() not in OTHER_STEPS:
        help_.append(f"a transform is used with parentheses: `|> {word}()`")
    message = f"there is no step `{word}`"
    return trouble.found(
        codes.UNKNOWN_STEP, message, *help_, at=previous.start_pos, length=len(word)
    )


def _subquery(trouble: Trouble) -> Diagnostic | None:
    """A query inside an expression, at the word behind its `select`."""
    base = max(0, trouble.at - 200)
    match = _SUBQUERY.search(trouble.piece[base : trouble.at])
    if match is None:
        return None
    return trouble.found(
        codes.SUBQUERY,
        "an expression holds no subquery",
        "give the query a name with `let` and join it: `semi join` for `exists` and `in`, "
        "`anti join` for `not exists`, `cross join` for a single value",
        at=base + match.start(),
        length=trouble.at - base - match.start(),
    )


def _declaration(trouble: Trouble) -> Diagnostic | None:
    """Something that begins no declaration where one must begin."""
    if not trouble.begins_declaration or not trouble.word:
        return None
    word = trouble.word
    if word.lower() in DECLARATIONS:
        takes = "a path" if word.lower() == "import" else "a name"
        quotes = " in double quotes" if word.lower() in ("import", "test") else ""
        message = f"`{word}` takes {takes}{quotes} behind it"
        return trouble.found(codes.UNEXPECTED_TOKEN, message, length=len(word))
    if word.lower() == "stream":
        message = "`stream` stands before `source`, and before nothing else"
        return trouble.found(codes.UNEXPECTED_TOKEN, message, length=len(word))
    near = OTHER_DECLARATIONS.get(word.lower()) or did_you_mean(word, DECLARATIONS)
    help_ = f"did you mean `{near}`?" if near else f"one of {', '.join(DECLARATIONS)}"
    message = f"`{word}` begins no declaration"
    return trouble.found(codes.UNKNOWN_DECLARATION, message, help_, length=len(word))


def _bracket(trouble: Trouble) -> Diagnostic | None:
    """A bracket without its partner."""
    if trouble.at_end:
        opened = _unclosed(trouble.piece)
        if opened is None:
            return None
        char = trouble.piece[opened]
        message = f"this `{char}` is never closed"
        code = codes.UNCLOSED_BRACKET
        return trouble.found(code, message, f"add `{_OPENED[char]}`", at=opened, length=1)
    if trouble.text in (")", "]", "}") and _unclosed(trouble.piece[: trouble.at]) is None:
        message = f"this `{trouble.text}` closes nothing"
        return trouble.found(codes.UNCLOSED_BRACKET, message, "remove it", length=1)
    return None


def _unclosed(piece: str) -> int | None:
    """The offset of the innermost bracket that is open at the end."""
    from ssbt.compiler.syntax.tokens import tokens

    opened: list[int] = []
    for token in tokens(piece):
        if token.kind == "open":
            opened.append(token.start)
        elif token.kind == "close" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _number(trouble: Trouble) -> Diagnostic | None:
    """A number with letters behind it."""
    match = _NUMBER.match(trouble.piece, trouble.at)
    if match is None or trouble.stumble.lexeme is not None:
        return None
    word = match.group()
    shown = word if len(word) <= 40 else f"{word[:40]}…"
    return trouble.found(literals.BAD_NUMBER, f"`{shown}` is no number", length=len(word))


def _unexpected(trouble: Trouble) -> Diagnostic:
    phrase = expectation(trouble.expected)
    if trouble.at_end:
        if "MORE" in trouble.expected and "COMPARE" not in trouble.expected:
            phrase = "the `>` of a type"
        message = f"{phrase or 'something'} is missing here"
        return trouble.found(codes.UNEXPECTED_TOKEN, message)
    text = trouble.text
    shown = f"`{text}`" if text.isprintable() else f"U+{ord(text[0]):04X}"
    known = trouble.stumble.lexeme is not None or trouble.word or text in _SIGNS
    code = codes.UNEXPECTED_TOKEN if known else codes.UNEXPECTED_CHARACTER
    help_ = (f"expected {phrase}",) if phrase else ()
    return trouble.found(code, f"{shown} is not expected here", *help_, length=len(text))
