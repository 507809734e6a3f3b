"""What the parser stumbled over, in words."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.engine import END, Stumble

STEPS = (
    *("where", "select", "extend", "set", "drop", "rename", "as", "join", "left join"),
    *("right join", "full join", "semi join", "anti join", "cross join", "aggregate"),
    *("distinct", "order by", "limit", "offset", "union", "intersect", "except", "pivot"),
    *("unpivot", "sample", "explode", "watermark", "deduplicate", "apply", "stateful", "sql"),
)
DECLARATIONS = (
    *("pipeline", "import", "param", "secret", "connection", "schema", "source", "let"),
    *("transform", "expect", "sink", "test"),
)
# What people coming from other tools write.
_OTHER_STEPS = {
    "filter": "where",
    "having": "where",
    "map": "select",
    "project": "select",
    "derive": "extend",
    "withcolumn": "extend",
    "mutate": "extend",
    "group": "aggregate",
    "groupby": "aggregate",
    "summarize": "aggregate",
    "sort": "order by",
    "orderby": "order by",
    "order": "order by",
    "take": "limit",
    "head": "limit",
    "minus": "except",
    "dedup": "deduplicate",
}
_OTHER_DECLARATIONS = {"var": "let", "def": "transform", "table": "let", "view": "let"}
_WORD = re.compile(r"[^\W\d]\w*")
_SUBQUERY = re.compile(r"(?:exists\s*)?\(\s*(?:select|from|with)\s+(?:[\w`.]+\s+)?$", re.IGNORECASE)
_ENTRY_STARTS = ("entry", "schema_column", "expect_rule")
_NEXT_ENTRY = re.compile(r"(?:[^\W\d][\w.]*|\"[^\"\r\n]*\")\s*[=:{]")
_PIPE_WORD = re.compile(r"\|>(?:\s|#[^\r\n]*)*$")
_OPENED = {"(": ")", "[": "]", "{": "}"}
_KINDS = {
    "NAME": "a name",
    "QUOTED_NAME": "a name",
    "NUMBER": "a number",
    "DOUBLE_QUOTED": "a string",
    "TRIPLE_QUOTED": "a string",
    "SINGLE_QUOTED": "a string",
    "RAW_STRING": "a string",
    "QUANTITY": "a duration",
    "SIGN": "an operator",
    "EQUAL": "`=`",
    "COLON": "`:`",
    "COMMA": "`,`",
    "DOT": "`.`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LESSTHAN": "`<`",
    "MORETHAN": "`>`",
    "__ANON_0": "`|>`",
    "IN_LIST": "`in (`",
    "$END": "the end",
}
_EXPRESSION_START = {"CASE", "CAST", "INTERVAL", "TYPED_LITERAL"}
_OPERATORS = {"STAR", "SLASH", "CONCAT", "COMPARE", "SHIFT"}


def syntax_mistake(
    source: Source, start: str, begin: int, piece: str, stumble: Stumble
) -> Diagnostic:
    """The diagnostic for the first place at which `piece`, a `start`, cannot go on."""
    at = stumble.offset
    place = Span(source.path, begin + at, begin + at)
    for look in (_unfinished, _step, _subquery, _declaration, _habits):
        found = look(start, piece, at, stumble, place)
        if found is not None:
            return found
    return _unexpected(piece, at, stumble, place)


def _wide(place: Span, length: int) -> Span:
    return Span(place.path, place.start, place.start + length)


def _found(
    code: Code, span: Span, message: str, *help_: str, fix: tuple[Edit, ...] = ()
) -> Diagnostic:
    return Diagnostic(code, message, Label(span), (), tuple(help_), fix)


def _unfinished(
    start: str, piece: str, at: int, stumble: Stumble, place: Span
) -> Diagnostic | None:
    """A string or a quoted name without its end."""
    rest = piece[at : at + 3]
    line_end = re.compile(r"[\r\n]|\Z").search(piece, at)
    length = (line_end.start() if line_end else len(piece)) - at
    if stumble.lexeme is not None:
        return None
    if rest.startswith("`"):
        if piece.startswith("``", at):
            return _found(literals.UNTERMINATED_NAME, _wide(place, 2), "an empty name")
        message = "this name has no closing backtick"
        return _found(literals.UNTERMINATED_NAME, _wide(place, length), message, "add the backtick")
    if rest[:1] in ("'", '"') and not _closed(piece, at):
        message = "this string has no closing quote"
        quote = rest[:1] if not rest.startswith('"""') else '"""'
        help_ = f"close it with {quote} on the same line"
        if quote == '"""':
            help_ = 'close it with """'
        return _found(literals.UNTERMINATED_STRING, _wide(place, length), message, help_)
    return None


