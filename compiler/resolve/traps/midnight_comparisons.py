"""Times compared with days: the day's midnight is meant by Spark, and the day by its writer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.interval_constants import evaluate_interval
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    DateType,
    DayTimeIntervalType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.folding.casts import date_text
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.folding.texts import parse_date

MIDNIGHT = Code(
    "SSBT0451",
    "A time compared with a day",
    """\
Compared with a timestamp, a day means its midnight: `<=` and `between` leave out the rest of the
last day, `=` finds only what happened at midnight, and `>` finds the day itself. In the same way,
`'2026'` and `'2026-03'` mean the first day of the year and of the month, also when compared with a
date. A day may also be a parameter, a column or a function, as in `at <= last_day(d)`. `'23:59:59'`
leaves out what happens in the last second.

| in Spark 4.1 | gives |
|---|---|
| `timestamp '2026-01-31 08:45:00' between '2026-01-01' and '2026-01-31'` | `false` |
| `timestamp '2026-01-31 08:45:00' = date '2026-01-31'` | `false` |
| `timestamp '2026-01-31 08:45:00' > '2026-01-31'` | `true` |
| `timestamp '2026-01-31 08:45:00' < '2026-02-01'` | `true` |
| `timestamp '2026-01-31 08:45:00' <= last_day(date '2026-01-15')` | `false` |
| `timestamp '2026-01-31 23:59:59.5' <= '2026-01-31 23:59:59'` | `false` |
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
# The last minute or second of a day, without the fractions of it.
_LAST = lazy_pattern(r"\s*(\d{4}-\d{1,2}-\d{1,2})[ T]23:59(:59)?\s*")
_MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "=", "==": "="}
_TYPED = ("date", "timestamp", "timestamp_ntz", "timestamp_ltz")
# What makes a date or time of a text, and what gives the day of the moment.
_READING = ("to_date", "date", "try_to_date", "to_timestamp", "timestamp", "try_to_timestamp")
_READING_OTHERS = ("to_timestamp_ntz", "to_timestamp_ltz")
_TODAY = ("current_date", "curdate")
_ADDING = ("date_add", "dateadd", "timestampadd")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    for operator, left, right in comparisons(node):
        for time, day, direction in (
            (left, right, operator),
            (right, left, _MIRRORED.get(operator, "")),
        ):
            if direction in ("<=", ">", "=", "=="):
                diagnostic = _check_compared(time, day, direction, view)
                yield from () if diagnostic is None else (diagnostic,)


def _check_compared(
    time: e.Expression, day: e.Expression, operator: str, view: ExpressionView
) -> Diagnostic | None:
    is_time = isinstance(view.data_type(time), TimestampType | TimestampNTZType)
    if operator in ("=", "==") and is_time and _is_computed_day(day, view):
        return _build_day_diagnostic(time, day)
    if view.is_constant(time):
        return None
    part = _part_text(day) if is_time or _is_date(time, view) else None
    if part is not None:
        return _build_part_diagnostic(time, day, part)
    if not is_time:
        return None
    text = _constant_text(day) or ""
    if _DAY.fullmatch(text):
        return _build_diagnostic(time, day, operator, text)
    if operator == "<=" and (last := _LAST.fullmatch(text)):
        return _build_last_moment_diagnostic(time, day, last[1], "second" if last[2] else "minute")
    if operator == "<=" and _is_computed_day(day, view) and not _has_thought(day, view):
        return _build_last_day_diagnostic(time, day)
    if operator == ">" and _is_given_day(day, view):
        return _build_given_day_diagnostic(time, day)
    return None


def _has_thought(node: e.Expression, view: ExpressionView) -> bool:
    """Whether midnight is meant, as in `<= date_add(d, 1)` and in `<= current_date()`."""
    match without_parentheses(node):
        case e.Call() as call if function_name(call) in _TODAY:
            return True
        case e.Binary(operator="+", right=right):
            return _is_one_day(right, view)
        case e.Call() as call if function_name(call) in _ADDING and call.arguments:
            return any(_is_one_day(argument.value, view) for argument in call.arguments[-2:])
    return False


def _is_one_day(node: e.Expression, view: ExpressionView) -> bool:
    outcome = view.outcome(node)
    if isinstance(outcome, Value) and outcome.value == 1:
        return True
    type_ = view.data_type(node)
    if not isinstance(type_, DayTimeIntervalType):
        return False
    try:
        return evaluate_interval(without_parentheses(node), type_) == timedelta(days=1)
    except ValueError:
        return False


def _is_given_day(node: e.Expression, view: ExpressionView) -> bool:
    """Whether it is one day for all rows, such as a parameter, but not the day of the run."""
    is_today = any(
        isinstance(part, e.Call) and function_name(part) in _TODAY for part in nodes(node)
    )
    return _is_computed_day(node, view) and view.is_constant(node) and not is_today


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
    text = _constant_text(node)
    return _is_date(node, view) and (text is None or not _DAY.fullmatch(text))


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
    text = ssbt_text(day)
    help_ = (
        f"for whole days write `to_date({name}) <= {text}`, or `{name} < date_add({text}, 1)`",
        f"without that day it is `{name} < {text}`",
    )
    return Diagnostic(MIDNIGHT, message, Label(day.span), (), help_)


def _build_given_day_diagnostic(time: e.Expression, day: e.Expression) -> Diagnostic:
    """`at > ${since}`."""
    name = ssbt_text(time)
    message = f"`{name}` is a time, so this finds the day itself from midnight on"
    help_ = (f"with the day it is `>=`; without it, `to_date({name}) > {ssbt_text(day)}`",)
    return Diagnostic(MIDNIGHT, message, Label(day.span), (), help_)


def _build_last_moment_diagnostic(
    time: e.Expression, day: e.Expression, text: str, unit: str
) -> Diagnostic:
    """`at <= '2026-01-31 23:59:59'`."""
    days, name = parse_date(text), ssbt_text(time)
    next_day = date_text(days + 1) if days is not None else "…"
    message = f"times have fractions of a second, so this leaves out the last {unit} of the day"
    help_ = (f"for whole days write `{name} < '{next_day}'`",)
    return Diagnostic(MIDNIGHT, message, Label(day.span), (), help_)


def _constant_text(node: e.Expression) -> str | None:
    """The text of a constant, also of one that is made a date or time: `to_date('2026-01-31')`."""
    match without_parentheses(node):
        case e.StringLiteral(value=text):
            return text
        case e.TypedLiteral(kind=kind, value=text) if kind in _TYPED:
            return text
        case e.Cast(operand=operand):
            return _constant_text(operand)
        case e.Call(arguments=(argument,)) as call if function_name(call) in (
            *_READING,
            *_READING_OTHERS,
        ):
            return _constant_text(argument.value)
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
