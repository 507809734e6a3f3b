"""The quoting functions: whatever a value holds, its text is one literal on one line.

Nothing else in `emit` puts quotes around text. Characters that a person would not see as they are
(controls, marks of direction, halves of surrogate pairs, pictures) are written as escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import math
import re
from typing import TypeAlias

from msgspec import Struct

from ssbt.compiler.emit.characters import is_mark, is_visible
from ssbt.compiler.ir.expressions import TextMark
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.interval_values import Months

_ESCAPED = lazy_pattern(r"\\(?:x(..)|u(....)|U(........)|(.))")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class PythonCode(Struct, frozen=True):
    """Python code, made by the compiler and not by the user."""

    text: str


Part: TypeAlias = str | PythonCode | TextMark

# Marks within literals, until the layout replaces them; text has its control characters escaped.
MARK_CHARACTERS = {mark: chr(code) for code, mark in enumerate(TextMark, start=1)}


def python_literal(value: object) -> str:
    """`value` as Python source: black's spelling, on one line, and equal to it when evaluated.

    Dates and intervals need `import datetime as dt`, decimals `from decimal import Decimal`, months
    the runtime's `Months`.
    """
    match value:
        case PythonCode():
            return value.text
        case Months():
            return f"Months({int(value)})"
        case timedelta():
            sign = "-" if value < timedelta() else ""
            return f"{sign}dt.timedelta({_timedelta_arguments(abs(value))})"
        case None | bool() | int():
            return repr(value)
        case str():
            return _text_literal(value)
        case bytes():
            return f"bytes.fromhex({python_literal(value.hex())})" if value else 'b""'
        case float():
            # Black writes 1e16, Python 1e+16.
            return repr(value).replace("e+", "e") if math.isfinite(value) else f'float("{value}")'
        case Decimal():
            return f'Decimal("{value}")'
        case datetime():
            return f"dt.datetime({_datetime_arguments(value)})"
        case date():
            return f"dt.date({value.year}, {value.month}, {value.day})"
        case list() | tuple() | dict():
            return _collection_literal(value)
        case _:
            pass
    raise TypeError(f"no literal for a {type(value).__name__}")


def _text_literal(text: str) -> str:
    quote = _choose_quote(text)
    if _is_shorter_raw(text, quote):
        return f"r{quote}{text}{quote}"
    return f"{quote}{escape(text, quote)}{quote}"


def _collection_literal(
    values: list[object] | tuple[object, ...] | dict[object, object],
) -> str:
    if isinstance(values, dict):
        items = (f"{python_literal(k)}: {python_literal(v)}" for k, v in values.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(values, tuple):
        return f"({_items(values)}{',' if len(values) == 1 else ''})"
    return f"[{_items(values)}]"


def _items(values: Iterable[object]) -> str:
    return ", ".join(map(python_literal, values))


def _datetime_arguments(moment: datetime) -> str:
    fields = [moment.year, moment.month, moment.day, moment.hour, moment.minute]
    fields += [moment.second, moment.microsecond]
    while len(fields) > 3 and not fields[-1]:
        fields.pop()
    offset = moment.utcoffset()
    if offset is None:
        return _items(fields)
    zone = "dt.timezone.utc"
    if moment.tzinfo is not UTC and offset:
        zone = f"dt.timezone(dt.timedelta(seconds={offset // timedelta(seconds=1)}))"
    return f"{_items(fields)}, tzinfo={zone}"


def _timedelta_arguments(interval: timedelta) -> str:
    """The arguments, each no more than fits below the one before."""
    minutes, seconds = divmod(interval.seconds, 60)
    arguments = {
        "days": interval.days,
        "hours": minutes // 60,
        "minutes": minutes % 60,
        "seconds": seconds,
        "microseconds": interval.microseconds,
    }
    return ", ".join(f"{name}={value}" for name, value in arguments.items() if value)


def f_string(parts: Sequence[Part]) -> str:
    """Text with values in it; text without any gives a plain or raw literal.

    The code in it must hold neither quotes nor backslashes, which Python before 3.12 rejects.
    """
    text = "".join(part for part in parts if isinstance(part, str))
    quote = _choose_quote(text)
    if any(isinstance(part, PythonCode) for part in parts):
        return f"f{quote}{''.join(_f_string_part(part, quote) for part in parts)}{quote}"
    is_raw = _is_shorter_raw(text, quote)
    body = "".join(
        MARK_CHARACTERS[part]
        if isinstance(part, TextMark)
        else str(part)
        if is_raw
        else escape(str(part), quote)
        for part in parts
    )
    return f"{'r' if is_raw else ''}{quote}{body}{quote}"


def _f_string_part(part: Part, quote: str) -> str:
    if isinstance(part, TextMark):
        return MARK_CHARACTERS[part]
    if isinstance(part, PythonCode):
        assert not set(part.text) & set("\"'\\"), part.text
        return f"{{{part.text}}}"
    # A mark at the start of a part would be drawn upon the brace.
    return escape(part, quote).replace("{", "{{").replace("}", "}}")


def _is_shorter_raw(text: str, quote: str) -> bool:
    """Whether a raw literal can hold the text, and saves more characters than its own `r`."""
    unescaped = text.replace("\\", "")
    # Double quotes in it would make black choose other quotes around it.
    is_possible = (
        not text.endswith("\\") and '"' not in text and escape(unescaped, quote) == unescaped
    )
    return is_possible and len(text) - len(unescaped) > 1


def _choose_quote(text: str) -> str:
    """The quote that needs fewer escapes; the double one where both need as many, as in black."""
    return "'" if text.count("'") < text.count('"') else '"'


def escape(text: str, quote: str) -> str:
    """`text` as it is between `quote`s."""
    if text.isascii() and text.isprintable() and quote not in text and "\\" not in text:
        return text
    result = []
    after_plain = False
    for char in text:
        is_plain = is_visible(char) and (after_plain or not is_mark(char))
        if char == quote:
            result.append("\\" + char)
        elif char in _ESCAPES:
            result.append(_ESCAPES[char])
        else:
            result.append(char if is_plain else _numeric_escape(char))
        after_plain = is_plain
    return "".join(result)


def unescape(text: str) -> str:
    """What `escape` had."""
    return _ESCAPED.sub(_unescape_character, text)


def _unescape_character(match: re.Match[str]) -> str:
    plain: str | None = match[4]
    if plain is None:
        return chr(int(match[1] or match[2] or match[3], 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(plain, plain)


def _numeric_escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escape_invisible(text: str) -> str:
    """`text` for a place that is no literal: on one line, what is not shown as an escape."""
    return "".join(
        char if is_visible(char) and not (is_mark(char) and index == 0) else _escape_character(char)
        for index, char in enumerate(text)
    )


def _escape_character(char: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or _numeric_escape(char)
