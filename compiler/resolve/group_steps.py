"""The steps that make one row of many, and many columns of one: aggregate, pivot, unpivot."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.column_steps import (
    AS_NAME,
    own_column,
    report_no_name,
    tagged,
    whole_column,
)
from ssbt.compiler.resolve.expressions import key_of
from ssbt.compiler.resolve.flow import Flow, column_of
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.time_literals import reads_as
from ssbt.compiler.resolve.walking import column_names, names_within
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.casts import cast
from ssbt.compiler.types.coercion import wider_of_all_without_strings
from ssbt.compiler.types.datatypes import STRING, UNKNOWN, MapType
from ssbt.compiler.types.typed import Mismatch

PivotValues = list[tuple[str | int | bool, e.Name | None]]


class Keys(Struct, frozen=True):
    """Grouping keys: how they are computed, their columns, and what an aggregate may repeat.

    `names` identify the keys that are columns, see `key_of`; `values` are the others as written.
    `subtotals` tells that not all rows are grouped by all of them.
    """

    named: tuple[ix.Named, ...]
    columns: tuple[Column, ...]
    names: frozenset[str]
    values: tuple[e.Expression, ...] = ()
    subtotals: bool = False


def aggregate(node: s.Aggregate, flow: Flow) -> ir.Step:
    grouping = node.grouping
    form = grouping.form if grouping else ""
    keys = _keys(grouping.keys if grouping else (), flow, bool(form))
    if form == "grouping sets" and flow.settings.target.startswith("3."):
        message = "`grouping sets` came to PySpark with Spark 4.0.0"
        help_ = f"the target is Spark {flow.settings.target}; `cube` has the same rows and more"
        flow.report.add(expression_codes.FUNCTION_TOO_NEW, node.span, message, help=help_)
    if form:
        keys = _null_in_subtotals(keys, flow)
    items, columns = _aggregates(node.items, keys, flow)
    key_columns = keys.columns
    if not node.items and not keys.named:
        message = "`aggregate` needs an aggregate function or `group by`"
        flow.report.add(codes.NO_NAME, node.span, message)
    sets = _sets(grouping) if grouping else ()
    output = Relation((*key_columns, *columns))
    return ir.Aggregate(node.span, output, form, keys.named, tuple(items), sets)


def _null_in_subtotals(keys: Keys, flow: Flow) -> Keys:
    """The keys, here and where aggregates mention them: null in rows not grouped by them."""
    columns = tuple(
        replace(c, nullable=True) if key_of(c.name, c.qualifier) in keys.names else c
        for c in flow.relation.columns
    )
    flow.relation = Relation(columns, flow.relation.is_open)
    return replace(keys, columns=tuple(replace(column, nullable=True) for column in keys.columns))


def _sets(grouping: s.Grouping) -> tuple[tuple[int, ...], ...]:
    from ssbt.compiler.syntax.printing import ssbt_text

    places = {ssbt_text(item.value).casefold(): i for i, item in enumerate(grouping.keys)}
    return tuple(
        tuple(places[ssbt_text(member).casefold()] for member in members)
        for members in grouping.sets
    )


def _keys(items: tuple[s.Item, ...], flow: Flow, plain_only: bool) -> Keys:
    """The grouping keys in these items; findings for what can be none."""
    named: list[ix.Named] = []
    columns: list[Column] = []
    names: set[str] = set()
    values: list[e.Expression] = []
    for item in items:
        if isinstance(item.value, e.Star):
            message = "a grouping key is an expression"
            flow.report.add(expression_codes.MISPLACED_STAR, item.span, message)
            continue
        found = flow.value(item.value)
        _require_groupable(found, flow)
        if item.names:
            name = item.names[0]
            column = tagged(column_of(found, name.text, name.span), item.value, flow)
        else:
            plain = own_column(item.value, found, flow)
            if plain is None:
                where = "add it as a column with `extend` before" if plain_only else AS_NAME
                report_no_name(item, flow, where)
                continue
            column = plain
        if plain_only and item.names:
            message = "name the keys of `rollup`, `cube` and `grouping sets` with `extend` before"
            flow.report.add(codes.WRONG_NAMES, item.names[0].span, message)
        columns.append(column)
        named.append(ix.Named(found, tuple(name.text for name in item.names)))
        whole = _whole(item.value, flow)
        if whole is None:
            values.append(item.value)
        else:
            names.add(key_of(whole.name, whole.qualifier))
    return Keys(tuple(named), tuple(columns), frozenset(names), tuple(values), plain_only)


def _require_groupable(found: ix.Expression, flow: Flow, which: str = "") -> None:
    """Report a key that Spark cannot group by; maps it can, from 4.0 on."""
    type_ = found.type
    if isinstance(type_, MapType) and not flow.settings.target.startswith("3."):
        return
    flow.require_orderable(found, found.span, f"as a grouping key{which}")


def _whole(node: e.Expression, flow: Flow) -> Column | None:
    """The column that a key is, unless it is computed or a field of one."""
    if not isinstance(node, e.ColumnName):
        return None
    found = scopes.found(node, flow.relation, Report())
    return found.column if found is not None and not found.path else None


def _aggregates(
    items: tuple[s.Item, ...], keys: Keys, flow: Flow, in_pivot: bool = False
) -> tuple[list[ix.Named], list[Column]]:
    named: list[ix.Named] = []
    columns: list[Column] = []
    for item in items:
        typing = flow.typing()
        typing.aggregates = True
        # What fills a pivot stands inside of aggregates, its keys too.
        typing.pivot = in_pivot
        typing.grouping = frozenset() if in_pivot else keys.names
        typing.subtotals = keys.subtotals
        if not in_pivot:
            typing.grouped = names_within(item.value, keys.values, flow.one_column)
        if isinstance(item.value, e.Star):
            typing.typed(item.value)
            continue
        before = len(flow.report.findings)
        found = flow.finished(item.value, typing)
        if in_pivot and typing.found_aggregate is None and len(flow.report.findings) == before:
            message = "the columns of a pivot are filled by aggregates, and this has none"
            flow.report.add(codes.BAD_PIVOT, item.value.span, message)
        if not item.names:
            _report_unnamed(item, found, keys.columns, flow)
            continue
        if len(item.names) > 1:
            message = "an aggregate becomes one column"
            flow.report.add(codes.WRONG_NAMES, item.names[1].span, message)
        name = item.names[0]
        columns.append(column_of(found, name.text, name.span))
        named.append(ix.Named(found, (name.text,)))
    return named, columns


def _report_unnamed(
    item: s.Item, found: ix.Expression, keys: tuple[Column, ...], flow: Flow
) -> None:
    """Report an aggregate without a name; SQL's habit of repeating the keys gets its own words."""
    column = own_column(item.value, found, flow)
    if column is None:
        report_no_name(item, flow)
    elif any(scopes.same(key.name, column.name) for key in keys):
        message = f"`{column.name}` is a grouping key, and keys are in the result already"
        flow.report.add(codes.REPEATED_COLUMN, item.span, message, help="remove it here")


