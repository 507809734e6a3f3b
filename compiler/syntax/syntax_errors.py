"""What the parser stumbled over, in words: what was found, and the way out."""

from __future__ import annotations

from collections.abc import Callable
import re

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.engine import UnexpectedTokenError
from ssbt.compiler.syntax.error_context import SyntaxErrorContext
from ssbt.compiler.syntax.habits import (
    blocks,
    expressions,
    phrases,
    queries,
    repairs,
    subqueries,
)
from ssbt.compiler.syntax.vocabulary import DECLARATION_FORMS, STEP_FORMS, describe_expected

_STRING = lazy_pattern(
    r"\"{3}(?:[^\"\\]|\\[\s\S]|\"(?!\"\"))*\"{3}"
    r"|'(?:[^'\\\r\n]|\\[^\r\n])*'|\"(?!\"\")(?:[^\"\\\r\n]|\\[^\r\n])*\""
)
# What is before a step tells from where its query reads.
_MAXIMUM_BEFORE = 2_000
_DURATION = lazy_pattern(r"(\d+)(ms|s|sec|m|min|h|hr|w)")
_UNITS = {
    "ms": "milliseconds",
    **dict.fromkeys(("s", "sec"), "seconds"),
    **dict.fromkeys(("m", "min"), "minutes"),
    **dict.fromkeys(("h", "hr"), "hours"),
    "w": "weeks",
}
_NUMBER = lazy_pattern(r"\d[\w.]*")
_FIRST_WORDS = lazy_pattern(r"\s*(?:stream\s+)?(\w+(?:[ \t]+\w+)?)")
_SIGNS = "()[]{},.:=<>+-*/|"
_CLOSING_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def diagnose_syntax_error(
    source: Source, start: str, begin: int, piece: str, error: UnexpectedTokenError
) -> Diagnostic:
    """The diagnostic for the first place at which `piece`, a `start`, cannot go on."""
    before = source.text[max(0, begin - _MAXIMUM_BEFORE) : begin]
    context = SyntaxErrorContext(source.path, start, begin, piece, error, before)
    for check in _CHECKS:
        diagnostic = check(context)
        if diagnostic is not None:
            return diagnostic
    return _diagnose_unexpected(context)


def _check_unfinished(context: SyntaxErrorContext) -> Diagnostic | None:
    """A string or a quoted name without its end."""
    piece, at = context.piece, context.offset
    if context.error.lexeme is not None:
        return None
    line_end = re.compile(r"[\r\n]|\Z").search(piece, at)
    length = (line_end.start() if line_end else len(piece)) - at
    if piece.startswith("``", at):
        return context.diagnose(literals.UNTERMINATED_NAME, "an empty name", length=2)
    if piece.startswith("`", at):
        message = "this name has no closing backtick"
        code = literals.UNTERMINATED_NAME
        return context.diagnose(code, message, "add the backtick", length=length)
    if piece[at] in "'\"" and not _STRING.match(piece, at):
        message = "this string has no closing quote"
        quote = '"""' if piece.startswith('"""', at) else piece[at]
        line_note = "" if quote == '"""' else " on the same line"
        help_ = f"close it with {quote}{line_note}"
        return context.diagnose(literals.UNTERMINATED_STRING, message, help_, length=length)
    return None


def _check_chain(context: SyntaxErrorContext) -> Diagnostic | None:
    """Methods of data frames: what they are called here is loaded where one is met."""
    if context.start != "step" or "." not in context.piece:
        return None
    from ssbt.compiler.syntax.habits.chains import check_chain

    return check_chain(context)


def _check_frame_step(context: SyntaxErrorContext) -> Diagnostic | None:
    """Steps of data frames, which are loaded where there are parentheses."""
    if context.start != "step" or "(" not in context.piece:
        return None
    from ssbt.compiler.syntax.habits.frame_steps import check_frame_step

    return check_frame_step(context)


def _check_bracket(context: SyntaxErrorContext) -> Diagnostic | None:
    """A bracket without its partner."""
    if context.is_at_end:
        opening = _find_unclosed(context.piece)
        is_type = "MORE" in context.expected and "COMPARE" not in context.expected
        if is_type:
            opening = max(opening or 0, context.piece.rfind("<"))
        if opening is None:
            return None
        return diagnose_unclosed(context.span(opening, 1), context.piece[opening])
    if context.text in (")", "]", "}") and _find_unclosed(context.piece[: context.offset]) is None:
        message = f"this `{context.text}` closes nothing"
        return context.diagnose(codes.UNCLOSED_BRACKET, message, "remove it", length=1)
    return None