def _closed(piece: str, at: int) -> bool:
    pattern = (
        r"\"{3}[\s\S]*?\"{3}|'(?:[^'\\\r\n]|\\[^\r\n])*'|\"(?!\"\")(?:[^\"\\\r\n]|\\[^\r\n])*\""
    )
    return re.compile(pattern).match(piece, at) is not None


def _step(
    start: str, piece: str, at: int, stumble: Stumble, place: Span
) -> Diagnostic | None:
    """A word behind `|>` that is no step."""
    previous = _previous_word(piece, at)
    head = piece[: previous[0]] if previous else ""
    behind_pipe = previous and (_PIPE_WORD.search(head) or (start == "step" and not head.strip()))
    if not behind_pipe or not previous or piece[at : at + 1] == "(":
        return None
    word = previous[1]
    if word.lower() in STEPS:
        return None
    span = Span(place.path, place.start - at + previous[0], place.start - at + previous[2])
    near = _OTHER_STEPS.get(word.lower()) or did_you_mean(word, STEPS)
    help_ = [f"did you mean `{near}`?"] if near else [f"the steps are {', '.join(STEPS)}"]
    help_.append(f"a transform is used with parentheses: `|> {word}()`")
    return _found(codes.UNKNOWN_STEP, span, f"there is no step `{word}`", *help_)


def _subquery(
    start: str, piece: str, at: int, stumble: Stumble, place: Span
) -> Diagnostic | None:
    """A query inside an expression, at the word behind its `select`."""
    match = _SUBQUERY.search(piece[max(0, at - 200) : at])
    if match is None:
        return None
    begin = place.start - min(at, 200) + match.start()
    return _found(
        codes.SUBQUERY,
        Span(place.path, begin, place.start),
        "an expression holds no subquery",
        "give the query a name with `let` and join it: `semi join` for `exists` and `in`, "
        "`anti join` for `not exists`, `cross join` for a single value",
    )


def _previous_word(piece: str, at: int) -> tuple[int, str, int] | None:
    match = re.compile(r"([^\W\d]\w*)\s*$").search(piece[max(0, at - 200) : at])
    if match is None:
        return None
    base = max(0, at - 200)
    return base + match.start(1), match.group(1), base + match.end(1)


def _declaration(
    start: str, piece: str, at: int, stumble: Stumble, place: Span
) -> Diagnostic | None:
    """Something that begins no declaration where one must begin."""
    expected = stumble.expected()
    if "PIPELINE" not in expected or "SINK" not in expected or start not in ("file", "declaration"):
        return None
    if expected & _OPERATORS:
        return None
    match = _WORD.match(piece, at)
    if match is None or match.group().lower() in DECLARATIONS:
        return None
    word = match.group()
    near = _OTHER_DECLARATIONS.get(word.lower()) or did_you_mean(word, DECLARATIONS)
    help_ = f"did you mean `{near}`?" if near else f"one of {', '.join(DECLARATIONS)}"
    message = f"`{word}` begins no declaration"
    return _found(codes.UNKNOWN_DECLARATION, _wide(place, len(word)), message, help_)


