"""The steps that bring a second dataset in: joins and set operations."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir import provenance
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import Provenance
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.provenance import fit_provenance
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.join_terms import find_join_terms
from ssbt.compiler.resolve.traps.text_numbers import TEXT_READ_AS_NUMBER, reads_text
from ssbt.compiler.resolve.traps.undone_joins import note_outer_sides
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import ssbt_name_text
from ssbt.compiler.types.coercion import wider_type
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.operators import infer_comparison
from ssbt.compiler.types.predicates import is_distinguishable, is_orderable
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.ranges.model import ValueRange, unite_ranges

_LEFT_ONLY = ("semi", "anti")
_NULLS_LEFT = ("right", "full")
_NULLS_RIGHT = ("left", "full")


def resolve_join(node: s.Join, context: QueryContext) -> ir.Step | None:
    resolved_input = context.lookup.find_input(node.right, context)
    if resolved_input is None:
        _visit_condition(node, context)
        context.relation = Relation(context.relation.columns, True)
        return None
    right, relation = resolved_input
    if not _has_distinct_aliases(node, relation, context):
        relation = Relation((), True)
    joined = Relation(
        (*context.relation.columns, *relation.columns), context.relation.is_open or relation.is_open
    )
    condition = None
    using: tuple[str, ...] = ()
    if node.using:
        _hide_keys(node, relation, context)
        using = tuple(key.text for key in node.using)
        output = _resolve_using_output(node, context.relation, relation, context)
    else:
        if node.condition is not None and not _is_key(node, relation, context):
            condition = context.resolve_condition(node.condition, joined)
        output = _condition_output(node.kind, context.relation, relation)
    _check_form(node, context)
    qualifiers = tuple({c.qualifier for c in context.relation.columns if c.qualifier})
    note_outer_sides(node, qualifiers, (node.right.alias or node.right.name).text, context)
    terms = find_join_terms(node.condition, node.using, context.relation, relation)
    return ir.Join(node.span, output, node.kind, right, condition, using, terms)


def _is_key(node: s.Join, right: Relation, context: QueryContext) -> bool:
    """Whether the condition is but columns of both sides, `on id`; they are reported then."""
    if node.condition is None:
        return False
    keys = _bare_keys(node.condition)
    names = [key.parts[-1].text for key in keys]
    sides = (context.relation, right)
    if not names or any(len(side.find_columns(name)) != 1 for side in sides for name in names):
        return False
    span = node.condition.span
    using_clause = f"using ({', '.join(map(ssbt_name_text, names))})"
    condition_span = Span(span.path, node.right.span.end, span.end)
    what = "is a column" if len(names) == 1 else "are columns"
    message = f"{', '.join(f'`{name}`' for name in names)} {what}, and no condition"
    fix = (Edit(condition_span, f" {using_clause}"),)
    context.report.add(codes.JOIN_CONDITION, span, message, help=f"write `{using_clause}`", fix=fix)
    return True


def _bare_keys(condition: e.Expression) -> list[e.ColumnName]:
    """The columns that a condition consists of, joined by `and`, in brackets or not."""
    keys: list[e.ColumnName] = []
    waiting = [condition]
    while waiting:
        match waiting.pop():
            case e.ColumnName(parts=parts) as key if len(parts) <= 2:
                keys.append(key)
            case e.Parenthesised(operand=operand):
                waiting.append(operand)
            case e.Binary(operator="and", left=left, right=right):
                waiting += [right, left]
            case _:
                return []
    return keys


def _hide_keys(node: s.Join, right: Relation, context: QueryContext) -> None:
    """Note the sides whose keys Spark keeps for `side.*` though they are no columns any more."""
    sides = {"right": (context.relation,), "full": (context.relation, right)}.get(
        node.kind, (right,)
    )
    if node.kind not in _LEFT_ONLY:
        for side in sides:
            context.hidden_keys |= {c.qualifier.casefold() for c in side.columns if c.qualifier}
            context.hidden_keys |= context.inputs.keys() if side.is_open else set()


def _visit_condition(node: s.Join, context: QueryContext) -> None:
    """Note what the condition uses where the other side is not known."""
    if node.condition is not None:
        context.resolve_condition(node.condition, Relation(context.relation.columns, True))


def _check_form(node: s.Join, context: QueryContext) -> None:
    has_condition = node.condition is not None or bool(node.using)
    if node.kind == "cross" and has_condition:
        message = "a cross join has no condition"
        context.report.add(codes.JOIN_CONDITION, node.span, message, help="write `join … on …`")
    if node.kind != "cross" and not has_condition:
        message = "this join has no condition"
        help_ = "add `on …` or `using (…)`; every row with every row is `cross join`"
        context.report.add(codes.JOIN_CONDITION, node.right.span, message, help=help_)


def _has_distinct_aliases(node: s.Join, right: Relation, context: QueryContext) -> bool:
    """Whether the alias of the right side is none of the left side's, as it must be."""
    if node.kind in _LEFT_ONLY and node.using:
        return True
    name = node.right.alias or node.right.name
    left_aliases = {c.qualifier.casefold() for c in context.relation.columns if c.qualifier}
    if name.text.casefold() in left_aliases:
        context.report.add(
            name_codes.DUPLICATE_ALIAS,
            name.span,
            f"both sides of this join are called `{name.text}`",
            help=f"give this one another name: `{node.right.name.text} as other`",
        )
        return False
    return True


