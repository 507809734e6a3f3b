"""What people write who come from other languages, each with the way out."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.syntax.trouble import Trouble
from ssbt.compiler.syntax.vocabulary import BETWEEN_OPERANDS, LOOKALIKES, STEPS

_ENTRY_STARTS = ("entry", "schema_column", "expect_rule")
_NEXT_ENTRY = re.compile(r"(?:[^\W\d][\w.]*|\"[^\"\r\n]*\")\s*[=:{]")
_QUOTED = re.compile(r"'[^'\\\"\r\n]*'")
_SIGNS = {
    "?": "write `case when … then … else … end`, or `if(…, …, …)`",
    "[": "an array is written `array(1, 2)`",
    "{": "a map is written `map('key', value)`, a struct `named_struct('name', value)`",
    "&&": "write `and`",
    "->": "a function of its own stands only as the argument of another, such as `transform`",
}


def _semicolon(trouble: Trouble) -> Diagnostic | None:
    if trouble.text != ";":
        return None
    message = "declarations end without `;`"
    code = codes.UNEXPECTED_TOKEN
    return trouble.found(code, message, "remove it", length=1, fix=(trouble.at, 1, ""))


def _comment(trouble: Trouble) -> Diagnostic | None:
    if not trouble.piece.startswith(("--", "//", "/*"), trouble.at):
        return None
    return trouble.found(codes.UNEXPECTED_TOKEN, "comments begin with `#`", length=2)


def _lookalike(trouble: Trouble) -> Diagnostic | None:
    """A sign copied from a web page."""
    meant = LOOKALIKES.get(trouble.text)
    if meant is None:
        return None
    message = f"`{trouble.text}` (U+{ord(trouble.text):04X}) is no sign of the language"
    return trouble.found(codes.UNEXPECTED_CHARACTER, message, f"did you mean `{meant}`?", length=1)


def _single_quotes(trouble: Trouble) -> Diagnostic | None:
    match = _QUOTED.match(trouble.piece, trouble.at)
    if match is None or "SINGLE_QUOTED" in trouble.expected:
        return None
    if "DOUBLE_QUOTED" not in trouble.expected:
        return None
    text = match.group()
    written = f'"{text[1:-1]}"'
    return trouble.found(
        codes.UNEXPECTED_TOKEN,
        "strings in blocks take double quotes",
        f"write {written}",
        length=len(text),
        fix=(trouble.at, len(text), written),
    )


def _two_entries(trouble: Trouble) -> Diagnostic | None:
    """Two entries of a block on one line."""
    if trouble.start not in _ENTRY_STARTS or trouble.at == 0 or trouble.begins_line:
        return None
    if "$END" not in trouble.expected or not _NEXT_ENTRY.match(trouble.piece, trouble.at):
        return None
    message = "entries on one line take a comma between them"
    help_ = "add a comma, or begin a new line"
    before = len(trouble.piece[: trouble.at].rstrip())
    fix = (before, 0, ",")
    return trouble.found(codes.MISSING_SEPARATOR, message, help_, length=1, fix=fix)


def _colon(trouble: Trouble) -> Diagnostic | None:
    """`name: value` in a block."""
    if trouble.text != ":" or "EQUAL" not in trouble.expected:
        return None
    message = "an option is set with `=`"
    code = codes.UNEXPECTED_TOKEN
    return trouble.found(code, message, "write `=`", length=1, fix=(trouble.at, 1, " ="))


def _missing_operand(trouble: Trouble) -> Diagnostic | None:
    """A word like `and` where an operand should stand: it was taken for a name."""
    previous = trouble.stumble.previous
    if previous is None or previous.type != "NAME" or previous.lower() not in BETWEEN_OPERANDS:
        return None
    if "EQUAL" in trouble.expected and "COMPARE" not in trouble.expected:
        return None
    return trouble.found(
        codes.UNEXPECTED_TOKEN,
        f"an expression is missing before `{previous}`",
        f"a column of that name is written `` `{previous}` ``",
        at=previous.start_pos,
        length=len(previous),
    )


def _missing_pipe(trouble: Trouble) -> Diagnostic | None:
    """A step without `|>`, or with `|`."""
    if "__ANON_0" not in trouble.expected:
        return None
    if trouble.text == "|":
        message = "a step begins with `|>`"
        fix = (trouble.at, 1, "|>")
        return trouble.found(codes.UNEXPECTED_TOKEN, message, "write `|>`", length=1, fix=fix)
    first_words = {step.split()[0] for step in STEPS} - {"as", "set"}
    first = trouble.text.split()[0] if trouble.text.strip() else ""
    if first.lower() not in {*first_words, "group"}:
        return None
    message = "a step begins with `|>`"
    help_ = f"write `|> {first}`"
    fix = (trouble.at, 0, "|> ")
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=len(first), fix=fix)


def _query_first(trouble: Trouble) -> Diagnostic | None:
    """`let x = select …`: SQL's order of words."""
    previous = trouble.stumble.previous
    if trouble.expected != {"FROM"} or previous is None or previous.type != "EQUAL":
        return None
    if trouble.at_end:
        return None
    step = trouble.word.lower() in {step.split()[0] for step in STEPS}
    shown = trouble.word if step else "…"
    help_ = f"the steps follow: `from NAME |> {shown}`" if step else "`from NAME` reads a dataset"
    message = "a query begins with `from` and a dataset"
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=len(trouble.text))


