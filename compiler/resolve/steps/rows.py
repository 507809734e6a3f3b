"""The steps that choose, order and multiply rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from ssbt.compiler.connectors.durations import interval
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.codes import streams as stream_codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.expressions.evaluation import Evaluator
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.naming import resolve_whole_column
from ssbt.compiler.resolve.steps.positions import check_position
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.types.datatypes import (
    INT,
    UNKNOWN,
    ArrayType,
    DataType,
    IntegralType,
    MapType,
    StructType,
    TimestampType,
    UnknownType,
)
from ssbt.compiler.types.predicates import is_distinguishable


def resolve_distinct(node: s.Distinct, context: QueryContext) -> ir.Step:
    for column in context.relation.columns:
        usage = f"in `distinct` (column `{column.name}`)"
        context.require(is_distinguishable, column, node.span, usage)
    return ir.Distinct(node.span, context.relation)


def resolve_deduplicate(node: s.Deduplicate, context: QueryContext) -> ir.Step:
    names = []
    for name in node.columns:
        column = resolve_whole_column(name, context.relation, context)
        if column is not None:
            context.require(is_distinguishable, column, name.span, "to tell rows apart")
            names.append(column.name)
    return ir.Deduplicate(node.span, context.relation, tuple(names), node.within_watermark)


def resolve_watermark(node: s.Watermark, context: QueryContext) -> ir.Step | None:
    column = resolve_whole_column(node.column, context.relation, context)
    delay = interval(node.delay.amount, node.delay.unit)
    if delay is None:
        message = "a delay is a whole number of seconds, minutes, hours or days"
        context.report.add(stream_codes.BAD_WATERMARK, node.delay.span, message)
    if column is not None and not _can_have_watermark(column.type):
        message = f"a watermark is on a TIMESTAMP column, and `{column.name}` is {column.type.sql}"
        help_ = "make it one before: `|> set … = cast(… as timestamp)`"
        context.report.add(stream_codes.BAD_WATERMARK, node.column.span, message, help=help_)
    if column is None or delay is None:
        return None
    columns = tuple(
        replace(each, event_time=True) if each is column else each
        for each in context.relation.columns
    )
    output = replace(context.relation, columns=columns)
    return ir.Watermark(node.span, output, column.name, delay)


def _can_have_watermark(type_: DataType) -> bool:
    """Whether a column can have a watermark: a TIMESTAMP, or a window, which has an `end`."""
    if isinstance(type_, StructType):
        ends = [field.type for field in type_.fields if field.name == "end"]
        return bool(ends) and isinstance(ends[0], TimestampType | UnknownType)
    return isinstance(type_, TimestampType | UnknownType)


def resolve_order_by(node: s.OrderBy, context: QueryContext) -> ir.Step:
    keys = []
    for index, key in enumerate(node.keys):
        typer = context.new_typer()
        typer.allows_windows = True
        value = context.resolve_expression(key.value, typer)
        context.require_orderable(value, key.value.span, "to sort by")
        check_position(key.value, "order by", context)
        context.report.findings += _find_text_orders(key.value, typer, is_first=index == 0)
        keys.append(ix.SortKey(value, key.descending, key.nulls))
    return ir.Sort(node.span, context.relation, tuple(keys))


def _find_text_orders(
    key: e.Expression, typer: ExpressionTyper, *, is_first: bool
) -> Iterator[Diagnostic]:
    from ssbt.compiler.resolve.traps.expression_view import ExpressionView
    from ssbt.compiler.resolve.traps.text_orders import check_sort_key

    return check_sort_key(key, ExpressionView(Evaluator(typer), key), is_first=is_first)


def resolve_limit(node: s.Limit, context: QueryContext) -> ir.Step:
    return ir.Limit(node.span, context.relation, _resolve_count(node.count, context))


def resolve_offset(node: s.Offset, context: QueryContext) -> ir.Step:
    return ir.Offset(node.span, context.relation, _resolve_count(node.count, context))


def _resolve_count(count: int | e.ParameterUse, context: QueryContext) -> int | ix.ParameterText:
    """A number of rows, or the parameter that is one."""
    if isinstance(count, int):
        return count
    value = context.resolve_value(count)
    if not isinstance(value.type, IntegralType | UnknownType):
        message = f"a number of rows is a whole number, and this is {value.type.sql}"
        context.report.add(codes.BAD_COUNT, count.span, message)
    piece = value.text[0]
    return piece if isinstance(piece, ix.ParameterText) else 0


def resolve_sample(node: s.Sample, context: QueryContext) -> ir.Step:
    try:
        percent = Decimal(node.percent)
    except ArithmeticError:
        percent = Decimal(-1)
    if percent < 0 or (percent > 100 and not node.replacement):
        message = f"`{node.percent} percent` is no part of the rows"
        context.report.add(codes.BAD_COUNT, node.span, message, help="from 0 to 100 percent")
        percent = Decimal(0)
    fraction = repr(float(percent / 100))
    return ir.Sample(node.span, context.relation, fraction, node.replacement, node.seed)


def resolve_explode(node: s.Explode, context: QueryContext) -> ir.Step:
    value = context.resolve_value(node.value)
    types = _element_types(value.type)
    if types is None:
        message = f"`explode` takes an array or a map, and this is {value.type.sql}"
        context.report.add(codes.BAD_EXPLODE, node.value.span, message)
        types = (UNKNOWN,) * len(node.names)
    elif not types:
        types = (UNKNOWN,) * len(node.names)
    elif len(types) != len(node.names):
        expectation = (
            "an array takes one name" if len(types) == 1 else "a map takes two names, (key, value)"
        )
        given_count = "1 is" if len(node.names) == 1 else f"{len(node.names)} are"
        message = f"{expectation}, and {given_count} given"
        context.report.add(codes.WRONG_NAMES, node.names[0].span, message)
        types = (UNKNOWN,) * len(node.names)
    provenance = value.provenance
    # A struct that is a key of a map is none that a name of the map's fields leads to.
    sources = (provenance.as_opaque, provenance)[-len(types) :]
    new_columns = [
        Column(name.text, type_, True, None, source, declared=name.span)
        for name, type_, source in zip(node.names, types, sources, strict=True)
    ]
    names = [name.text for name in node.names]
    function = "explode"
    if node.position is not None:
        function = "posexplode"
        nullable = node.outer
        position = Column(node.position.text, INT, nullable, declared=node.position.span)
        new_columns.insert(0, position)
        names.insert(0, node.position.text)
    output = Relation((*context.relation.columns, *new_columns), context.relation.is_open)
    function += "_outer" if node.outer else ""
    return ir.Explode(node.span, output, function, value, tuple(names))


def _element_types(type_: DataType) -> tuple[DataType, ...] | None:
    """The types of what is exploded; none where not known, None where it is no collection."""
    if isinstance(type_, ArrayType):
        return (type_.element,)
    if isinstance(type_, MapType):
        return (type_.key, type_.value)
    return () if isinstance(type_, UnknownType) else None
