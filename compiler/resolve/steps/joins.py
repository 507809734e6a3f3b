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
from ssbt.compiler.resolve.expressions.provenance import fitted
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.steps.join_terms import join_terms
from ssbt.compiler.resolve.traps.text_numbers import READ_FROM_TEXT, TEXT_READ_AS_NUMBER
from ssbt.compiler.resolve.traps.undone_joins import note_outer_sides
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import own_name
from ssbt.compiler.types.coercion import wider
from ssbt.compiler.types.datatypes import STRING, DataType
from ssbt.compiler.types.operators import comparison
from ssbt.compiler.types.predicates import distinguishable, orderable
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Typed

_LEFT_ONLY = ("semi", "anti")
_NULLS_LEFT = ("right", "full")
_NULLS_RIGHT = ("left", "full")


def join(node: s.Join, flow: Flow) -> ir.Step | None:
    got = flow.find.input(node.right, flow)
    if got is None:
        _visit_condition(node, flow)
        flow.relation = Relation(flow.relation.columns, True)
        return None
    right, relation = got
    if not _aliases_differ(node, relation, flow):
        relation = Relation((), True)
    both = Relation(
        (*flow.relation.columns, *relation.columns), flow.relation.is_open or relation.is_open
    )
    condition = None
    using: tuple[str, ...] = ()
    if node.using:
        _hide_keys(node, relation, flow)
        using = tuple(key.text for key in node.using)
        output = _using_output(node, flow.relation, relation, flow)
    else:
        if node.condition is not None and not _is_key(node, relation, flow):
            condition = flow.condition(node.condition, both)
        output = _output(node.kind, flow.relation, relation)
    _check_form(node, flow)
    qualifiers = tuple({c.qualifier for c in flow.relation.columns if c.qualifier})
    note_outer_sides(node, qualifiers, (node.right.alias or node.right.name).text, flow)
    terms = join_terms(node.condition, node.using, flow.relation, relation)
    return ir.Join(node.span, output, node.kind, right, condition, using, terms)


def _is_key(node: s.Join, right: Relation, flow: Flow) -> bool:
    """Whether the condition is but columns of both sides, `on id`; they are reported then."""
    if node.condition is None:
        return False
    keys = _bare_keys(node.condition)
    names = [key.parts[-1].text for key in keys]
    sides = (flow.relation, right)
    if not names or any(len(side.named(name)) != 1 for side in sides for name in names):
        return False
    span = node.condition.span
    written = f"using ({', '.join(map(own_name, names))})"
    place = Span(span.path, node.right.span.end, span.end)
    what = "is a column" if len(names) == 1 else "are columns"
    message = f"{', '.join(f'`{name}`' for name in names)} {what}, and no condition"
    fix = (Edit(place, f" {written}"),)
    flow.report.add(codes.JOIN_CONDITION, span, message, help=f"write `{written}`", fix=fix)
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


def _hide_keys(node: s.Join, right: Relation, flow: Flow) -> None:
    """Note the sides whose keys Spark keeps for `side.*` though they are no columns any more."""
    sides = {"right": (flow.relation,), "full": (flow.relation, right)}.get(node.kind, (right,))
    if node.kind not in _LEFT_ONLY:
        for side in sides:
            flow.hidden_keys |= {c.qualifier.casefold() for c in side.columns if c.qualifier}
            flow.hidden_keys |= flow.inputs.keys() if side.is_open else set()


def _visit_condition(node: s.Join, flow: Flow) -> None:
    """Note what the condition uses where the other side is not known."""
    if node.condition is not None:
        flow.condition(node.condition, Relation(flow.relation.columns, True))


def _check_form(node: s.Join, flow: Flow) -> None:
    has_condition = node.condition is not None or bool(node.using)
    if node.kind == "cross" and has_condition:
        message = "a cross join has no condition"
        flow.report.add(codes.JOIN_CONDITION, node.span, message, help="write `join … on …`")
    if node.kind != "cross" and not has_condition:
        message = "this join has no condition"
        help_ = "add `on …` or `using (…)`; every row with every row is `cross join`"
        flow.report.add(codes.JOIN_CONDITION, node.right.span, message, help=help_)


