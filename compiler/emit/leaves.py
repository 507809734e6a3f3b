"""Statements as leaves: the tokens of a line, with the brackets that black imagines around parts.

This, `lines`, `splitting` and `right_hand_split` follow the algorithm of black 26 (MIT licence,
github.com/psf/black) for the code that `emit` makes, under black's names, to be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import keyword
import re

from ssbt.compiler.emit.sql_lines import flatten_literals, is_structured
from ssbt.compiler.patterns import lazy_pattern

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {closing: opening for opening, closing in OPENING.items()}
STANDALONE_COMMENT = "#"

_TOKEN = lazy_pattern(
    r"""(?P<string>[bfr]?"(?:[^"\\\n]|\\.)*"|[bfr]?'(?:[^'\\\n]|\\.)*')
    | (?P<name>[^\W\d]\w*|\.\.\.) | (?P<number>\d[\w.]*(?:(?<=e)[+-]\d+)?)
    | (?P<mark>->|\*\*|==|[()\[\]{},.:=|+-]) | (?P<comment>\#[^\n]*) | (?P<space>\s+)""",
    re.VERBOSE,
)
_ENDS = (",", ")")
_KEYWORDS = frozenset({"return", "import", "as", "from", "def"})
# Keywords of comprehensions and conditions, which other packages' templates may have.
_FOREIGN = frozenset(keyword.kwlist) - _KEYWORDS - {"False", "None", "True", "lambda"}


class UnknownShapeError(Exception):
    """Code that `emit` does not make itself."""


class Leaf:
    """A token: `kind` is `name`, `number`, `string`, `#`, or the mark itself.

    A bracket whose `value` is empty is imagined: it shows where brackets may be put. `is_display`
    holds for an opening bracket that does not follow what it calls or indexes. `marked` is the text
    of a literal that holds SQL, with the marks of its structure; `is_line` holds for one of the
    lines that it becomes.
    """

    __slots__ = ("comment", "is_display", "is_line", "kind", "marked", "opening", "prefix", "value")

    def __init__(self, kind: str, value: str, prefix: str = "") -> None:
        self.kind = kind
        self.value = value
        self.prefix = prefix
        self.comment = ""
        self.opening: Leaf | None = None
        self.is_display = False
        self.is_line = False
        self.marked = ""

    def __len__(self) -> int:
        return len(self.prefix) + len(self.value)


def parse_statement(text: str) -> list[Leaf]:
    """The leaves of one statement, which may span lines inside brackets; spaces do not matter.

    Raises UnknownShapeError for what `emit` does not make.
    """
    leaves = list(_tokens(text))
    first = leaves[0].value
    if first == "return":
        return _pair_brackets([leaves[0], *_wrap(leaves[1:], " ")])
    if first == "def":
        return _pair_brackets(list(_wrap_annotations(leaves)))
    if first == "from":
        start = next(index for index, leaf in enumerate(leaves) if leaf.value == "import") + 1
        return _pair_brackets([*leaves[:start], *_wrap(leaves[start:], " ")])
    return _pair_brackets(_wrap_assignment(leaves))


def _tokens(text: str) -> Iterator[Leaf]:
    position, previous = 0, None
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise UnknownShapeError(text[position])
        position = match.end()
        value = match[0]
        kind = value if match.lastgroup == "mark" else match.lastgroup
        if kind == "space":
            continue
        if kind == "comment":
            leaf = Leaf(STANDALONE_COMMENT, value)
        elif value in _FOREIGN:
            raise UnknownShapeError(value)
        else:
            leaf = Leaf(kind, value, _prefix(kind, value, previous))
            leaf.is_display = kind in OPENING and not _is_trailer(previous)
            if kind == "string" and is_structured(value):
                leaf.value, leaf.marked = flatten_literals(value), value
        if previous and previous.kind == "," and kind in CLOSING:
            raise UnknownShapeError("a comma before a closing bracket")
        yield leaf
        previous = leaf


def _is_trailer(previous: Leaf | None) -> bool:
    if previous is None or previous.value in _KEYWORDS:
        return False
    return previous.kind in ("name", "string", ")", "]")


