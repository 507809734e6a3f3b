"""What people write in expressions who come from other languages, and the way out."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.syntax.trouble import Replacement, Trouble
from ssbt.compiler.syntax.vocabulary import BETWEEN_OPERANDS, LOOKALIKES, OTHER_CLAUSES

_QUOTES = "'\""
_OTHER_PARAMETER = re.compile(r"\$\(?(\w+)\)?|[:@](\w+)|\{\{\s*(\w+)\s*\}\}")
_QUOTED = re.compile(f"[{''.join(c for c, meant in LOOKALIKES.items() if meant in _QUOTES)}]")
# Signs of other languages, each with what it is called here; the longest first.
_SIGNS = {
    "===": "write `=`",
    "??": "write `coalesce(…, …)`",
    "?": "write `case when … then … else … end`, or `if(…, …, …)`",
    "**": "write `power(…, …)`",
    "&&": "write `and`",
    "->": "a function of its own stands only as the argument of another, such as `transform`",
    "[": "an array is written `array(1, 2)`",
    "{": "a map is written `map('key', value)`, a struct `named_struct('name', value)`",
}
# How much of a sign the parser takes before it stumbles.
_TAKEN = {"===": 2, "**": 2, "&&": 1}


def lookalike(trouble: Trouble) -> Diagnostic | None:
    """A sign copied from a web page."""
    meant = LOOKALIKES.get(trouble.text)
    if meant is None:
        return None
    code, at = codes.UNEXPECTED_CHARACTER, trouble.at
    message = f"`{trouble.text}` (U+{ord(trouble.text):04X}) is no sign of the language"
    fixes: tuple[Replacement, ...] = ((at, 1, meant),)
    if meant in _QUOTES:
        # Word processors have another sign at the end of a string than at its beginning.
        fixes = tuple((place.start(), 1, meant) for place in _QUOTED.finditer(trouble.piece, at))
        fixes = fixes[:2]
    return trouble.found(code, message, f"did you mean `{meant}`?", length=1, fixes=fixes)


def missing_operand(trouble: Trouble) -> Diagnostic | None:
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


def is_not_null(trouble: Trouble) -> Diagnostic | None:
    """`a not null`."""
    if trouble.text.lower().split() != ["not", "null"] or "IS" not in trouble.expected:
        return None
    message = "`is` is missing before `not null`"
    fix = (trouble.at, 0, "is ")
    length = len(trouble.text)
    return trouble.found(
        codes.UNEXPECTED_TOKEN, message, "write `is not null`", length=length, fix=fix
    )


def other_parameter(trouble: Trouble) -> Diagnostic | None:
    """`$name`, `:name`, `@name` or `{{ name }}`."""
    match = _OTHER_PARAMETER.match(trouble.piece, trouble.at)
    if match is None or "PARAMETER" not in trouble.expected:
        return None
    written = f"${{{match.group(1) or match.group(2) or match.group(3)}}}"
    length = len(match.group())
    fix = (trouble.at, length, written)
    message = f"`{match.group()}` is not expected here"
    help_ = f"a parameter is written `{written}`"
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def sign(trouble: Trouble) -> Diagnostic | None:
    """A sign that other languages have in expressions."""
    if trouble.at_end or not {"CASE", "COMPARE"} & trouble.expected:
        return None
    for text, help_ in _SIGNS.items():
        at = trouble.at - _TAKEN.get(text, 0)
        if trouble.stumble.previous is not None and text == "**":
            at = trouble.behind - 2
        if at >= 0 and trouble.piece.startswith(text, at):
            code = codes.UNEXPECTED_CHARACTER if text[0] == "?" else codes.UNEXPECTED_TOKEN
            message = f"`{text}` is not expected here"
            return trouble.found(code, message, help_, at=at, length=len(text))
    return None


def clause(trouble: Trouble) -> Diagnostic | None:
    """A word that begins a clause in SQL, and nothing here."""
    help_ = OTHER_CLAUSES.get(trouble.word.lower())
    previous = trouble.stumble.previous
    is_behind = previous is not None and previous.type == "STAR"
    if help_ is None or not (is_behind or {"COMPARE", "COMMA"} & trouble.expected):
        return None
    message = f"`{trouble.word}` is not expected here"
    length = len(trouble.word)
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length)


def missing_as(trouble: Trouble) -> Diagnostic | None:
    """A new name without `as`."""
    if not trouble.word or "AS" not in trouble.expected or trouble.stumble.lexeme is None:
        return None
    if trouble.begins_line and {"PIPELINE", "SINK"} <= trouble.expected:
        return None
    word = trouble.word
    help_ = [f"if it is a name for what stands before it, write `as {word}`"]
    if {"ON", "USING"} <= trouble.expected:
        help_.append("a condition takes `on`, columns of the same names take `using (…)`")
    elif "COMMA" in trouble.expected:
        help_.insert(0, f"if it is an item of its own, a comma is missing: `, {word}`")
    message = f"`{word}` is not expected here"
    return trouble.found(codes.MISSING_AS, message, *help_, length=len(word))
