"""Texts that functions read in a small language of their own: patterns, paths, formats, zones.

Each check gives what was expected where the text is surely wrong, and None otherwise: what only
Java can tell is left to Java.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
import json
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types import interval_values
from ssbt.compiler.types.collations import is_collation
from ssbt.compiler.types.expression_types import Scalar
from ssbt.compiler.types.literals import UnitsError, parse_interval_units
from ssbt.compiler.types.zones import is_zone

# How often each letter may stand in a row in a format of dates and times.
_LETTER_COUNTS: Mapping[str, Collection[int]] = {
    **dict.fromkeys("GMLQqz", range(1, 5)),
    **dict.fromkeys("dhHkKms", range(1, 3)),
    **dict.fromkeys("xXZ", range(1, 6)),
    **dict.fromkeys("aF", range(1, 2)),
    **dict.fromkeys("vO", (1, 4)),
    "y": range(1, 7),
    "D": range(1, 4),
    "E": range(1, 5),
    "S": range(1, 10),
    "V": (2,),
}
# These say something about a day, but not which day it is.
_UNPARSABLE_LETTERS = "EFQq"
_RUN = lazy_pattern(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", re.DOTALL)
_JSON_STEP = lazy_pattern(r"\s*(?:\.\*|\.[^.\[]+|\[\s*(?:\d+|\*)\s*\]|\['[^'?]+'\])\s*", re.DOTALL)
_VARIANT_STEP = lazy_pattern(
    r"\.[^.\[]+|\[\d+\]|\['(?:[^'\\]|\\.)*'\]|\[\"(?:[^\"\\]|\\.)*\"\]", re.DOTALL
)


_REPETITION = lazy_pattern(r"\{\d+(?:,\d*)?\}")
# `\p{Alpha}`, `\x{1F600}`, `\N{…}`: braces that repeat nothing.
_NAMED_CHARACTER = lazy_pattern(r"\\[pPxN]\{[^}]*\}")

_COMMENTS = lazy_pattern(r"\(\?[a-wyzA-Z]*x[a-zA-Z]*[):-]")
# A group with a name, as Java writes it.
_NAMED_GROUP = lazy_pattern(r"\(\?<(?=[A-Za-z])")

# Letters that mean nothing after a backslash; Java refuses them.
_NO_ESCAPES = frozenset("CEFgiIjJKlLmMoOqTUyY")


def check_pattern(value: Scalar) -> str | None:
    """A regular expression of Java."""
    if not isinstance(value, str):
        return None
    return None if _is_balanced(value) else "a regular expression of Java"


def _is_balanced(text: str) -> bool:
    """Whether groups and classes are closed and each quantifier has something to repeat.

    Text between `\\Q` and `\\E` is plain.
    """
    if _COMMENTS.search(text):
        # With this flag a `#` begins a comment, which is left to Java.
        return True
    text = re.sub(r"\\Q.*?(?:\\E|\Z)", "q", text, flags=re.DOTALL)
    depth = index = 0
    previous = "("
    while index < len(text):
        mark = text[index]
        if mark == "\\":
            if index + 1 == len(text):
                return False
            if text[index + 1] in _NO_ESCAPES:
                return False
            match = _NAMED_CHARACTER.match(text, index)
            index = match.end() - 1 if match else index + 1
        elif mark == "[":
            end = _find_class_end(text, index)
            if end is None:
                return False
            index = end
        elif mark == "(":
            if text.startswith("(?P", index):
                # Named groups as Python has them; those of Java are `(?<name>…)`.
                return False
            depth += 1
        elif mark == ")":
            depth -= 1
            if depth < 0:
                return False
        elif _is_dangling_quantifier(text, index, previous):
            return False
        previous = mark if mark in "(|" else "x"
        index += 1
    return depth == 0


def _is_dangling_quantifier(text: str, index: int, previous: str) -> bool:
    """Whether a quantifier has nothing to repeat, or a brace does not say how often."""
    mark = text[index]
    if mark == "{":
        return _REPETITION.match(text, index) is None
    return (mark in "*+" and previous in "(|") or (mark == "?" and (previous == "|" or not index))


def _find_class_end(text: str, start: int) -> int | None:
    """Where the class that opens at `start` closes; classes may hold classes."""
    depth, index = 0, start
    while index < len(text):
        mark = text[index]
        if mark == "\\":
            index += 1
        elif mark == "[":
            depth += 1
            # A bracket right after the opening one belongs to the class.
            index += text[index + 1 : index + 2] == "^"
            index += text[index + 1 : index + 2] == "]"
        elif mark == "]":
            depth -= 1
            if depth == 0:
                return index
        index += 1
    return None


def check_date_format(value: Scalar) -> str | None:
    """A pattern by which a date or time is written."""
    return _check_date_pattern(value, "")


def check_parse_format(value: Scalar) -> str | None:
    """A pattern by which a date or time is read."""
    return _check_date_pattern(value, _UNPARSABLE_LETTERS)


def _check_date_pattern(value: Scalar, refused_letters: str) -> str | None:
    if not isinstance(value, str):
        return None
    if value.count("'") % 2:
        return "a format whose quotes are closed"
    for match in _RUN.finditer(value):
        letter = match[1]
        if match[0] in ("{", "}", "#"):
            return f"a format without `{match[0]}`"
        if letter is not None and (letter not in _LETTER_COUNTS or letter in refused_letters):
            return f"a format without the letter `{letter}`, or with it in single quotes"
        if letter is not None and len(match[0]) not in _LETTER_COUNTS[letter]:
            return f"a format without `{match[0]}`"
    return None


def decimal_format(value: Scalar) -> str | None:
    """A pattern of Java's `DecimalFormat`; what is beside the digits is left to Java."""
    if not isinstance(value, str):
        return None
    expected_format = "a format of Java's DecimalFormat such as '#,##0.00'"
    if value.count("'") % 2 or value.count("%") > 1:
        return expected_format
    plain = re.sub("'[^']*'", "", value)
    if ";" in plain and (plain.startswith(";") or plain.count(";") > 1):
        return expected_format
    match = re.fullmatch(r"[^0#,.;E]*([0#,.]+)[^0#,.;E]*", plain)
    if match is None:
        return None
    whole, _, fraction = match[1].partition(".")
    is_good = (
        re.fullmatch("#*0*", whole.replace(",", "")) is not None
        and not whole.endswith(",")
        and re.fullmatch("0*#*", fraction) is not None
    )
    return None if is_good else expected_format


