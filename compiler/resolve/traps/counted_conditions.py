"""`count` of a condition, which counts the rows where it is false as well."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import BOOLEAN

COUNTED_CONDITION = Code(
    "SSBT0462",
    "A count of a condition, whether true or not",
    """\
`count` counts everything that is not null, so it counts `false` and 0 just like `true` and 1.
`count_if` counts the rows where a condition is true.

| in Spark 4.1 | gives |
|---|---|
| `select count(x > 1) from values (0), (5), (null) as t(x)` | `2` |
| `select count(if(x > 1, 1, 0)) from values (0), (5), (null) as t(x)` | `3` |
| `select count(case when x > 1 then 1 else 0 end) from values (0), (5), (null) as t(x)` | `3` |
| `select count_if(x > 1) from values (0), (5), (null) as t(x)` | `1` |
| `select count(case when x > 1 then 1 end) from values (0), (5), (null) as t(x)` | `1` |
""",
    wrong=example(steps="|> aggregate count(status = 'PAID') as paid group by placed_on"),
    right=example(steps="|> aggregate count_if(status = 'PAID') as paid group by placed_on"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_TRUTHS = (e.Binary, e.Between, e.InList, e.Like, e.Is, e.Unary)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) != "count" or len(parts) != 1 or node.distinct:
        return
    condition = _find_condition(without_parentheses(parts[0]), view)
    if condition is not None:
        text = f"count_if({ssbt_text(condition)})"
        message = "`count` counts the rows where this is false as well"
        fix = (Edit(node.name.span, "count_if"), Edit(parts[0].span, ssbt_text(condition)))
        help_ = (f"those where it is true are `{text}`",)
        yield Diagnostic(COUNTED_CONDITION, message, Label(parts[0].span), (), help_, fix)


def _find_condition(part: e.Expression, view: ExpressionView) -> e.Expression | None:
    """The condition that is counted: by itself, or as 1 where it is true and 0 where it is not."""
    match part:
        case e.Call(arguments=(condition, when_true, when_false)) if function_name(part) == "if":
            return condition.value if _is_one_or_zero(when_true.value, when_false.value) else None
        case e.Case(operand=None, branches=((condition, when_true),), otherwise=when_false) if (
            when_false
        ):
            return condition if _is_one_or_zero(when_true, when_false) else None
        case _ if isinstance(part, _TRUTHS) and view.data_type(part) == BOOLEAN:
            return part
    return None


def _is_one_or_zero(when_true: e.Expression, when_false: e.Expression) -> bool:
    return _number_text(when_true) == "1" and _number_text(when_false) == "0"


def _number_text(node: e.Expression) -> str | None:
    inner = without_parentheses(node)
    return inner.text if isinstance(inner, e.NumberLiteral) else None
