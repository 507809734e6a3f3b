"""Patterns of dates and times whose letters mean something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.option_maps import find_options
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DateType, TimestampNTZType, TimestampType
from ssbt.compiler.types.datetime_patterns import Slip, correct_pattern, find_slips

WRONG_LETTERS = Code(
    "SSBT0436",
    "A date pattern with the wrong letters",
    """\
In Spark's patterns, which are Java's, `MM` is the month and `mm` the minute, `dd` the day of the
month and `DD` the day of the year, `ss` the second and `SSS` its fraction. Spark silently accepts
the wrong letter.

| in Spark 4.1 | gives |
|---|---|
| `date_format(timestamp '2026-03-10 08:45:00', 'yyyy-mm-dd')` | `2026-45-10` |
| `to_date('25/12/2026', 'dd/mm/yyyy')` | `2026-01-25` |
| `date_format(date '2026-03-10', 'yyyy-MM-DD')` | `2026-03-69` |
| `date_format(timestamp '2026-03-10 08:45:59', 'HH:MM')` | `08:03` |
| `to_char(timestamp '2026-03-10 14:30:00', 'yyyy-mm-dd')` | `2026-30-10` |
| `from_json('{"d":"25/12/2026"}', 'd date', map('dateFormat', 'dd/mm/yyyy'))` | `{2026-01-25}` |
| `to_csv(struct(date '2026-03-10'), map('dateFormat', 'yyyy-MM-DD'))` | `2026-03-69` |
""",
    wrong=example(steps="|> extend date_format(placed_on, 'yyyy-mm') as month"),
    right=example(steps="|> extend date_format(placed_on, 'yyyy-MM') as month"),
    severity=Severity.WARNING,
)

HALF_DAYS = Code(
    "SSBT0437",
    "A 12-hour clock without am or pm, or a 24-hour clock with it",
    """\
`hh` counts the hours from 1 to 12, and only `a` says which half of the day they belong to. Without
it, half past two at night and in the afternoon look alike, and noon is read as midnight. `HH`
together with `a` writes `14:30 PM`, and cannot read `02:30 PM`.

| in Spark 4.1 | gives |
|---|---|
| `date_format(timestamp '2026-03-10 14:30:00', 'hh:mm')` | `02:30` |
| `date_format(to_timestamp('2026-03-10 12:30', 'yyyy-MM-dd hh:mm'), 'HH:mm')` | `00:30` |
| `date_format(timestamp '2026-03-10 14:30:00', 'hh:mm a')` | `02:30 PM` |
| `date_format(timestamp '2026-03-10 14:30:00', 'HH:mm a')` | `14:30 PM` |
| `try_to_timestamp('2026-03-10 02:30 PM', 'yyyy-MM-dd HH:mm a')` | `null` |
| `date_format(timestamp '2026-03-10 14:30:00', 'HH:mm')` | `14:30` |
""",
    wrong=example(
        pipeline=ZONED, steps="|> extend date_format(current_timestamp(), 'hh:mm') as at"
    ),
    right=example(
        pipeline=ZONED, steps="|> extend date_format(current_timestamp(), 'HH:mm') as at"
    ),
    severity=Severity.WARNING,
)

ZONE_AS_TEXT = Code(
    "SSBT0438",
    "A time zone that is plain text in a pattern",
    """\
`'Z'` in quotes is just the letter. A time in UTC is read as if it were in the session's time zone,
and a time in the session's zone is written as if it were in UTC. `XXX` reads and writes `Z` and
`+02:00`.

| in Spark 4.1, in a session in Europe/Berlin | gives |
|---|---|
| `to_timestamp('2026-07-01T12:00:00Z', "yyyy-MM-dd'T'HH:mm:ss'Z'")` | `2026-07-01 12:00:00` |
| `to_timestamp('2026-07-01T12:00:00Z', "yyyy-MM-dd'T'HH:mm:ssXXX")` | `2026-07-01 14:00:00` |
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend to_timestamp(status, \"yyyy-MM-dd'T'HH:mm:ss'Z'\") as at",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend to_timestamp(status, \"yyyy-MM-dd'T'HH:mm:ssXXX\") as at",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
# Which argument is a pattern.
_PATTERNS = {
    **dict.fromkeys(("date_format", "from_unixtime", "to_char", "to_varchar"), 1),
    **dict.fromkeys(("to_date", "to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz"), 1),
    **dict.fromkeys(("try_to_date", "try_to_timestamp", "try_to_time", "to_time"), 1),
    **dict.fromkeys(("unix_timestamp", "to_unix_timestamp"), 1),
}
_TIMES = (DateType, TimestampType, TimestampNTZType)
_PATTERN_OPTIONS = ("dateformat", "timestampformat", "timestampntzformat", "timeformat")
_ZONELESS = ("to_date", "try_to_date", "to_timestamp_ntz", "to_time", "try_to_time")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    if view.evaluator.typer.context.legacy_formats:
        return
    for part, zoneless in _find_patterns(node, view):
        pattern = view.text(part)
        slips = find_slips(pattern, zoneless=zoneless) if pattern is not None else ()
        for slip in slips:
            yield _build_diagnostic(part, pattern or "", slip, slips)


def _find_patterns(node: e.Call, view: ExpressionView) -> Iterator[tuple[e.Expression, bool]]:
    """The arguments and options that are patterns, and whether each is one of no time zone."""
    name, parts = function_name(node), operands(node)
    index = _PATTERNS.get(name)
    is_number = name in ("to_char", "to_varchar") and not isinstance(
        view.data_type(parts[0]), _TIMES
    )
    if index is not None and len(parts) > index and not is_number:
        yield parts[index], name in _ZONELESS
    for key, value in find_options(node):
        if key.value.lower() in _PATTERN_OPTIONS:
            yield value, key.value.lower() != "timestampformat"


def _build_diagnostic(
    part: e.Expression, pattern: str, slip: Slip, slips: tuple[Slip, ...]
) -> Diagnostic:
    correction = quote(correct_pattern(pattern, slips))
    code = WRONG_LETTERS
    if not slip.is_certain:
        letters = pattern[slip.start : slip.end]
        code = ZONE_AS_TEXT if letters == "'Z'" else HALF_DAYS if letters[0] in "hHkK" else code
    help_ = (f"write {correction}",)
    fix = (
        (Edit(part.span, correction),)
        if isinstance(without_parentheses(part), e.StringLiteral)
        else ()
    )
    return Diagnostic(code, f"in the pattern, {slip.reason}", Label(part.span), (), help_, fix)
