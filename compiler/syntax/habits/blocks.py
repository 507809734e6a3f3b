"""What people write in declarations and blocks who come from other languages, and the way out."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.codes.connectors import UNKNOWN_OPTION
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import Replacement, SyntaxErrorContext
from ssbt.compiler.syntax.vocabulary import (
    DECLARATION_FORMS,
    NON_DECLARATIONS,
    OTHER_DECLARATIONS,
    QUERY_WORDS,
)
from ssbt.grammar.words import CONDITION_OPTIONS, DECLARATIONS

_OTHER_FORMAT = (
    "a pipeline is no JSON, YAML or TOML: it begins with `pipeline NAME { }`, and has declarations "
    "such as `source NAME from CONNECTOR { … }`"
)
_ENTRY_STARTS = ("entry", "schema_column", "expect_rule")
_ENTRY_NAME = lazy_pattern(r"\s*(\w+)\s*=")
_NEXT_ENTRY = lazy_pattern(r"(?:[^\W\d][\w.]*|\"[^\"\r\n]*\")\s*[=:{]")
_QUOTED = lazy_pattern(r"'[^'\\\"\r\n]*'")
_PATH = lazy_pattern(r"[ \t]+['`]?([\w./-]+)['`]?[ \t]*(?=[\r\n#]|\Z)")
_UNQUOTED_TEXT = lazy_pattern(r"=\s*([^\s\"'`=,{}\[\]()#]+)[ \t]*(?=[\r\n,#}]|\Z)")
_ONE_OF = lazy_pattern(r"one\s+of(?=\s*\()", re.IGNORECASE)
_PARAM = lazy_pattern(r"param\s+(\w+|`(?:[^`]|``)+`)", re.IGNORECASE)
_ASSIGNMENT = lazy_pattern(r"\s*=(?!=)")
_VALUE = lazy_pattern(r"[\w\"'.$\[+-]")


def check_declaration(context: SyntaxErrorContext) -> Diagnostic | None:
    """Something that begins no declaration where one must begin."""
    if not context.is_declaration_start or not context.word:
        return _check_other_format(context) if context.is_declaration_start else None
    word = context.word.lower()
    if word in DECLARATIONS:
        return _check_head(context, word)
    if word == "stream":
        message = "`stream` stands before `source`, and before nothing else"
        return context.diagnose(codes.UNEXPECTED_TOKEN, message, length=len(word))
    help_, fix = _suggest_declaration(context, word)
    code, message = codes.UNKNOWN_DECLARATION, f"`{context.word}` begins no declaration"
    return context.diagnose(code, message, help_, length=len(word), fix=fix)


def _check_other_format(context: SyntaxErrorContext) -> Diagnostic | None:
    """A file of JSON or TOML."""
    if context.text not in ("{", "["):
        return None
    message = f"`{context.text}` begins no declaration"
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, _OTHER_FORMAT, length=1)


def _suggest_declaration(
    context: SyntaxErrorContext, word: str
) -> tuple[str, Replacement | tuple[()]]:
    """The way out for a word that begins no declaration, and the fix where there is one."""
    if context.piece[context.offset + len(word) :].lstrip(" ").startswith(":"):
        return _OTHER_FORMAT, ()
    if word in QUERY_WORDS:
        return "a query has a name: `let NAME = from … |> …`", ()
    if word in NON_DECLARATIONS:
        return NON_DECLARATIONS[word], ()
    suggestion = did_you_mean(word, DECLARATIONS)
    if suggestion:
        return f"did you mean `{suggestion}`?", (context.offset, len(word), suggestion)
    candidates = OTHER_DECLARATIONS.get(word, ())
    for candidate in candidates:
        if context.is_fixed_by((context.offset, len(word), candidate)):
            return f"did you mean `{candidate}`?", (context.offset, len(word), candidate)
    if candidates:
        return f"write `{DECLARATION_FORMS[candidates[0]]}`", ()
    if _ASSIGNMENT.match(context.piece, context.offset + len(word)):
        example = (
            f"`let {context.word} = from …`, or `source {context.word} from CONNECTOR {{ … }}`"
        )
        return f"a dataset is declared: {example}", ()
    return f"one of {', '.join(DECLARATIONS)}", ()


def _check_head(context: SyntaxErrorContext, word: str) -> Diagnostic:
    """A keyword without what must follow it."""
    code, keyword_end = codes.UNEXPECTED_TOKEN, context.offset + len(word)
    if context.piece[keyword_end:].lstrip().startswith(":") and word != "test":
        message = f"`{word}` is followed by a name, and no `:`"
        return context.diagnose(code, message, _OTHER_FORMAT, length=len(word))
    if word not in ("import", "test"):
        message = f"`{word}` is followed by a name"
        return context.diagnose(code, message, length=len(word))
    operand = "a path" if word == "import" else "a name"
    message = f"`{word}` takes {operand} in double quotes after it"
    match = _PATH.match(context.piece, keyword_end)
    if word == "test" or match is None:
        return context.diagnose(code, message, length=len(word))
    path_start, end = match.start() + 1, match.end()
    replacement = f'"{match.group(1)}"'
    help_ = f"write `import {replacement}`"
    return context.diagnose(
        code, message, help_, length=len(word), fix=(path_start, end - path_start, replacement)
    )


def check_single_quotes(context: SyntaxErrorContext) -> Diagnostic | None:
    """A string of a block in single quotes."""
    match = _QUOTED.match(context.piece, context.offset)
    if match is None or "SINGLE_QUOTED" in context.expected:
        return None
    if "DOUBLE_QUOTED" not in context.expected:
        return None
    text = match.group()
    replacement = f'"{text[1:-1]}"'
    return context.diagnose(
        codes.UNEXPECTED_TOKEN,
        "strings in blocks take double quotes",
        f"write {replacement}",
        length=len(text),
        fix=(context.offset, len(text), replacement),
    )


def check_one_of(context: SyntaxErrorContext) -> Diagnostic | None:
    """`one of (…)` right after the type of a parameter, or in an expression of rows."""
    match = _ONE_OF.match(context.piece, context.offset)
    param = _PARAM.match(context.piece)
    if match is None:
        return None
    if param is not None and "CHECK" in context.expected:
        message = "what a parameter may be is said by a `check` of its name"
        replacement = f"check {param[1]} {match.group()}"
    elif "IN_LIST" in context.expected:
        message = "`one of` stands in `check NAME one of (…)`; elsewhere it is `in`"
        replacement = "in"
    else:
        return None
    return context.diagnose(
        codes.UNEXPECTED_TOKEN,
        message,
        f"write `{replacement} (…)`",
        length=len(match.group()),
        fix=(context.offset, len(match.group()), replacement),
    )


def check_two_entries(context: SyntaxErrorContext) -> Diagnostic | None:
    """Two entries of a block on one line."""
    if context.start not in _ENTRY_STARTS or context.offset == 0 or context.is_first_on_line:
        return None
    if "$END" not in context.expected or not _NEXT_ENTRY.match(context.piece, context.offset):
        return None
    message = "entries on one line take a comma between them"
    help_ = "add a comma, or begin a new line"
    fix = (context.previous_end, 0, ",")
    return context.diagnose(codes.MISSING_SEPARATOR, message, help_, length=1, fix=fix)


def check_assignment(context: SyntaxErrorContext) -> Diagnostic | None:
    """`name: value` in a block, and `name := value` anywhere."""
    code = codes.UNEXPECTED_TOKEN
    if context.text == "=" and context.piece.endswith(":", 0, context.offset):
        message = "a parameter has a type after its `:`"
        return context.diagnose(code, message, "write `NAME: TYPE = DEFAULT`", length=1)
    if context.text != ":" or "EQUAL" not in context.expected:
        return None
    if context.piece.startswith(":=", context.offset):
        fix = (context.offset, 2, "=")
        return context.diagnose(code, "`:=` is not in the language", "write `=`", length=2, fix=fix)
    if context.start != "entry":
        return None
    message, fix = "an option is set with `=`", (context.offset, 1, " =")
    return context.diagnose(code, message, "write `=`", length=1, fix=fix)


def check_missing_equals(context: SyntaxErrorContext) -> Diagnostic | None:
    """`name value` in a block."""
    if context.start != "entry" or context.expected - {"DOT"} != {"EQUAL", "LBRACE"}:
        return None
    if context.is_first_on_line or not _VALUE.match(context.piece, context.offset):
        return None
    fix = (context.previous_end, 0, " =")
    message, help_ = "an option is set with `=`", "add `=`"
    length = len(context.text)
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def check_bare_text(context: SyntaxErrorContext) -> Diagnostic | None:
    """A path without its quotes."""
    if context.start != "entry":
        return None
    match = _UNQUOTED_TEXT.search(context.piece)
    if match is None or not match.start(1) <= context.offset <= match.end(1):
        return None
    text = match.group(1)
    if not (text[0].isalpha() or text[0] in "./~") or not any(sign in text for sign in "./-:"):
        return None
    text_start, replacement = match.start(1), f'"{text}"'
    fix = (text_start, len(text), replacement)
    return context.diagnose(
        codes.UNEXPECTED_TOKEN,
        "a text takes double quotes",
        f"write {replacement}",
        offset=text_start,
        length=len(text),
        fix=fix,
    )


def check_missing_colon(context: SyntaxErrorContext) -> Diagnostic | None:
    """`name type`, as in SQL."""
    if context.expected != {"COLON"} or not context.word or context.is_first_on_line:
        return None
    previous = context.error.previous
    fix = (context.previous_end, 0, ":")
    message = "a `:` separates a name and its type"
    help_ = f"write `{previous}: {context.word}`"
    length = len(context.word)
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def check_one_value(context: SyntaxErrorContext) -> Diagnostic | None:
    """An expression where an option takes a value."""
    if context.start != "entry" or "$END" not in context.expected or not context.text:
        return None
    condition = _find_condition_option(context)
    if condition is not None:
        return condition
    if context.text[0] not in "+-*/%|(" and context.error.lexeme is None:
        return None
    message = f"`{context.text}` is not expected here"
    help_ = 'an option takes a single value; parameters go into a text as `"…${name}…"`'
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=len(context.text))


def _find_condition_option(context: SyntaxErrorContext) -> Diagnostic | None:
    """A condition as the value of an option whose name is like that of one that takes them."""
    match = _ENTRY_NAME.match(context.piece)
    near = did_you_mean(match[1], CONDITION_OPTIONS) if match else None
    if match is None or near is None:
        return None
    fix = (match.start(1), len(match[1]), near)
    if not context.is_fixed_by(fix):
        return None
    message = f"there is no option `{match[1]}`; did you mean `{near}`?"
    help_ = f"`{near}` takes a condition"
    offset, length = match.start(1), len(match[1])
    return context.diagnose(UNKNOWN_OPTION, message, help_, offset=offset, length=length, fix=fix)
