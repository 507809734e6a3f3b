"""Aggregates whose result depends on the order in which Spark happens to see the rows."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e

ANY_ROW = Code(
    "SSBT0450",
    "The first of rows that have no order",
    """\
The rows of a group have no order, even if a step before has sorted them. `first` and `last` give
whichever row comes first or last out of the shuffle, and that may differ from run to run. The same
goes for them over a window without an order, and for the text that `listagg` and
`array_join(collect_list(…))` put together.

| in Spark 4.1 | gives |
|---|---|
| `select min_by(x, t) from values ('b', 2), ('a', 1) as v(x, t)` | `a` |
| `select max_by(x, t) from values ('b', 2), ('a', 1) as v(x, t)` | `b` |
| `select listagg(x, ',') within group (order by x) from values ('b'), ('a') as v(x)` | `a,b` |

`min_by(value, time)` and `max_by(value, time)` say which row you mean; `any_value` says that any
will do.
""",
    wrong=example(steps="|> aggregate last(status) as status group by id"),
    right=example(steps="|> aggregate max_by(status, placed_on) as status group by id"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Subscript)
_ENDS = {
    **dict.fromkeys(("first", "first_value"), "min_by"),
    **dict.fromkeys(("last", "last_value"), "max_by"),
}
_LISTS = ("collect_list", "array_agg", "collect_set")
_AGGREGATED_TEXTS = ("listagg", "string_agg")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    del view
    if isinstance(node, e.Subscript):
        yield from _check_element(node.base, node)
        return
    assert isinstance(node, e.Call)
    name = function_name(node)
    if name in ("element_at", "try_element_at", "get", "slice") and node.arguments:
        yield from _check_element(node.arguments[0].value, node)
    if node.window is not None and (name not in _ENDS or node.window.order):
        return
    if name in _ENDS:
        rows = "a group" if node.window is None else "this window"
        message = f"`{name}` gives the value of any row: the rows of {rows} have no order"
        help_ = (f"name the order, `{_ENDS[name]}(…, time)`; where any will do, `any_value(…)`",)
        if node.window is not None:
            help_ = ("add `order by …` to the window; where any will do, `any_value(…)`",)
        yield Diagnostic(ANY_ROW, message, Label(node.span), (), help_)
    elif name in _AGGREGATED_TEXTS and not node.within_group and not node.distinct:
        message = f"the parts of `{name}` have no order, and the text may differ from run to run"
        help_ = ("add `within group (order by …)`",)
        yield Diagnostic(ANY_ROW, message, Label(node.span), (), help_)
    elif name in ("array_join", "concat_ws"):
        for argument in node.arguments:
            part = without_parentheses(argument.value)
            if isinstance(part, e.Call) and function_name(part) in _LISTS and not _is_ordered(part):
                message = "the elements have no order, and the text may differ from run to run"
                help_ = (
                    "sort them, `array_sort(…)`, or use `listagg` `within group (order by …)`",
                )
                yield Diagnostic(ANY_ROW, message, Label(part.span), (), help_)


def _is_ordered(node: e.Call) -> bool:
    """Whether elements are collected in an order; those of a set never are."""
    has_order = node.window is not None and bool(node.window.order)
    return has_order and function_name(node) != "collect_set"


def _check_element(base: e.Expression, node: e.Expression) -> Iterator[Diagnostic]:
    """`collect_list(x)[0]`, which is the first of no order."""
    part = without_parentheses(base)
    if isinstance(part, e.Call) and function_name(part) in _LISTS and not _is_ordered(part):
        message = "the elements have no order, and this takes any of them"
        help_ = ("name the order, `min_by(…, time)`; where any will do, `any_value(…)`",)
        yield Diagnostic(ANY_ROW, message, Label(node.span), (), help_)
