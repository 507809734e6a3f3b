"""How declarations are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.line_breaking import CELL, SourceOffset
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.formatting.expansions import (
    Parts,
    bracket,
    join_groups,
    join_nodes,
    register_expansion,
)
from ssbt.compiler.syntax.formatting.steps import format_query, join_names
from ssbt.compiler.syntax.formatting.values import format_block, format_block_lines
from ssbt.compiler.syntax.names import declaration_name, declared_name, secret_name
from ssbt.compiler.syntax.strings import quote_string


def _format_name(node: Name) -> str:
    return declared_name(node.text)


_NamedDeclaration = (
    d.Pipeline | d.Param | d.Secret | d.Connection | d.Schema | d.SourceRead | d.Let | d.Transform
)


def _format_own_name(node: _NamedDeclaration) -> str:
    return declaration_name(node.name.text)


@register_expansion(d.Pipeline)
def _(node: d.Pipeline) -> Parts:
    return [f"pipeline {_format_own_name(node)} ", *format_block(node.entries, node.span.end)]


@register_expansion(d.Import)
def _(node: d.Import) -> Parts:
    return ["import ", node.path]


@register_expansion(d.Param)
def _(node: d.Param) -> Parts:
    out: Parts = [f"param {_format_own_name(node)}: ", node.type]
    if isinstance(node.default, e.StringLiteral):
        # A string of its own looks like those in blocks.
        out += [" = ", SourceOffset(node.default.span.start), quote_string(node.default.value, '"')]
    elif node.default is not None:
        out += [" = ", node.default]
    if node.check is not None:
        out += [" check ", node.check]
    return [*out, " ", *format_block(node.entries, node.span.end)] if node.entries else out


@register_expansion(d.Secret)
def _(node: d.Secret) -> Parts:
    return [f"secret {secret_name(node.name.text)}"]


@register_expansion(d.Connection)
def _(node: d.Connection) -> Parts:
    head = f"connection {_format_own_name(node)}: {_format_name(node.kind)} "
    return [head, *format_block(node.entries, node.span.end)]


@register_expansion(d.Schema)
def _(node: d.Schema) -> Parts:
    head = f"schema {_format_own_name(node)} "
    if node.origin is not None:
        return [f"{head}from ", node.origin]
    return [head, *format_block_lines([[column] for column in node.columns], node.span.end)]


@register_expansion(d.SchemaOrigin)
def _(node: d.SchemaOrigin) -> Parts:
    if isinstance(node.location, Name):
        return [f"{_format_name(node.location)} ", *format_block(node.entries, node.span.end)]
    out: Parts = [node.location]
    return [*out, " ", *format_block(node.entries, node.span.end)] if node.entries else out


@register_expansion(d.SchemaColumn)
def _(node: d.SchemaColumn) -> Parts:
    out: Parts = [f"{_format_name(node.name)}:", CELL, " ", node.type]
    if node.not_null:
        out.append(" not null")
    if node.default is not None:
        out += [" default ", node.default]
    if node.comment is not None:
        out.append(f" comment {quote_string(node.comment)}")
    return [*out, *(f" @{_format_name(tag)}" for tag in node.tags)]


@register_expansion(d.SourceRead)
def _(node: d.SourceRead) -> Parts:
    stream = "stream " if node.stream else ""
    head = f"{stream}source {_format_own_name(node)} from {_format_name(node.connector)} "
    return [head, *format_block(node.entries, node.span.end)]


@register_expansion(d.Let)
def _(node: d.Let) -> Parts:
    return [f"let {_format_own_name(node)} =", *format_query(node.query)]


@register_expansion(d.Transform)
def _(node: d.Transform) -> Parts:
    head = bracket(f"transform {_format_own_name(node)}(", join_nodes(node.parameters))
    return [*head, " =", *format_query(node.query)]


@register_expansion(d.TransformParameter)
def _(node: d.TransformParameter) -> Parts:
    return [f"{_format_name(node.name)}: {_format_name(node.schema)}"]


@register_expansion(d.Expect)
def _(node: d.Expect) -> Parts:
    rules: list[Parts] = [[rule] for rule in node.rules]
    return [
        f"expect {declaration_name(node.dataset.text)} ",
        *format_block_lines(rules, node.span.end),
    ]


@register_expansion(d.ExpectRule)
def _(node: d.ExpectRule) -> Parts:
    action = f" else {_format_name(node.action)}"
    return [f"{_format_name(node.name)}:", CELL, " ", node.condition, CELL, action]


@register_expansion(d.SinkWrite)
def _(node: d.SinkWrite) -> Parts:
    part = f".{_format_name(node.part)}" if node.part else ""
    name = f" as {_format_name(node.name)}" if node.name else ""
    head = (
        f"sink {declaration_name(node.dataset.text)}{part} to {_format_name(node.connector)}{name} "
    )
    return [head, *format_block(node.entries, node.span.end)]


@register_expansion(d.Maintain)
def _(node: d.Maintain) -> Parts:
    head = f"maintain {declaration_name(node.sink.text)} "
    return [head, *format_block(node.entries, node.span.end)]


@register_expansion(d.Test)
def _(node: d.Test) -> Parts:
    clauses: list[Parts] = [[clause] for clause in node.clauses]
    return ["test ", node.name, " ", *format_block_lines(clauses, node.span.end)]


@register_expansion(d.Rows)
def _(node: d.Rows) -> Parts:
    after = f"after {node.after} " if node.after is not None else ""
    out: Parts = [f"{node.clause} {after}{_format_name(node.dataset)}"]
    if node.columns:
        out += bracket(" (", join_names(node.columns))
    if node.file is not None:
        return [*out, " from ", node.file]
    return [*out, " ", *format_block_lines([[row] for row in node.rows], node.span.end)]


@register_expansion(d.Row)
def _(node: d.Row) -> Parts:
    return bracket("(", join_groups([value] for value in node.values))


@register_expansion(d.Fails)
def _(node: d.Fails) -> Parts:
    return ["then fails with ", node.message]


@register_expansion(d.Clock)
def _(node: d.Clock) -> Parts:
    return ["given clock ", node.time]
