"""Expressions and types as text: Spark SQL in one canonical spelling.

The formatter prints it into `.ssbt` files and resolve into the IR, so that a reviewer reads the
same expression in the source and in the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ssbt.compiler import line_breaking as layout
from ssbt.compiler.line_breaking import Break
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.ast.types import TypeName
from ssbt.compiler.syntax.formatting import calls as _calls
from ssbt.compiler.syntax.formatting import literals as _literals
from ssbt.compiler.syntax.formatting import operators as _operators
from ssbt.compiler.syntax.formatting.expansions import EXPANSIONS, Part, join_nodes
from ssbt.compiler.syntax.formatting.names import parameter_text

# They register how expressions are expanded.
assert _calls
assert _literals
assert _operators

Piece = str | e.ParameterUse


def sql_parts(
    node: Node, replacements: Mapping[int, tuple[Node, ...]] = MappingProxyType({})
) -> list[layout.Part | e.ParameterUse]:
    """The text of an expression in parts, with the places where a long line may end.

    `replacements` are, by id, nodes in whose place a list of others is written.
    """
    parts: list[layout.Part | e.ParameterUse] = []
    stack: list[Part] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, e.ParameterUse) or not isinstance(part, Node):
            parts.append(part)
            continue
        replacement = replacements.get(id(part))
        inner = EXPANSIONS[type(part)](part) if replacement is None else join_nodes(replacement)
        stack.extend(reversed(inner))
    return parts


def flatten_parts(parts: Iterable[layout.Part | e.ParameterUse]) -> tuple[Piece, ...]:
    """The parts as text on one line, cut where parameters stand."""
    pieces: list[Piece] = []
    text: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, Break):
            text.append(part.flat)
        elif isinstance(part, e.ParameterUse):
            if text:
                pieces.append("".join(text))
            text = []
            pieces.append(part)
    if text:
        pieces.append("".join(text))
    return tuple(pieces)


def sql_text(node: Node) -> tuple[Piece, ...]:
    """The text of an expression on one line, cut where parameters stand."""
    return flatten_parts(sql_parts(node))


def ssbt_text(node: Node) -> str:
    """The expression as it stands in a `.ssbt` file, on one line."""
    return "".join(
        piece if isinstance(piece, str) else parameter_text(piece) for piece in sql_text(node)
    )


def type_text(node: TypeName) -> str:
    """A type as Spark's DDL writes it, in lower case."""
    return ssbt_text(node)
