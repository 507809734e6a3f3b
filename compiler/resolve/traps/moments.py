"""Times compared with days: the day's midnight is meant by Spark, and the day by its writer."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.view import View, bare, comparisons
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DateType, TimestampNTZType, TimestampType
from ssbt.compiler.types.folding.casts import date_text
from ssbt.compiler.types.folding.texts import read_date

MIDNIGHT = Code(
    "SSBT0451",
    "A time compared with a day",
    """\
Beside a timestamp, a day is its midnight: `<=` and `between` leave out the rest of the last day,
`=` finds what happened at midnight, and `>` finds the day itself.

| in Spark 4.1 | gives |
|---|---|
| `timestamp '2026-01-31 08:45:00' between '2026-01-01' and '2026-01-31'` | `false` |
| `timestamp '2026-01-31 08:45:00' = date '2026-01-31'` | `false` |
| `timestamp '2026-01-31 08:45:00' > '2026-01-31'` | `true` |
| `timestamp '2026-01-31 08:45:00' < '2026-02-01'` | `true` |

Compare with the day behind by `<`, or the date with the date: `to_date(at) <= '2026-01-31'`.
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend current_timestamp() as at\n"
        "|> where at between '2026-01-01' and '2026-01-31'",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend current_timestamp() as at\n"
        "|> where at >= '2026-01-01' and at < '2026-02-01'",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.InList)
_DAY = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*")
_MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "=", "==": "="}


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    for operator, left, right in comparisons(node):
        for time, day, way in ((left, right, operator), (right, left, _MIRRORED.get(operator, ""))):
            if way not in ("<=", ">", "=", "=="):
                continue
            is_time = isinstance(view.type(time), TimestampType | TimestampNTZType)
            if way in ("=", "==") and is_time and _is_day(day, view):
                yield _beside_a_day(time, day)
                continue
            text = _day(day)
            if text is not None and is_time and not view.is_constant(time):
                yield _finding(time, day, way, text)


def _is_day(node: e.Expression, view: View) -> bool:
    return isinstance(view.type(node), DateType) and _day(node) is None


def _beside_a_day(time: e.Expression, day: e.Expression) -> Diagnostic:
    """`at = current_date()`, and a join of a time with a day."""
    name = ssbt_text(time)
    message = f"`{name}` is a time, so this finds midnight and not the day"
    right = f"to_date({name})"
    fix = (Edit(time.span, right),)
    help_ = (f"for whole days write `{right} = {ssbt_text(day)}`",)
    return Diagnostic(MIDNIGHT, message, Label(time.span), (), help_, fix)


def _day(node: e.Expression) -> str | None:
    match bare(node):
        case e.StringLiteral(value=text) | e.TypedLiteral(kind="date", value=text):
            return text if _DAY.fullmatch(text) else None
    return None


def _finding(time: e.Expression, day: e.Expression, operator: str, text: str) -> Diagnostic:
    days, name = read_date(text), ssbt_text(time)
    after = date_text(days + 1) if days is not None else "…"
    says = {
        "<=": f"`{name}` is a time, so this ends with midnight and leaves out the rest of the day",
        ">": f"`{name}` is a time, so this finds the day itself from midnight on",
    }
    message = says.get(operator, f"`{name}` is a time, so this finds midnight and not the day")
    ways = {"<=": f"`{name} < '{after}'`", ">": f"`{name} >= '{after}'`"}
    way = ways.get(operator, f"`to_date({name}) = {ssbt_text(day)}`")
    return Diagnostic(MIDNIGHT, message, Label(day.span), (), (f"for whole days write {way}",))
