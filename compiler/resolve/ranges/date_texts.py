"""Forms of dates and times as texts."""

from __future__ import annotations

from collections.abc import Sequence
import re
from typing import TYPE_CHECKING

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.ranges.model import Form, ValueRange
from ssbt.compiler.types.ranges.spans import Span, unite_spans

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import RangeFinder

_PIECES = lazy_pattern(r"yyyy|MM|dd|HH|hh|mm|ss|a|[^A-Za-z]")
_NUMERIC_PATTERN = lazy_pattern(r"(?:yyyy|MM|dd|HH|mm|ss|[-/.: ])+")
_FORMS = {
    "yyyy": r"(?:\d{4}|\+\d{5,})",
    "MM": "(?:0[1-9]|1[0-2])",
    "dd": "(?:0[1-9]|[12][0-9]|3[01])",
    "HH": "(?:[01][0-9]|2[0-3])",
    **dict.fromkeys(("mm", "ss"), "[0-5][0-9]"),
}
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_NAMES = {
    "EEEE": _DAYS,
    **{letters: [day[:3] for day in _DAYS] for letters in ("E", "EE", "EEE")},
    "MMMM": _MONTHS,
    "MMM": [month[:3] for month in _MONTHS],
    "a": ["AM", "PM"],
}


def find_date_text(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    """What `date_format` and its like give."""
    name = function_name(node)
    if name in ("dayname", "monthname"):
        words = [word[:3] for word in (_DAYS if name == "dayname" else _MONTHS)]
        return _words(words, f"`{name}` gives names such as '{words[0]}'")
    if name == "from_unixtime" and len(parts) == 1:
        pattern: str | None = "yyyy-MM-dd HH:mm:ss"
    else:
        pattern = finder.view.text(parts[1]) if len(parts) == 2 else None
    if pattern in _NAMES:
        words = _NAMES[pattern]
        return _words(words, f"`{pattern}` gives names such as '{words[0]}'")
    if pattern is None or not _NUMERIC_PATTERN.fullmatch(pattern):
        return None
    form = "".join(_FORMS.get(part, re.escape(part)) for part in _PIECES.findall(pattern))
    reason = f"`{pattern}` gives texts of another form"
    separators = "".join(re.escape(sign) for sign in re.findall("[-/.: ]", pattern))
    return ValueRange(
        (Span(""),),
        forms=(Form(lazy_pattern(form), reason, None, lazy_pattern(rf"[+\d{separators}]")),),
        reason=reason,
    )


def _words(words: list[str], reason: str) -> ValueRange:
    by_lower = {word.lower(): word for word in words}
    form = Form(
        lazy_pattern("|".join(words)),
        reason,
        lambda text: by_lower.get(text.lower(), text),
        lazy_pattern("[A-Za-z]"),
    )
    return ValueRange(unite_spans(Span(word, word) for word in words), forms=(form,), reason=reason)
