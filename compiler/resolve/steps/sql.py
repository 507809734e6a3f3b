"""The step that runs a query of the user's own in Spark SQL."""

from __future__ import annotations

from textwrap import dedent

from msgspec.structs import replace

from ssbt.compiler.connectors.secrets import credential_in_expression, written_key
from ssbt.compiler.credentials.queries import find_cipher_with_key
from ssbt.compiler.credentials.texts import is_issued_credential
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.code import declared_relation, provenance_of_all
from ssbt.compiler.resolve.steps.sql_lineage import find_query_lineage
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.types.datatypes import DataType

_DOUBLED_BRACE = "a brace that is no dataset is doubled: `{{`"


def resolve_sql(node: s.Sql, context: QueryContext) -> ir.Step | None:
    schema = context.lookup.find_schema(node.schema)
    text, parameters = _resolve_text(node.query, context)
    _check_credentials(text, node.query, context)
    relations = [context.relation]
    inputs, uses_input = _resolve_placeholders(text, node.query, context, relations)
    if schema is None:
        context.relation = Relation((), True)
        return None
    provenance = provenance_of_all(*relations)
    output = declared_relation(schema, provenance)
    input_relations = dict(zip(("input", *inputs), relations, strict=True))
    lineage = find_query_lineage(text, input_relations, context.settings.masking)
    # A query that is not looked into may choose its rows by any column.
    rows: tuple[tuple[str, tuple[Origin, ...]], ...] = (("filter", provenance.origins),)
    names = {column.name.casefold() for column in output.columns}
    if lineage is not None and names <= lineage.columns.keys():
        columns = (
            replace(column, provenance=lineage.columns[column.name.casefold()])
            for column in output.columns
        )
        output, rows = replace(output, columns=tuple(columns)), lineage.rows
    return ir.SqlQuery(node.span, output, text, inputs, uses_input, parameters, schema[0], rows)


def _resolve_text(
    query: TextValue, context: QueryContext
) -> tuple[str, tuple[tuple[str, DataType], ...]]:
    """The query with `:name` for each parameter, and the parameters with their types."""
    parameters: list[tuple[str, DataType]] = []
    text = ""
    for part in query.parts:
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
    return _without_margin(text), tuple(parameters)


def _without_margin(text: str) -> str:
    """The query without the indentation that all of its lines have."""
    lines = text.split("\n")
    # Where a quoted text goes over several lines, white space is a part of it.
    if any(line.count(quote) % 2 for line in lines for quote in "'\"`"):
        return text
    return dedent(text).strip()


def _check_credentials(text: str, query: TextValue, context: QueryContext) -> None:
    if (cipher := find_cipher_with_key(text)) is not None:
        context.report.findings.append(written_key(cipher, query.span))
    elif is_issued_credential(text):
        context.report.findings.append(credential_in_expression(query.span))


def _resolve_placeholders(
    text: str, query: TextValue, context: QueryContext, relations: list[Relation]
) -> tuple[tuple[str, ...], bool]:
    """The datasets that the text names in braces, and whether `{input}` is among them.

    What they hold is added to `relations`.
    """
    # Its module compiles a pattern when it is imported.
    from string import Formatter

    names: list[str] = []
    try:
        fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
    except ValueError as error:
        message = f"the braces do not match: {error}"
        context.report.add(codes.BAD_SQL, query.span, message, help=_DOUBLED_BRACE)
        return (), True
    for field in fields:
        if field == "input" or field in names:
            continue
        dataset = _resolve_placeholder(field, query, context)
        if dataset is None:
            continue
        name, relation = dataset
        names.append(name)
        context.use_dataset(name)
        context.add_input(relation)
        relations.append(relation)
    if not fields:
        help_ = "write `from {input}`"
        context.report.add(codes.BAD_SQL, query.span, "the query reads no dataset", help=help_)
    return tuple(names), "input" in fields


def _resolve_placeholder(
    field: str, query: TextValue, context: QueryContext
) -> tuple[str, Relation] | None:
    """The dataset that is named in braces; None, with a finding, if there is no such dataset."""
    if not field.isidentifier():
        message = f"`{{{field}}}` names no dataset"
        context.report.add(codes.BAD_SQL, query.span, message, help=_DOUBLED_BRACE)
        return None
    dataset = context.lookup.find_dataset(Name(query.span, field), context)
    if dataset is None:
        field_span = _placeholder_span(field, query)
        suggestion = did_you_mean(field, ["input"]) if field_span is not None else None
        otherwise = "`{input}` is what flows in here"
        code, message = codes.BAD_SQL, f"there is no dataset `{field}`"
        context.report.suggest(code, field_span or query.span, message, suggestion, otherwise)
        return None
    if dataset[0] != field:
        message = f"write `{{{dataset[0]}}}`: Spark finds it by this spelling alone"
        context.report.add(codes.BAD_SQL, query.span, message)
    return dataset


def _placeholder_span(field: str, query: TextValue) -> Span | None:
    """Where a dataset is named in braces in the text as it is written."""
    text = "".join(
        part if isinstance(part, str) else " " * (part.span.end - part.span.start)
        for part in query.parts
    )
    start = text.find(f"{{{field}}}") + 1
    return query.find_span(start, start + len(field)) if start else None
