"""The step that joins a second dataset."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.join_terms import find_join_terms
from ssbt.compiler.resolve.steps.merged_columns import merge_keys
from ssbt.compiler.resolve.traps.undone_joins import note_outer_sides
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.names import ssbt_name_text

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
            context.report.findings += _find_differing_pairs(node, relation, context)
        output = _condition_output(node.kind, context.relation, relation)
    _check_form(node, context)
    qualifiers = tuple({c.qualifier for c in context.relation.columns if c.qualifier})
    note_outer_sides(node, qualifiers, (node.right.alias or node.right.name).text, context)
    terms = find_join_terms(node.condition, node.using, context.relation, relation)
    return ir.Join(node.span, output, node.kind, right, condition, using, terms)


def _find_differing_pairs(
    node: s.Join, right: Relation, context: QueryContext
) -> Iterator[Diagnostic]:
    from ssbt.compiler.resolve.traps.differing_pairs import find_differing_pairs

    return find_differing_pairs(node, context.relation, right)


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
    """Whether the alias of the right side is not one of the left side's, as it must be."""
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
        keys.append(merge_keys(node.kind, name, left_key, right_key, context))
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


def _find_key(name: Name, relation: Relation, side: str, context: QueryContext) -> Column | None:
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
