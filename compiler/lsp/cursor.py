"""What may stand at a place of a text, whether or not the rest of the text parses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.source import Source
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.engine import Engine, StumbleError
from ssbt.compiler.syntax.tables import tables
from ssbt.compiler.syntax.tokens import Token, tokens
from ssbt.compiler.syntax.vocabulary import DECLARATIONS

_NAME = r"(?:[^\W\d]\w*|`(?:[^`\r\n]|``)+`)"
_PATH = re.compile(rf"({_NAME}(?:\s*\.\s*{_NAME})*)\s*\.\Z")
_PART = re.compile(_NAME)
_PARAMETER = re.compile(r"\$\{\s*`?\w*\Z")
_KEYWORDS = frozenset((*DECLARATIONS, "stream"))
# How many declarations above are tried before the text is taken for one that does not parse.
_TRIED = 4
# How much of the text is looked at, in characters: of the file, and for what is right before.
_REACH = 20_000
_NEAR = 400


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place and what is before it.

    `start` is where the word begins that ends at the place. `head` is the text of its declaration
    up to there, which begins at `begin`. `path` are the names before a dot right before the word.
    `rules` are the rules of the grammar that may begin there, `terminals` what may come next, both
    empty where the text before does not parse; `in_parameter` is set inside of `${…}`.
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


def cursor(source: Source, offset: int) -> Cursor | None:
    """What is known of a place; None inside of a comment or a string."""
    body = encoding.body(source)[0]
    floor = max(body, offset - _REACH)
    before = source.text[floor:offset]
    if _PARAMETER.search(before[-_NEAR:]):
        return Cursor(offset, offset, "", in_parameter=True)
    start = offset - _word_length(before)
    text = source.text[floor:start]
    found = list(tokens(text))
    if _is_inside(text, found):
        return None
    visible = [each for each in found if each.kind not in ("newline", "comment")]
    line = text.rpartition("\n")[2].rpartition("\r")[2]
    begin, stumble = _stumble(text, visible)
    path = _PATH.search(text[-_NEAR:])
    return Cursor(
        start,
        floor + begin,
        text[begin:],
        tuple(map(_plain, _PART.findall(path.group(1)))) if path else (),
        frozenset(stumble.beginnings) if stumble else frozenset(),
        frozenset(stumble.expected()) if stumble else frozenset(),
        stumble.previous.type if stumble and stumble.previous else "",
        starts_line=not line.strip(),
    )


def _stumble(text: str, visible: list[Token]) -> tuple[int, StumbleError | None]:
    """Where the declaration begins, and what the parser knows at the end of the text."""
    nearest: int | None = None
    for number, begin in enumerate(_declarations(text, visible)):
        if number == _TRIED:
            break
        nearest = begin if nearest is None else nearest
        if (got := _tried("file", text[begin:])) is not None:
            return begin, got
    begin = nearest or 0
    for start, at in _pieces(text, begin, visible):
        if (got := _tried(start, text[at:])) is not None:
            return begin, got
    return begin, _tried("file", "") if nearest is None else None


def _declarations(text: str, visible: list[Token]) -> Iterator[int]:
    """Where declarations may begin, the nearest first."""
    for place in range(len(visible) - 1, -1, -1):
        token = visible[place]
        if not token.first or text[token.start : token.end].lower() not in _KEYWORDS:
            continue
        if place + 1 == len(visible) or visible[place + 1].kind in ("word", "name", "string"):
            yield token.start
    if not visible:
        yield len(text)


def _pieces(text: str, begin: int, visible: list[Token]) -> Iterator[tuple[str, int]]:
    """Smaller parts of a declaration that end at the end of the text."""
    inside = [each for each in visible if each.start >= begin]
    pipe = next((each.end for each in reversed(inside) if each.kind == "pipe"), None)
    if pipe is not None:
        yield "step", pipe
        return
    is_schema = text[begin : begin + 6].lower() == "schema"
    lines = [each.start for each in inside if each.first] + [len(text)]
    opened = [each.end for each in inside if each.kind in ("open", "separator")]
    for at in sorted({*lines, *opened}, reverse=True)[:_TRIED]:
        yield "schema_column" if is_schema else "entry", at


def _tried(start: str, text: str) -> StumbleError | None:
    # The word after the place lets those keywords be seen that need one behind them.
    return Engine(tables(), f"{text}x", "", 0).stumble(start, len(text))


def _is_inside(text: str, found: list[Token]) -> bool:
    """Whether the text ends inside of a comment or a string."""
    if not found:
        return False
    last = found[-1]
    if last.kind == "comment":
        return True
    for token in reversed(found):
        if token.kind == "open_string":
            return text[token.start : token.start + 3] == '"""' or not any(
                each.kind == "newline" and each.start > token.start for each in found
            )
    return False


def _word_length(text: str) -> int:
    """The length of the word at the end of the text, with a backtick before it."""
    start = len(text)
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    start -= start > 0 and text[start - 1] == "`"
    return len(text) - start


def _plain(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name
