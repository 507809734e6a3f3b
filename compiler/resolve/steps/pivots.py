"""The steps that turn rows into columns and columns into rows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.codes.declarations import OPEN_SCHEMA
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import merge
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.expression_context import grouping_key
from ssbt.compiler.resolve.expressions.provenance import fit_provenance
from ssbt.compiler.resolve.expressions.time_literals import can_read_as
from ssbt.compiler.resolve.expressions.walking import column_names, nodes
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.groups import (
    GroupingKeys,
    require_groupable,
    resolve_aggregate_items,
    resolve_grouping_keys,
)
from ssbt.compiler.resolve.steps.naming import resolve_whole_column
from ssbt.compiler.resolve.traps.joined_strings import find_joined_strings
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.cast_results import infer_cast
from ssbt.compiler.types.coercion import wider_type_of_all_without_strings
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
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.promotion import cast_implicitly

# Spark pivots these types in two aggregations, all others by a condition for each value.
_TWO_PHASE_TYPES = (BooleanType, IntegralType, FloatType, DoubleType, DecimalType, UnknownType)
# Aggregates that must have a constant, by the arguments from which on they do.
_LOSES_CONSTANTS = {
    **dict.fromkeys(("approx_top_k", "approx_top_k_accumulate", "count_min_sketch"), 1),
    **dict.fromkeys(("histogram_numeric", "hll_sketch_agg", "listagg", "string_agg"), 1),
    **dict.fromkeys(("percentile", "percentile_cont", "theta_sketch_agg"), 1),
    **dict.fromkeys(("kll_sketch_agg_bigint", "kll_sketch_agg_double", "kll_sketch_agg_float"), 2),
}

PivotValues = list[tuple[str | int | bool, Name | None]]


def resolve_pivot(node: s.Pivot, context: QueryContext) -> ir.Step | None:
    target = resolve_whole_column(node.column, context.relation, context)
    keys = _resolve_pivot_keys(node, target, context)
    if keys is None:
        context.relation = Relation((), True)
        return None
    items, value_columns = resolve_aggregate_items(node.aggregates, keys, context, in_pivot=True)
    is_conditional = not all(isinstance(item.expression.type, _TWO_PHASE_TYPES) for item in items)
    if is_conditional:
        _check_constants(node, context)
    values = _resolve_pivot_values(
        node, target, context, ansi=is_conditional and context.settings.ansi
    )
    if target is None:
        context.relation = Relation((), True)
        return None
    columns, renames = _build_pivoted_columns(values, target, items, value_columns)
    return ir.Pivot(
        node.span,
        Relation((*keys.columns, *columns)),
        keys.named_expressions,
        target.name,
        tuple(value for value, _ in values),
        tuple(items),
        tuple(renames),
    )


def _build_pivoted_columns(
    values: PivotValues,
    target: Column,
    items: Sequence[ix.NamedExpression],
    value_columns: Sequence[Column],
) -> tuple[list[Column], list[tuple[str, str]]]:
    """A column for each value and aggregate, and the new names of some after Spark's."""
    columns: list[Column] = []
    renames: list[tuple[str, str]] = []
    for value, name in values:
        text = _pivot_name(value)
        for item, column in zip(items, value_columns, strict=True):
            spark_name = text if len(items) == 1 else f"{text}_{item.names[0]}"
            label = text if name is None else name.text
            new_name = label if len(items) == 1 else f"{label}_{item.names[0]}"
            if new_name != spark_name:
                renames.append((spark_name, new_name))
            declared_span = name.span if name is not None else column.declared
            # The pivot's own column decides what goes into it, and none of its values does.
            provenance = column.provenance.with_computed((target.provenance.as_hidden,))
            pivoted = replace(column, name=new_name, nullable=True, declared=declared_span)
            columns.append(replace(pivoted, provenance=provenance))
    return columns, renames


def _check_constants(node: s.Pivot, context: QueryContext) -> None:
    """Spark puts all arguments of such an aggregate into conditions, so that none is constant."""
    for item in node.aggregates:
        for call in nodes(item.value):
            if not isinstance(call, e.Call):
                continue
            count = _LOSES_CONSTANTS.get(call.name.text.casefold())
            if count is not None and len(call.arguments) >= count:
                message = f"`{call.name.text}` needs a constant, which Spark loses in a pivot"
                help_ = f"aggregate with filters: `{call.name.text}(…) filter (where … = …) as …`"
                context.report.add(codes.BAD_PIVOT, call.span, message, help=help_)