def _aliases_differ(node: s.Join, right: Relation, flow: Flow) -> bool:
    """Whether the alias of the right side is none of the left side's, as it must be."""
    if node.kind in _LEFT_ONLY and node.using:
        return True
    name = node.right.alias or node.right.name
    taken = {c.qualifier.casefold() for c in flow.relation.columns if c.qualifier}
    if name.text.casefold() in taken:
        flow.report.add(
            name_codes.DUPLICATE_ALIAS,
            name.span,
            f"both sides of this join are called `{name.text}`",
            help=f"give this one another name: `{node.right.name.text} as other`",
        )
        return False
    return True


def _nullable(relation: Relation) -> tuple[Column, ...]:
    return tuple(replace(column, nullable=True) for column in relation.columns)


def _output(kind: str, left: Relation, right: Relation) -> Relation:
    """The columns of a join on a condition."""
    if kind in _LEFT_ONLY:
        return left
    first = _nullable(left) if kind in _NULLS_LEFT else left.columns
    second = _nullable(right) if kind in _NULLS_RIGHT else right.columns
    return Relation((*first, *second), left.is_open or right.is_open)


def _using_output(node: s.Join, left: Relation, right: Relation, flow: Flow) -> Relation:
    """The columns of a join by name: the keys once, then the others of both sides."""
    keys: list[Column] = []
    gone: list[Column] = []
    for name in node.using:
        one = _key(name, left, "left", flow)
        # What neither side has is one mistake.
        has_none = one is None and not left.is_open and not left.named(name.text)
        other = None if has_none else _key(name, right, "right", flow)
        if one is None or other is None:
            continue
        gone += [one, other]
        if flow.report.seen is not None:
            flow.report.seen.add_key(name.span, one, other)
        keys.append(_joined_key(node.kind, name, one, other, flow))
    if node.kind in _LEFT_ONLY:
        if left.is_open:
            return left
        firsts = [key for key in gone[::2] if key in left.columns]
        rest = tuple(c for c in left.columns if not any(c is key for key in firsts))
        return Relation((*firsts, *rest), left.is_open)
    joined = _output(node.kind, left, right)
    order = (*left.columns, *right.columns)
    rest = tuple(
        column
        for column, before in zip(joined.columns, order, strict=True)
        if not any(before is key for key in gone)
    )
    return Relation((*keys, *rest), joined.is_open)


def _key(name: e.Name, relation: Relation, side: str, flow: Flow) -> Column | None:
    matches = [c for c in relation.columns if scopes.same(c.name, name.text)]
    if len(matches) == 1:
        return matches[0]
    if not matches and relation.is_open:
        return None
    known = [c.name for c in relation.columns]
    if matches:
        message = f"`{name.text}` could be any of {len(matches)} columns on the {side} side"
        flow.report.add(name_codes.AMBIGUOUS_COLUMN, name.span, message)
    else:
        message = f"the {side} side of the join has no column `{name.text}`"
        if did_you_mean(name.text, known) is None:
            listed = ", ".join(known) if len(known) <= 12 else "others"
            help_ = (
                f"the {side} side's columns are {listed}",
                f"keys of different names take a condition: `on … .{own_name(name.text)} = …`",
            )
            flow.report.add(codes.KEY_EXPRESSION, name.span, message, help=help_)
            return None
        flow.report.unknown(
            codes.KEY_EXPRESSION, name.span, message, name.text, known, f"{side} side's columns"
        )
    return None


def _joined_key(kind: str, name: e.Name, left: Column, right: Column, flow: Flow) -> Column:
    """The one column that two key columns become."""
    ansi = flow.settings.ansi
    compared = comparison("=", Typed(left.type), Typed(right.type), ansi)
    if isinstance(compared, Mismatch):
        also = tuple(
            Label(c.declared, f"{c.type.sql} here") for c in (left, right) if c.declared is not None
        )
        message = f"`{name.text}` is {left.type.sql} on the left and {right.type.sql} on the right"
        flow.report.add(codes.KEY_EXPRESSION, name.span, message, also=also)
    _warn_of_text(name.span, left, right, flow)
    if kind == "right":
        return right
    if kind == "full":
        type_ = wider(left.type, right.type, ansi) or left.type
        made = _made_of(left, right, type_)
        # Spark knows of each side that it may be missing, not that one is always there.
        return Column(left.name, type_, True, None, made)
    return left


