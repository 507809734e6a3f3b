"""What people write in expressions who come from other languages, and the way out."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import Replacement, SyntaxErrorContext
from ssbt.compiler.syntax.vocabulary import BETWEEN_OPERANDS, LOOKALIKES, OTHER_CLAUSES

_QUOTES = "'\""
_OTHER_PARAMETER = lazy_pattern(r"\$\(?(\w+)\)?|[:@](\w+)|\{\{\s*(\w+)\s*\}\}")
_QUOTED = lazy_pattern(f"[{''.join(c for c, meant in LOOKALIKES.items() if meant in _QUOTES)}]")
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
_CONSUMED_LENGTHS = {"===": 2, "**": 2, "&&": 1}


def check_lookalike(context: SyntaxErrorContext) -> Diagnostic | None:
    """A sign copied from a web page."""
    intended = LOOKALIKES.get(context.text)
    if intended is None:
        return None
    code, offset = codes.UNEXPECTED_CHARACTER, context.offset
    message = f"`{context.text}` (U+{ord(context.text):04X}) is no sign of the language"
    fixes: tuple[Replacement, ...] = ((offset, 1, intended),)
    if intended in _QUOTES:
        # Word processors have another sign at the end of a string than at its beginning.
        fixes = tuple(
            (match.start(), 1, intended) for match in _QUOTED.finditer(context.piece, offset)
        )
        fixes = fixes[:2]
    return context.diagnose(code, message, f"did you mean `{intended}`?", length=1, fixes=fixes)


def check_missing_operand(context: SyntaxErrorContext) -> Diagnostic | None:
    """A word like `and` where an operand should stand: it was taken for a name."""
    previous = context.error.previous
    if previous is None or previous.type != "NAME" or previous.lower() not in BETWEEN_OPERANDS:
        return None
    if "EQUAL" in context.expected and "COMPARE" not in context.expected:
        return None
    return context.diagnose(
        codes.UNEXPECTED_TOKEN,
        f"an expression is missing before `{previous}`",
        f"a column of that name is written `` `{previous}` ``",
        offset=previous.start_pos,
        length=len(previous),
    )


def check_not_null(context: SyntaxErrorContext) -> Diagnostic | None:
    """`a not null`."""
    if context.text.lower().split() != ["not", "null"] or "IS" not in context.expected:
        return None
    message = "`is` is missing before `not null`"
    fix = (context.offset, 0, "is ")
    length = len(context.text)
    return context.diagnose(
        codes.UNEXPECTED_TOKEN, message, "write `is not null`", length=length, fix=fix
    )


def check_other_parameter(context: SyntaxErrorContext) -> Diagnostic | None:
    """`$name`, `:name`, `@name` or `{{ name }}`."""
    match = _OTHER_PARAMETER.match(context.piece, context.offset)
    if match is None or "PARAMETER" not in context.expected:
        return None
    replacement = f"${{{match.group(1) or match.group(2) or match.group(3)}}}"
    length = len(match.group())
    fix = (context.offset, length, replacement)
    message = f"`{match.group()}` is not expected here"
    help_ = f"a parameter is written `{replacement}`"
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def check_sign(context: SyntaxErrorContext) -> Diagnostic | None:
    """A sign that other languages have in expressions."""
    if context.is_at_end or not {"CASE", "COMPARE"} & context.expected:
        return None
    for text, help_ in _SIGNS.items():
        sign_start = context.offset - _CONSUMED_LENGTHS.get(text, 0)
        if context.error.previous is not None and text == "**":
            sign_start = context.previous_end - 2
        if text == "?" and "CASE" in context.expected:
            help_ = "a parameter is written `${name}`, and declared `param name: TYPE`"
        if sign_start >= 0 and context.piece.startswith(text, sign_start):
            code = codes.UNEXPECTED_CHARACTER if text[0] == "?" else codes.UNEXPECTED_TOKEN
            message = f"`{text}` is not expected here"
            return context.diagnose(code, message, help_, offset=sign_start, length=len(text))
    return None


def check_clause(context: SyntaxErrorContext) -> Diagnostic | None:
    """A word that begins a clause in SQL, and nothing here."""
    help_ = OTHER_CLAUSES.get(context.word.lower())
    previous = context.error.previous
    is_after_star = previous is not None and previous.type == "STAR"
    if help_ is None or not (is_after_star or {"COMPARE", "COMMA"} & context.expected):
        return None
    message = f"`{context.word}` is not expected here"
    length = len(context.word)
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=length)


def check_missing_as(context: SyntaxErrorContext) -> Diagnostic | None:
    """A new name without `as`."""
    if not context.word or "AS" not in context.expected or context.error.lexeme is None:
        return None
    if context.is_first_on_line and {"PIPELINE", "SINK"} <= context.expected:
        return None
    word = context.word
    help_ = [f"if it is a name for what comes before it, write `as {word}`"]
    if {"ON", "USING"} <= context.expected:
        help_.append("a condition takes `on`, columns of the same names take `using (…)`")
    elif "COMMA" in context.expected:
        help_.insert(0, f"if it is an item of its own, a comma is missing: `, {word}`")
    message = f"`{word}` is not expected here"
    return context.diagnose(codes.MISSING_AS, message, *help_, length=len(word))
