"""Branches of `case`, `if`, `coalesce` and `decode` that no row reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.ranges.cases import ANY_ROW, NO_ROW, Cases
from ssbt.compiler.resolve.ranges.conditions import Truth, conditions_of
from ssbt.compiler.resolve.ranges.subjects import key_of
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.model import Value

UNREACHABLE_BRANCH = Code(
    "SSBT0478",
    "A branch that no row reaches",
    """\
`case` takes the first branch whose condition is true, and ignores the rest. A branch is never taken
if each row that meets its condition also meets an earlier one. Nor does `coalesce` ever reach what
comes after a constant.

| in Spark 4.1 | gives |
|---|---|
| `case 1 when 1 then 'x' when 1 then 'y' end` | `x` |
| `case when 20 > 5 then 'high' when 20 > 10 then 'top' end` | `high` |
| `case when 20 > 10 then 'top' when 20 > 5 then 'high' end` | `top` |
| `case when true then 1 when 2 > 1 then 2 end` | `1` |
| `coalesce('none', 'PAID')` | `none` |

Put the narrower condition first.
""",
    wrong=example(
        steps="|> extend case when id > 5 then 'high' when id > 10 then 'top' end as level"
    ),
    right=example(
        steps="|> extend case when id > 10 then 'top' when id > 5 then 'high' end as level"
    ),
    severity=Severity.WARNING,
    way_out="move this branch before those that take its rows, or leave it out",
)

TAKES = (e.Case, e.Call)
_COALESCING = ("coalesce", "nvl", "ifnull")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    rows_by_node: dict[int, Cases] = view.compute_once("rows by node", dict)
    match node:
        case e.Case():
            yield from _check_case(node, view, rows_by_node)
        case e.Call() if function_name(node) in ("if", "iff") and len(operands(node)) == 3:
            condition, value, otherwise = operands(node)
            branches = [(condition, conditions_of(view).cases(condition, Truth.TRUE))]
            misses = [conditions_of(view).cases(condition, Truth.NOT_TRUE)]
            rows = rows_by_node.get(id(node), ANY_ROW)
            yield from _check_branches(branches, misses, rows, view)
            _pass_on(value, (rows, branches[0][1]), view, rows_by_node)
            _pass_on(otherwise, (rows, misses[0]), view, rows_by_node)
            if _is_true(condition, view):
                yield _build_constant_diagnostic(condition)
        case e.Call() if function_name(node) in _COALESCING:
            yield from _check_coalesce(operands(node), view)
        case e.Call() if function_name(node) == "decode":
            yield from _check_decode(operands(node), view)


def _check_case(
    node: e.Case, view: ExpressionView, rows_by_node: dict[int, Cases]
) -> Iterator[Diagnostic]:
    conditions = conditions_of(view)
    branches: list[tuple[e.Expression, Cases]] = []
    misses: list[Cases] = []
    rows = rows_by_node.get(id(node), ANY_ROW)
    for place, (choice, value) in enumerate(node.branches):
        if node.operand is None:
            hit, miss = (conditions.cases(choice, each) for each in (Truth.TRUE, Truth.NOT_TRUE))
        else:
            equality = e.Binary(choice.span, "=", node.operand, choice)
            hit, miss = (
                conditions.cases_of_comparison(equality, each)
                for each in (Truth.TRUE, Truth.NOT_TRUE)
            )
        branches.append((choice, hit))
        _pass_on(value, (rows, *misses, hit), view, rows_by_node)
        misses.append(miss)
        is_last = place == len(node.branches) - 1 and node.otherwise is None
        if node.operand is None and not is_last and _is_true(choice, view):
            yield _build_constant_diagnostic(choice)
            branches.pop()
            break
    if node.otherwise is not None:
        _pass_on(node.otherwise, (rows, *misses), view, rows_by_node)
    yield from _check_branches(branches, misses, rows, view)


def _pass_on(
    value: e.Expression,
    parts: Sequence[Cases],
    view: ExpressionView,
    rows_by_node: dict[int, Cases],
) -> None:
    """Remember which rows get to a branch that branches further."""
    inner = without_parentheses(value)
    is_branching = isinstance(inner, e.Case) or (
        isinstance(inner, e.Call) and function_name(inner) in ("if", "iff")
    )
    if is_branching:
        rows_by_node[id(inner)] = conditions_of(view).meet(parts)


def _check_branches(
    branches: Sequence[tuple[e.Expression, Cases]],
    misses: Sequence[Cases],
    rows: Cases,
    view: ExpressionView,
) -> Iterator[Diagnostic]:
    """The branches of which no row is left by those before."""
    if rows == NO_ROW:
        return
    remaining = rows
    for place, (_, hit) in enumerate(branches):
        if hit != NO_ROW and conditions_of(view).meet((remaining, hit)) == NO_ROW:
            yield _build_diagnostic(place, branches, misses, view)
        remaining = conditions_of(view).meet((remaining, misses[place]))
        if remaining == NO_ROW:
            return


def _build_diagnostic(
    place: int,
    branches: Sequence[tuple[e.Expression, Cases]],
    misses: Sequence[Cases],
    view: ExpressionView,
) -> Diagnostic:
    condition, hit = branches[place]
    text = ssbt_text(condition)
    for earlier in range(place):
        if conditions_of(view).meet((misses[earlier], hit)) == NO_ROW:
            first = branches[earlier][0]
            is_repeated = ssbt_text(first) == text
            message = f"no row gets to this branch: `{ssbt_text(first)}` takes all of its rows"
            if is_repeated:
                message = f"no row gets to this branch: `{text}` is a branch before"
            also = (Label(first.span, "this one comes first"),)
            help_ = "remove one of them" if is_repeated else "put the narrower condition first"
            return Diagnostic(UNREACHABLE_BRANCH, message, Label(condition.span), also, (help_,))
    message = "no row gets to this branch: the conditions before take all of its rows"
    return Diagnostic(UNREACHABLE_BRANCH, message, Label(condition.span))


def _is_true(condition: e.Expression, view: ExpressionView) -> bool:
    outcome = view.outcome(condition)
    return isinstance(outcome, Value) and outcome.value is True


def _build_constant_diagnostic(condition: e.Expression) -> Diagnostic:
    message = "every row takes this branch, so none gets to those after it"
    help_ = "a branch for all other rows is the last one: `else …`"
    return Diagnostic(UNREACHABLE_BRANCH, message, Label(condition.span), (), (help_,))


def _check_coalesce(parts: Sequence[e.Expression], view: ExpressionView) -> Iterator[Diagnostic]:
    """What follows a constant, and what was null before."""
    keys: list[object] = []
    for place, part in enumerate(parts):
        outcome = view.outcome(part)
        is_given = isinstance(outcome, Value) and not outcome.is_null
        if is_given and place < len(parts) - 1:
            message = f"`{ssbt_text(part)}` is never null, so no row gets to what follows it"
            help_ = ("put it last",)
            yield Diagnostic(UNREACHABLE_BRANCH, message, Label(part.span), (), help_)
            return
        key = key_of(part, view)
        if key is not None and key in keys:
            message = f"no row gets a value from here: `{ssbt_text(part)}` was null before"
            yield Diagnostic(UNREACHABLE_BRANCH, message, Label(part.span), (), ("remove it",))
        keys.append(key)


def _check_decode(parts: Sequence[e.Expression], view: ExpressionView) -> Iterator[Diagnostic]:
    """`decode(a, 1, 'x', 1, 'y')`."""
    if len(parts) < 5:
        return
    keys: list[object] = []
    for choice in parts[1 : len(parts) - 1 : 2]:
        key = key_of(choice, view)
        if key is not None and key in keys:
            message = f"no row gets to this branch: `{ssbt_text(choice)}` is a branch before"
            help_ = ("remove one of them",)
            yield Diagnostic(UNREACHABLE_BRANCH, message, Label(choice.span), (), help_)
        keys.append(key)
