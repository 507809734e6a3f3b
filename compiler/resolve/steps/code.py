"""The steps that run something of the user's own: transforms, Python functions, SQL."""

from __future__ import annotations

import re
from string import Formatter
from textwrap import dedent

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import Origin, Provenance, mixture
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.modules import Purpose
from ssbt.compiler.resolve.steps.sql_lineage import query_lineage
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.types.casts import expression_type
from ssbt.compiler.types.datatypes import DataType, StructType

_TARGET = re.compile(r"((?:[\w.\-]+/)*[^\W\d]\w*\.py):([^\W\d]\w*)\Z")


def use_transform(node: s.UseTransform, flow: Flow) -> ir.Step | None:
    got = flow.find.transform(node, flow.relation, flow)
    if got is None:
        flow.relation = Relation((), True)
        return None
    used, output = got
    return ir.UseTransform(node.span, output, used.dataset, used.arguments or (), used.body)


def apply_function(node: s.Apply, flow: Flow) -> ir.Step | None:
    schema = flow.find.schema(node.schema)
    target = own_target(node.target, Purpose.FUNCTION, flow)
    if schema is None or target is None:
        flow.relation = Relation((), True)
        return None
    output = declared_relation(schema, code_provenance(node.target, flow))
    return ir.ApplyFunction(node.span, output, *target, schema[0])


def code_provenance(target: TextValue, flow: Flow) -> Provenance:
    """What the columns are made from that code of the user's makes: any may come from any."""
    text = "".join(part for part in target.parts if isinstance(part, str))
    made = everything(flow.relation)
    return made.hidden if text.casefold() in flow.settings.masking else made


def own_target(node: TextValue, purpose: Purpose, flow: Flow) -> tuple[str, str] | None:
    """The module to import and what a step uses of it; None, with a finding, where it is none."""
    text = "".join(part for part in node.parts if isinstance(part, str))
    target = python_target(text)
    if any(not isinstance(part, str) for part in node.parts):
        message = f"the {purpose.word} is known when compiling: it holds no parameter"
        flow.report.add(codes.BAD_MODULE, node.span, message)
        return None
    if target is None:
        message = f'"{text}" names no {purpose.word}'
        help_ = f'write it as "module.py:{purpose.word}", the file relative to this one'
        flow.report.add(codes.BAD_MODULE, node.span, message, help=help_)
        return None
    module = flow.find.module(node.span, *target, purpose)
    return (module or "", target[1])


def python_target(text: str) -> tuple[str, str] | None:
    """Path and function of `"folder/module.py:function"`."""
    match = _TARGET.match(text)
    return (match[1], match[2]) if match is not None else None


def declared_relation(schema: tuple[str, StructType], made: Provenance) -> Relation:
    """What flows out of a step that declares its schema: any column may come from any."""
    return Relation(
        tuple(
            Column(
                field.name,
                expression_type(field.type),
                field.nullable,
                None,
                made,
                # The step may hand on a window as it was.
                time_window=isinstance(field.type, StructType),
            )
            for field in schema[1].fields
        )
    )


def everything(*relations: Relation) -> Provenance:
    """What is made of any columns of these."""
    return mixture(column.provenance for each in relations for column in each.columns)


def _without_margin(text: str) -> str:
    """The query without the indentation that all of its lines have."""
    lines = text.split("\n")
    # Where a quoted text goes over several lines, white space is a part of it.
    if any(line.count(quote) % 2 for line in lines for quote in "'\"`"):
        return text
    return dedent(text).strip()


def sql(node: s.Sql, flow: Flow) -> ir.Step | None:
    schema = flow.find.schema(node.schema)
    parameters: list[tuple[str, DataType]] = []
    text = ""
    for part in node.query.parts:
        if isinstance(part, str):
            text += part
            continue
        known = flow.value(part)
        name = part.name.text
        if known.text and not isinstance(known.text[0], str):
            name = known.text[0].name
        if name not in [each for each, _ in parameters]:
            parameters.append((name, known.type))
        text += f":{name}"
    read = [flow.relation]
    text = _without_margin(text)
    inputs, uses_input = _placeholders(text, node.query, flow, read)
    if schema is None:
        flow.relation = Relation((), True)
        return None
    output = declared_relation(schema, everything(*read))
    named = dict(zip(("input", *inputs), read, strict=True))
    found = query_lineage(text, named, flow.settings.masking)
    # A query that is not looked into may choose its rows by any column.
    rows: tuple[tuple[str, tuple[Origin, ...]], ...] = (("filter", everything(*read).origins),)
    names = {column.name.casefold() for column in output.columns}
    if found is not None and names <= found.columns.keys():
        columns = (
            replace(column, provenance=found.columns[column.name.casefold()])
            for column in output.columns
        )
        output, rows = replace(output, columns=tuple(columns)), found.rows
    values = tuple(parameters)
    return ir.SqlQuery(node.span, output, text, inputs, uses_input, values, schema[0], rows)


def _placeholders(
    text: str, query: TextValue, flow: Flow, read: list[Relation]
) -> tuple[tuple[str, ...], bool]:
    """The datasets that the text names in braces, and whether `{input}` is among them.

    What they hold is added to what is `read`.
    """
    names: list[str] = []
    span = query.span
    try:
        fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
    except ValueError as error:
        help_ = "a brace that is no dataset is doubled: `{{`"
        flow.report.add(codes.BAD_SQL, span, f"the braces do not match: {error}", help=help_)
        return (), True
    for field in fields:
        if field == "input" or field in names:
            continue
        if not field.isidentifier():
            message = f"`{{{field}}}` names no dataset"
            help_ = "a brace that is no dataset is doubled: `{{`"
            flow.report.add(codes.BAD_SQL, span, message, help=help_)
            continue
        got = flow.find.dataset(e.Name(span, field), flow)
        if got is None:
            place = _place_of(field, query)
            near = did_you_mean(field, ["input"]) if place is not None else None
            otherwise = "`{input}` is what flows in here"
            code, message = codes.BAD_SQL, f"there is no dataset `{field}`"
            flow.report.suggest(code, place or span, message, near, otherwise)
            continue
        name, relation = got
        if name != field:
            message = f"write `{{{name}}}`: Spark finds it by this spelling alone"
            flow.report.add(codes.BAD_SQL, span, message)
        names.append(name)
        flow.use_dataset(name)
        flow.take(relation)
        read.append(relation)
    if not fields:
        help_ = "write `from {input}`"
        flow.report.add(codes.BAD_SQL, span, "the query reads no dataset", help=help_)
    return tuple(names), "input" in fields


def _place_of(field: str, query: TextValue) -> Span | None:
    """Where a dataset is named in braces in the text as it is written."""
    said = "".join(
        part if isinstance(part, str) else " " * (part.span.end - part.span.start)
        for part in query.parts
    )
    at = said.find(f"{{{field}}}") + 1
    return query.place(at, at + len(field)) if at else None
