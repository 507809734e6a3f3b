"""Times compared with days: the day's midnight is meant by Spark, and the day by its writer."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DateType, TimestampNTZType, TimestampType
from ssbt.compiler.types.folding.casts import date_text
from ssbt.compiler.types.folding.texts import parse_date

MIDNIGHT = Code(
    "SSBT0451",
    "A time compared with a day",
    """\
Compared with a timestamp, a day means its midnight: `<=` and `between` leave out the rest of the
last day, `=` finds only what happened at midnight, and `>` finds the day itself. In the same way,
`'2026'` and `'2026-03'` mean the first day of the year and of the month, also when compared with a
date.

| in Spark 4.1 | gives |
|---|---|
| `timestamp '2026-01-31 08:45:00' between '2026-01-01' and '2026-01-31'` | `false` |
| `timestamp '2026-01-31 08:45:00' = date '2026-01-31'` | `false` |
| `timestamp '2026-01-31 08:45:00' > '2026-01-31'` | `true` |
| `timestamp '2026-01-31 08:45:00' < '2026-02-01'` | `true` |
| `date '2026-03-31' <= '2026-03'` | `false` |

Compare with the next day, using `<`, or compare a date with a date: `to_date(at) <= '2026-01-31'`.
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
_DAY = lazy_pattern(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*")
_PART = lazy_pattern(r"\s*\d{4}(?:-(?:0?[1-9]|1[0-2]))?\s*")
_MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "=", "==": "="}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    for operator, left, right in comparisons(node):
        for time, day, direction in (
            (left, right, operator),
            (right, left, _MIRRORED.get(operator, "")),
        ):
            if direction not in ("<=", ">", "=", "=="):
                continue
            is_time = isinstance(view.data_type(time), TimestampType | TimestampNTZType)
            if direction in ("=", "==") and is_time and _is_computed_day(day, view):
                yield _build_day_diagnostic(time, day)
                continue
            if direction == "<=" and is_time and view.whole_column(day) is not None:
                if _is_computed_day(day, view) and not view.is_constant(time):
                    yield _build_last_day_diagnostic(time, day)
                continue
            part = _part_text(day) if is_time or _is_date(time, view) else None
            if part is not None and not view.is_constant(time):
                yield _build_part_diagnostic(time, day, part)
                continue
            text = _day_text(day)
            if text is not None and is_time and not view.is_constant(time):
                yield _build_diagnostic(time, day, direction, text)


def _is_date(node: e.Expression, view: ExpressionView) -> bool:
    return isinstance(view.data_type(node), DateType)


def _part_text(node: e.Expression) -> str | None:
    """A year, or a month of one, as a text that Spark takes for its first day."""
    match without_parentheses(node):
        case e.StringLiteral(value=text) | e.TypedLiteral(kind="date", value=text):
            return text if _PART.fullmatch(text) else None
    return None


def _build_part_diagnostic(time: e.Expression, day: e.Expression, text: str) -> Diagnostic:
    """`placed_on = '2026-03'`, which is the first of the month."""
    name, (year, *month) = ssbt_text(time), text.strip().split("-")
    first = f"{year}-{int(month[0]) if month else 1:02}-01"
    what = "month" if month else "year"
    message = f"`{text}` is {first} here, and not the whole {what}"
    unit = f"date_trunc('month', {name}) = date '{first}'" if month else f"year({name}) = {year}"
    help_ = (f"for the whole {what} write `{unit}`, or compare with the first day of the next one",)
    return Diagnostic(MIDNIGHT, message, Label(day.span), (), help_)


def _is_computed_day(node: e.Expression, view: ExpressionView) -> bool:
    return isinstance(view.data_type(node), DateType) and _day_text(node) is None


def _build_day_diagnostic(time: e.Expression, day: e.Expression) -> Diagnostic:
    """`at = current_date()`, and a join of a time with a day."""
    name = ssbt_text(time)
    message = f"`{name}` is a time, so this finds midnight and not the day"
    replacement = f"to_date({name})"
    fix = (Edit(time.span, replacement),)
    help_ = (f"for whole days write `{replacement} = {ssbt_text(day)}`",)
    return Diagnostic(MIDNIGHT, message, Label(time.span), (), help_, fix)


def _build_last_day_diagnostic(time: e.Expression, day: e.Expression) -> Diagnostic:
    """`at <= end_date`, and a join of times with periods of days."""
    name = ssbt_text(time)
    message = f"`{name}` is a time, so this ends with midnight and leaves out the rest of the day"
    help_ = (
        f"for whole days write `to_date({name}) <= {ssbt_text(day)}`, or"
        f" `{name} < date_add({ssbt_text(day)}, 1)`",
    )
    return Diagnostic(MIDNIGHT, message, Label(day.span), (), help_)


def _day_text(node: e.Expression) -> str | None:
    match without_parentheses(node):
        case e.StringLiteral(value=text) | e.TypedLiteral(kind="date", value=text):
            return text if _DAY.fullmatch(text) else None
    return None


def _build_diagnostic(
    time: e.Expression, day: e.Expression, operator: str, text: str
) -> Diagnostic:
    days, name = parse_date(text), ssbt_text(time)
    next_day = date_text(days + 1) if days is not None else "…"
    messages = {
        "<=": f"`{name}` is a time, so this ends with midnight and leaves out the rest of the day",
        ">": f"`{name}` is a time, so this finds the day itself from midnight on",
    }
    message = messages.get(operator, f"`{name}` is a time, so this finds midnight and not the day")
    comparisons_by_operator = {"<=": f"`{name} < '{next_day}'`", ">": f"`{name} >= '{next_day}'`"}
    replacement = comparisons_by_operator.get(operator, f"`to_date({name}) = {ssbt_text(day)}`")
    return Diagnostic(
        MIDNIGHT, message, Label(day.span), (), (f"for whole days write {replacement}",)
    )
