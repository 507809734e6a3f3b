"""Hours, minutes and seconds of days, which have none."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DateType

HOUR_OF_DAY = Code(
    "SSBT0470",
    "The hour of a date",
    """\
A DATE has no time, so Spark uses its midnight: hour, minute and second are 0 in every row.

| in Spark 4.1 | gives |
|---|---|
| `hour(date '2026-01-31')` | `0` |
| `extract(minute from date '2026-01-31')` | `0` |
| `date_format(date '2026-01-31', 'HH:mm')` | `00:00` |
""",
    wrong=example(
        pipeline=ZONED, steps="|> extend current_date() as day\n|> extend hour(day) as hour"
    ),
    right=example(
        pipeline=ZONED, steps="|> extend current_timestamp() as at\n|> extend hour(at) as hour"
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_FIELDS = ("hour", "minute", "second", "hours", "minutes", "seconds")
_CLOCK = lazy_pattern(r"[^A-Za-z]*[HhKk][HhKkmsSa:. ]*")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    day: e.Expression | None = None
    if name in _FIELDS and len(parts) == 1:
        day = parts[0]
    elif (name in ("extract", "date_part", "datepart") and len(parts) == 2) or (
        name == "date_trunc" and len(parts) == 2
    ):
        day = parts[1] if _field_name(parts[0], view) in _FIELDS else None
    elif name in ("date_format", "to_char", "to_varchar") and len(parts) == 2:
        pattern = re.sub(r"'[^']*'", "", view.text(parts[1]) or "")
        # Behind a day, a time of zeros may be wanted by a reader.
        day = parts[0] if _CLOCK.fullmatch(pattern) else None
    if day is None or not isinstance(view.data_type(day), DateType) or view.is_constant(day):
        return
    message = f"`{ssbt_text(day)}` is a DATE and has no time: this is midnight in every row"
    help_ = "take it from a timestamp, or leave it out"
    yield Diagnostic(HOUR_OF_DAY, message, Label(node.span), (), (help_,))


def _field_name(part: e.Expression, view: ExpressionView) -> str:
    """The word of `extract(hour from …)`, or the text of `date_part('hour', …)`."""
    inner = without_parentheses(part)
    if isinstance(inner, e.ColumnName) and len(inner.parts) == 1:
        return inner.parts[0].text.casefold()
    return (view.text(part) or "").casefold()