def diagnose_unclosed(span: Span, sign: str) -> Diagnostic:
    """The diagnostic for a bracket that is not closed."""
    message, help_ = f"this `{sign}` is never closed", f"add `{_CLOSING_BRACKETS[sign]}`"
    return Diagnostic(codes.UNCLOSED_BRACKET, message, Label(span), (), (help_,))


def _find_unclosed(piece: str) -> int | None:
    """The offset of the innermost bracket that is open at the end."""
    from ssbt.compiler.syntax.tokens import tokenize

    open_offsets: list[int] = []
    for token in tokenize(piece):
        if token.kind == "open":
            open_offsets.append(token.start)
        elif token.kind == "close" and open_offsets:
            open_offsets.pop()
    return open_offsets[-1] if open_offsets else None


def _check_number(context: SyntaxErrorContext) -> Diagnostic | None:
    """A number with letters after it."""
    match = _NUMBER.match(context.piece, context.offset)
    if match is None or context.error.lexeme is not None:
        return None
    word = match.group()
    excerpt = word if len(word) <= 40 else f"{word[:40]}…"
    code, message, length = literals.BAD_NUMBER, f"`{excerpt}` is no number", len(word)
    if re.fullmatch(r"0(?:[xX][0-9A-Fa-f]{1,15}|[bB][01]{1,60}|[oO][0-7]{1,20})", word):
        plain = str(int(word, 0))
    elif re.fullmatch(r"\d+(?:_\d+)+", word):
        plain = word.replace("_", "")
    else:
        unit = _DURATION.fullmatch(word)
        help_ = (
            (f"a length of time is written `interval {unit[1]} {_UNITS[unit[2]]}`",) if unit else ()
        )
        return context.diagnose(code, message, *help_, length=length)
    fix = (context.offset, length, plain)
    return context.diagnose(code, message, f"write `{plain}`", length=length, fix=fix)


def _diagnose_unexpected(context: SyntaxErrorContext) -> Diagnostic:
    phrase = describe_expected(context.expected)
    if context.is_at_end:
        previous = context.error.previous
        if previous is not None and phrase == "an expression" and previous.isprintable():
            message = f"{phrase} is missing after `{previous}`"
            way_out = f"write what follows `{previous}`, or leave it out"
            return context.diagnose(codes.UNEXPECTED_TOKEN, message, way_out)
        message = f"{phrase or 'something'} is missing here"
        return context.diagnose(codes.UNEXPECTED_TOKEN, message, *_find_form(context))
    text = context.text
    excerpt = f"`{text}`" if text.isprintable() else f"U+{ord(text[0]):04X}"
    is_known = context.error.lexeme is not None or context.word or text in _SIGNS
    code = codes.UNEXPECTED_TOKEN if is_known else codes.UNEXPECTED_CHARACTER
    help_ = (f"expected {phrase}",) if phrase else _find_form(context)
    return context.diagnose(code, f"{excerpt} is not expected here", *help_, length=len(text))


# What is tried one after another; the first that knows what was meant answers.
_CHECKS: tuple[Callable[[SyntaxErrorContext], Diagnostic | None], ...] = (
    _check_unfinished,
    queries.check_missing_step,
    subqueries.check_subquery,
    queries.check_select_from,
    _check_frame_step,
    _check_chain,
    phrases.check_phrases,
    queries.check_unknown_step,
    blocks.check_declaration,
    expressions.check_lookalike,
    blocks.check_single_quotes,
    blocks.check_one_of,
    blocks.check_two_entries,
    blocks.check_bare_text,
    blocks.check_assignment,
    blocks.check_missing_equals,
    blocks.check_missing_colon,
    expressions.check_missing_operand,
    queries.check_missing_pipe,
    queries.check_query_start,
    queries.check_inner_query,
    queries.check_rename,
    expressions.check_not_null,
    expressions.check_other_parameter,
    expressions.check_sign,
    expressions.check_clause,
    blocks.check_one_value,
    _check_bracket,
    _check_number,
    repairs.find_repair,
    expressions.check_missing_as,
)


def _find_form(context: SyntaxErrorContext) -> tuple[str, ...]:
    """How the step or declaration is written that is not whole."""
    words = _FIRST_WORDS.match(context.piece)
    head = " ".join(words[1].lower().split()) if words else ""
    forms = STEP_FORMS if context.start == "step" else DECLARATION_FORMS
    for name in sorted(forms, key=len, reverse=True):
        if head == name or head.startswith(f"{name} "):
            return (f"write `{forms[name]}`",)
    return ()
