"""Texts of bytes, and bytes of texts: functions that stop at what their encoding does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import BinaryType, DataType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque

_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
# Python's names of the character sets, where the two agree about what is malformed.
_CHARSETS = {
    "UTF-8": "utf-8",
    "US-ASCII": "ascii",
    "ISO-8859-1": "latin-1",
    "UTF-16BE": "utf-16-be",
    "UTF-16LE": "utf-16-le",
}
# Java reads these by their mark, and from the highest byte without one.
_MARKED = {"UTF-16": ("utf-16", "utf-16-be", b"\xff\xfe"), "UTF-32": ("utf-32", "utf-32-be", b"")}
_ESCAPE = lazy_pattern(r"%(?!\+?[0-9A-Fa-f]{1,2})|%[0-9A-Fa-f](?![0-9A-Fa-f])", re.DOTALL)
# What no address has, whatever the part; the rest depends on the part and is left to Spark.
_NOT_IN_ADDRESS = lazy_pattern(r"[\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_BRACKET_IN_HOST = lazy_pattern(r"[A-Za-z][\w+.-]*://\[[^\]]*\Z")
_MOST_OF_CONV = (1 << 64) - 1


def _evaluate_checked(problem: Callable[..., str | None], is_given: bool = True) -> Evaluate:
    """A function that fails where `problem` says why; `is_given` tells that it is null never."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        del ansi
        reason = problem(*(argument.value for argument in arguments))
        if reason is not None:
            return Failure(reason)
        return opaque(result) if is_given else None

    return evaluate


def _to_binary(text: str, format_: str = "hex") -> str | None:
    match format_.lower():
        case "hex" if not re.fullmatch(r"[0-9A-Fa-f]*", text):
            return f"'{text}' is not hexadecimal"
        case "base64" if not is_base64(text):
            return f"'{text}' is not Base64"
    return None


def is_base64(text: str) -> bool:
    """Whether a text is Base64 as `to_binary` wants it: the last group has two signs at least."""
    count = padding = 0
    for sign in text:
        if sign == "=":
            padding += 1
        elif sign in _BASE64:
            if padding:
                return False
            count += 1
        elif not sign.isspace():
            return False
    if padding > 2:
        return False
    return (count + padding) % 4 == 0 if padding else count % 4 != 1


def _unbase64(text: str) -> str | None:
    """`unbase64` skips what is not Base64, and stops at a last group that is not whole."""
    count = 0
    for place, sign in enumerate(text):
        if sign == "=":
            rest = text[place + 1 :]
            if count % 4 == 1 or count % 4 == 0 or (count % 4 == 2 and rest[:1] != "="):
                return f"the last group of '{text}' is not Base64"
            more = any(each in _BASE64 for each in rest)
            return f"'{text}' goes on after its end" if more else None
        count += sign in _BASE64
    return f"the last group of '{text}' is not Base64" if count % 4 == 1 else None


def _encode(text: str, charset: str) -> str | None:
    name = _CHARSETS.get(charset.upper())
    if name is None or name.startswith("utf"):
        return None
    try:
        text.encode(name)
    except UnicodeEncodeError as error:
        return f"{charset} has no '{text[error.start]}'"
    return None


def _decode(content: bytes, charset: str) -> str | None:
    name = _CHARSETS.get(charset.upper())
    if charset.upper() in _MARKED:
        marked, plain, mark = _MARKED[charset.upper()]
        name = marked if mark and content.startswith(mark) else plain
    if name is None:
        return None
    try:
        content.decode(name)
    except UnicodeDecodeError:
        return f"x'{content.hex().upper()}' is not {charset}"
    return None


def _url_decode(text: str) -> str | None:
    wrong = _ESCAPE.search(text)
    if wrong is None:
        return None
    return f"'{text[wrong.start() : wrong.start() + 3]}' in '{text}' is no escape"


def _parse_url(address: str, *others: str) -> str | None:
    del others
    if _NOT_IN_ADDRESS.search(address) or _BRACKET_IN_HOST.match(address):
        return f"'{address}' is not a URL"
    return None


def _conv(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    """`conv(text, from, to)`, as far as it fails; digits of another base end the number."""
    del result
    text, base, _ = (argument.value for argument in arguments)
    if not ansi or not isinstance(text, str) or not isinstance(base, int):
        return None
    number = 0
    for sign in text.strip(" ").removeprefix("-"):
        digit = int(sign, 36) if sign.isascii() and sign.isalnum() else 36
        if digit >= abs(base):
            break
        number = number * abs(base) + digit
    over = number > _MOST_OF_CONV
    return Failure(f"'{text}' is more than a number of 64 bits") if over else None


def _unhex(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    """Null where the text has a sign that is no digit."""
    del ansi
    digits = arguments[0].value
    if not isinstance(digits, str) or not isinstance(result, BinaryType):
        return None
    if not re.fullmatch(r"[0-9A-Fa-f]*", digits):
        return Value(result, None)
    return Value(result, bytes.fromhex(digits.zfill(len(digits) + 1 & ~1)))


FUNCTIONS: Mapping[str, Evaluate] = {
    "conv": _conv,
    "decode": _evaluate_checked(_decode),
    "encode": _evaluate_checked(_encode),
    "parse_url": _evaluate_checked(_parse_url, is_given=False),
    "to_binary": _evaluate_checked(_to_binary),
    "unbase64": _evaluate_checked(_unbase64),
    "unhex": _unhex,
    "url_decode": _evaluate_checked(_url_decode),
}
