"""Scripts as black would lay them out, without the 150 ms that importing black takes.

The result is a fixed point of black with its default options; tests hold it to that. Code that
`emit` does not make itself, such as what a third party's connector may yield, goes to black.
"""

from __future__ import annotations

from collections.abc import Iterator
import re

from msgspec import Struct

from ssbt.compiler.emit.annotations import annotation_lines
from ssbt.compiler.emit.leaves import OPENING, Leaf, UnknownShapeError, copied, statement_leaves
from ssbt.compiler.emit.lines import LINE_LENGTH, Line, whole_line
from ssbt.compiler.emit.pieces import literal_pieces
from ssbt.compiler.emit.splitting import split_lines

_INDENT = "    "
_DOCSTRING = '"""'
_VERBATIM = ("@", "class ", "if ", "import ", _DOCSTRING)
_BLOCK = ("@", "class ", "def ", "if ")
_STRING_OR_COMMENT = re.compile(r"""[fr]?"(?:[^"\\\n]|\\.)*"|[fr]?'(?:[^'\\\n]|\\.)*'|\#[^\n]*""")


class _Statement(Struct, frozen=True):
    """A statement's text without its indentation; `spaced` when a blank line was before it."""

    text: str
    depth: int
    spaced: bool


def laid_out(text: str) -> str:
    """`text`, a script with each statement on one line or inside of brackets, as black has it."""
    try:
        return "".join(_blocks(text))
    except UnknownShapeError:
        return _laid_out_by_black(text)


def _laid_out_by_black(text: str) -> str:
    import black

    before = ""
    while text != before:
        # There is code for which black needs a second run to come to rest.
        before, text = text, black.format_str(text, mode=black.Mode())
    return text


def _blocks(text: str) -> Iterator[str]:
    before: _Statement | None = None
    for statement in _statements(text):
        if before is not None:
            yield "\n" * _blank_lines(before, statement)
        yield "".join(f"{line}\n" for line in _statement_lines(statement))
        before = statement


def _statements(text: str) -> Iterator[_Statement]:
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
            while _open_brackets(content):
                content += _next_line(lines)
        yield _Statement(content, depth, spaced)
        spaced = False


def _next_line(lines: Iterator[str]) -> str:
    line = next(lines, None)
    if line is None:
        raise UnknownShapeError("a statement without an end")
    return f"\n{line}"


def _open_brackets(code: str) -> int:
    code = _STRING_OR_COMMENT.sub("", code)
    return sum((char in "([{") - (char in ")]}") for char in code)


def _blank_lines(before: _Statement, after: _Statement) -> int:
    if before.text.startswith("@"):
        return 0
    if after.depth == 0:
        is_apart = before.depth > 0 or after.text.startswith(_BLOCK)
        return 2 if is_apart else int(after.spaced)
    return int(after.spaced and not before.text.startswith(_BLOCK))


def _statement_lines(statement: _Statement) -> list[str]:
    text, depth = statement.text, statement.depth
    if text.startswith(_VERBATIM):
        return [_INDENT * depth + text]
    comment = ""
    if text.startswith("def "):
        text, _, comment = text.partition("  # ")
    leaves = statement_leaves(text)
    if comment:
        leaves[-1].comment = f"# {comment}"
    if leaves[0].kind == "(" and leaves[-1].opening is leaves[0]:
        bare = whole_line(copied(leaves[1:-1]), depth)
        if bare.is_short_enough():
            return [str(bare)]
    line = whole_line(leaves, depth)
    if line.is_short_enough():
        return [str(line)]
    return annotation_lines(leaves, depth) or _split_statement(leaves, depth)


def _split_statement(leaves: list[Leaf], depth: int) -> list[str]:
    """The lines of a statement; literals that remain too long are cut into pieces."""
    while True:
        lines = list(split_lines(whole_line(copied(leaves), depth)))
        cuts = dict(filter(None, map(_cut_literal, lines)))
        if not cuts:
            _ensure_plain_annotation(lines)
            return [str(line) for line in lines]
        leaves = [part for leaf in leaves for part in _pieces(leaf, cuts)]


def _ensure_plain_annotation(lines: list[Line]) -> None:
    """Raise UnknownShapeError for an annotation in parentheses, with which black is not at rest."""
    head = lines[0].leaves
    if not lines[0].is_def and [leaf.value for leaf in head[1:3]] == [":", "("]:
        raise UnknownShapeError("an annotation in parentheses")


def _cut_literal(line: Line) -> tuple[str, list[str]] | None:
    """The literal that makes a line too long, and its pieces; None if the line can stay."""
    if line.is_short_enough():
        return None
    first = line.leaves[0]
    room = LINE_LENGTH - len(_INDENT) * line.depth
    if first.kind == "string" and all(leaf.kind == "," for leaf in line.leaves[1:]):
        return _pair(first.value, room - len(line.leaves[1:]))
    for opening, leaf in zip(line.leaves, line.leaves[1:], strict=False):
        if opening.kind in OPENING and not opening.value and leaf.kind == "string":
            return _pair(leaf.value, room - len(_INDENT))
    return None


def _pair(literal: str, room: int) -> tuple[str, list[str]] | None:
    pieces = literal_pieces(literal, room)
    return (literal, pieces) if len(pieces) > 1 else None


def _pieces(leaf: Leaf, cuts: dict[str, list[str]]) -> list[Leaf]:
    if leaf.kind != "string" or leaf.value not in cuts:
        return [leaf]
    first, *others = cuts[leaf.value]
    return [Leaf("string", first, leaf.prefix), *(Leaf("string", text, " ") for text in others)]