def _nullable_columns(relation: Relation) -> tuple[Column, ...]:
    return tuple(replace(column, nullable=True, filtered=None) for column in relation.columns)


def _condition_output(kind: str, left: Relation, right: Relation) -> Relation:
    """The columns of a join on a condition."""
    if kind in _LEFT_ONLY:
        return left
    first = _nullable_columns(left) if kind in _NULLS_LEFT else left.columns
    second = _nullable_columns(right) if kind in _NULLS_RIGHT else right.columns
    return Relation((*first, *second), left.is_open or right.is_open)


def _resolve_using_output(
    node: s.Join, left: Relation, right: Relation, context: QueryContext
) -> Relation:
    """The columns of a join by name: the keys once, then the others of both sides."""
    keys: list[Column] = []
    key_columns: list[Column] = []
    for name in node.using:
        left_key = _find_key(name, left, "left", context)
        # What neither side has is one mistake.
        has_none = left_key is None and not left.is_open and not left.find_columns(name.text)
        right_key = None if has_none else _find_key(name, right, "right", context)
        if left_key is None or right_key is None:
            continue
        key_columns += [left_key, right_key]
        if context.report.index is not None:
            context.report.index.add_key(name.span, left_key, right_key)
        keys.append(_merge_key(node.kind, name, left_key, right_key, context))
    if node.kind in _LEFT_ONLY:
        if left.is_open:
            return left
        firsts = [key for key in key_columns[::2] if key in left.columns]
        rest = tuple(c for c in left.columns if not any(c is key for key in firsts))
        return Relation((*firsts, *rest), left.is_open)
    joined = _condition_output(node.kind, left, right)
    order = (*left.columns, *right.columns)
    rest = tuple(
        column
        for column, source_column in zip(joined.columns, order, strict=True)
        if not any(source_column is key for key in key_columns)
    )
    return Relation((*keys, *rest), joined.is_open)


def _find_key(name: e.Name, relation: Relation, side: str, context: QueryContext) -> Column | None:
    matches = [c for c in relation.columns if scopes.is_same_name(c.name, name.text)]
    if len(matches) == 1:
        return matches[0]
    if not matches and relation.is_open:
        return None
    names = [c.name for c in relation.columns]
    if matches:
        message = f"`{name.text}` could be any of {len(matches)} columns on the {side} side"
        context.report.add(name_codes.AMBIGUOUS_COLUMN, name.span, message)
    else:
        message = f"the {side} side of the join has no column `{name.text}`"
        if did_you_mean(name.text, names) is None:
            listed = ", ".join(names) if len(names) <= 12 else "others"
            help_ = (
                f"the {side} side's columns are {listed}",
                "keys of different names take a condition:"
                f" `on … .{ssbt_name_text(name.text)} = …`",
            )
            context.report.add(codes.KEY_EXPRESSION, name.span, message, help=help_)
            return None
        context.report.add_unknown_name(
            codes.KEY_EXPRESSION, name.span, message, name.text, names, f"{side} side's columns"
        )
    return None


def _merge_key(
    kind: str, name: e.Name, left: Column, right: Column, context: QueryContext
) -> Column:
    """The one column that two key columns become."""
    ansi = context.settings.ansi
    compared_type = infer_comparison("=", Typed(left.type), Typed(right.type), ansi)
    if isinstance(compared_type, Mismatch):
        also = tuple(
            Label(c.declared, f"{c.type.sql} here") for c in (left, right) if c.declared is not None
        )
        message = f"`{name.text}` is {left.type.sql} on the left and {right.type.sql} on the right"
        context.report.add(codes.KEY_EXPRESSION, name.span, message, also=also)
    _warn_of_text(name.span, left, right, context)
    if kind == "right":
        return right
    if kind == "full":
        type_ = wider_type(left.type, right.type, ansi) or left.type
        key_provenance = _merge_provenance(left, right, type_)
        # Spark knows of each side that it may be missing, not that one is always there.
        return Column(left.name, type_, True, None, key_provenance)
    return left


