"""What is wrong with the patterns of dates and times among the options of a source or sink."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re

from ssbt.compiler.connectors.lookup import resolve_format
from ssbt.compiler.connectors.specification import Connector, Option, Role, ValueKind
from ssbt.compiler.connectors.values import Nested, OptionEntry, Text
from ssbt.compiler.diagnostics.codes.connectors import (
    DOUBTFUL_PATTERN,
    SENSELESS_PATTERN,
    UNFIT_VALUE,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.types import texts
from ssbt.compiler.types.datetime_patterns import (
    correct_pattern,
    field_letters,
    find_slips,
)

_DATES, _TIMES, _ZONELESS = "date_format", "time_format", "timestamp_ntz_format"
_HOURS_AND_LESS = frozenset("hHkKmsSa")


def check_datetime_patterns(
    connector: Connector, role: Role, entries: Iterable[OptionEntry], *, legacy: bool
) -> Iterator[Diagnostic]:
    """The findings about a block; with `legacy`, the letters of patterns are those of Spark 2."""
    specification = connector.role(role)
    if specification is None:
        return
    for entry in entries:
        option = specification.option(entry.name)
        option_kind = option.type.kind if option is not None else None
        if (
            option is not None
            and option_kind is ValueKind.DATETIME_PATTERN
            and isinstance(entry.value, Text)
        ):
            yield from _check_pattern(option, entry.value, role, legacy=legacy)
        elif option_kind is ValueKind.FORMAT and isinstance(entry.value, Nested):
            nested_format = resolve_format(entry.value.kind, entry.value.span)
            if not isinstance(nested_format, Diagnostic):
                yield from check_datetime_patterns(
                    nested_format, role, entry.value.entries, legacy=legacy
                )


def _check_pattern(
    option: Option, value: Text, role: Role, *, legacy: bool
) -> Iterator[Diagnostic]:
    pattern = value.plain
    if pattern is None:
        return
    reading = role is Role.SOURCE
    check = texts.check_parse_format if reading else texts.check_date_format
    slips = find_slips(pattern, zoneless=option.name in (_ZONELESS, _TIMES))
    correction = correct_pattern(pattern, slips)
    if slips and check(correction) is None:
        code = SENSELESS_PATTERN if any(slip.is_certain for slip in slips) else DOUBTFUL_PATTERN
        yield Diagnostic(
            code,
            f"`{option.name}`: {'; '.join(slip.reason for slip in slips)}",
            Label(value.span),
            fix=(Edit(value.span, f'"{correction}"'),),
        )
        return
    problem = None if legacy else check(pattern)
    if problem is not None:
        message, ways_out = f"`{option.name}` takes {problem}", _help_with_word(pattern)
        yield Diagnostic(UNFIT_VALUE, message, Label(value.span), help=ways_out)
        return
    letters = field_letters(pattern)
    if option.name == _DATES and not reading and letters & _HOURS_AND_LESS:
        message = f"`{option.name}` has hours, minutes or seconds, which a date does not have"
        help_ = "a timestamp is written by `timestamp_format`"
        yield Diagnostic(SENSELESS_PATTERN, message, Label(value.span), help=(help_,))
    elif option.name != _TIMES and reading and pattern and "y" not in letters:
        message = f"`{option.name}` reads no year: every date falls into 1970"
        help_ = "read the column as a string, and add the year in a step"
        yield Diagnostic(DOUBTFUL_PATTERN, message, Label(value.span), help=(help_,))


def _help_with_word(pattern: str) -> tuple[str, ...]:
    """The way out where a word says which form is meant, as other tools have it."""
    word = re.sub(r"[^a-z0-9]", "", pattern.lower())
    if re.fullmatch(r"(epoch|unix|posix)(time|timestamp)?(m?s|seconds|milli(second)?s)?", word):
        way_out = "use `timestamp_seconds` or `timestamp_millis` in a step"
        return (f"read the column as a `bigint`, and {way_out}",)
    if re.fullmatch(r"iso(8601)?|rfc3339|datetime|timestamp", word):
        return ("leave the option out: dates and times of ISO 8601 are read without it",)
    return ()