def check_json(value: Scalar) -> str | None:
    """A JSON document, whose objects have each key once and whose numbers are numbers."""
    return _json_problem(value, _STRICT)


def lenient_json(value: Scalar) -> str | None:
    """A JSON document as the reader of files takes it; single quotes are left to Spark."""
    is_quoted = isinstance(value, str) and "'" in value
    return None if is_quoted else _json_problem(value, _LENIENT)


def _json_problem(value: Scalar, decoder: json.JSONDecoder) -> str | None:
    """What is wrong with the beginning of a text; Spark does not look at the rest."""
    if not isinstance(value, str):
        return None
    text = value.lstrip()
    try:
        _, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return "a JSON document"
    ends = end == len(text) or text[end].isspace() or text[0] in '{["'
    return None if ends else "a JSON document"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


_LENIENT = json.JSONDecoder(strict=False)
_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number, strict=False)


def check_json_path(value: Scalar) -> str | None:
    """A path such as `$.a[0].b`."""
    return _check_path(value, _JSON_STEP)


def check_variant_path(value: Scalar) -> str | None:
    """A path into a variant, such as `$.a[0]['b']`."""
    return _check_path(value, _VARIANT_STEP)


def _check_path(value: Scalar, step: re.Pattern[str]) -> str | None:
    if not isinstance(value, str):
        return None
    is_path = value.startswith("$") and re.fullmatch(f"(?:{step.pattern})*", value[1:], step.flags)
    return None if is_path else "a path such as '$.a[0].b'"


def check_time_zone(value: Scalar) -> str | None:
    """The name of a time zone, or an offset."""
    if not isinstance(value, str):
        return None
    return None if is_zone(value) else "a time zone such as 'Europe/Berlin' or '+02:00'"


def check_duration(value: Scalar) -> str | None:
    """The width of a window: an interval of weeks, days and times."""
    if not isinstance(value, str):
        return None
    try:
        units = parse_interval_units(value)
    except UnitsError:
        return "a duration such as '10 minutes'"
    if units & {"year", "month"}:
        return "a duration without months and years, which differ in length"
    return None


def check_positive_duration(value: Scalar) -> str | None:
    """The width of a window, which has to be above 0."""
    problem = check_duration(value)
    if problem is not None:
        return problem
    width = duration_microseconds(value)
    return "a duration above 0" if width is not None and width <= 0 else None


def duration_microseconds(value: object) -> int | None:
    """How long a duration is; None where that is not known."""
    if not isinstance(value, str):
        return None
    try:
        duration = interval_values.parse_duration(
            re.sub(r"\A\s*interval\s+", "", value, flags=re.IGNORECASE)
        )
    except (ValueError, OverflowError):
        return None
    return duration // timedelta(microseconds=1)


def group_count(value: str) -> int | None:
    """How many groups a regular expression has; None where Python reads it otherwise than Java."""
    try:
        return re.compile(_NAMED_GROUP.sub("(?P<", value)).groups
    except (re.error, OverflowError):
        return None


def check_collation(value: Scalar) -> str | None:
    """The name of a collation."""
    if not isinstance(value, str):
        return None
    return None if is_collation(value) else "a collation such as 'UNICODE_CI'"
