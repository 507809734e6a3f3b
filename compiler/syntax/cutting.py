"""Where declarations, steps and entries begin, told without the grammar.

A declaration begins with its keyword at the beginning of a line, a step with `|>`, an entry after a
new line or a comma in a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
import re

from msgspec import Struct

from ssbt.compiler.source import Source
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.tokens import Token, tokens
from ssbt.compiler.syntax.vocabulary import DECLARATIONS

_KEYWORDS = frozenset([*DECLARATIONS, "stream"])
_PATHS = ("import", "test")
_BLOCKS = frozenset(("pipeline", "connection", "schema", "source", "stream", "expect", "sink"))
_CLOSES = {")": "(", "]": "[", "}": "{"}
_ENTRY = re.compile(r"(?:[^\W\d][\w.]*|`[^`\r\n]+`|\"[^\"\r\n]*\")\s*(?:[=:{]|\w+\s*\{)")


class Piece(Struct, frozen=True):
    """A stretch of the file: offsets, and the tokens in it.

    `opening` is the `{` of a declaration with a block, `closing` its partner; `is_stray` what
    stands behind such a block and begins no declaration.
    """

    begin: int
    end: int
    tokens: tuple[Token, ...]
    opening: Token | None = None
    closing: Token | None = None
    is_stray: bool = False


def declarations(source: Source) -> Iterator[Piece]:
    """The file cut where declarations begin, and where their blocks end."""
    begin, end = encoding.body(source)
    every = (
        Token(t.kind, t.start + begin, t.end + begin, t.first)
        for t in tokens(source.text[begin:end])
    )
    visible = [t for t in every if t.kind not in ("newline", "comment")]
    starts = [i for i, t in enumerate(visible) if _begins(source, visible, i)]
    if visible and (not starts or starts[0] != 0):
        starts.insert(0, 0)
    for number, index in enumerate(starts):
        last = starts[number + 1] if number + 1 < len(starts) else len(visible)
        yield from _pieces(source, tuple(visible[index:last]))


def _pieces(source: Source, inside: tuple[Token, ...]) -> Iterator[Piece]:
    """One declaration, and apart from it what stands behind its block."""
    first = source.text[inside[0].start : inside[0].end].lower()
    opening = next((t for t in inside if source.text[t.start] == "{" and t.kind == "open"), None)
    if first not in _BLOCKS or opening is None:
        yield Piece(inside[0].start, inside[-1].end, inside)
        return
    at = _closing(source, inside, inside.index(opening))
    count = len(inside) if at is None else at + 1
    own, rest = inside[:count], inside[count:]
    closing = None if at is None else inside[at]
    yield Piece(own[0].start, own[-1].end, own, opening, closing)
    if rest:
        yield Piece(rest[0].start, rest[-1].end, rest, is_stray=True)


def _closing(source: Source, inside: tuple[Token, ...], at: int) -> int | None:
    """The index of the partner of the bracket at this index.

    A bracket that closes no bracket of its kind is left out, and so is one that is not closed
    before the one around it is.
    """
    opened: list[str] = []
    count = Counter[str]()
    for index in range(at, len(inside)):
        token = inside[index]
        sign = source.text[token.start]
        if token.kind == "open":
            opened.append(sign)
            count[sign] += 1
        elif token.kind == "close" and count[_CLOSES[sign]]:
            last = ""
            while last != _CLOSES[sign]:
                last = opened.pop()
                count[last] -= 1
            if not opened:
                return index
    return None


def _begins(source: Source, visible: list[Token], index: int) -> bool:
    """Whether a declaration begins here: its keyword, first on its line, before a name."""
    token = visible[index]
    if token.kind != "word" or not token.first or index + 1 >= len(visible):
        return False
    word = source.text[token.start : token.end].lower()
    following = visible[index + 1]
    at_margin = is_at_margin(source, token.start)
    if word not in _KEYWORDS:
        return at_margin and _looks_declared(source, visible[index + 1 : index + 3])
    if word in _PATHS and following.kind in ("string", "open_string"):
        return True
    if following.kind in ("word", "name"):
        # Inside of a block, `schema Order` is an option without its sign.
        looks = at_margin or _looks_declared(source, visible[index + 1 : index + 3])
        return looks and (at_margin or word not in (*_PATHS, "expect"))
    # `source = …` is an option and `schema,` a column, unless nothing is before it on its line.
    return at_margin and following.kind == "open" and word != "transform"


def is_at_margin(source: Source, at: int) -> bool:
    """Whether nothing stands before this offset on its line, not even white space."""
    return at == encoding.body(source)[0] or source.text[at - 1] in "\r\n"


def begins_line(source: Source, at: int) -> bool:
    """Whether nothing but white space stands before this offset on its line."""
    while at > 0 and source.text[at - 1] in " \t":
        at -= 1
    return is_at_margin(source, at)


def _looks_declared(source: Source, following: list[Token]) -> bool:
    """Whether the two tokens behind an unknown word are as in a declaration: `paid =`."""
    if len(following) < 2 or following[0].kind not in ("word", "name"):
        return False
    second = source.text[following[1].start : following[1].end].lower()
    return second in ("=", "{", ":", "from", "to", "(")


def steps(piece: Piece) -> list[Token]:
    """The `|>` outside all brackets; one that nothing closes counts as none."""
    unclosed = not _is_balanced(piece)
    depth, cuts = 0, []
    for token in piece.tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "pipe" and (depth == 0 or unclosed):
            cuts.append(token)
    return cuts


def looks_like_entry(source: Source, at: int) -> bool:
    """Whether the text goes on as at the beginning of an entry."""
    return _ENTRY.match(source.text, at) is not None


def entries(source: Source, piece: Piece) -> Iterator[tuple[int, int]]:
    """The stretches between new lines and commas at the depth of the block itself.

    Where a bracket has no partner the depth says nothing: an entry begins with each line that
    looks like the beginning of one.
    """
    assert piece.opening is not None
    begin = piece.opening.end
    end = piece.end if piece.closing is None else piece.closing.start
    balanced = _is_balanced(piece)
    depth = 0
    first: int | None = None
    last = begin
    is_schema = source.text[piece.begin : piece.begin + 6].lower() == "schema"
    for token in tokens(source.text[begin:end]):
        start = begin + token.start
        sign = source.text[start] if is_schema and token.kind == "other" else ""
        depth += (sign == "<") - (sign == ">" and depth > 0)
        if balanced:
            is_cut = token.kind in ("newline", "separator") and depth == 0
        else:
            is_cut = token.first and looks_like_entry(source, start)
        if is_cut and first is not None:
            yield first, last
            first = None
        if token.kind in ("comment", "newline") or (is_cut and balanced):
            continue
        depth += (token.kind == "open") - (token.kind == "close")
        first = start if first is None else first
        last = begin + token.end
    if first is not None:
        yield first, last


def _is_balanced(piece: Piece) -> bool:
    depth = 0
    for token in piece.tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0:
            return False
    return depth == 0
