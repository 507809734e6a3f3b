"""The steps that turn rows into columns and columns into rows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import merged
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.provenance import fitted
from ssbt.compiler.resolve.expressions.surroundings import key_of
from ssbt.compiler.resolve.expressions.time_literals import reads_as
from ssbt.compiler.resolve.expressions.walking import column_names, nodes
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.steps.groups import Keys, aggregates, grouping_keys, require_groupable
from ssbt.compiler.resolve.steps.naming import whole_column
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.casts import cast
from ssbt.compiler.types.coercion import wider_of_all_without_strings
from ssbt.compiler.types.datatypes import (
    STRING,
    UNKNOWN,
    BooleanType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    UnknownType,
)
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Typed

# Spark pivots these types in two aggregations, all others by a condition for each value.
_TWICE = (BooleanType, IntegralType, FloatType, DoubleType, DecimalType, UnknownType)
# Aggregates that must have a constant, by the arguments from which on they do.
_LOSES_CONSTANTS = {
    **dict.fromkeys(("approx_top_k", "approx_top_k_accumulate", "count_min_sketch"), 1),
    **dict.fromkeys(("histogram_numeric", "hll_sketch_agg", "listagg", "string_agg"), 1),
    **dict.fromkeys(("percentile", "percentile_cont", "theta_sketch_agg"), 1),
    **dict.fromkeys(("kll_sketch_agg_bigint", "kll_sketch_agg_double", "kll_sketch_agg_float"), 2),
}

PivotValues = list[tuple[str | int | bool, e.Name | None]]


def pivot(node: s.Pivot, flow: Flow) -> ir.Step | None:
    target = whole_column(node.column, flow.relation, flow)
    keys = _pivot_keys(node, target, flow)
    if keys is None:
        flow.relation = Relation((), True)
        return None
    items, filled = aggregates(node.aggregates, keys, flow, in_pivot=True)
    is_conditional = not all(isinstance(item.expression.type, _TWICE) for item in items)
    if is_conditional:
        _check_constants(node, flow)
    values = _pivot_values(node, target, flow, ansi=is_conditional and flow.settings.ansi)
    if target is None:
        flow.relation = Relation((), True)
        return None
    columns: list[Column] = []
    renames: list[tuple[str, str]] = []
    for value, name in values:
        text = _pivot_name(value)
        for item, column in zip(items, filled, strict=True):
            spark = text if len(items) == 1 else f"{text}_{item.names[0]}"
            given = text if name is None else name.text
            wanted = given if len(items) == 1 else f"{given}_{item.names[0]}"
            if wanted != spark:
                renames.append((spark, wanted))
            declared = name.span if name is not None else column.declared
            # The pivot's own column decides what goes into it, and none of its values does.
            made = column.provenance.with_computed((target.provenance.hidden,))
            columns.append(
                replace(column, name=wanted, nullable=True, declared=declared, provenance=made)
            )
    output = Relation((*keys.columns, *columns))
    return ir.Pivot(
        node.span,
        output,
        keys.named,
        target.name,
        tuple(value for value, _ in values),
        tuple(items),
        tuple(renames),
    )


def _check_constants(node: s.Pivot, flow: Flow) -> None:
    """Spark puts all arguments of such an aggregate into conditions, so that none is constant."""
    for item in node.aggregates:
        for call in nodes(item.value):
            if not isinstance(call, e.Call):
                continue
            count = _LOSES_CONSTANTS.get(call.name.text.casefold())
            if count is not None and len(call.arguments) >= count:
                message = f"`{call.name.text}` needs a constant, which Spark loses in a pivot"
                help_ = f"aggregate with filters: `{call.name.text}(…) filter (where … = …) as …`"
                flow.report.add(codes.BAD_PIVOT, call.span, message, help=help_)


def _pivot_name(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pivot_values(node: s.Pivot, target: Column | None, flow: Flow, *, ansi: bool) -> PivotValues:
    """The constants that become columns."""
    values: PivotValues = []
    seen: dict[str | int | bool, Span] = {}
    for each in node.values:
        typing = flow.typing(Relation((), True))
        value = typing.typed(each.value)
        constant = value.constant
        if not isinstance(constant, str | int | bool):
            message = "a pivot value is a string, a whole number or a boolean"
            help_ = "cast the column in an `extend` step before, and name the values as strings"
            flow.report.add(codes.BAD_PIVOT, each.value.span, message, help=help_)
            continue
        if constant in seen:
            also = (Label(seen[constant], "here already"),)
            flow.report.add(codes.BAD_PIVOT, each.value.span, "this value comes twice", also=also)
            continue
        seen[constant] = each.value.span
        if target is not None and isinstance(cast(value, target.type, ansi=ansi), Mismatch):
            found = f"`{target.name}`, which is {target.type.sql}"
            message = f"a value of {value.type.sql} cannot be compared with {found}"
            flow.report.add(codes.BAD_PIVOT, each.value.span, message)
        elif target is not None and not reads_as(constant, target.type):
            message = f"'{constant}' is no value of `{target.name}`, which is {target.type.sql}"
            flow.report.add(codes.BAD_PIVOT, each.value.span, message)
        values.append((constant, each.name))
    return values


def _pivot_keys(node: s.Pivot, target: Column | None, flow: Flow) -> Keys | None:
    """The columns that stay: those of `group by`, or all that the pivot does not use, as in SQL."""
    if node.keys is not None:
        return grouping_keys(node.keys, flow)
    if target is None:
        return None
    if flow.relation.is_open:
        message = "a pivot without `group by` keeps all other columns, and must know them"
        flow.report.add(name_codes.OPEN_SCHEMA, node.span, message, help="add `group by …`")
        return None
    used = {
        part.text.casefold()
        for item in node.aggregates
        for name in column_names(item.value)
        for part in name.parts
    }
    kept = [
        column
        for column in flow.relation.columns
        if column is not target and column.name.casefold() not in used
    ]
    named = [
        ix.Named(
            ix.Expression(
                node.span,
                (name_text(c.name),),
                c.type,
                c.nullable,
                name_text(c.name),
                c.provenance,
            )
        )
        for c in kept
    ]
    for key in named:
        require_groupable(key.expression, flow, f" (column `{key.expression.column}`)")
    names = frozenset(key_of(c.name, c.qualifier) for c in kept)
    return Keys(tuple(named), tuple(kept), names)


def unpivot(node: s.Unpivot, flow: Flow) -> ir.Step | None:
    relation = flow.relation
    if relation.is_open:
        message = "`unpivot` keeps all other columns, and must know them"
        help_ = "name the columns with a `select` before"
        flow.report.add(name_codes.OPEN_SCHEMA, node.span, message, help=help_)
        flow.relation = Relation((), True)
        return None
    chosen, renames = _unpivoted(node, flow)
    ids = tuple(c for c in relation.columns if not any(c is each for each in chosen))
    _check_new_names(node, ids, flow)
    type_ = _common_type(node, chosen, flow)
    made_from = merged(fitted(c.provenance, c.type, type_) for c in chosen)
    nullable = any(arrived(Typed(c.type, c.nullable), type_).nullable for c in chosen)
    made = (
        Column(node.name.text, STRING, False, declared=node.name.span),
        Column(node.value.text, type_, nullable, None, made_from, declared=node.value.span),
    )
    new_names = dict(renames)
    return ir.Unpivot(
        node.span,
        Relation((*(replace(c, qualifier=None) for c in ids), *made)),
        tuple(name_text(c.name) for c in ids),
        tuple(name_text(new_names.get(c.name, c.name)) for c in chosen),
        tuple(renames),
        node.name.text,
        node.value.text,
        node.include_nulls,
    )


def _unpivoted(node: s.Unpivot, flow: Flow) -> tuple[list[Column], list[tuple[str, str]]]:
    """The columns that become rows, and the new names of some."""
    chosen: list[Column] = []
    renames: list[tuple[str, str]] = []
    for item in node.columns:
        if not isinstance(item.value, e.ColumnName):
            message = "`unpivot` takes columns"
            flow.report.add(codes.BAD_PIVOT, item.span, message, help="compute it in an `extend`")
            continue
        column = whole_column(item.value, flow.relation, flow)
        if column is None:
            continue
        chosen.append(column)
        if item.names and item.names[0].text != column.name:
            renames.append((column.name, item.names[0].text))
    return chosen, renames


def _common_type(node: s.Unpivot, chosen: Sequence[Column], flow: Flow) -> DataType:
    """The type of the values; unknown, with a finding, where the columns have none in common."""
    # A string meets no other type here, unlike in `union` (Spark's `UnpivotCoercion`).
    types = [c.type for c in chosen]
    found = wider_of_all_without_strings(types, flow.settings.ansi) if chosen else UNKNOWN
    if found is not None:
        return found
    also = tuple(Label(c.declared, c.type.sql) for c in chosen if c.declared is not None)
    message = "the unpivoted columns have no common type"
    flow.report.add(codes.DIFFERENT_COLUMNS, node.span, message, also=also)
    return UNKNOWN


def _check_new_names(node: s.Unpivot, ids: tuple[Column, ...], flow: Flow) -> None:
    """Report a name for the rows that a column which stays has, too: Spark could not tell them."""
    for item in node.columns:
        for name in item.names[:1]:
            if any(scopes.same(column.name, name.text) for column in ids):
                message = f"a column that stays is called `{name.text}`, too"
                help_ = "choose another name, or rename that column before"
                flow.report.add(codes.BAD_PIVOT, name.span, message, help=help_)
