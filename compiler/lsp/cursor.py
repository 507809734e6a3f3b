"""What may stand at a place of a text, whether or not the rest of the text parses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.engine import Engine, UnexpectedTokenError
from ssbt.compiler.syntax.tables import load_tables
from ssbt.compiler.syntax.tokens import Token, tokenize
from ssbt.grammar.words import DECLARATION_WORDS

_NAME = r"(?:[^\W\d]\w*|`(?:[^`\r\n]|``)+`)"
_PATH = lazy_pattern(rf"({_NAME}(?:\s*\.\s*{_NAME})*)\s*\.\Z")
_PART = lazy_pattern(_NAME)
_PARAMETER = lazy_pattern(r"\$\{\s*`?\w*\Z")
_KEYWORDS = frozenset(DECLARATION_WORDS)
# How many declarations above are tried before the text is taken for one that does not parse.
_MAX_ATTEMPTS = 4
# How much of the text is looked at, in characters: of the file, and for what is right before.
_MAX_LOOKBACK = 20_000
_NEAR = 400


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place and what is before it.

    `start` is where the word begins that ends at the place. `head` is the text of its declaration
    up to there, which begins at `begin`. `path` are the names before a dot right before the word.
    `rules` are the rules of the grammar that may begin there, `terminals` what may come next, both
    empty where the text before does not parse; `in_parameter` is set inside `${…}`.
    """

    start: int
    begin: int
    head: str
    path: tuple[str, ...] = ()
    rules: frozenset[str] = frozenset()
    terminals: frozenset[str] = frozenset()
    previous: str = ""
    in_parameter: bool = False
    starts_line: bool = False


def build_cursor(source: Source, offset: int) -> Cursor | None:
    """What is known of a place; None inside a comment or a string."""
    body = encoding.body_bounds(source)[0]
    floor = max(body, offset - _MAX_LOOKBACK)
    text_before = source.text[floor:offset]
    if _PARAMETER.search(text_before[-_NEAR:]):
        return Cursor(offset, offset, "", in_parameter=True)
    start = offset - _word_length(text_before)
    text = source.text[floor:start]
    all_tokens = list(tokenize(text))
    if _is_inside(text, all_tokens):
        return None
    visible = [each for each in all_tokens if each.kind not in ("newline", "comment")]
    line = text.rpartition("\n")[2].rpartition("\r")[2]
    begin, error = _find_parse_end(text, visible)
    path = _PATH.search(text[-_NEAR:])
    return Cursor(
        start,
        floor + begin,
        text[begin:],
        tuple(map(_unquote, _PART.findall(path.group(1)))) if path else (),
        frozenset(error.expected_rules) if error else frozenset(),
        frozenset(error.expected()) if error else frozenset(),
        error.previous.type if error and error.previous else "",
        starts_line=not line.strip(),
    )


def _find_parse_end(text: str, visible: list[Token]) -> tuple[int, UnexpectedTokenError | None]:
    """Where the declaration begins, and what the parser knows at the end of the text."""
    nearest: int | None = None
    for number, begin in enumerate(_declaration_starts(text, visible)):
        if number == _MAX_ATTEMPTS:
            break
        nearest = begin if nearest is None else nearest
        if (error := _try_parse("file", text[begin:])) is not None:
            return begin, error
    begin = nearest or 0
    for start, at in _fragment_starts(text, begin, visible):
        if (error := _try_parse(start, text[at:])) is not None:
            return begin, error
    return begin, _try_parse("file", "") if nearest is None else None


def _declaration_starts(text: str, visible: list[Token]) -> Iterator[int]:
    """Where declarations may begin, the nearest first."""
    for index in range(len(visible) - 1, -1, -1):
        token = visible[index]
        if not token.is_first or text[token.start : token.end].lower() not in _KEYWORDS:
            continue
        if index + 1 == len(visible) or visible[index + 1].kind in ("word", "name", "string"):
            yield token.start
    if not visible:
        yield len(text)


def _fragment_starts(text: str, begin: int, visible: list[Token]) -> Iterator[tuple[str, int]]:
    """Smaller parts of a declaration that end at the end of the text."""
    inner_tokens = [each for each in visible if each.start >= begin]
    pipe = next((each.end for each in reversed(inner_tokens) if each.kind == "pipe"), None)
    if pipe is not None:
        yield "step", pipe
        return
    is_schema = text[begin : begin + 6].lower() == "schema"
    lines = [each.start for each in inner_tokens if each.is_first] + [len(text)]
    bracket_ends = [each.end for each in inner_tokens if each.kind in ("open", "separator")]
    for at in sorted({*lines, *bracket_ends}, reverse=True)[:_MAX_ATTEMPTS]:
        yield "schema_column" if is_schema else "entry", at


def _try_parse(start: str, text: str) -> UnexpectedTokenError | None:
    # The word after the place lets those keywords be seen that need one after them.
    return Engine(load_tables(), f"{text}x", "", 0).find_error_at(start, len(text))


def _is_inside(text: str, all_tokens: list[Token]) -> bool:
    """Whether the text ends inside a comment or a string."""
    if not all_tokens:
        return False
    last = all_tokens[-1]
    if last.kind == "comment":
        return True
    for token in reversed(all_tokens):
        if token.kind == "open_string":
            return text[token.start : token.start + 3] == '"""' or not any(
                each.kind == "newline" and each.start > token.start for each in all_tokens
            )
    return False


def _word_length(text: str) -> int:
    """The length of the word at the end of the text, with a backtick before it."""
    start = len(text)
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    start -= start > 0 and text[start - 1] == "`"
    return len(text) - start


def _unquote(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name