def _habits(
    start: str, piece: str, at: int, stumble: Stumble, place: Span
) -> Diagnostic | None:
    """What other languages do: semicolons, `--` comments, single quotes in blocks, bare aliases."""
    rest = piece[at : at + 40]
    expected = stumble.expected()
    if rest.startswith(";"):
        edit = Edit(_wide(place, 1), "")
        message = "declarations end without `;`"
        return _found(codes.UNEXPECTED_TOKEN, _wide(place, 1), message, "remove it", fix=(edit,))
    if rest.startswith(("--", "//", "/*")):
        message = "comments begin with `#`"
        return _found(codes.UNEXPECTED_TOKEN, _wide(place, 2), message)
    quoted = re.match(r"'[^'\\\"\r\n]*'", rest)
    if quoted and "DOUBLE_QUOTED" in expected and "SINGLE_QUOTED" not in expected:
        text = quoted.group()
        edit = Edit(_wide(place, len(text)), f'"{text[1:-1]}"')
        message = "strings in blocks take double quotes"
        span = _wide(place, len(text))
        return _found(codes.UNEXPECTED_TOKEN, span, message, f"write {edit.text}", fix=(edit,))
    if start in _ENTRY_STARTS and at and _NEXT_ENTRY.match(piece, at):
        before = len(piece[:at].rstrip())
        comma = Span(place.path, place.start - at + before, place.start - at + before)
        message = "entries on one line take a comma between them"
        return _found(
            codes.MISSING_SEPARATOR,
            _wide(place, 1),
            message,
            "add a comma, or begin a new line",
            fix=(Edit(comma, ","),),
        )
    match = _WORD.match(piece, at)
    if match and "AS" in expected and stumble.lexeme is not None:
        word = match.group()
        edit = Edit(place, "as ")
        return _found(
            codes.MISSING_AS,
            _wide(place, len(word)),
            f"`{word}` is not expected here",
            f"a name for what stands before it takes `as`: `as {word}`",
            fix=(edit,) if "NAME" in stumble.lexeme.type else (),
        )
    return None


def _unexpected(piece: str, at: int, stumble: Stumble, place: Span) -> Diagnostic:
    expected = stumble.expected()
    phrase = _phrase(expected)
    help_ = (f"expected {phrase}",) if phrase else ()
    if stumble.lexeme is not None and stumble.lexeme.type == END:
        opened = _unclosed(piece)
        if opened is not None:
            span = Span(place.path, place.start - at + opened, place.start - at + opened + 1)
            char = piece[opened]
            message = f"this `{char}` is never closed"
            return _found(codes.UNCLOSED_BRACKET, span, message, f"add `{_OPENED[char]}`")
        message = "something is missing at the end"
        return _found(codes.UNEXPECTED_TOKEN, place, message, *help_)
    text = _text_at(piece, at, stumble)
    shown = f"`{text}`" if text.isprintable() else f"U+{ord(text[0]):04X}"
    if text in (")", "]", "}") and _unclosed(piece[:at]) is None:
        message = f"this {shown} closes nothing"
        return _found(codes.UNCLOSED_BRACKET, _wide(place, 1), message, "remove it")
    number = re.compile(r"\d[\w.]*").match(piece, at)
    if number and stumble.lexeme is None:
        word = number.group()
        message = f"`{word}` is no number"
        return _found(literals.BAD_NUMBER, _wide(place, len(word)), message, *help_)
    known = stumble.lexeme is not None or _WORD.match(text) or text in "()[]{},.:=<>+-*/|"
    code = codes.UNEXPECTED_TOKEN if known else codes.UNEXPECTED_CHARACTER
    return _found(code, _wide(place, len(text)), f"{shown} is not expected here", *help_)


def _text_at(piece: str, at: int, stumble: Stumble) -> str:
    if stumble.lexeme is not None:
        return str(stumble.lexeme).split("\n")[0][:60] or piece[at : at + 1]
    match = _WORD.match(piece, at)
    return (match.group() if match else piece[at : at + 1]) or " "


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


def _phrase(expected: set[str]) -> str:
    """What could stand there, in a few words; nothing where too much could."""
    kinds: list[str] = []
    if expected >= _EXPRESSION_START:
        kinds.append("an expression")
    elif expected & _OPERATORS and "AS" not in expected and "RPAR" not in expected:
        return ""
    else:
        for terminal in sorted(expected):
            kind = _KINDS.get(terminal, f"`{terminal.replace('_', ' ').lower()}`")
            if kind not in kinds and terminal not in _OPERATORS:
                kinds.append(kind)
    if not kinds or len(kinds) > 6:
        return ""
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"
