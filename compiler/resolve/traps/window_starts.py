"""Windows of days and weeks, which begin where nobody's days and weeks do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ssbt.compiler.diagnostics.examples import PIPELINE, ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import TimestampType
from ssbt.compiler.types.interval_values import parse_duration
from ssbt.compiler.types.zones import is_utc

_BERLIN = PIPELINE.replace("}\n", '  time_zone   = "Europe/Berlin"\n}\n')

WINDOW_START = Code(
    "SSBT0482",
    "Windows that begin within a day, or on a Thursday",
    """\
Spark counts time windows from 1970-01-01 00:00 in UTC, a Thursday, whatever the session's time
zone. So windows of a week begin on Thursdays, and windows of a day begin at midnight in UTC, which
is one or two in the morning in Berlin.

| in Spark 4.1 | gives |
|---|---|
| `select window(date '2026-03-10', '1 week').start` | `2026-03-05 00:00:00` |
| `dayname(date '2026-03-05')` | `Thu` |
| `select window(date '2026-03-10', '1 week', '1 week', '4 days').start` | `2026-03-09 00:00:00` |
| `dayname(date '2026-03-09')` | `Mon` |

A start of `'4 days'` makes weeks begin on Mondays. For days in a time zone, use `to_date(at)` or
`date_trunc('day', at)`, which know when the clocks change. A window with an explicit start is not
reported, nor are days in UTC and days of a TIMESTAMP_NTZ.
""",
    wrong=example(
        pipeline=_BERLIN,
        steps="|> extend current_timestamp() as at\n|> extend window(at, '1 day') as day",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend current_timestamp() as at\n|> extend window(at, '1 day') as day",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) != "window" or not 2 <= len(parts) <= 3:
        return
    lengths = [_length_of(part, view) for part in parts[1:]]
    slide = lengths[-1]
    if slide is None or not slide:
        return
    if not slide % _WEEK:
        text = ssbt_text(parts[-1])
        start = "'4 days'" if len(parts) == 3 else f"{text}, '4 days'"
        message = f"windows of {text} begin on a Thursday"
        whole = f"window({', '.join(map(ssbt_text, parts))}, {start})"
        help_ = (f"to begin on Mondays, write `{whole}`; on Sundays it is '3 days'",)
        yield Diagnostic(WINDOW_START, message, Label(node.span), (), help_)
        return
    zone = view.evaluator.typer.context.time_zone
    is_elsewhere = zone is not None and not is_utc(zone)
    if slide % _DAY or not is_elsewhere or not isinstance(view.data_type(parts[0]), TimestampType):
        return
    message = f"windows of {ssbt_text(parts[-1])} begin at midnight in UTC, and not in {zone}"
    day = ssbt_text(parts[0])
    help_ = (f"days of the session's time zone are `to_date({day})`, `date_trunc('day', {day})`",)
    yield Diagnostic(WINDOW_START, message, Label(node.span), (), help_)


def _length_of(node: e.Expression, view: ExpressionView) -> timedelta | None:
    text = view.text(node)
    if text is None:
        return None
    try:
        return parse_duration(text.strip().removeprefix("interval "))
    except ValueError:
        return None
