"""Times of day in texts that are read as days."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    quote,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DateType
from ssbt.compiler.types.folding.texts import parse_date

CUT_TIME = Code(
    "SSBT0480",
    "A time of day compared with a date",
    """\
Compared with a DATE, a text is read as a date, and Spark ignores whatever follows the day. You
compare with the whole day, whatever time the text names.

| in Spark 4.1 | gives |
|---|---|
| `date '2026-01-01' = '2026-01-01 10:00:00'` | `true` |
| `date '2026-01-01' < '2026-01-01 10:00:00'` | `false` |
| `timestamp '2026-01-01 08:45:00' < '2026-01-01 10:00:00'` | `true` |

Leave the time out, or compare a TIMESTAMP.
""",
    wrong=example(steps="|> where placed_on >= '2026-01-01 10:00:00'"),
    right=example(steps="|> where placed_on >= '2026-01-01'"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.InList, e.IsDistinctFrom)
_DAY_AND_MORE = lazy_pattern(r"\s*([+-]?\d{4,7}-\d{1,2}-\d{1,2})[ T](.*\S)\s*", re.DOTALL)

_MIDNIGHT = lazy_pattern(r"0?0:00(?::00(?:\.0*)?)?")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    comparisons_ = [*comparisons(node)]
    if isinstance(node, e.IsDistinctFrom):
        comparisons_ = [("<=>", node.left, node.right)]
    for operator, left, right in comparisons_:
        for day, text, direction in (
            (left, right, operator),
            (right, left, _MIRRORED.get(operator, operator)),
        ):
            if isinstance(view.data_type(day), DateType) and not view.is_constant(day):
                yield from _check_text(day, text, direction, view)


def _check_text(
    day: e.Expression, node: e.Expression, operator: str, view: ExpressionView
) -> Iterator[Diagnostic]:
    text = view.text(node)
    match = _DAY_AND_MORE.fullmatch(text or "")
    if match is None or parse_date(text or "") is None:
        return
    is_end = operator == "<=" and match[2].startswith("23:59")
    if _MIDNIGHT.fullmatch(match[2]) or is_end:
        # The day that is meant is the one that is compared.
        return
    name = ssbt_text(day)
    message = f"`{name}` is a DATE, so the time '{match[2]}' is not looked at"
    correction = quote(match[1])
    is_literal = isinstance(without_parentheses(node), e.StringLiteral)
    fix = (Edit(node.span, correction),) if is_literal else ()
    yield Diagnostic(
        CUT_TIME, message, Label(node.span), (), (f"the comparison is with {correction}",), fix
    )
