"""The steps that run something of the user's own: transforms, Python functions, SQL."""

from __future__ import annotations

from string import Formatter
from textwrap import dedent

from msgspec.structs import replace

from ssbt.compiler.connectors.secrets import credential_in_expression, written_key
from ssbt.compiler.credentials.queries import find_cipher_with_key
from ssbt.compiler.credentials.texts import is_issued_credential
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import Origin, Provenance, mixture
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.modules import ModulePurpose
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.sql_lineage import find_query_lineage
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.types.casts import expression_type
from ssbt.compiler.types.datatypes import DataType, StructType

_TARGET = lazy_pattern(r"((?:[\w.\-]+/)*[^\W\d]\w*\.py):([^\W\d]\w*)\Z")


def resolve_use_transform(node: s.UseTransform, context: QueryContext) -> ir.Step | None:
    instance = context.lookup.use_transform(node, context.relation, context)
    if instance is None:
        context.relation = Relation((), True)
        return None
    input_, output = instance
    return ir.UseTransform(node.span, output, input_.dataset, input_.arguments or (), input_.body)


def resolve_apply(node: s.Apply, context: QueryContext) -> ir.Step | None:
    schema = context.lookup.find_schema(node.schema)
    target = resolve_target(node.target, ModulePurpose.FUNCTION, context)
    if schema is None or target is None:
        context.relation = Relation((), True)
        return None
    output = declared_relation(schema, code_provenance(node.target, context))
    return ir.ApplyFunction(node.span, output, *target, schema[0])


def code_provenance(target: TextValue, context: QueryContext) -> Provenance:
    """What the columns are made from that code of the user's makes: any may come from any."""
    text = "".join(part for part in target.parts if isinstance(part, str))
    provenance = provenance_of_all(context.relation)
    return provenance.as_hidden if text.casefold() in context.settings.masking else provenance


def resolve_target(
    node: TextValue, purpose: ModulePurpose, context: QueryContext
) -> tuple[str, str] | None:
    """The module to import and what a step uses of it; None, with a finding, where it is none."""
    text = "".join(part for part in node.parts if isinstance(part, str))
    target = parse_python_target(text)
    if any(not isinstance(part, str) for part in node.parts):
        message = f"the {purpose.noun} is known when compiling: it holds no parameter"
        context.report.add(codes.BAD_MODULE, node.span, message)
        return None
    if target is None:
        message = f'"{text}" names no {purpose.noun}'
        help_ = f'write it as "module.py:{purpose.noun}", the file relative to this one'
        context.report.add(codes.BAD_MODULE, node.span, message, help=help_)
        return None
    module = context.lookup.add_module(node.span, *target, purpose)
    return (module or "", target[1])


def parse_python_target(text: str) -> tuple[str, str] | None:
    """Path and function of `"folder/module.py:function"`."""
    match = _TARGET.match(text)
    return (match[1], match[2]) if match is not None else None


def declared_relation(schema: tuple[str, StructType], provenance: Provenance) -> Relation:
    """What flows out of a step that declares its schema: any column may come from any."""
    return Relation(
        tuple(
            Column(
                field.name,
                expression_type(field.type),
                field.nullable,
                None,
                provenance,
                # The step may hand on a window as it was.
                time_window=isinstance(field.type, StructType),
            )
            for field in schema[1].fields
        )
    )


def provenance_of_all(*relations: Relation) -> Provenance:
    """What is made of any columns of these."""
    return mixture(column.provenance for each in relations for column in each.columns)


def _without_margin(text: str) -> str:
    """The query without the indentation that all of its lines have."""
    lines = text.split("\n")
    # Where a quoted text goes over several lines, white space is a part of it.
    if any(line.count(quote) % 2 for line in lines for quote in "'\"`"):
        return text
    return dedent(text).strip()


def resolve_sql(node: s.Sql, context: QueryContext) -> ir.Step | None:
    schema = context.lookup.find_schema(node.schema)
    parameters: list[tuple[str, DataType]] = []
    text = ""
    for part in node.query.parts:
        if isinstance(part, str):
            text += part
            continue
        parameter = context.resolve_value(part)
        name = part.name.text
        if parameter.text and not isinstance(parameter.text[0], str):
            name = parameter.text[0].name
        if name not in [each for each, _ in parameters]:
            parameters.append((name, parameter.type))
        text += f":{name}"
    relations = [context.relation]
    text = _without_margin(text)
    if (cipher := find_cipher_with_key(text)) is not None:
        context.report.findings.append(written_key(cipher, node.query.span))
    elif is_issued_credential(text):
        context.report.findings.append(credential_in_expression(node.query.span))
    inputs, uses_input = _resolve_placeholders(text, node.query, context, relations)
    if schema is None:
        context.relation = Relation((), True)
        return None
    output = declared_relation(schema, provenance_of_all(*relations))
    input_relations = dict(zip(("input", *inputs), relations, strict=True))
    lineage = find_query_lineage(text, input_relations, context.settings.masking)
    # A query that is not looked into may choose its rows by any column.
    rows: tuple[tuple[str, tuple[Origin, ...]], ...] = (
        ("filter", provenance_of_all(*relations).origins),
    )
    names = {column.name.casefold() for column in output.columns}
    if lineage is not None and names <= lineage.columns.keys():
        columns = (
            replace(column, provenance=lineage.columns[column.name.casefold()])
            for column in output.columns
        )
        output, rows = replace(output, columns=tuple(columns)), lineage.rows
    values = tuple(parameters)
    return ir.SqlQuery(node.span, output, text, inputs, uses_input, values, schema[0], rows)


def _resolve_placeholders(
    text: str, query: TextValue, context: QueryContext, relations: list[Relation]
) -> tuple[tuple[str, ...], bool]:
    """The datasets that the text names in braces, and whether `{input}` is among them.

    What they hold is added to what is `relations`.
    """
    names: list[str] = []
    span = query.span
    try:
        fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
    except ValueError as error:
        help_ = "a brace that is no dataset is doubled: `{{`"
        context.report.add(codes.BAD_SQL, span, f"the braces do not match: {error}", help=help_)
        return (), True
    for field in fields:
        if field == "input" or field in names:
            continue
        if not field.isidentifier():
            message = f"`{{{field}}}` names no dataset"
            help_ = "a brace that is no dataset is doubled: `{{`"
            context.report.add(codes.BAD_SQL, span, message, help=help_)
            continue
        dataset = context.lookup.find_dataset(e.Name(span, field), context)
        if dataset is None:
            field_span = _placeholder_span(field, query)
            suggestion = did_you_mean(field, ["input"]) if field_span is not None else None
            otherwise = "`{input}` is what flows in here"
            code, message = codes.BAD_SQL, f"there is no dataset `{field}`"
            context.report.suggest(code, field_span or span, message, suggestion, otherwise)
            continue
        name, relation = dataset
        if name != field:
            message = f"write `{{{name}}}`: Spark finds it by this spelling alone"
            context.report.add(codes.BAD_SQL, span, message)
        names.append(name)
        context.use_dataset(name)
        context.add_input(relation)
        relations.append(relation)
    if not fields:
        help_ = "write `from {input}`"
        context.report.add(codes.BAD_SQL, span, "the query reads no dataset", help=help_)
    return tuple(names), "input" in fields


def _placeholder_span(field: str, query: TextValue) -> Span | None:
    """Where a dataset is named in braces in the text as it is written."""
    text = "".join(
        part if isinstance(part, str) else " " * (part.span.end - part.span.start)
        for part in query.parts
    )
    start = text.find(f"{{{field}}}") + 1
    return query.find_span(start, start + len(field)) if start else None
