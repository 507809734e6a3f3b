"""How declarations are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import Parts, bracketed, expands, listed, nodes
from ssbt.compiler.syntax.formatting.layout import CELL, Place
from ssbt.compiler.syntax.formatting.steps import names, query
from ssbt.compiler.syntax.formatting.values import block, lines_of_block
from ssbt.compiler.syntax.names import declaration_name, declared_name, secret_name
from ssbt.compiler.syntax.strings import escaped


def _name(node: e.Name) -> str:
    return declared_name(node.text)


_Named = (
    d.Pipeline | d.Param | d.Secret | d.Connection | d.Schema | d.SourceRead | d.Let | d.Transform
)


def _own_name(node: _Named) -> str:
    return declaration_name(node.name.text)


@expands(d.Pipeline)
def _(node: d.Pipeline) -> Parts:
    return [f"pipeline {_own_name(node)} ", *block(node.entries, node.span.end)]


@expands(d.Import)
def _(node: d.Import) -> Parts:
    return ["import ", node.path]


@expands(d.Param)
def _(node: d.Param) -> Parts:
    out: Parts = [f"param {_own_name(node)}: ", node.type]
    if isinstance(node.default, e.StringLiteral):
        # A string of its own looks like those in blocks.
        out += [" = ", Place(node.default.span.start), escaped(node.default.value, '"')]
    elif node.default is not None:
        out += [" = ", node.default]
    if node.check is not None:
        out += [" check ", node.check]
    return [*out, " ", *block(node.entries, node.span.end)] if node.entries else out


@expands(d.Secret)
def _(node: d.Secret) -> Parts:
    return [f"secret {secret_name(node.name.text)}"]


@expands(d.Connection)
def _(node: d.Connection) -> Parts:
    head = f"connection {_own_name(node)}: {_name(node.kind)} "
    return [head, *block(node.entries, node.span.end)]


@expands(d.Schema)
def _(node: d.Schema) -> Parts:
    head = f"schema {_own_name(node)} "
    if node.origin is not None:
        return [f"{head}from ", node.origin]
    return [head, *lines_of_block([[column] for column in node.columns], node.span.end)]


@expands(d.SchemaOrigin)
def _(node: d.SchemaOrigin) -> Parts:
    if isinstance(node.place, e.Name):
        return [f"{_name(node.place)} ", *block(node.entries, node.span.end)]
    out: Parts = [node.place]
    return [*out, " ", *block(node.entries, node.span.end)] if node.entries else out


@expands(d.SchemaColumn)
def _(node: d.SchemaColumn) -> Parts:
    out: Parts = [f"{_name(node.name)}:", CELL, " ", node.type]
    if node.not_null:
        out.append(" not null")
    if node.default is not None:
        out += [" default ", node.default]
    if node.comment is not None:
        out.append(f" comment {escaped(node.comment)}")
    return [*out, *(f" @{_name(tag)}" for tag in node.tags)]


@expands(d.SourceRead)
def _(node: d.SourceRead) -> Parts:
    stream = "stream " if node.stream else ""
    head = f"{stream}source {_own_name(node)} from {_name(node.connector)} "
    return [head, *block(node.entries, node.span.end)]


@expands(d.Let)
def _(node: d.Let) -> Parts:
    return [f"let {_own_name(node)} =", *query(node.query)]


@expands(d.Transform)
def _(node: d.Transform) -> Parts:
    head = bracketed(f"transform {_own_name(node)}(", nodes(node.parameters))
    return [*head, " =", *query(node.query)]


@expands(d.TransformParameter)
def _(node: d.TransformParameter) -> Parts:
    return [f"{_name(node.name)}: {_name(node.schema)}"]


@expands(d.Expect)
def _(node: d.Expect) -> Parts:
    rules: list[Parts] = [[rule] for rule in node.rules]
    return [f"expect {declaration_name(node.dataset.text)} ", *lines_of_block(rules, node.span.end)]


@expands(d.ExpectRule)
def _(node: d.ExpectRule) -> Parts:
    action = f" else {_name(node.action)}"
    return [f"{_name(node.name)}:", CELL, " ", node.condition, CELL, action]


@expands(d.SinkWrite)
def _(node: d.SinkWrite) -> Parts:
    part = f".{_name(node.part)}" if node.part else ""
    name = f" as {_name(node.name)}" if node.name else ""
    head = f"sink {declaration_name(node.dataset.text)}{part} to {_name(node.connector)}{name} "
    return [head, *block(node.entries, node.span.end)]


@expands(d.Test)
def _(node: d.Test) -> Parts:
    clauses: list[Parts] = [[clause] for clause in node.clauses]
    return ["test ", node.name, " ", *lines_of_block(clauses, node.span.end)]


@expands(d.Rows)
def _(node: d.Rows) -> Parts:
    after = f"after {node.after} " if node.after is not None else ""
    out: Parts = [f"{node.clause} {after}{_name(node.dataset)}"]
    if node.columns:
        out += bracketed(" (", names(node.columns))
    if node.file is not None:
        return [*out, " from ", node.file]
    return [*out, " ", *lines_of_block([[row] for row in node.rows], node.span.end)]


@expands(d.Row)
def _(node: d.Row) -> Parts:
    return bracketed("(", listed([value] for value in node.values))


@expands(d.Fails)
def _(node: d.Fails) -> Parts:
    return ["then fails with ", node.message]


@expands(d.Clock)
def _(node: d.Clock) -> Parts:
    return ["given clock ", node.time]
