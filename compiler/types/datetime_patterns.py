"""Slips in patterns of dates and times: letters that mean something else than their writer thinks.

Spark's patterns are those of Java, where `MM` are months and `mm` minutes, `dd` days of the month
and `DD` days of the year. A slip is legal to Spark, or refused late, and has one likely repair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.foreign_datetime_patterns import blank_quoted, translate_pattern

_PIECE = lazy_pattern(r"(?P<quoted>'(?:[^']|'')*')|(?P<field>([A-Za-z])\3*)|[^A-Za-z']", re.DOTALL)
_HOURS, _DATES, _ZONES = frozenset("hHkK"), frozenset("yYudD"), frozenset("XxZzVO")

_MICROSECOND_DIGITS = 6

_MERIDIEM = lazy_pattern(r"(?<![A-Za-z])(?:[AaPp][Mm]|tt|aa|A|AAA?)(?![A-Za-z])")


class Slip(Struct, frozen=True):
    """Letters from `start` to `end` of a pattern, what they were meant to be, and why.

    `is_certain` says that no one can mean them as they are; else a pattern may, in a rare case.
    """

    start: int
    end: int
    replacement: str
    reason: str
    is_certain: bool = True


class _Field(Struct, frozen=True):
    """One letter repeated, such as `yyyy`."""

    start: int
    end: int
    letter: str
    previous_letter: str
    """The letter of the field in front, or nothing."""
    next_letter: str

    @property
    def text(self) -> str:
        return self.letter * (self.end - self.start)

    def build_slip(self, letter: str, reason: str, *, is_certain: bool = True) -> Slip:
        """The same number of other letters."""
        replacement = letter * (self.end - self.start)
        return Slip(self.start, self.end, replacement, reason, is_certain)


def find_slips(pattern: str, *, zoneless: bool = False) -> tuple[Slip, ...]:
    """The slips of a pattern in their order; `zoneless` is one of times that have no time zone."""
    translation = translate_pattern(pattern)
    if translation is not None:
        return (Slip(0, len(pattern), translation.pattern, translation.reason),)
    meridiem = _MERIDIEM.search(blank_quoted(pattern))
    fields = tuple(_split_fields(pattern, meridiem))
    slips = [*_find_misplaced_letters(fields), *_find_unknown_letters(fields)]
    if meridiem and any(field.letter in _HOURS for field in fields):
        slips.append(_build_meridiem_slip(meridiem))
    elif any(field.letter == "a" for field in fields):
        slips += _whole_days(fields)
    else:
        slips += _find_half_days(fields)
    if not zoneless:
        slips += _find_quoted_zone(pattern, fields)
    return tuple(sorted(slips, key=lambda slip: slip.start))


def correct_pattern(pattern: str, slips: Iterable[Slip]) -> str:
    """The pattern with its slips repaired."""
    for slip in sorted(slips, key=lambda slip: slip.start, reverse=True):
        pattern = pattern[: slip.start] + slip.replacement + pattern[slip.end :]
    return pattern


def field_letters(pattern: str) -> frozenset[str]:
    """The letters that stand for parts of a date or time."""
    return frozenset(each["field"][0] for each in _PIECE.finditer(pattern) if each["field"])


def find_lost_parts(
    pattern: str, *, has_date: bool, has_time: bool, has_offset: bool = False
) -> tuple[str, ...]:
    """The parts of a value that its text by this pattern does not have, in words."""
    counts: dict[str, int] = {}
    for match in _PIECE.finditer(pattern):
        if match["field"]:
            letter = match["field"][0]
            counts[letter] = max(counts.get(letter, 0), len(match["field"]))
    return (
        *(_lost_date_parts(counts) if has_date else ()),
        *(_lost_time_parts(counts) if has_time else ()),
        *(("the offset",) if has_offset and not _ZONES & counts.keys() else ()),
    )


def _lost_date_parts(counts: Mapping[str, int]) -> Iterator[str]:
    years = counts.get("y") or counts.get("u") or 0
    if years == 0:
        yield "the year"
    elif years == 2:
        yield "the century"
    if "D" not in counts:
        if not counts.keys() & {"M", "L"}:
            yield "the month"
        if "d" not in counts:
            yield "the day"


def _lost_time_parts(counts: Mapping[str, int]) -> Iterator[str]:
    has_hour = counts.keys() & {"H", "k"} or ("a" in counts and counts.keys() & {"h", "K"})
    if not counts.keys() & {*_HOURS, *"msS"}:
        yield "the time"
        return
    if not has_hour:
        yield "the half of the day" if counts.keys() & {"h", "K"} else "the hour"
    if "m" not in counts:
        yield "minutes"
    if "s" not in counts:
        yield "seconds"
    elif counts.get("S", 0) < _MICROSECOND_DIGITS:
        yield "microseconds" if counts.get("S", 0) >= 3 else "fractions of a second"


def _split_fields(pattern: str, meridiem: re.Match[str] | None) -> Iterator[_Field]:
    """The runs of one letter outside quotes, without what stands for am and pm."""
    runs = [
        match
        for match in _PIECE.finditer(pattern)
        if match["field"] and not (meridiem and meridiem.start() <= match.start() < meridiem.end())
    ]
    letters = ["", *(match["field"][0] for match in runs), ""]
    for index, match in enumerate(runs, start=1):
        previous_letter, letter, next_letter = letters[index - 1 : index + 2]
        yield _Field(match.start(), match.end(), letter, previous_letter, next_letter)


def _find_misplaced_letters(fields: tuple[_Field, ...]) -> Iterator[Slip]:
    """Months for minutes and the other way round, and letters whose other case was meant."""
    minutes = [field for field in fields if field.letter == "m" and _is_time(field)]
    late_months = [
        field
        for field in fields
        if field.letter == "M"
        and not minutes
        and _is_time(field)
        and field.next_letter not in _DATES
    ]
    months = [field for field in fields if field.letter in "ML" and field not in late_months]
    early_minutes = [
        field
        for field in fields
        if field.letter == "m" and not months and field not in minutes and _is_date(field)
    ]
    for field in early_minutes:
        yield field.build_slip(
            "M", f"`{field.text}` is minutes, months are `{'M' * len(field.text)}`"
        )
    for field in late_months:
        yield field.build_slip(
            "m", f"`{field.text}` is months, minutes are `{'m' * len(field.text)}`"
        )
    has_month = bool(months or early_minutes)
    has_day = any(field.letter == "d" for field in fields)
    for field in fields:
        if field.letter == "D" and not has_day and (has_month or field.text == "DD"):
            reason = f"`{field.text}` is the day of the year, the day of the month is `dd`"
            yield Slip(field.start, field.end, "d" * min(2, len(field.text)), reason, has_month)
    yield from _find_misplaced_seconds(fields)


def _is_time(field: _Field) -> bool:
    """Whether it is between hours and seconds."""
    return field.previous_letter in _HOURS or field.next_letter in ("s", "S")


def _is_date(field: _Field) -> bool:
    """Whether a year or a day is beside it."""
    return field.previous_letter in _DATES or field.next_letter in _DATES


def _find_misplaced_seconds(fields: tuple[_Field, ...]) -> Iterator[Slip]:
    has_seconds = any(field.letter == "s" for field in fields)
    for field in fields:
        is_short = len(field.text) <= 2
        if (
            field.letter == "S"
            and field.previous_letter in ("m", "M")
            and is_short
            and not has_seconds
        ):
            yield field.build_slip(
                "s", f"`{field.text}` is a fraction of a second, seconds are `ss`"
            )
        elif field.letter == "s" and field.previous_letter == "s":
            correction = "S" * len(field.text)
            yield field.build_slip("S", f"`s` is seconds, their fraction is `{correction}`")


def _find_unknown_letters(fields: tuple[_Field, ...]) -> Iterator[Slip]:
    """Letters of other pattern languages, and those that Spark 3 gave up."""
    for field in fields:
        if field.letter == "Y":
            correction = "y" * len(field.text)
            yield field.build_slip(
                "y", f"`{field.text}` is the year of a week, years are `{correction}`"
            )
        elif field.letter == "u" and len(field.text) in (2, 4):
            yield field.build_slip("y", f"Spark has no `{field.text}`, years are `yyyy`")
        elif field.letter in "fFnN" and field.previous_letter == "s":
            correction = "S" * min(9, len(field.text))
            reason = f"`{field.text}` is no fraction of a second, that is `{correction}`"
            yield Slip(field.start, field.end, correction, reason)
        elif field.text == "T":
            yield Slip(field.start, field.end, "'T'", "plain text such as `T` stands in quotes")


def _build_meridiem_slip(meridiem: re.Match[str]) -> Slip:
    return Slip(meridiem.start(), meridiem.end(), "a", f"am and pm are `a`, not `{meridiem[0]}`")


def _find_half_days(fields: tuple[_Field, ...]) -> Iterator[Slip]:
    """Hours up to 12 in a pattern that does not say which half of the day it is."""
    for field in fields:
        if field.letter in "hK":
            correction = "H" * len(field.text)
            reason = (
                f"`{field.text}` counts the hours of half a day, and nothing says which half:"
                f" those of a whole day are `{correction}`"
            )
            yield field.build_slip("H", reason, is_certain=False)


def _whole_days(fields: tuple[_Field, ...]) -> Iterator[Slip]:
    """Hours of a whole day in a pattern that says which half of it is meant."""
    for field in fields:
        if field.letter in "Hk" and field.previous_letter != field.letter:
            right = "h" * len(field.text)
            reason = (
                f"`{field.text}` counts the hours of a whole day; beside `a` they are `{right}`"
            )
            yield field.build_slip("h", reason, is_certain=False)


def _find_quoted_zone(pattern: str, fields: tuple[_Field, ...]) -> Iterator[Slip]:
    """A `'Z'` in quotes is a letter: a time in UTC is then read as one of the session's zone."""
    if any(field.letter in _ZONES for field in fields):
        return
    has_time = any(field.letter in "Hhms" for field in fields)
    match = re.search(r"'Z'", pattern)
    if match and has_time:
        reason = "`'Z'` in quotes is plain text and says nothing about the time zone, as `XXX` does"
        yield Slip(match.start(), match.end(), "XXX", reason, is_certain=False)
