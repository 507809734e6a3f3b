"""What the parser stumbled over, in words: what was found, and the way out."""

from __future__ import annotations

from collections.abc import Callable
import re

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.engine import StumbleError
from ssbt.compiler.syntax.habits import blocks, expressions, phrases, queries, repairs
from ssbt.compiler.syntax.trouble import Trouble
from ssbt.compiler.syntax.vocabulary import expectation

_STRING = re.compile(
    r"\"{3}(?:[^\"\\]|\\[\s\S]|\"(?!\"\"))*\"{3}"
    r"|'(?:[^'\\\r\n]|\\[^\r\n])*'|\"(?!\"\")(?:[^\"\\\r\n]|\\[^\r\n])*\""
)
_NUMBER = re.compile(r"\d[\w.]*")
_SIGNS = "()[]{},.:=<>+-*/|"
_OPENED = {"(": ")", "[": "]", "{": "}", "<": ">"}


def syntax_mistake(
    source: Source, start: str, begin: int, piece: str, stumble: StumbleError
) -> Diagnostic:
    """The diagnostic for the first place at which `piece`, a `start`, cannot go on."""
    trouble = Trouble(source.path, start, begin, piece, stumble)
    for look in _LOOKS:
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


def _bracket(trouble: Trouble) -> Diagnostic | None:
    """A bracket without its partner."""
    if trouble.at_end:
        opened = _unclosed(trouble.piece)
        is_type = "MORE" in trouble.expected and "COMPARE" not in trouble.expected
        if is_type:
            opened = max(opened or 0, trouble.piece.rfind("<"))
        if opened is None:
            return None
        return unclosed(trouble.span(opened, 1), trouble.piece[opened])
    if trouble.text in (")", "]", "}") and _unclosed(trouble.piece[: trouble.at]) is None:
        message = f"this `{trouble.text}` closes nothing"
        return trouble.found(codes.UNCLOSED_BRACKET, message, "remove it", length=1)
    return None


def unclosed(place: Span, sign: str) -> Diagnostic:
    """The diagnostic for a bracket that is not closed."""
    message, help_ = f"this `{sign}` is never closed", f"add `{_OPENED[sign]}`"
    return Diagnostic(codes.UNCLOSED_BRACKET, message, Label(place), (), (help_,))


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
    code, message, length = literals.BAD_NUMBER, f"`{shown}` is no number", len(word)
    if re.fullmatch(r"0(?:[xX][0-9A-Fa-f]{1,15}|[bB][01]{1,60}|[oO][0-7]{1,20})", word):
        plain = str(int(word, 0))
    elif re.fullmatch(r"\d+(?:_\d+)+", word):
        plain = word.replace("_", "")
    else:
        return trouble.found(code, message, length=length)
    fix = (trouble.at, length, plain)
    return trouble.found(code, message, f"write `{plain}`", length=length, fix=fix)


def _unexpected(trouble: Trouble) -> Diagnostic:
    phrase = expectation(trouble.expected)
    if trouble.at_end:
        message = f"{phrase or 'something'} is missing here"
        return trouble.found(codes.UNEXPECTED_TOKEN, message)
    text = trouble.text
    shown = f"`{text}`" if text.isprintable() else f"U+{ord(text[0]):04X}"
    known = trouble.stumble.lexeme is not None or trouble.word or text in _SIGNS
    code = codes.UNEXPECTED_TOKEN if known else codes.UNEXPECTED_CHARACTER
    help_ = (f"expected {phrase}",) if phrase else ()
    return trouble.found(code, f"{shown} is not expected here", *help_, length=len(text))


# What is tried one after another; the first that knows what was meant answers.
_LOOKS: tuple[Callable[[Trouble], Diagnostic | None], ...] = (
    _unfinished,
    queries.missing_step,
    queries.subquery,
    phrases.known_phrase,
    queries.unknown_step,
    blocks.declaration,
    expressions.lookalike,
    blocks.single_quotes,
    blocks.one_of,
    blocks.two_entries,
    blocks.bare_text,
    blocks.assignment,
    blocks.missing_equals,
    blocks.missing_colon,
    expressions.missing_operand,
    queries.missing_pipe,
    queries.query_first,
    queries.inner_query,
    queries.rename,
    expressions.is_not_null,
    expressions.other_parameter,
    expressions.sign,
    expressions.clause,
    blocks.one_value,
    _bracket,
    _number,
    repairs.repair,
    expressions.missing_as,
)
