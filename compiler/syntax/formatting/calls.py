"""How calls, their arguments, lambdas and windows are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.line_breaking import (
    SPACE,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expansions import (
    Parts,
    bracket,
    format_clause,
    join_nodes,
    register_expansion,
)
from ssbt.compiler.syntax.names import function_name, name_text


@register_expansion(e.Lambda)
def _(node: e.Lambda) -> Parts:
    names = ", ".join(name_text(name.text) for name in node.parameters)
    head = names if len(node.parameters) == 1 else f"({names})"
    return [f"{head} -> ", node.body]


@register_expansion(e.Argument)
def _(node: e.Argument) -> Parts:
    name = f"{name_text(node.name.text)} => " if node.name else ""
    alias = f" as {name_text(node.alias.text)}" if node.alias else ""
    return [name, node.value, alias]


@register_expansion(e.SortKey)
def _(node: e.SortKey) -> Parts:
    nulls = f" nulls {node.nulls}" if node.nulls else ""
    return [node.value, f"{' desc' if node.descending else ''}{nulls}"]


@register_expansion(e.Window)
def _(node: e.Window) -> Parts:
    clauses: Parts = []
    if node.partition:
        clauses += format_clause("partition by", join_nodes(node.partition))
    if node.order:
        clauses += [
            *([SPACE] if clauses else []),
            *format_clause("order by", join_nodes(node.order)),
        ]
    if node.frame is not None:
        clauses += [*([SPACE] if clauses else []), node.frame]
    return bracket("(", clauses, ")", node.span.end)


@register_expansion(e.Frame)
def _(node: e.Frame) -> Parts:
    if node.end is None:
        return [f"{node.unit} ", node.start]
    return [f"{node.unit} between ", node.start, " and ", node.end]


@register_expansion(e.FrameBound)
def _(node: e.FrameBound) -> Parts:
    return [node.side] if node.offset is None else [node.offset, f" {node.side}"]


@register_expansion(e.Call)
def _(node: e.Call) -> Parts:
    name = node.name.text if node.keywords else function_name(node.name.text)
    if node.keywords:
        inner: Parts = []
        for word, argument in zip(node.keywords, node.arguments, strict=True):
            inner += [f"{' ' if inner else ''}{word}{' ' if word else ''}", argument]
        return bracket(f"{name}(", inner, ")", node.span.end)
    distinct: Parts = ["distinct "] if node.distinct else []
    out = bracket(f"{name}(", [*distinct, *join_nodes(node.arguments)])
    if node.within_group:
        out += bracket(" within group (order by ", join_nodes(node.within_group))
    if node.filter is not None:
        out += bracket(" filter (where ", [node.filter])
    if node.nulls:
        out.append(f" {node.nulls} nulls")
    if node.window is not None:
        out += [" over ", node.window]
    return out