def _warn_of_text(span: Span, left: Column, right: Column, context: QueryContext) -> None:
    """Report a column that is text on one side and something else on the other."""
    for text, counterpart in ((left, right), (right, left)):
        if reads_text(text.type, counterpart.type):
            also = tuple(
                Label(c.declared, f"{c.type.sql} here") for c in (text, counterpart) if c.declared
            )
            message = (
                f"`{left.name}` is text on one side, and Spark reads it as {counterpart.type.sql}"
            )
            help_ = (
                f"cast one side before: `|> set {text.name} = cast(… as {counterpart.type.sql})`"
            )
            context.report.add(TEXT_READ_AS_NUMBER, span, message, also=also, help=help_)


def resolve_set_operation(node: s.SetOperation, context: QueryContext) -> ir.Step | None:
    resolved_input = context.lookup.find_input(node.right, context)
    if resolved_input is None:
        context.relation = Relation((), True)
        return None
    right, right_relation = resolved_input
    relation = context.relation
    if relation.is_open or right_relation.is_open:
        _check_open_operation(node, context)
        output = scopes.requalify(Relation(relation.columns, True), None)
        return ir.SetOperation(node.span, output, node.operator, node.all, right, None)
    columns = _match_columns(node, relation, right_relation, context)
    names = [column.name.casefold() for column in relation.columns]
    same_order = names == [column.name.casefold() for column in right_relation.columns]
    order = None if same_order else tuple(column.name for column in relation.columns)
    if node.operator == "union":
        order = None
    if node.operator != "union" or not node.all:
        # Spark makes a join of `intersect` and `except`, which compares.
        fits = is_distinguishable if node.operator == "union" else is_orderable
        for column in relation.columns:
            usage = f"in `{node.operator}` (column `{column.name}`)"
            context.require(fits, column, node.span, usage)
    output = Relation(tuple(columns))
    return ir.SetOperation(node.span, output, node.operator, node.all, right, order)


def _check_open_operation(node: s.SetOperation, context: QueryContext) -> None:
    if node.operator != "union":
        context.report.add(
            name_codes.OPEN_SCHEMA,
            node.span,
            f"`{node.operator}` matches columns by name and needs to know them",
            help="give the source a schema, or name the columns with a `select` before",
        )


def _match_columns(
    node: s.SetOperation, left: Relation, right: Relation, context: QueryContext
) -> list[Column]:
    """The columns of the result, in the left side's order; findings where the sides differ."""
    missing = [c.name for c in left.columns if not right.find_columns(c.name)]
    extra = [c.name for c in right.columns if not left.find_columns(c.name)]
    if missing or extra:
        parts = []
        if missing:
            parts.append(f"`{node.right.name.text}` lacks {_list_names(missing)}")
        if extra:
            parts.append(f"`{node.right.name.text}` also has {_list_names(extra)}")
        message = f"the columns of both sides of `{node.operator}` differ: {' and '.join(parts)}"
        help_ = "make them the same with a `select` on one side"
        context.report.add(codes.DIFFERENT_COLUMNS, node.right.span, message, help=help_)
    columns = []
    for column in left.columns:
        namesakes = right.find_columns(column.name)
        columns.append(_merge_columns(node, column, namesakes[0], context) if namesakes else column)
    return columns


def _list_names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _merge_columns(
    node: s.SetOperation, left: Column, right: Column, context: QueryContext
) -> Column:
    if context.report.index is not None:
        context.report.index.link_columns(left, right)
    type_ = wider_type(left.type, right.type, context.settings.ansi)
    if type_ is None:
        also = tuple(
            Label(c.declared, f"{c.type.sql} here") for c in (left, right) if c.declared is not None
        )
        message = (
            f"column `{left.name}` is {left.type.sql} on one side and {right.type.sql} on the other"
        )
        context.report.add(codes.DIFFERENT_COLUMNS, node.right.span, message, also=also)
        type_ = left.type
    else:
        _warn_of_text(node.right.span, left, right, context)
    nulls = [cast_implicitly(Typed(c.type, c.nullable), type_).nullable for c in (left, right)]
    nullable = {"intersect": all(nulls), "except": nulls[0]}.get(node.operator, any(nulls))
    merged = replace(left, type=type_, nullable=nullable, qualifier=None)
    if type_ != left.type:
        merged = replace(merged, values=None, filtered=None)
    if node.operator == "except":
        # Values of the right side only keep rows out.
        return merged
    if node.operator == "union":
        merged = replace(merged, values=_merge_values(left, right, type_), filtered=None)
    merged_provenance = _merge_provenance(left, right, type_)
    return replace(merged, provenance=merged_provenance)


def _merge_values(left: Column, right: Column, type_: DataType) -> ValueRange | None:
    """What is known of the values that come from either side."""
    if left.values is None or right.values is None or not left.type == right.type == type_:
        return None
    return unite_ranges([left.values, right.values], left.values.reason)


def _merge_provenance(left: Column, right: Column, type_: DataType) -> Provenance:
    """What a column of this type is made from that has the values of both."""
    return provenance.merge(fit_provenance(c.provenance, c.type, type_) for c in (left, right))
