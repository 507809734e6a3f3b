"""The way out where a function cannot use a constant: the one that was probably meant."""

from __future__ import annotations

from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.foreign_operators import Hint
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.strings import quote_string
from ssbt.compiler.types import texts
from ssbt.compiler.types.datetime_patterns import correct_pattern, find_slips
from ssbt.compiler.types.folding.dates import UNITS

_PLAIN_PATTERNS = ("split", "regexp_replace")
_OF_DATES = frozenset(
    {
        *("date_format", "from_unixtime", "to_date", "to_timestamp", "to_timestamp_ltz"),
        *("to_timestamp_ntz", "to_unix_timestamp", "try_to_date", "try_to_timestamp"),
        *("unix_timestamp", "to_char", "to_varchar"),
    }
)
_SIGNS = lazy_pattern(r"([\\.\[\]{}()*+?^$|])")
# What `trunc` takes for a date, and `date_trunc` for a time, in full.
_UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHARSETS = ("UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "ISO-8859-1", "US-ASCII")


def find_constant_hint(name: str, node: e.Call, index: int) -> Hint | None:
    """What was meant by the constant at a place among the arguments of a function."""
    if index >= len(node.arguments):
        return None
    part = node.arguments[index].value
    if not isinstance(part, e.StringLiteral):
        return None
    text, correction = part.value, None
    if name in _PLAIN_PATTERNS and index == 1:
        raw_literal = "r'" + _SIGNS.sub(r"\\\1", text) + "'"
        is_raw = "'" not in text
        return (
            (f"as plain text it is {raw_literal}", (Edit(part.span, raw_literal),))
            if is_raw
            else None
        )
    if name == "trunc" and text.upper() in UNITS:
        replacement = f"date_trunc({ssbt_text(part)}, {ssbt_text(node.arguments[0].value)})"
        return f"times are cut by `{replacement}`", (Edit(node.span, replacement),)
    if name in ("trunc", "date_trunc"):
        correction = _suggest_unit(text)
    elif name == "next_day":
        correction = did_you_mean(text, _DAYS)
    elif name == "encode":
        correction = did_you_mean(text, _CHARSETS)
    elif name in _OF_DATES:
        correction = _correct_pattern(text)
    if correction is None:
        return None
    literal = quote_string(correction)
    return f"write {literal}", (Edit(part.span, literal),)


def _suggest_unit(text: str) -> str | None:
    singular = text.strip().lower().removesuffix("s")
    return singular if singular in _UNITS else did_you_mean(text.lower(), _UNITS)


def _correct_pattern(pattern: str) -> str | None:
    """The pattern of dates with its slips mended, if that makes it a good one."""
    slips = find_slips(pattern)
    correction = correct_pattern(pattern, slips)
    return correction if slips and texts.check_parse_format(correction) is None else None