def _inner_query(trouble: Trouble) -> Diagnostic | None:
    """`from (from a …)`."""
    previous = trouble.stumble.previous
    if trouble.text != "(" or previous is None or previous.type not in ("FROM", "JOIN"):
        return None
    message = "a dataset stands here by its name"
    help_ = "give the inner query a name with `let`"
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=1)


def _rename(trouble: Trouble) -> Diagnostic | None:
    """`rename a to b`, `rename a = b`."""
    if trouble.expected - {"DOT"} != {"AS"} or trouble.text.lower() not in ("to", "="):
        return None
    message = "the new name stands behind `as`"
    fix = None if trouble.text == "=" else (trouble.at, 2, "as")
    length = len(trouble.text)
    help_ = "write `OLD as NEW`"
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def _is_not_null(trouble: Trouble) -> Diagnostic | None:
    if trouble.text.lower().split() != ["not", "null"] or "IS" not in trouble.expected:
        return None
    message = "`is` is missing before `not null`"
    fix = (trouble.at, 0, "is ")
    length = len(trouble.text)
    return trouble.found(
        codes.UNEXPECTED_TOKEN, message, "write `is not null`", length=length, fix=fix
    )


def _sign(trouble: Trouble) -> Diagnostic | None:
    """A sign that other languages have in expressions."""
    for sign, help_ in _SIGNS.items():
        if trouble.piece.startswith(sign, trouble.at) and not trouble.at_end:
            if not {"CASE", "COMPARE"} & trouble.expected:
                return None
            code = codes.UNEXPECTED_CHARACTER if sign == "?" else codes.UNEXPECTED_TOKEN
            message = f"`{sign}` is not expected here"
            return trouble.found(code, message, help_, length=len(sign))
    return None


def _one_value(trouble: Trouble) -> Diagnostic | None:
    """An expression where an option takes a value."""
    if trouble.start != "entry" or "$END" not in trouble.expected or not trouble.text:
        return None
    if trouble.text[0] not in "+-*/%|(" and trouble.stumble.lexeme is None:
        return None
    message = f"`{trouble.text}` is not expected here"
    help_ = 'an option takes a single value; parameters go into a text as `"…${name}…"`'
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=len(trouble.text))


def _missing_as(trouble: Trouble) -> Diagnostic | None:
    """A new name without `as`."""
    if not trouble.word or "AS" not in trouble.expected or trouble.stumble.lexeme is None:
        return None
    if trouble.begins_line and {"PIPELINE", "SINK"} <= trouble.expected:
        return None
    word = trouble.word
    help_ = [f"a name for what stands before it takes `as`: `as {word}`"]
    fix = (trouble.at, 0, "as ") if "NAME" in trouble.stumble.lexeme.type else None
    if {"ON", "USING"} <= trouble.expected:
        help_.append("a condition takes `on`, columns of the same names take `using (…)`")
        fix = None
    if word.lower() == "by":
        help_, fix = ["the keys stand behind `group by`"], (trouble.at, 0, "group ")
    message = f"`{word}` is not expected here"
    return trouble.found(codes.MISSING_AS, message, *help_, length=len(word), fix=fix)


HABITS = (
    *(_semicolon, _comment, _lookalike, _single_quotes, _two_entries, _colon, _missing_operand),
    *(_missing_pipe, _query_first, _inner_query, _rename, _is_not_null, _sign, _missing_as),
    _one_value,
)
