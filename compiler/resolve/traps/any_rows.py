"""Aggregates whose result depends on the order in which Spark happens to see the rows."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
)
from ssbt.compiler.resolve.traps.traits import is_unordered
from ssbt.compiler.syntax.ast import expressions as e

ANY_ROW = Code(
    "SSBT0450",
    "The first of rows that have no order",
    """\
The rows of a group have no order, even if a step before has sorted them. `first` and `last` give
whichever row comes first or last out of the shuffle, and that may differ from run to run. The same
goes for them over a window without an order, and for the text that `listagg` and
`array_join(collect_list(…))` put together, also where an earlier step has collected the list. A
frame of rows (`rows between 1 preceding and current row`) without an order is one of any rows.

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
_AGGREGATED_TEXTS = ("listagg", "string_agg")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Subscript):
        yield from _check_element(node.base, node, view)
        return
    assert isinstance(node, e.Call)
    name = function_name(node)
    if name in ("element_at", "try_element_at", "get", "slice") and node.arguments:
        yield from _check_element(node.arguments[0].value, node, view)
    if node.window is not None and (name not in _ENDS or node.window.order):
        yield from _check_frame(node.window)
        return
    if name in _ENDS:
        rows = "a group" if node.window is None else "this window"
        message = f"`{name}` gives the value of any row: the rows of {rows} have no order"
        help_ = (f"name the order, `{_ENDS[name]}(…, time)`; where any will do, `any_value(…)`",)
        if node.window is not None:
            help_ = ("add `order by …` to the window; where any will do, `any_value(…)`",)
        yield Diagnostic(ANY_ROW, message, Label(node.span), (), help_)
    elif name in _AGGREGATED_TEXTS and not node.within_group:
        message = f"the parts of `{name}` have no order, and the text may differ from run to run"
        help_ = ("add `within group (order by …)`",)
        yield Diagnostic(ANY_ROW, message, Label(node.span), (), help_)
    elif name in ("array_join", "concat_ws"):
        for argument in node.arguments:
            if is_unordered(argument.value, view):
                message = "the elements have no order, and the text may differ from run to run"
                help_ = (
                    "sort them, `array_sort(…)`, or use `listagg` `within group (order by …)`",
                )
                yield Diagnostic(ANY_ROW, message, Label(argument.value.span), (), help_)


def _check_frame(window: e.Window) -> Iterator[Diagnostic]:
    """`rows between 1 preceding and current row` of no order."""
    frame = window.frame
    if frame is None or frame.unit != "rows" or window.order:
        return
    sides = frame.start.side, frame.end.side if frame.end is not None else "current row"
    if sides not in (("unbounded preceding", "unbounded following"), ("current row",) * 2):
        message = "the rows of this window have no order, so any rows are in the frame"
        help_ = ("add `order by …` to the window",)
        yield Diagnostic(ANY_ROW, message, Label(frame.span), (), help_)


def _check_element(
    base: e.Expression, node: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`collect_list(x)[0]`, which is the first of no order."""
    if is_unordered(base, view):
        message = "the elements have no order, and this takes any of them"
        help_ = ("name the order, `min_by(…, time)`; where any will do, `any_value(…)`",)
        yield Diagnostic(ANY_ROW, message, Label(node.span), (), help_)
