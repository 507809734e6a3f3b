"""An expression that has been looked at, as the IR has it."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir import expressions as ir
from ssbt.compiler.ir.traits import NO_TRAITS, Trait
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.structured_texts import structure_text
from ssbt.compiler.resolve.expressions.terms import build_term
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import Piece, flatten_parts, sql_parts
from ssbt.compiler.syntax.formatting.names import column_text
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.ranges.model import ValueRange
from ssbt.compiler.types.written_values import WrittenValue


def build_expression(
    node: e.Expression,
    typer: ExpressionTyper,
    value: Typed,
    values: ValueRange | None = None,
    written: WrittenValue | None = None,
    traits: frozenset[Trait] = NO_TRAITS,
) -> ir.Expression:
    """The IR's expression, after `typing` has looked at it."""
    plain = node
    while isinstance(plain, e.Parenthesised):
        plain = plain.operand
    is_column = isinstance(plain, e.ColumnName) and typer.find_bare_function(plain) is None
    column = column_text(plain) if isinstance(plain, e.ColumnName) and is_column else None
    provenance = typer.provenance_of(value)
    parts = sql_parts(node, typer.spelled_stars)

    def convert(piece: Piece) -> str | ir.ParameterText:
        return _convert_piece(piece, typer)

    calls = tuple(_iterate_calls(node))
    return ir.Expression(
        node.span,
        tuple(map(convert, flatten_parts(parts))),
        value.type,
        value.nullable,
        column=column,
        provenance=provenance,
        calls=calls,
        term=build_term(node, typer),
        zone_use=typer.zone_use,
        structured=structure_text(parts, convert),
        values=values,
        written=written,
        traits=traits,
    )


def _iterate_calls(node: e.Expression) -> Iterator[ir.Call]:
    for part in nodes(node):
        if isinstance(part, e.Call):
            windowed = part.window is not None
            yield ir.Call(part.name.text.casefold(), part.span, part.distinct, windowed)


def _convert_piece(piece: Piece, typer: ExpressionTyper) -> str | ir.ParameterText:
    if isinstance(piece, str):
        return piece
    parameter = typer.context.parameters.get(piece.name.text.casefold())
    return ir.ParameterText(parameter[0] if parameter else piece.name.text)
