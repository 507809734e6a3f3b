"""The columns that the items of a step become: named, generated, or a column as it is."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Edit, Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.time_windows import TIME_WINDOWS
from ssbt.compiler.resolve.query_context import QueryContext, column_of
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import ssbt_name_text
from ssbt.compiler.types.datatypes import UNKNOWN, StructType
from ssbt.compiler.types.functions import find_function

AS_NAME = "give it one: `as name`"
_OF_TIME = (*TIME_WINDOWS, "window_time")


def check_one_generator(
    typer: ExpressionTyper, generators: list[Span], context: QueryContext
) -> None:
    """Report the second generator of a step: every row of one would meet every row of the other."""
    if typer.found_generator is None:
        return
    if generators:
        message = "a step has one generator at most, and this is the second"
        also = (Label(generators[0], "the first one"),)
        help_ = "put it into a step of its own"
        span = typer.found_generator
        context.report.add(
            expression_codes.MISPLACED_GENERATOR, span, message, also=also, help=help_
        )
    generators.append(typer.found_generator)


def resolve_generated_columns(
    item: s.Item, value: ix.Expression, context: QueryContext
) -> list[Column]:
    """The columns that a generator makes; the catalogue gives them as the fields of a struct."""
    fields = value.type.fields if isinstance(value.type, StructType) else ()
    if fields and len(fields) != len(item.names):
        message = f"this makes {len(fields)} columns, and {len(item.names)} names are given"
        context.report.add(codes.WRONG_NAMES, item.names[0].span, message)
        fields = ()
    provenances = [value.provenance.field(field.name) for field in fields]
    types = [(field.type, field.nullable) for field in fields] or [(UNKNOWN, True)] * len(
        item.names
    )
    provenances = provenances or [value.provenance.as_opaque] * len(item.names)
    return [
        Column(name.text, type_, nullable, None, source, declared=name.span)
        for name, (type_, nullable), source in zip(item.names, types, provenances, strict=False)
    ]


def find_own_column(
    node: e.Expression, value: ix.Expression, context: QueryContext
) -> Column | None:
    """The column that an expression is, if it is nothing but one, under its own name."""
    if not isinstance(node, e.ColumnName) or scopes.is_bare_function(node, context.relation):
        return None
    last = node.parts[-1]
    column = column_of(value, last.text, last.span)
    matches = context.relation.find_columns(last.text)
    if len(node.parts) > 1:
        first = node.parts[0].text
        matches = [c for c in matches if c.qualifier and scopes.is_same_name(c.qualifier, first)]
    if len(matches) == 1 and len(node.parts) <= 2:
        existing = matches[0]
        return replace(existing, name=existing.name, declared=existing.declared or last.span)
    return column


def with_event_time(column: Column, node: e.Expression, context: QueryContext) -> Column:
    """The column with the event time of the one that it renames, or makes windows of."""
    if isinstance(node, e.Call):
        is_window = node.name.text.casefold() in TIME_WINDOWS
        return replace(column, event_time=_has_event_time(node, context), time_window=is_window)
    if not isinstance(node, e.ColumnName):
        return column
    source_column = find_own_column(node, ix.Expression(node.span, (), column.type, True), context)
    if source_column is None:
        return column
    return replace(
        column, event_time=source_column.event_time, time_window=source_column.time_window
    )


def _has_event_time(node: e.Expression, context: QueryContext) -> bool:
    """Whether it is a column that has a watermark, a window over one, or the time of that."""
    while isinstance(node, e.Call):
        if node.name.text.casefold() not in _OF_TIME or not node.arguments:
            return False
        node = node.arguments[0].value
    if not isinstance(node, e.ColumnName):
        return False
    resolved = scopes.resolve_column(node, context.relation, Report())
    if resolved is None or resolved.column is None or resolved.path:
        return False
    return resolved.column.event_time


def report_no_name(item: s.Item, context: QueryContext, help_: str = AS_NAME) -> None:
    """Report a computed column without a name."""
    fix: tuple[Edit, ...] = ()
    match item.value:
        case e.Call(name=called) if find_function(called.text) is None:
            # It is reported already, and the name may come with what is meant.
            return
        case e.Tuple():
            help_ = "columns stand without parentheses around them"
        case e.Binary(operator="=", left=e.ColumnName(parts=(name,)), right=right):
            help_ = f"a new column is written `… as {name.text}`"
            # That there is no such column is what the name is for.
            context.report.findings[:] = [
                each
                for each in context.report.findings
                if (each.code, each.primary.span) != (name_codes.UNKNOWN_COLUMN, name.span)
            ]
            path, end = item.value.span.path, item.value.span.end
            prefix_span = Span(path, item.value.span.start, right.span.start)
            fix = (
                Edit(prefix_span, ""),
                Edit(Span(path, end, end), f" as {ssbt_name_text(name.text)}"),
            )
        case e.StringLiteral(span=span, value=value) if context.relation.find_columns(value):
            help_ = f"a column is written without quotes: `{ssbt_name_text(value)}`"
            fix = (Edit(span, ssbt_name_text(value)),)
    context.report.add(
        codes.NO_NAME, item.value.span, "this column has no name", help=help_, fix=fix
    )
