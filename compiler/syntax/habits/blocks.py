"""What people write in declarations and blocks who come from other languages, and the way out."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.syntax.trouble import Replacement, Trouble
from ssbt.compiler.syntax.vocabulary import (
    DECLARATIONS,
    DECLARED,
    NO_DECLARATIONS,
    OTHER_DECLARATIONS,
    QUERY_WORDS,
)

_ENTRY_STARTS = ("entry", "schema_column", "expect_rule")
_NEXT_ENTRY = re.compile(r"(?:[^\W\d][\w.]*|\"[^\"\r\n]*\")\s*[=:{]")
_QUOTED = re.compile(r"'[^'\\\"\r\n]*'")
_PATH = re.compile(r"[ \t]+['`]?([\w./-]+)['`]?[ \t]*(?=[\r\n#]|\Z)")
_BARE = re.compile(r"=\s*([^\s\"'`=,{}\[\]()#]+)[ \t]*(?=[\r\n,#}]|\Z)")
_ONE_OF = re.compile(r"one\s+of(?=\s*\()", re.IGNORECASE)
_PARAM = re.compile(r"param\s+(\w+|`(?:[^`]|``)+`)", re.IGNORECASE)
_ASSIGNED = re.compile(r"\s*=(?!=)")
_VALUE = re.compile(r"[\w\"'.$\[+-]")


def declaration(trouble: Trouble) -> Diagnostic | None:
    """Something that begins no declaration where one must begin."""
    if not trouble.begins_declaration or not trouble.word:
        return None
    word = trouble.word.lower()
    if word in DECLARATIONS:
        return _head(trouble, word)
    if word == "stream":
        message = "`stream` stands before `source`, and before nothing else"
        return trouble.found(codes.UNEXPECTED_TOKEN, message, length=len(word))
    help_, fix = _meant(trouble, word)
    code, message = codes.UNKNOWN_DECLARATION, f"`{trouble.word}` begins no declaration"
    return trouble.found(code, message, help_, length=len(word), fix=fix)


def _meant(trouble: Trouble, word: str) -> tuple[str, Replacement | tuple[()]]:
    """The way out for a word that begins no declaration, and the fix where there is one."""
    if word in QUERY_WORDS:
        return "a query has a name: `let NAME = from … |> …`", ()
    if word in NO_DECLARATIONS:
        return NO_DECLARATIONS[word], ()
    near = did_you_mean(word, DECLARATIONS)
    if near:
        return f"did you mean `{near}`?", (trouble.at, len(word), near)
    others = OTHER_DECLARATIONS.get(word, ())
    for other in others:
        if trouble.mends((trouble.at, len(word), other)):
            return f"did you mean `{other}`?", (trouble.at, len(word), other)
    if others:
        return f"write `{DECLARED[others[0]]}`", ()
    if _ASSIGNED.match(trouble.piece, trouble.at + len(word)):
        named = f"`let {trouble.word} = from …`, or `source {trouble.word} from CONNECTOR {{ … }}`"
        return f"a dataset is declared: {named}", ()
    return f"one of {', '.join(DECLARATIONS)}", ()


def _head(trouble: Trouble, word: str) -> Diagnostic:
    """A keyword without what must stand behind it."""
    code, behind = codes.UNEXPECTED_TOKEN, trouble.at + len(word)
    if word not in ("import", "test"):
        message = f"`{word}` takes a name behind it"
        return trouble.found(code, message, length=len(word))
    what = "a path" if word == "import" else "a name"
    message = f"`{word}` takes {what} in double quotes behind it"
    match = _PATH.match(trouble.piece, behind)
    if word == "test" or match is None:
        return trouble.found(code, message, length=len(word))
    at, end = match.start() + 1, match.end()
    written = f'"{match.group(1)}"'
    help_ = f"write `import {written}`"
    return trouble.found(code, message, help_, length=len(word), fix=(at, end - at, written))


def single_quotes(trouble: Trouble) -> Diagnostic | None:
    """A string of a block in single quotes."""
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


def one_of(trouble: Trouble) -> Diagnostic | None:
    """`one of (…)` right behind the type of a parameter, or in an expression of rows."""
    match = _ONE_OF.match(trouble.piece, trouble.at)
    param = _PARAM.match(trouble.piece)
    if match is None:
        return None
    if param is not None and "CHECK" in trouble.expected:
        message = "what a parameter may be is said by a `check` of its name"
        written = f"check {param[1]} {match.group()}"
    elif "IN_LIST" in trouble.expected:
        message = "`one of` stands in `check NAME one of (…)`; elsewhere it is `in`"
        written = "in"
    else:
        return None
    return trouble.found(
        codes.UNEXPECTED_TOKEN,
        message,
        f"write `{written} (…)`",
        length=len(match.group()),
        fix=(trouble.at, len(match.group()), written),
    )


def two_entries(trouble: Trouble) -> Diagnostic | None:
    """Two entries of a block on one line."""
    if trouble.start not in _ENTRY_STARTS or trouble.at == 0 or trouble.begins_line:
        return None
    if "$END" not in trouble.expected or not _NEXT_ENTRY.match(trouble.piece, trouble.at):
        return None
    message = "entries on one line take a comma between them"
    help_ = "add a comma, or begin a new line"
    fix = (trouble.behind, 0, ",")
    return trouble.found(codes.MISSING_SEPARATOR, message, help_, length=1, fix=fix)


def assignment(trouble: Trouble) -> Diagnostic | None:
    """`name: value` in a block, and `name := value` anywhere."""
    code = codes.UNEXPECTED_TOKEN
    if trouble.text == "=" and trouble.piece.endswith(":", 0, trouble.at):
        message = "a parameter has a type behind its `:`"
        return trouble.found(code, message, "write `NAME: TYPE = DEFAULT`", length=1)
    if trouble.text != ":" or "EQUAL" not in trouble.expected:
        return None
    if trouble.piece.startswith(":=", trouble.at):
        fix = (trouble.at, 2, "=")
        return trouble.found(code, "`:=` is not in the language", "write `=`", length=2, fix=fix)
    if trouble.start != "entry":
        return None
    message, fix = "an option is set with `=`", (trouble.at, 1, " =")
    return trouble.found(code, message, "write `=`", length=1, fix=fix)


def missing_equals(trouble: Trouble) -> Diagnostic | None:
    """`name value` in a block."""
    if trouble.start != "entry" or trouble.expected - {"DOT"} != {"EQUAL", "LBRACE"}:
        return None
    if trouble.begins_line or not _VALUE.match(trouble.piece, trouble.at):
        return None
    fix = (trouble.behind, 0, " =")
    message, help_ = "an option is set with `=`", "add `=`"
    length = len(trouble.text)
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def bare_text(trouble: Trouble) -> Diagnostic | None:
    """A path without its quotes."""
    if trouble.start != "entry":
        return None
    match = _BARE.search(trouble.piece)
    if match is None or not match.start(1) <= trouble.at <= match.end(1):
        return None
    text = match.group(1)
    if not (text[0].isalpha() or text[0] in "./~") or not any(sign in text for sign in "./-:"):
        return None
    at, written = match.start(1), f'"{text}"'
    fix = (at, len(text), written)
    return trouble.found(
        codes.UNEXPECTED_TOKEN,
        "a text takes double quotes",
        f"write {written}",
        at=at,
        length=len(text),
        fix=fix,
    )


def missing_colon(trouble: Trouble) -> Diagnostic | None:
    """`name type`, as in SQL."""
    if trouble.expected != {"COLON"} or not trouble.word or trouble.begins_line:
        return None
    previous = trouble.stumble.previous
    fix = (trouble.behind, 0, ":")
    message = "a `:` stands between a name and its type"
    help_ = f"write `{previous}: {trouble.word}`"
    length = len(trouble.word)
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def one_value(trouble: Trouble) -> Diagnostic | None:
    """An expression where an option takes a value."""
    if trouble.start != "entry" or "$END" not in trouble.expected or not trouble.text:
        return None
    if trouble.text[0] not in "+-*/%|(" and trouble.stumble.lexeme is None:
        return None
    message = f"`{trouble.text}` is not expected here"
    help_ = 'an option takes a single value; parameters go into a text as `"…${name}…"`'
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=len(trouble.text))