def pivot(node: s.Pivot, flow: Flow) -> ir.Step | None:
    target = whole_column(node.column, flow.relation, flow)
    values = _pivot_values(node, target, flow)
    keys = _pivot_keys(node, target, flow)
    if keys is None:
        flow.relation = Relation((), True)
        return None
    items, aggregates = _aggregates(node.aggregates, keys, flow, in_pivot=True)
    if target is None:
        flow.relation = Relation((), True)
        return None
    columns: list[Column] = []
    renames: list[tuple[str, str]] = []
    for value, name in values:
        text = _pivot_name(value)
        for item, column in zip(items, aggregates, strict=True):
            spark = text if len(items) == 1 else f"{text}_{item.names[0]}"
            given = text if name is None else name.text
            wanted = given if len(items) == 1 else f"{given}_{item.names[0]}"
            if wanted != spark:
                renames.append((spark, wanted))
            declared = name.span if name is not None else column.declared
            columns.append(replace(column, name=wanted, nullable=True, declared=declared))
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


def _pivot_name(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pivot_values(node: s.Pivot, target: Column | None, flow: Flow) -> PivotValues:
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
        if target is not None and isinstance(cast(value, target.type, ansi=False), Mismatch):
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
        return _keys(node.keys, flow, False)
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
                c.origins,
            )
        )
        for c in kept
    ]
    for key in named:
        _require_groupable(key.expression, flow, f" (column `{key.expression.column}`)")
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
    chosen: list[Column] = []
    renames: list[tuple[str, str]] = []
    for item in node.columns:
        if not isinstance(item.value, e.ColumnName):
            message = "`unpivot` takes columns"
            flow.report.add(codes.BAD_PIVOT, item.span, message, help="compute it in an `extend`")
            continue
        column = whole_column(item.value, relation, flow)
        if column is None:
            continue
        chosen.append(column)
        if item.names and item.names[0].text != column.name:
            renames.append((column.name, item.names[0].text))
    ids = tuple(c for c in relation.columns if not any(c is each for each in chosen))
    _check_new_names(node, ids, flow)
    types = [c.type for c in chosen]
    # A string meets no other type here, unlike in `union` (Spark's `UnpivotCoercion`).
    type_ = wider_of_all_without_strings(types, flow.settings.ansi) if chosen else UNKNOWN
    if type_ is None:
        also = tuple(Label(c.declared, c.type.sql) for c in chosen if c.declared is not None)
        message = "the unpivoted columns have no common type"
        flow.report.add(codes.DIFFERENT_COLUMNS, node.span, message, also=also)
        type_ = UNKNOWN
    origins = tuple(dict.fromkeys(o for c in chosen for o in c.origins))
    nullable = any(c.nullable for c in chosen)
    made = (
        Column(node.name.text, STRING, False, None, (), frozenset(), node.name.span),
        Column(node.value.text, type_, nullable, None, origins, frozenset(), node.value.span),
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


def _check_new_names(node: s.Unpivot, ids: tuple[Column, ...], flow: Flow) -> None:
    """Report a name for the rows that a column which stays has, too: Spark could not tell them."""
    for item in node.columns:
        for name in item.names[:1]:
            if any(scopes.same(column.name, name.text) for column in ids):
                message = f"a column that stays is called `{name.text}`, too"
                help_ = "choose another name, or rename that column before"
                flow.report.add(codes.BAD_PIVOT, name.span, message, help=help_)
