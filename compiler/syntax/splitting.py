"""Where declarations, steps and entries begin, told without the grammar.

A declaration begins with its keyword at the beginning of a line, a step with `|>`, an entry after a
new line or a comma in a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.tokens import Token, tokenize, tokenize_file
from ssbt.grammar.words import DECLARATION_WORDS, DECLARATIONS_OF_ENTRIES, DECLARATIONS_OF_TEXT

_OPENING_BRACKETS = {")": "(", "]": "[", "}": "{"}
_ENTRY = lazy_pattern(r"(?:[^\W\d][\w.]*|`[^`\r\n]+`|\"[^\"\r\n]*\")\s*(?:[=:{]|\w+\s*\{)")


class Piece(Struct, frozen=True):
    """A stretch of the file: offsets, and the tokens in it.

    `opening` is the `{` of a declaration with a block, `closing` its partner; `is_stray` what
    follows such a block and begins no declaration.
    """

    begin: int
    end: int
    tokens: tuple[Token, ...]
    opening: Token | None = None
    closing: Token | None = None
    is_stray: bool = False


def split_declarations(source: Source) -> Iterator[Piece]:
    """The file cut where declarations begin, and where their blocks end."""
    begin, end = encoding.body_bounds(source)
    file_tokens = tokenize_file(source.text[begin:end])
    if begin:
        file_tokens = tuple(
            Token(t.kind, t.start + begin, t.end + begin, t.is_first) for t in file_tokens
        )
    visible = [t for t in file_tokens if t.kind not in ("newline", "comment")]
    starts = [
        i
        for i, t in enumerate(visible)
        if t.is_first and t.kind == "word" and _is_declaration_start(source, visible, i)
    ]
    if visible and (not starts or starts[0] != 0):
        starts.insert(0, 0)
    for number, index in enumerate(starts):
        last = starts[number + 1] if number + 1 < len(starts) else len(visible)
        yield from _split_piece(source, tuple(visible[index:last]))


def _split_piece(source: Source, inside: tuple[Token, ...]) -> Iterator[Piece]:
    """One declaration, and apart from it what follows its block."""
    first = source.text[inside[0].start : inside[0].end].lower()
    opening = next((t for t in inside if source.text[t.start] == "{" and t.kind == "open"), None)
    if first not in DECLARATIONS_OF_ENTRIES or opening is None:
        yield Piece(inside[0].start, inside[-1].end, inside)
        return
    at = _find_closing(source, inside, inside.index(opening))
    count = len(inside) if at is None else at + 1
    declaration, stray = inside[:count], inside[count:]
    closing = None if at is None else inside[at]
    yield Piece(declaration[0].start, declaration[-1].end, declaration, opening, closing)
    if stray:
        yield Piece(stray[0].start, stray[-1].end, stray, is_stray=True)


def _find_closing(source: Source, inside: tuple[Token, ...], at: int) -> int | None:
    """The index of the partner of the bracket at this index.

    A bracket that closes no bracket of its kind is left out, and so is one that is not closed
    before the one around it is.
    """
    open_brackets: list[str] = []
    count = Counter[str]()
    for index in range(at, len(inside)):
        token = inside[index]
        sign = source.text[token.start]
        if token.kind == "open":
            open_brackets.append(sign)
            count[sign] += 1
        elif token.kind == "close" and count[_OPENING_BRACKETS[sign]]:
            last = ""
            while last != _OPENING_BRACKETS[sign]:
                last = open_brackets.pop()
                count[last] -= 1
            if not open_brackets:
                return index
    return None


def _is_declaration_start(source: Source, visible: list[Token], index: int) -> bool:
    """Whether a word that is first on its line begins a declaration: its keyword before a name."""
    token = visible[index]
    if index + 1 >= len(visible):
        return False
    word = source.text[token.start : token.end].lower()
    following = visible[index + 1]
    at_margin = is_at_margin(source, token.start)
    if word not in DECLARATION_WORDS:
        return at_margin and _is_declaration_like(source, visible[index + 1 : index + 3])
    if word in DECLARATIONS_OF_TEXT and following.kind in ("string", "open_string"):
        return True
    if following.kind in ("word", "name"):
        # Inside a block, `schema Order` is an option without its sign.
        looks = at_margin or _is_declaration_like(source, visible[index + 1 : index + 3])
        return looks and (at_margin or word not in (*DECLARATIONS_OF_TEXT, "expect"))
    # `source = …` is an option and `schema,` a column, unless nothing is before it on its line.
    return at_margin and following.kind == "open" and word != "transform"


def is_at_margin(source: Source, at: int) -> bool:
    """Whether nothing stands before this offset on its line, not even white space."""
    return at == encoding.body_bounds(source)[0] or source.text[at - 1] in "\r\n"


def is_first_on_line(source: Source, at: int) -> bool:
    """Whether nothing but white space stands before this offset on its line."""
    while at > 0 and source.text[at - 1] in " \t":
        at -= 1
    return is_at_margin(source, at)


def _is_declaration_like(source: Source, following: list[Token]) -> bool:
    """Whether the two tokens after an unknown word are as in a declaration: `paid =`."""
    if len(following) < 2 or following[0].kind not in ("word", "name"):
        return False
    second = source.text[following[1].start : following[1].end].lower()
    return second in ("=", "{", ":", "from", "to", "(")


def find_step_pipes(piece: Piece) -> list[Token]:
    """The `|>` outside all brackets; one that nothing closes counts as none."""
    unclosed = not _is_balanced(piece)
    depth, pipes = 0, []
    for token in piece.tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "pipe" and (depth == 0 or unclosed):
            pipes.append(token)
    return pipes


def is_entry_start(source: Source, at: int) -> bool:
    """Whether the text goes on as at the beginning of an entry."""
    return _ENTRY.match(source.text, at) is not None


def split_entries(source: Source, piece: Piece) -> Iterator[tuple[int, int]]:
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
    for token in tokenize(source.text[begin:end]):
        start = begin + token.start
        sign = source.text[start] if is_schema and token.kind == "other" else ""
        depth += (sign == "<") - (sign == ">" and depth > 0)
        if balanced:
            is_cut = token.kind in ("newline", "separator") and depth == 0
        else:
            is_cut = token.is_first and is_entry_start(source, start)
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
