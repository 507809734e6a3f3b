"""Numbers since 1970 that are read in another unit than they count."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import NumericType, TimestampType
from ssbt.compiler.types.folding.model import Value

EPOCH_UNIT = Code(
    "SSBT0496",
    "Milliseconds read as seconds",
    """\
`from_unixtime`, `timestamp_seconds` and `cast` take a number for seconds since 1970. Milliseconds,
which Java and JavaScript use, lead into the year 58158. Here the name of the column, or the size of
the constant, says that the unit is not seconds.

| in Spark 4.1 | gives |
|---|---|
| `string(timestamp_seconds(1773132300000))` | `+58158-04-29 14:00:00` |
| `string(timestamp_millis(1773132300000))` | `2026-03-10 08:45:00` |

For the other units, use `timestamp_millis` and `timestamp_micros`.
""",
    wrong=example(
        pipeline=ZONED, steps="|> extend id as sent_ms\n|> extend timestamp_seconds(sent_ms) as at"
    ),
    right=example(
        pipeline=ZONED, steps="|> extend id as sent_ms\n|> extend timestamp_millis(sent_ms) as at"
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Cast)
_SECONDS, _MILLIS, _MICROS = "seconds", "milliseconds", "microseconds"
_UNITS = {
    **dict.fromkeys(("from_unixtime", "timestamp_seconds", "timestamp"), _SECONDS),
    "timestamp_millis": _MILLIS,
    "timestamp_micros": _MICROS,
}
_READING = {
    _SECONDS: "timestamp_seconds",
    _MILLIS: "timestamp_millis",
    _MICROS: "timestamp_micros",
}
_WORDS = {
    **dict.fromkeys(("ms", "millis", "milli", "msec", "milliseconds", "millisecond"), _MILLIS),
    **dict.fromkeys(("us", "micros", "micro", "usec", "microseconds", "microsecond"), _MICROS),
    **dict.fromkeys(("sec", "secs", "seconds"), _SECONDS),
}
# From this many on, a number of seconds is beyond the year 5138, one of milliseconds before it.
_MOST_SECONDS, _MOST_MILLIS = 10**11, 10**14


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Cast):
        is_read = isinstance(view.data_type(node), TimestampType)
        operand, unit = node.operand, _SECONDS if is_read else None
    else:
        assert isinstance(node, e.Call)
        parts = operands(node)
        unit = _UNITS.get(function_name(node)) if parts else None
        operand = parts[0] if parts else node
    if unit is None or not isinstance(view.data_type(operand), NumericType):
        return
    counted = _unit_of(operand, view)
    if counted is not None and counted != unit:
        message = f"`{ssbt_text(operand)}` seems to count {counted}, and is read as {unit}"
        help_ = (f"{counted} are read by `{_READING[counted]}({ssbt_text(operand)})`",)
        yield Diagnostic(EPOCH_UNIT, message, Label(operand.span), (), help_)


def _unit_of(node: e.Expression, view: ExpressionView) -> str | None:
    """What a number counts, by the name of the column or the size of the constant."""
    outcome = view.outcome(node)
    value = outcome.value if isinstance(outcome, Value) else None
    if isinstance(value, int):
        if value < _MOST_SECONDS:
            return None
        return _MILLIS if value < _MOST_MILLIS else _MICROS
    inner = without_parentheses(node)
    if not isinstance(inner, e.ColumnName):
        return None
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", inner.parts[-1].text)
    return _WORDS.get(words[-1].lower()) if words else None