def _pivot_name(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _resolve_pivot_values(
    node: s.Pivot, target: Column | None, context: QueryContext, *, ansi: bool
) -> PivotValues:
    """The constants that become columns."""
    values: PivotValues = []
    first_spans: dict[str | int | bool, Span] = {}
    context.report.findings += find_joined_strings([each.value for each in node.values])
    for each in node.values:
        typer = context.new_typer(Relation((), True))
        value = typer.infer_type(each.value)
        constant = value.constant
        if not isinstance(constant, str | int | bool):
            message = "a pivot value is a string, a whole number or a boolean"
            help_ = "cast the column in an `extend` step before, and name the values as strings"
            context.report.add(codes.BAD_PIVOT, each.value.span, message, help=help_)
            continue
        if constant in first_spans:
            also = (Label(first_spans[constant], "here already"),)
            context.report.add(
                codes.BAD_PIVOT, each.value.span, "this value comes twice", also=also
            )
            continue
        first_spans[constant] = each.value.span
        if target is not None and isinstance(infer_cast(value, target.type, ansi=ansi), Mismatch):
            target_text = f"`{target.name}`, which is {target.type.sql}"
            message = f"a value of {value.type.sql} cannot be compared with {target_text}"
            context.report.add(codes.BAD_PIVOT, each.value.span, message)
        elif target is not None and not can_read_as(constant, target.type):
            message = f"'{constant}' is no value of `{target.name}`, which is {target.type.sql}"
            context.report.add(codes.BAD_PIVOT, each.value.span, message)
        values.append((constant, each.name))
    return values


def _resolve_pivot_keys(
    node: s.Pivot, target: Column | None, context: QueryContext
) -> GroupingKeys | None:
    """The columns that stay: those of `group by`, or all that the pivot does not use, as in SQL."""
    if node.keys is not None:
        return resolve_grouping_keys(node.keys, context)
    if target is None:
        return None
    if context.relation.is_open:
        message = "a pivot without `group by` keeps all other columns, and must know them"
        context.report.add(OPEN_SCHEMA, node.span, message, help="add `group by …`")
        return None
    used_names = {
        part.text.casefold()
        for item in node.aggregates
        for name in column_names(item.value)
        for part in name.parts
    }
    key_columns = [
        column
        for column in context.relation.columns
        if column is not target and column.name.casefold() not in used_names
    ]
    named_expressions = [
        ix.NamedExpression(
            ix.Expression(
                node.span,
                (name_text(c.name),),
                c.type,
                c.nullable,
                name_text(c.name),
                c.provenance,
            )
        )
        for c in key_columns
    ]
    for key in named_expressions:
        require_groupable(key.expression, context, f" (column `{key.expression.column}`)")
    names = frozenset(grouping_key(c.name, c.qualifier) for c in key_columns)
    return GroupingKeys(tuple(named_expressions), tuple(key_columns), names)


def resolve_unpivot(node: s.Unpivot, context: QueryContext) -> ir.Step | None:
    relation = context.relation
    if relation.is_open:
        message = "`unpivot` keeps all other columns, and must know them"
        help_ = "name the columns with a `select` before"
        context.report.add(OPEN_SCHEMA, node.span, message, help=help_)
        context.relation = Relation((), True)
        return None
    chosen, renames = _resolve_unpivoted_columns(node, context)
    ids = tuple(c for c in relation.columns if not any(c is each for each in chosen))
    _check_new_names(node, ids, context)
    type_ = _find_common_type(node, chosen, context)
    provenance = merge(fit_provenance(c.provenance, c.type, type_) for c in chosen)
    nullable = any(cast_implicitly(Typed(c.type, c.nullable), type_).nullable for c in chosen)
    new_columns = (
        Column(node.name.text, STRING, False, declared=node.name.span),
        Column(node.value.text, type_, nullable, None, provenance, declared=node.value.span),
    )
    new_names = dict(renames)
    return ir.Unpivot(
        node.span,
        Relation((*(replace(c, qualifier=None) for c in ids), *new_columns)),
        tuple(name_text(c.name) for c in ids),
        tuple(name_text(new_names.get(c.name, c.name)) for c in chosen),
        tuple(renames),
        node.name.text,
        node.value.text,
        node.include_nulls,
    )


def _resolve_unpivoted_columns(
    node: s.Unpivot, context: QueryContext
) -> tuple[list[Column], list[tuple[str, str]]]:
    """The columns that become rows, and the new names of some."""
    chosen: list[Column] = []
    renames: list[tuple[str, str]] = []
    for item in node.columns:
        if not isinstance(item.value, e.ColumnName):
            message = "`unpivot` takes columns"
            context.report.add(
                codes.BAD_PIVOT, item.span, message, help="compute it in an `extend`"
            )
            continue
        column = resolve_whole_column(item.value, context.relation, context)
        if column is None:
            continue
        chosen.append(column)
        if item.names and item.names[0].text != column.name:
            renames.append((column.name, item.names[0].text))
    return chosen, renames


def _find_common_type(node: s.Unpivot, chosen: Sequence[Column], context: QueryContext) -> DataType:
    """The type of the values; unknown, with a finding, where the columns have none in common."""
    # A string meets no other type here, unlike in `union` (Spark's `UnpivotCoercion`).
    types = [c.type for c in chosen]
    common_type = (
        wider_type_of_all_without_strings(types, context.settings.ansi) if chosen else UNKNOWN
    )
    if common_type is not None:
        return common_type
    also = tuple(Label(c.declared, c.type.sql) for c in chosen if c.declared is not None)
    message = "the unpivoted columns have no common type"
    context.report.add(codes.DIFFERENT_COLUMNS, node.span, message, also=also)
    return UNKNOWN


def _check_new_names(node: s.Unpivot, ids: tuple[Column, ...], context: QueryContext) -> None:
    """Report a name for the rows that a column which stays has, too: Spark could not tell them."""
    for item in node.columns:
        for name in item.names[:1]:
            if any(scopes.is_same_name(column.name, name.text) for column in ids):
                message = f"a column that stays is called `{name.text}`, too"
                help_ = "choose another name, or rename that column before"
                context.report.add(codes.BAD_PIVOT, name.span, message, help=help_)
