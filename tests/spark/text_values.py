"""Values as people have them in CSV and JSON, and what each is as a value of a type.

`plain_meaning` knows no reader: it says what a text plainly means. Where Spark gives something else
and does not call the row malformed, the connector's page must have a sentence: `SENTENCES`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, localcontext
import json
from pathlib import Path
import re
import struct
from zoneinfo import ZoneInfo

VALUES = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("fixtures")
    .joinpath("text_values.txt")
    .read_text()
    .splitlines()
    if line.startswith('"')
]

SENTENCES = {
    "empty": '`""` is read as null, too',
    "rounded": "rounded to the scale of their column",
    "commas": "`en-US` removes all commas from decimals",
    "points": "`de-DE` all points",
    "apostrophe": "`\u2019` but no other mark between thousands",
    "suffix": "a `d` or `f` after it",
    "blanks": "spaces around it",
    "infinite": "is too large becomes infinite",
    "nanoseconds": "anything finer than a microsecond is cut off",
    "gap": "a time that the clocks skip is read as an hour later",
    "no separator": "with a `T`, a space or nothing in between",
    "century": "a year of two digits is between 2000 and 2099",
    "lenient": "timestamps that do not fit their pattern in the way Spark 2 did",
    "epoch": "a number in a timestamp column is seconds since 1970",
    "base64": "binary columns are read as base64",
}
"""What Spark makes of some values, by a word for each, and what the page says about it."""

_WHOLE = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"[+-]?\d{4,}-\d\d-\d\d")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_LIMITS = {"tinyint": 7, "smallint": 15, "int": 31, "bigint": 63}


class _Nothing:
    """There is no such value."""


NOTHING = _Nothing()


def plain_meaning(text: str, type_: str, zone: str = "UTC") -> object:
    """What a text means as a value of the type, as Spark would print it; or `NOTHING`."""
    if type_ in _LIMITS:
        return _whole(text, _LIMITS[type_])
    if type_ in ("float", "double"):
        return _real(text, single=type_ == "float")
    if type_.startswith("decimal"):
        precision, scale = map(int, type_[8:-1].split(","))
        return _decimal(text, precision, scale)
    if type_.startswith("interval"):
        return _interval(text, days=type_.startswith("interval day"))
    if type_ == "boolean":
        return text.lower() if text.lower() in ("true", "false") else NOTHING
    if type_ == "date":
        return text if _DATE.fullmatch(text) and _is_day(text) else NOTHING
    if type_.startswith("timestamp"):
        return _timestamp(text, zone, zoned=type_ == "timestamp")
    if type_ == "binary":
        return text.encode().hex().upper()
    return text if type_ == "string" else NOTHING


def _interval(text: str, *, days: bool) -> object:
    if days and re.fullmatch(r"-?\d+ \d\d:\d\d:\d\d", text):
        return f"INTERVAL '{text}' DAY TO SECOND"
    months = re.fullmatch(r"(\d+)-(\d{1,2})", text)
    if months and not days and int(months[2]) < 12:
        return f"INTERVAL '{months[1]}-{int(months[2])}' YEAR TO MONTH"
    return NOTHING


def _whole(text: str, bits: int) -> object:
    if not _WHOLE.fullmatch(text):
        return NOTHING
    number = int(text)
    return str(number) if -(2**bits) <= number < 2**bits else NOTHING


def _real(text: str, *, single: bool) -> object:
    named = {"NaN": "nan", "Inf": "inf", "-Inf": "-inf", "Infinity": "inf", "-Infinity": "-inf"}
    if not _REAL.fullmatch(text) and text not in named:
        return NOTHING
    number = float(named.get(text, text))
    if text not in named and abs(number) == float("inf"):
        return NOTHING
    return struct.unpack("f", struct.pack("f", number))[0] if single else number


def _decimal(text: str, precision: int, scale: int) -> object:
    if not _REAL.fullmatch(text):
        return NOTHING
    with localcontext(prec=1000):
        number = Decimal(text)
        cut = (
            number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
            if abs(number) < Decimal(10) ** precision
            else number
        )
    fits = cut == number and abs(cut) < Decimal(10) ** (precision - scale)
    return f"{abs(cut) if cut == 0 else cut:f}" if fits else NOTHING


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _timestamp(text: str, zone: str, *, zoned: bool) -> object:
    match = _TIMESTAMP.fullmatch(text)
    if not match or (match[8] and not zoned) or len(match[7] or "") > 6:
        return NOTHING
    year, *numbers = (int(each or 0) for each in match.groups()[:6])
    month, day, hour, minute, second = numbers
    micros = int((match[7] or "").ljust(6, "0"))
    # Python's years end at 9999; after 400 of them the calendar begins again.
    shift = 400 if year < 2 else -400 if year > 9998 else 0
    try:
        local = datetime(year + shift, month, day, hour, minute, second, micros)
    except ValueError:
        return NOTHING
    if zoned:
        if match[8] is None and _is_skipped(local, zone):
            return NOTHING
        local = local.replace(tzinfo=_offset(match[8], zone)).astimezone(UTC).replace(tzinfo=None)
    text = f"{local.year - shift:04}{local.isoformat(' ')[4:]}"
    return text.rstrip("0").rstrip(".") if micros else text


def _is_skipped(local: datetime, zone: str) -> bool:
    """Whether the clocks never showed that time."""
    there = local.replace(tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local


def _offset(text: str | None, zone: str) -> ZoneInfo | timezone:
    if text is None:
        return ZoneInfo(zone)
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if text[0] == "-" else away)


def german_meaning(text: str, type_: str) -> object:
    """The same where dates are `dd.MM.yyyy`, with `HH:mm[:ss]`, and decimals have commas."""
    if type_.startswith("decimal"):
        if re.fullmatch(r"-?\d{1,3}(\.\d{3})*(,\d+)?|-?\d+(,\d+)?(E\d+)?", text):
            return plain_meaning(text.replace(".", "").replace(",", "."), type_)
        return NOTHING
    match = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})( \d\d:\d\d(:\d\d)?)?", text)
    if not match or bool(match[4]) != (type_ == "timestamp"):
        return NOTHING if not type_.startswith(("float", "double")) else plain_meaning(text, type_)
    return plain_meaning(f"{match[3]}-{match[2]}-{match[1]}{match[4] or ''}", type_)


def _is_rounded(text: str, outcome: str) -> bool:
    if not _REAL.fullmatch(text):
        return False
    with localcontext(prec=1000):
        exact = Decimal(text)
        return exact.quantize(Decimal(outcome), ROUND_HALF_UP) == Decimal(outcome)


def sentence_word(text: str, type_: str, options: str, reader: str, outcome: str | None) -> str:
    """The word of the sentence about a value that does not plainly mean the outcome."""
    if "fallback" in options:
        return "lenient"
    if outcome is None:
        return "empty" if text == "" else "?"
    if type_.startswith("decimal"):
        if "de-DE" in options and "." in text:
            return "points"
        if "en-US" in options and "," in text:
            return "commas"
        if "\u2019" in text:
            return "apostrophe"
        return "rounded" if _is_rounded(text, outcome) else "?"
    if type_ in ("float", "double"):
        if text[-1:].lower() in ("d", "f"):
            return "suffix"
        return "blanks" if text != text.strip() else "infinite" if "Inf" in outcome else "?"
    if type_ == "date" and 'yy"' in options:
        return "century"
    if type_ == "binary" and reader.startswith("json"):
        return "base64"
    if type_.startswith("timestamp"):
        if reader == "json unquoted":
            return "epoch"
        if re.search(r"\.\d{7,}", text):
            return "nanoseconds"
        if re.match(r"\d{4}-\d\d-\d{4}:", text):
            return "no separator"
        return "gap" if "03-29" in text else "?"
    return "?"
