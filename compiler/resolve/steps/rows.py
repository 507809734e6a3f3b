"""The steps that choose, order and multiply rows."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from ssbt.compiler.connectors.durations import interval
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.codes import streams as stream_codes
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.steps.naming import whole_column
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
from ssbt.compiler.types.predicates import distinguishable


def distinct(node: s.Distinct, flow: Flow) -> ir.Step:
    for column in flow.relation.columns:
        what = f"in `distinct` (column `{column.name}`)"
        flow.require(distinguishable, column, node.span, what)
    return ir.Distinct(node.span, flow.relation)


def deduplicate(node: s.Deduplicate, flow: Flow) -> ir.Step:
    names = []
    for name in node.columns:
        column = whole_column(name, flow.relation, flow)
        if column is not None:
            flow.require(distinguishable, column, name.span, "to tell rows apart")
            names.append(column.name)
    return ir.Deduplicate(node.span, flow.relation, tuple(names), node.within_watermark)


def watermark(node: s.Watermark, flow: Flow) -> ir.Step | None:
    column = whole_column(node.column, flow.relation, flow)
    delay = interval(node.delay.amount, node.delay.unit)
    if delay is None:
        message = "a delay is a whole number of seconds, minutes, hours or days"
        flow.report.add(stream_codes.BAD_WATERMARK, node.delay.span, message)
    if column is not None and not _bears_time(column.type):
        message = f"a watermark is on a TIMESTAMP column, and `{column.name}` is {column.type.sql}"
        help_ = "make it one before: `|> set … = cast(… as timestamp)`"
        flow.report.add(stream_codes.BAD_WATERMARK, node.column.span, message, help=help_)
    if column is None or delay is None:
        return None
    columns = tuple(
        replace(each, event_time=True) if each is column else each for each in flow.relation.columns
    )
    output = replace(flow.relation, columns=columns)
    return ir.Watermark(node.span, output, column.name, delay)


def _bears_time(type_: DataType) -> bool:
    """Whether a column can have a watermark: a TIMESTAMP, or a window, which has an `end`."""
    if isinstance(type_, StructType):
        ends = [field.type for field in type_.fields if field.name == "end"]
        return bool(ends) and isinstance(ends[0], TimestampType | UnknownType)
    return isinstance(type_, TimestampType | UnknownType)


def order_by(node: s.OrderBy, flow: Flow) -> ir.Step:
    keys = []
    for key in node.keys:
        typing = flow.typing()
        typing.windows = True
        found = flow.finished(key.value, typing)
        flow.require_orderable(found, key.value.span, "to sort by")
        check_position(key.value, "order by", flow)
        keys.append(ix.SortKey(found, key.descending, key.nulls))
    return ir.Sort(node.span, flow.relation, tuple(keys))


def limit(node: s.Limit, flow: Flow) -> ir.Step:
    return ir.Limit(node.span, flow.relation, _count(node.count, flow))


def offset(node: s.Offset, flow: Flow) -> ir.Step:
    return ir.Offset(node.span, flow.relation, _count(node.count, flow))


def _count(count: int | e.ParameterUse, flow: Flow) -> int | ix.ParameterText:
    """A number of rows, or the parameter that is one."""
    if isinstance(count, int):
        return count
    found = flow.value(count)
    if not isinstance(found.type, IntegralType | UnknownType):
        message = f"a number of rows is a whole number, and this is {found.type.sql}"
        flow.report.add(codes.BAD_COUNT, count.span, message)
    piece = found.text[0]
    return piece if isinstance(piece, ix.ParameterText) else 0


def sample(node: s.Sample, flow: Flow) -> ir.Step:
    try:
        percent = Decimal(node.percent)
    except ArithmeticError:
        percent = Decimal(-1)
    if percent < 0 or (percent > 100 and not node.replacement):
        message = f"`{node.percent} percent` is no part of the rows"
        flow.report.add(codes.BAD_COUNT, node.span, message, help="from 0 to 100 percent")
        percent = Decimal(0)
    fraction = repr(float(percent / 100))
    return ir.Sample(node.span, flow.relation, fraction, node.replacement, node.seed)


def explode(node: s.Explode, flow: Flow) -> ir.Step:
    found = flow.value(node.value)
    types = _element_types(found.type)
    if types is None:
        message = f"`explode` takes an array or a map, and this is {found.type.sql}"
        flow.report.add(codes.BAD_EXPLODE, node.value.span, message)
        types = (UNKNOWN,) * len(node.names)
    elif not types:
        types = (UNKNOWN,) * len(node.names)
    elif len(types) != len(node.names):
        what = "an array has one name" if len(types) == 1 else "a map has two names, (key, value)"
        given = "1 is" if len(node.names) == 1 else f"{len(node.names)} are"
        message = f"{what}, and {given} given"
        flow.report.add(codes.WRONG_NAMES, node.names[0].span, message)
        types = (UNKNOWN,) * len(node.names)
    whole = found.provenance
    # A struct that is a key of a map is none that a name of the map's fields leads to.
    sources = (whole.opaque, whole)[-len(types) :]
    made = [
        Column(name.text, type_, True, None, source, declared=name.span)
        for name, type_, source in zip(node.names, types, sources, strict=True)
    ]
    names = [name.text for name in node.names]
    function = "explode"
    if node.position is not None:
        function = "posexplode"
        nullable = node.outer
        position = Column(node.position.text, INT, nullable, declared=node.position.span)
        made.insert(0, position)
        names.insert(0, node.position.text)
    output = Relation((*flow.relation.columns, *made), flow.relation.is_open)
    function += "_outer" if node.outer else ""
    return ir.Explode(node.span, output, function, found, tuple(names))


def _element_types(type_: DataType) -> tuple[DataType, ...] | None:
    """The types of what is exploded; none where not known, None where it is no collection."""
    if isinstance(type_, ArrayType):
        return (type_.element,)
    if isinstance(type_, MapType):
        return (type_.key, type_.value)
    return () if isinstance(type_, UnknownType) else None