def _prefix(kind: str, value: str, previous: Leaf | None) -> str:
    """The space before a token."""
    if previous is None or previous.kind in (*OPENING, ".", STANDALONE_COMMENT):
        return ""
    if previous.kind in ("-", "**"):
        return ""
    if kind == "**" and previous.kind != ",":
        raise UnknownShapeError("a power")
    if kind in (",", ".", ":", *CLOSING):
        return ""
    if kind in OPENING:
        return "" if _is_trailer(previous) else _space_after(previous)
    if kind == "-" and previous.kind not in (",", "=", ":"):
        raise UnknownShapeError("subtraction")
    return "" if kind == "=" else _space_after(previous)


def _space_after(previous: Leaf) -> str:
    return "" if previous.kind == "=" else " "


def _wrap_assignment(leaves: list[Leaf]) -> list[Leaf]:
    """An expression, or `name = value`, or `name: type = value`."""
    equals = _find_top_level(leaves, "=")
    colon = (
        _find_top_level(leaves[:equals], ":")
        if equals is not None
        else _find_top_level(leaves, ":")
    )
    if equals is None and colon is None:
        return leaves
    target_end = colon if colon is not None else equals
    result = leaves[:target_end]
    if colon is not None:
        annotation = leaves[colon + 1 : equals]
        result += [leaves[colon], *_wrap(annotation, " ")]
    if equals is not None:
        leaves[equals].prefix = " "
        result += [leaves[equals], *_wrap(leaves[equals + 1 :], " ")]
    return result


def _find_top_level(leaves: list[Leaf], kind: str) -> int | None:
    depth = 0
    for index, leaf in enumerate(leaves):
        if leaf.kind in OPENING:
            depth += 1
        elif leaf.kind in CLOSING:
            depth -= 1
        elif leaf.kind == kind and depth == 0:
            return index
    return None


def _wrap_annotations(leaves: list[Leaf]) -> Iterator[Leaf]:
    """A signature, `(` and `)` imagined around the type of each argument and of the result."""
    depth, start, is_result = 0, None, False
    for index, leaf in enumerate(leaves):
        ends = depth == 0 and leaf.kind == ":" if is_result else depth == 1 and leaf.kind in _ENDS
        if start is not None and ends:
            yield from _wrap(leaves[start:index], " ")
            start = None
        if leaf.kind == STANDALONE_COMMENT:
            raise UnknownShapeError("a comment in a signature")
        depth += (leaf.kind in OPENING) - (leaf.kind in CLOSING)
        if start is None:
            yield leaf
        if (depth == 1 and leaf.kind == ":") or (depth == 0 and leaf.kind == "->"):
            start, is_result = index + 1, leaf.kind == "->"


def _wrap(leaves: list[Leaf], prefix: str) -> list[Leaf]:
    """`leaves` in imagined parentheses; real ones around all of them become imagined."""
    if leaves[0].kind == "(" and leaves[0].is_display and _find_closing(leaves) == len(leaves) - 1:
        inner = leaves[1:-1]
        if not inner or _find_top_level(inner, ",") is not None:
            raise UnknownShapeError("a tuple")
        return _wrap(inner, prefix)
    leaves[0].prefix = ""
    opening, closing = Leaf("(", "", prefix), Leaf(")", "")
    opening.is_display = True
    return [opening, *leaves, closing]


def _find_closing(leaves: list[Leaf]) -> int:
    depth = 0
    for index, leaf in enumerate(leaves):
        depth += (leaf.kind in OPENING) - (leaf.kind in CLOSING)
        if depth == 0:
            return index
    return -1


def _pair_brackets(leaves: list[Leaf]) -> list[Leaf]:
    """`leaves`, each closing bracket linked with its opening one."""
    open_brackets: list[Leaf] = []
    for leaf in leaves:
        if leaf.kind in OPENING:
            open_brackets.append(leaf)
        elif leaf.kind in CLOSING:
            if not open_brackets or OPENING[open_brackets[-1].kind] != leaf.kind:
                raise UnknownShapeError("brackets that do not match")
            leaf.opening = open_brackets.pop()
    if open_brackets:
        raise UnknownShapeError("an open bracket")
    return leaves


def copy_leaves(leaves: Iterable[Leaf]) -> list[Leaf]:
    """Leaves that can be changed without a trace on these."""
    copies: dict[int, Leaf] = {}
    for leaf in leaves:
        copy = copies[id(leaf)] = Leaf(leaf.kind, leaf.value, leaf.prefix)
        copy.comment, copy.is_display = leaf.comment, leaf.is_display
        copy.marked, copy.is_line = leaf.marked, leaf.is_line
        copy.opening = copies.get(id(leaf.opening), leaf.opening)
    return list(copies.values())
