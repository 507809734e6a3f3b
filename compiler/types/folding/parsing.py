"""Texts read by a pattern of dates and times, as far as its fields are numbers of known width."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import DataType, DateType, StringType, TimeType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.casts import time_of
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque
from ssbt.compiler.types.folding.texts import days_of

_FIELD = lazy_pattern(r"'(?:[^']|'')+'|([A-Za-z])\1*|[^A-Za-z]", re.DOTALL)
_WIDTHS = {"yyyy": r"\d{4}"}
_WIDTHS |= dict.fromkeys(("MM", "dd", "HH", "mm", "ss"), r"\d\d")
_WIDTHS |= dict.fromkeys("MdHms", r"\d\d?")
# Fields whose texts are known by their form alone: what fits may still be no date.
_LOOSE = {
    "yy": r"\d\d",
    "hh": r"\d\d",
    "h": r"\d\d?",
    "a": "[AP]M",
    "DDD": r"\d{3}",
    "x": r"[+-]\d\d(?:\d\d)?",
    "X": r"(?:Z|[+-]\d\d(?:\d\d)?)",
    "xxx": r"[+-]\d\d:\d\d",
    "XXX": r"(?:Z|[+-]\d\d:\d\d)",
    "MMM": "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "MMMM": "(?:January|February|March|April|May|June|July|August|September|October"
    "|November|December)",
}
_MAXIMUMS = {"H": 23, "m": 59, "s": 59}
_DEFAULT_PATTERN = "yyyy-MM-dd HH:mm:ss"


def parse_by_pattern(text: str, pattern: str) -> dict[str, int] | bool:
    """The fields of a text by their letters; False where it does not fit, True where unknown."""
    pieces = [match[0] for match in _FIELD.finditer(pattern)]
    letters = [piece[0] for piece in pieces if piece[0].isalpha()]
    is_supported = all(piece in _WIDTHS for piece in pieces if piece[0].isalpha())
    if any(piece in ("'", "[", "]") for piece in pieces) or text[:1] in ("+", "-"):
        return True
    if not letters:
        return pattern == text
    if len(set(letters)) < len(letters):
        return True
    if not is_supported:
        loose = "".join(_form(piece) for piece in pieces)
        return re.fullmatch(loose, text, re.ASCII | re.DOTALL | re.IGNORECASE) is not None
    expression = "".join(
        f"(?P<{piece[0]}>{_WIDTHS[piece]})" if piece[0].isalpha() else _form(piece)
        for piece in pieces
    )
    match = re.fullmatch(expression, text, re.ASCII)
    if match is None:
        return False
    fields = {letter: int(number) for letter, number in match.groupdict().items()}
    is_in_range = all(fields.get(letter, 0) <= maximum for letter, maximum in _MAXIMUMS.items())
    year, month, day = (fields.get(letter, 1) for letter in "yMd")
    is_day = year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(2000 + year % 400, month)[1]
    return fields if is_in_range and is_day else False


def _form(piece: str) -> str:
    """What a piece of a pattern takes, at the least: anything where its letters are not known."""
    if piece[0] == "'":
        return re.escape(piece[1:-1].replace("''", "'"))
    if not piece[0].isalpha():
        return re.escape(piece)
    return _WIDTHS.get(piece) or _LOOSE.get(piece) or ".*"


def _parse_temporal(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    """`to_date(text, pattern)` and its like; of one argument the cast has done all."""
    if not arguments:
        return None
    if not isinstance(arguments[0].type, StringType):
        return arguments[0] if len(arguments) == 1 and arguments[0].type == result else None
    if isinstance(result, TimeType) and len(arguments) == 1:
        return time_of(str(arguments[0].value), result, ansi)
    text, pattern = (str(each.value) for each in (*arguments, Value(result, _DEFAULT_PATTERN))[:2])
    fields = parse_by_pattern(text, pattern)
    if fields is True:
        return None
    if fields is False:
        reason = f"'{text}' is no {result.sql} written as '{pattern}'"
        return Failure(reason) if ansi else Value(result, None)
    assert isinstance(fields, dict)
    if isinstance(result, DateType) and {"y", "M", "d"} <= fields.keys():
        return Value(result, days_of(fields["y"], fields["M"], fields["d"]))
    return opaque(result) if {"y", "M", "d"} <= fields.keys() else None


FUNCTIONS: Mapping[str, Evaluate] = dict.fromkeys(
    (
        *("to_date", "to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz"),
        *("to_time", "to_unix_timestamp", "unix_timestamp"),
    ),
    _parse_temporal,
)
