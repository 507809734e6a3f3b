"""How literals are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expansions import (
    Parts,
    register_expansion,
)
from ssbt.compiler.syntax.strings import quote_string


@register_expansion(e.BrokenExpression)
@register_expansion(e.NullLiteral)
def _(node: e.Expression) -> Parts:
    return ["null"]


@register_expansion(e.BooleanLiteral)
def _(node: e.BooleanLiteral) -> Parts:
    return ["true" if node.value else "false"]


@register_expansion(e.NumberLiteral)
def _(node: e.NumberLiteral) -> Parts:
    return [node.text]


@register_expansion(e.StringLiteral)
def _(node: e.StringLiteral) -> Parts:
    return [quote_string(node.value)]


@register_expansion(e.TypedLiteral)
def _(node: e.TypedLiteral) -> Parts:
    if node.kind == "x":
        return [f"x'{node.value}'"]
    units = f" {' to '.join(node.units)}" if node.units else ""
    return [f"{node.kind} {quote_string(node.value)}{units}"]


@register_expansion(e.IntervalLiteral)
def _(node: e.IntervalLiteral) -> Parts:
    out: Parts = ["interval"]
    for value, unit in node.parts:
        out += [" ", value, f" {unit}"]
    return out
