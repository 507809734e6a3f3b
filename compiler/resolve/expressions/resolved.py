"""An expression that has been looked at, as the IR has it."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir import expressions as ir
from ssbt.compiler.resolve.expressions.terms import term
from ssbt.compiler.resolve.expressions.typing import Typing
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import Piece, column_text, sql_text
from ssbt.compiler.types.typed import Typed


def expression(node: e.Expression, typing: Typing, value: Typed) -> ir.Expression:
    """The IR's expression, after `typing` has looked at it."""
    plain = node
    while isinstance(plain, e.Parenthesised):
        plain = plain.operand
    is_column = isinstance(plain, e.ColumnName) and typing.bare_function(plain) is None
    column = column_text(plain) if isinstance(plain, e.ColumnName) and is_column else None
    made = typing.provenance(value)
    text = tuple(_ir_piece(piece, typing) for piece in sql_text(node, typing.spelled_stars))
    calls = tuple(_calls(node))
    return ir.Expression(
        node.span,
        text,
        value.type,
        value.nullable,
        column=column,
        provenance=made,
        calls=calls,
        term=term(node, typing),
        zone_use=typing.zone_use,
    )


def _calls(node: e.Expression) -> Iterator[ir.Call]:
    for part in nodes(node):
        if isinstance(part, e.Call):
            windowed = part.window is not None
            yield ir.Call(part.name.text.casefold(), part.span, part.distinct, windowed)


def _ir_piece(piece: Piece, typing: Typing) -> str | ir.ParameterText:
    if isinstance(piece, str):
        return piece
    known = typing.around.parameters.get(piece.name.text.casefold())
    return ir.ParameterText(known[0] if known else piece.name.text)
