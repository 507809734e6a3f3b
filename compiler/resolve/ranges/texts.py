"""Forms of the texts that functions give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import re
from typing import TYPE_CHECKING

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.ranges.date_texts import find_date_text
from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    BinaryType,
    DecimalType,
    IntegralType,
    StringType,
)
from ssbt.compiler.types.folding.calls import fold_call
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import Form, ValueRange, range_of_points
from ssbt.compiler.types.ranges.spans import Span, unite_spans

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder

_WHOLE_TEXT = (Span(""),)


def build_range(*forms: Form) -> ValueRange:
    """The texts of some form."""
    return ValueRange(_WHOLE_TEXT, forms=forms, reason=forms[0].reason if forms else "")


def is_plain(finder: RangeFinder, node: e.Expression) -> bool:
    return finder.view.data_type(node) == StringType()


# ---- upper and lower case


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else text


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else text


def _letter_case(name: str, kind: str, letters: str, correct: Callable[[str], str]) -> FindRange:
    form = Form(
        lazy_pattern(f"(?s:[^{letters}]*)"),
        f"what `{name}` gives has no {kind} letters",
        correct,
        lazy_pattern(f"(?s:[^{letters}])"),
    )

    def find(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
        if len(parts) != 1 or not is_plain(finder, node):
            return None
        inner = finder.find_range(parts[0])
        points = inner.points if inner is not None else None
        if points and all(isinstance(p, str) and p.isascii() for p in points):
            return range_of_points([correct(str(p)) for p in points], form.reason)
        forms = [form]
        for each in inner.forms if inner is not None else ():
            if each.lengths is not None and each.alphabet is not None:
                # These are of letters that have one of the other case each.
                forms.append(_with_either_case(each))
        return build_range(*forms)

    return find


def _with_either_case(form: Form) -> Form:
    flags = re.IGNORECASE | re.ASCII
    alphabet = None if form.alphabet is None else lazy_pattern(form.alphabet.pattern, flags)
    return Form(
        lazy_pattern(form.pattern.pattern, flags), form.reason, None, alphabet, form.lengths
    )


_CAPITALISED = Form(
    lazy_pattern(r"(?s:(?:[^a-z ][^A-Z ]*)?(?: (?:[^a-z ][^A-Z ]*)?)*)"),
    "what `initcap` gives has one capital letter a word, in front",
    lambda text: " ".join(word[:1].upper() + word[1:].lower() for word in text.split(" ")),
)


def _initcap(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    return build_range(_CAPITALISED) if is_plain(finder, node) else None


# ---- blanks at the ends

_TRIMMED = {
    "trim": (r"(?s:(?! ).*(?<! ))|", "at its ends", lambda text: text.strip(" ")),
    "btrim": (r"(?s:(?! ).*(?<! ))|", "at its ends", lambda text: text.strip(" ")),
    "ltrim": (r"(?s:(?! ).*)", "in front", lambda text: text.lstrip(" ")),
    "rtrim": (r"(?s:.*(?<! ))|", "at its end", lambda text: text.rstrip(" ")),
}


def _trim(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    if len(parts) != 1 or node.keywords or not is_plain(finder, node):
        return None
    name = function_name(node)
    pattern, where, correct = _TRIMMED[name]
    return build_range(
        Form(lazy_pattern(pattern), f"what `{name}` gives has no blank {where}", correct)
    )


# ---- texts of digits


def _encoded_range(name: str, characters: str, kind: str, length: int | None) -> ValueRange:
    count = f"{{{length}}}" if length is not None else "*"
    correct = (lambda text: text.lower()) if kind == "small" else (lambda text: text.upper())
    letters = f"{kind} letters" if kind else "digits only"
    what = f"{length} digits with {letters}" if length and kind else letters
    return build_range(
        Form(
            lazy_pattern(f"[{characters}]{count}"),
            f"`{name}` gives {what}",
            correct if kind else None,
            lazy_pattern(f"[{characters}]"),
            (length or 0, length),
        )
    )


_SHA2 = {0: 64, 224: 56, 256: 64, 384: 96, 512: 128}
_DIGESTS = {"md5": 32, "sha": 40, "sha1": 40}


def _digest(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    name = function_name(node)
    length = _DIGESTS.get(name)
    if name == "sha2":
        bits = find_number(parts[1], finder) if len(parts) == 2 else None
        length = _SHA2.get(bits) if bits is not None else None
    return _encoded_range(name, "0-9a-f", "small", length)


def _hex(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    return _encoded_range("hex", "0-9A-F", "capital", None)


def _bin(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    return _encoded_range("bin", "01", "", None)


def _uuid(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    pattern = lazy_pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
    reason = "`uuid` gives 36 characters with small letters"
    return build_range(Form(pattern, reason, _lower, lazy_pattern("[-0-9a-f]"), (36, 36)))


def _format_number(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    digits = find_number(parts[1], finder) if len(parts) == 2 else None
    if digits is None or digits < 0:
        return None
    if not isinstance(finder.view.data_type(parts[0]), IntegralType | DecimalType):
        return None
    fraction = rf"\.\d{{{digits}}}" if digits else ""
    pattern = lazy_pattern(rf"-?\d{{1,3}}(?:,\d{{3}})*{fraction}")
    tail = f" and {digits} after the point" if digits else ""
    reason = f"`format_number` gives a comma before each three digits{tail}"
    return build_range(Form(pattern, reason, None, lazy_pattern(r"[-\d,.]")))


# ---- lengths


def find_number(node: e.Expression, finder: RangeFinder) -> int | None:
    outcome = finder.view.outcome(node)
    content = outcome.value if isinstance(outcome, Value) else None
    return content if isinstance(content, int) and not isinstance(content, bool) else None


def sized_range(name: str, low: int, high: int | None) -> ValueRange:
    """The texts with this many characters."""
    most = "" if high is None else str(high)
    letters = "one character" if high == 1 else f"{most or low} characters"
    more = "" if low == high else " at most" if high is not None else " at least"
    return build_range(
        Form(
            lazy_pattern(f"(?s:.{{{low},{most}}})"),
            f"`{name}` gives {letters}{more} here",
            lengths=(low, high),
        )
    )


_LENGTH_PLACES = {"left": 1, "right": 1, "substring": 2, "substr": 2, "char": None, "chr": None}


def _part(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    name = function_name(node)
    place = _LENGTH_PLACES[name]
    if not is_plain(finder, node):
        return None
    if place is None:
        return sized_range(name, 0, 1)
    maximum = find_number(parts[place], finder) if len(parts) > place else None
    return sized_range(name, 0, maximum) if maximum is not None and maximum > 0 else None


def _pad(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    if len(parts) not in (2, 3) or not is_plain(finder, node):
        return None
    length = find_number(parts[1], finder)
    filling = finder.view.text(parts[2]) if len(parts) == 3 else " "
    if length is None or length < 1 or isinstance(finder.view.data_type(parts[0]), BinaryType):
        return None
    return sized_range(function_name(node), length if filling else 0, length)


def _points(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """A function of one of a few texts."""
    range_ = finder.find_range(parts[0]) if len(parts) == 1 else None
    points = range_.points if range_ is not None else None
    if not points or not is_plain(finder, node):
        return None
    type_ = finder.view.data_type(node)
    results = [fold_call(function_name(node), [Value(type_, p)], type_) for p in points]
    texts = [r.value for r in results if isinstance(r, Value) and isinstance(r.value, str)]
    if len(texts) < len(points):
        return None
    spans = unite_spans(Span(text, text) for text in texts)
    return ValueRange(spans, reason=range_.reason if range_ is not None else "")


RANGES: Mapping[str, FindRange] = {
    **{name: _letter_case(name, "small", "a-z", _upper) for name in ("upper", "ucase")},
    **{name: _letter_case(name, "capital", "A-Z", _lower) for name in ("lower", "lcase")},
    "initcap": _initcap,
    **dict.fromkeys(_TRIMMED, _trim),
    **dict.fromkeys((*_DIGESTS, "sha2"), _digest),
    "hex": _hex,
    "bin": _bin,
    "uuid": _uuid,
    "format_number": _format_number,
    **dict.fromkeys(_LENGTH_PLACES, _part),
    **dict.fromkeys(("lpad", "rpad"), _pad),
    "reverse": _points,
    **dict.fromkeys(("date_format", "dayname", "monthname", "from_unixtime"), find_date_text),
}
