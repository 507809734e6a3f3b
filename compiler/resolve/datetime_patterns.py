"""What is wrong with the patterns of dates and times among the options of a source or sink."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.connectors.named import named_format
from ssbt.compiler.connectors.specification import Connector, Kind, Option, Role
from ssbt.compiler.connectors.values import Nested, OptionEntry, Text
from ssbt.compiler.diagnostics.codes.connectors import (
    DOUBTFUL_PATTERN,
    SENSELESS_PATTERN,
    UNFIT_VALUE,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.types import texts
from ssbt.compiler.types.datetime_patterns import (
    corrected_pattern,
    field_letters,
    find_slips,
)

_DATES, _TIMES, _ZONELESS = "date_format", "time_format", "timestamp_ntz_format"
_HOURS_AND_LESS = frozenset("hHkKmsSa")


def pattern_findings(
    connector: Connector, role: Role, entries: Iterable[OptionEntry], *, legacy: bool
) -> Iterator[Diagnostic]:
    """The findings about a block; with `legacy`, the letters of patterns are those of Spark 2."""
    specification = connector.role(role)
    if specification is None:
        return
    for entry in entries:
        option = specification.option(entry.name)
        kind = option.type.kind if option is not None else None
        if option is not None and kind is Kind.DATETIME_PATTERN and isinstance(entry.value, Text):
            yield from _findings(option, entry.value, role, legacy=legacy)
        elif kind is Kind.FORMAT and isinstance(entry.value, Nested):
            named = named_format(entry.value.kind, entry.value.span)
            if not isinstance(named, Diagnostic):
                yield from pattern_findings(named, role, entry.value.entries, legacy=legacy)


def _findings(option: Option, value: Text, role: Role, *, legacy: bool) -> Iterator[Diagnostic]:
    pattern = value.plain
    if pattern is None:
        return
    reading = role is Role.SOURCE
    slips = find_slips(pattern, zoneless=option.name in (_ZONELESS, _TIMES))
    if slips:
        right = corrected_pattern(pattern, slips)
        code = SENSELESS_PATTERN if any(slip.certain for slip in slips) else DOUBTFUL_PATTERN
        yield Diagnostic(
            code,
            f"`{option.name}`: {'; '.join(slip.reason for slip in slips)}",
            Label(value.span),
            fix=(Edit(value.span, f'"{right}"'),),
        )
        return
    unknown = None if legacy else (texts.read_format if reading else texts.date_format)(pattern)
    if unknown is not None:
        yield Diagnostic(UNFIT_VALUE, f"`{option.name}` takes {unknown}", Label(value.span))
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