def _warn_of_text(span: Span, left: Column, right: Column, flow: Flow) -> None:
    """Report a column that is text on one side and a number or a date on the other."""
    for text, other in ((left, right), (right, left)):
        if text.type == STRING and isinstance(other.type, READ_FROM_TEXT):
            also = tuple(
                Label(c.declared, f"{c.type.sql} here") for c in (text, other) if c.declared
            )
            message = f"`{left.name}` is text on one side, and Spark reads it as {other.type.sql}"
            help_ = f"cast one side before: `|> set {text.name} = cast(… as {other.type.sql})`"
            flow.report.add(TEXT_READ_AS_NUMBER, span, message, also=also, help=help_)


def set_operation(node: s.SetOperation, flow: Flow) -> ir.Step | None:
    got = flow.find.input(node.right, flow)
    if got is None:
        flow.relation = Relation((), True)
        return None
    right, other = got
    relation = flow.relation
    if relation.is_open or other.is_open:
        _open_operation(node, flow)
        output = scopes.requalified(Relation(relation.columns, True), None)
        return ir.SetOperation(node.span, output, node.operator, node.all, right, None)
    columns = _matched(node, relation, other, flow)
    names = [column.name.casefold() for column in relation.columns]
    same_order = names == [column.name.casefold() for column in other.columns]
    order = None if same_order else tuple(column.name for column in relation.columns)
    if node.operator == "union":
        order = None
    if node.operator != "union" or not node.all:
        # Spark makes a join of `intersect` and `except`, which compares.
        fits = distinguishable if node.operator == "union" else orderable
        for column in relation.columns:
            what = f"in `{node.operator}` (column `{column.name}`)"
            flow.require(fits, column, node.span, what)
    output = Relation(tuple(columns))
    return ir.SetOperation(node.span, output, node.operator, node.all, right, order)


def _open_operation(node: s.SetOperation, flow: Flow) -> None:
    if node.operator != "union":
        flow.report.add(
            name_codes.OPEN_SCHEMA,
            node.span,
            f"`{node.operator}` matches columns by name and needs to know them",
            help="give the source a schema, or name the columns with a `select` before",
        )


def _matched(node: s.SetOperation, left: Relation, right: Relation, flow: Flow) -> list[Column]:
    """The columns of the result, in the left side's order; findings where the sides differ."""
    missing = [c.name for c in left.columns if not right.named(c.name)]
    extra = [c.name for c in right.columns if not left.named(c.name)]
    if missing or extra:
        parts = []
        if missing:
            parts.append(f"`{node.right.name.text}` lacks {_listed(missing)}")
        if extra:
            parts.append(f"`{node.right.name.text}` also has {_listed(extra)}")
        message = f"the columns of both sides of `{node.operator}` differ: {' and '.join(parts)}"
        help_ = "make them the same with a `select` on one side"
        flow.report.add(codes.DIFFERENT_COLUMNS, node.right.span, message, help=help_)
    columns = []
    for column in left.columns:
        twins = right.named(column.name)
        columns.append(_merged(node, column, twins[0], flow) if twins else column)
    return columns


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _merged(node: s.SetOperation, left: Column, right: Column, flow: Flow) -> Column:
    if flow.report.seen is not None:
        flow.report.seen.add_twins(left, right)
    type_ = wider(left.type, right.type, flow.settings.ansi)
    if type_ is None:
        also = tuple(
            Label(c.declared, f"{c.type.sql} here") for c in (left, right) if c.declared is not None
        )
        message = (
            f"column `{left.name}` is {left.type.sql} on one side and {right.type.sql} on the other"
        )
        flow.report.add(codes.DIFFERENT_COLUMNS, node.right.span, message, also=also)
        type_ = left.type
    else:
        _warn_of_text(node.right.span, left, right, flow)
    nulls = [arrived(Typed(c.type, c.nullable), type_).nullable for c in (left, right)]
    nullable = {"intersect": all(nulls), "except": nulls[0]}.get(node.operator, any(nulls))
    merged = replace(left, type=type_, nullable=nullable, qualifier=None)
    if node.operator == "except":
        # Values of the right side only keep rows out.
        return merged
    made = _made_of(left, right, type_)
    return replace(merged, provenance=made)


def _made_of(left: Column, right: Column, type_: DataType) -> Provenance:
    """What a column of this type is made from that has the values of both."""
    return provenance.merged(fitted(c.provenance, c.type, type_) for c in (left, right))
