"""Scripts as black would lay them out, without the 150 ms that importing black takes.

The result is a fixed point of black with its default options; tests hold it to that. Code that
`emit` does not make itself, such as what a third party's connector may yield, goes to black.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from ssbt.compiler.emit.annotations import split_annotation
from ssbt.compiler.emit.leaves import OPENING, Leaf, UnknownShapeError, copy_leaves, parse_statement
from ssbt.compiler.emit.lines import LINE_LENGTH, Line, build_line
from ssbt.compiler.emit.pieces import split_literal
from ssbt.compiler.emit.splitting import split_lines
from ssbt.compiler.emit.sql_lines import flatten_literals, split_sql
from ssbt.compiler.patterns import lazy_pattern

_INDENT = "    "
_DOCSTRING = '"""'
_VERBATIM = ("@", "class ", "if ", "import ", _DOCSTRING)
_BLOCK = ("@", "class ", "def ", "if ")
_STRING_OR_COMMENT = lazy_pattern(r"""[fr]?"(?:[^"\\\n]|\\.)*"|[fr]?'(?:[^'\\\n]|\\.)*'|\#[^\n]*""")


class _Statement(Struct, frozen=True):
    """A statement's text without its indentation; `spaced` when a blank line was before it."""

    text: str
    depth: int
    spaced: bool


def lay_out(text: str) -> str:
    """`text`, a script with each statement on one line or inside brackets, as black has it."""
    try:
        return "".join(_blocks(text))
    except UnknownShapeError:
        return _format_with_black(text)


def _format_with_black(text: str) -> str:
    import black

    text, previous = flatten_literals(text), ""
    while text != previous:
        # There is code for which black needs a second run to come to rest.
        previous, text = text, black.format_str(text, mode=black.Mode())
    return text


def _blocks(text: str) -> Iterator[str]:
    previous: _Statement | None = None
    for statement in _split_statements(text):
        if previous is not None:
            yield "\n" * _count_blank_lines(previous, statement)
        yield _lay_out_statement(statement.text, statement.depth)
        previous = statement


def _split_statements(text: str) -> Iterator[_Statement]:
    lines = iter(text.split("\n"))
    spaced = False
    for line in lines:
        if not line.strip():
            spaced = True
            continue
        content = line.lstrip(" ")
        depth = (len(line) - len(content)) // len(_INDENT)
        end = _INDENT * depth + _DOCSTRING
        if content.startswith(_DOCSTRING) and not content[3:].endswith(_DOCSTRING):
            while not content.endswith(f"\n{end}"):
                content += _next_line(lines)
        elif not content.startswith(_VERBATIM):
            while _count_open_brackets(content):
                content += _next_line(lines)
        yield _Statement(content, depth, spaced)
        spaced = False


def _next_line(lines: Iterator[str]) -> str:
    line = next(lines, None)
    if line is None:
        raise UnknownShapeError("a statement without an end")
    return f"\n{line}"


def _count_open_brackets(code: str) -> int:
    code = _STRING_OR_COMMENT.sub("", code)
    return sum(map(code.count, "([{")) - sum(map(code.count, ")]}"))


def _count_blank_lines(previous: _Statement, following: _Statement) -> int:
    if previous.text.startswith("@"):
        return 0
    if following.depth == 0:
        is_apart = previous.depth > 0 or following.text.startswith(_BLOCK)
        return 2 if is_apart else int(following.spaced)
    return int(following.spaced and not previous.text.startswith(_BLOCK))


# Scripts share most of their statements: imports, the start of Spark, the arguments.
@lru_cache(maxsize=4096)
def _lay_out_statement(text: str, depth: int) -> str:
    try:
        return "".join(f"{line}\n" for line in _statement_lines(text, depth))
    except UnknownShapeError:
        return _format_statement_with_black(text, depth)


def _format_statement_with_black(text: str, depth: int) -> str:
    """The statement alone: what is beside it keeps the lines of its SQL."""
    blocks = "".join(f"{_INDENT * level}if _:\n" for level in range(depth))
    body = f"\n{_INDENT * (depth + 1)}pass" if text.startswith("def ") else ""
    lines = _format_with_black(f"{blocks}{_INDENT * depth}{text}{body}\n").splitlines(keepends=True)
    return "".join(lines[depth : len(lines) - bool(body)])


def _statement_lines(text: str, depth: int) -> list[str]:
    if text.startswith(_VERBATIM):
        return [_INDENT * depth + text]
    comment = ""
    if text.startswith("def "):
        text, _, comment = text.partition("  # ")
    leaves = parse_statement(text)
    if comment:
        leaves[-1].comment = f"# {comment}"
    if leaves[0].kind == "(" and leaves[-1].opening is leaves[0]:
        bare = build_line(copy_leaves(leaves[1:-1]), depth)
        if bare.is_short_enough():
            return [str(bare)]
    line = build_line(leaves, depth)
    if line.is_short_enough():
        return [str(line)]
    return split_annotation(leaves, depth) or _split_statement(leaves, depth)


def _split_statement(leaves: list[Leaf], depth: int) -> list[str]:
    """The lines of a statement; literals that remain too long are cut into pieces."""
    while True:
        lines = list(split_lines(build_line(copy_leaves(leaves), depth)))
        cuts = dict(filter(None, map(_cut_literal, lines)))
        if not cuts:
            _ensure_known_shapes(lines)
            return [str(line) for line in lines]
        leaves = [part for leaf in leaves for part in _split_leaf(leaf, cuts)]


def _ensure_known_shapes(lines: list[Line]) -> None:
    """Raise UnknownShapeError for an annotation in parentheses, with which black is not at rest.

    And for `**` on a line of its own: whether a comma follows it is up to the Pythons that black
    takes the script to be for.
    """
    if any(line.leaves[0].kind == "**" for line in lines):
        raise UnknownShapeError("**")
    head = lines[0].leaves
    if not lines[0].is_def and [leaf.value for leaf in head[1:3]] == [":", "("]:
        raise UnknownShapeError("an annotation in parentheses")


def _cut_literal(line: Line) -> tuple[str, list[Leaf]] | None:
    """The literal that makes a line too long, and its pieces; None if the line can stay."""
    if line.is_short_enough():
        return None
    first = line.leaves[0]
    room = LINE_LENGTH - len(_INDENT) * line.depth
    if first.kind == "string" and all(leaf.kind == "," for leaf in line.leaves[1:]):
        return _pair_with_pieces(first, room - len(line.leaves[1:]))
    for opening, leaf in zip(line.leaves, line.leaves[1:], strict=False):
        if opening.kind in OPENING and not opening.value and leaf.kind == "string":
            return _pair_with_pieces(leaf, room - len(_INDENT))
    return None


def _pair_with_pieces(leaf: Leaf, room: int) -> tuple[str, list[Leaf]] | None:
    if leaf.is_line:
        return None
    is_sql = bool(leaf.marked)
    pieces = split_sql(leaf.marked, room) if is_sql else split_literal(leaf.value, room)
    if len(pieces) == 1:
        return None
    leaves = [Leaf("string", text, " ") for text in pieces]
    for piece in leaves:
        piece.is_line = is_sql
    return leaf.value, leaves


def _split_leaf(leaf: Leaf, cuts: dict[str, list[Leaf]]) -> list[Leaf]:
    if leaf.kind != "string" or leaf.value not in cuts:
        return [leaf]
    first, *rest = copy_leaves(cuts[leaf.value])
    first.prefix = leaf.prefix
    return [first, *rest]
