"""The quoting functions: whatever a value holds, its text is one literal on one line.

Nothing else in `emit` puts quotes around text. Characters that a person would not see as they are
(controls, marks of direction, halves of surrogate pairs, pictures) are written as escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import math
from typing import TypeAlias

from msgspec import Struct

from ssbt.compiler.emit.characters import is_mark, is_shown
from ssbt.compiler.types.interval_values import Months

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class PythonCode(Struct, frozen=True):
    """Python code, made by the compiler and not by the user."""

    text: str


Part: TypeAlias = str | PythonCode


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
            return f"{sign}dt.timedelta({_parts(abs(value))})"
        case None | bool() | int():
            return repr(value)
        case str():
            quote = _quote(value)
            if _is_shorter_raw(value, quote):
                return f"r{quote}{value}{quote}"
            return f"{quote}{escaped(value, quote)}{quote}"
        case bytes():
            return f"bytes.fromhex({python_literal(value.hex())})" if value else 'b""'
        case float():
            # Black writes 1e16, Python 1e+16.
            return repr(value).replace("e+", "e") if math.isfinite(value) else f'float("{value}")'
        case Decimal():
            return f'Decimal("{value}")'
        case datetime():
            return f"dt.datetime({_fields(value)})"
        case date():
            return f"dt.date({value.year}, {value.month}, {value.day})"
        case list():
            return f"[{_items(value)}]"
        case tuple():
            return f"({_items(value)}{',' if len(value) == 1 else ''})"
        case dict():
            items = (f"{python_literal(k)}: {python_literal(v)}" for k, v in value.items())
            return f"{{{', '.join(items)}}}"
        case _:
            pass
    raise TypeError(f"no literal for a {type(value).__name__}")


def _items(values: Iterable[object]) -> str:
    return ", ".join(map(python_literal, values))


def _fields(moment: datetime) -> str:
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


def _parts(interval: timedelta) -> str:
    """The arguments, each no more than fits below the one before."""
    minutes, seconds = divmod(interval.seconds, 60)
    named = {
        "days": interval.days,
        "hours": minutes // 60,
        "minutes": minutes % 60,
        "seconds": seconds,
        "microseconds": interval.microseconds,
    }
    return ", ".join(f"{name}={value}" for name, value in named.items() if value)


def f_string(parts: Sequence[Part]) -> str:
    """Text with values in it; plain text alone gives a plain literal.

    The code in it must hold neither quotes nor backslashes, which Python before 3.12 rejects.
    """
    if not any(isinstance(part, PythonCode) for part in parts):
        return python_literal("".join(str(part) for part in parts))
    quote = _quote("".join(part for part in parts if isinstance(part, str)))
    body = ""
    for part in parts:
        if isinstance(part, PythonCode):
            assert not set(part.text) & set("\"'\\"), part.text
            body += f"{{{part.text}}}"
        else:
            # A mark at the start of a part would be drawn upon the brace.
            body += escaped(part, quote).replace("{", "{{").replace("}", "}}")
    return f"f{quote}{body}{quote}"


def _is_shorter_raw(text: str, quote: str) -> bool:
    """Whether a raw literal can hold the text, and saves more characters than its own `r`."""
    without = text.replace("\\", "")
    # Double quotes in it would make black choose other quotes around it.
    can = not text.endswith("\\") and '"' not in text and escaped(without, quote) == without
    return can and len(text) - len(without) > 1


def _quote(text: str) -> str:
    """The quote that needs fewer escapes; the double one where both need as many, as in black."""
    return "'" if text.count("'") < text.count('"') else '"'


def escaped(text: str, quote: str) -> str:
    """`text` as it stands between `quote`s."""
    result = []
    after_shown = False
    for char in text:
        shown = is_shown(char) and (after_shown or not is_mark(char))
        if char == quote:
            result.append("\\" + char)
        elif char in _ESCAPES:
            result.append(_ESCAPES[char])
        else:
            result.append(char if shown else _numbered(char))
        after_shown = shown
    return "".join(result)


def _numbered(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """`text` for a place that is no literal: on one line, what is not shown as an escape."""
    return "".join(
        char if is_shown(char) and not (is_mark(char) and index == 0) else _visible(char)
        for index, char in enumerate(text)
    )


def _visible(char: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or _numbered(char)
