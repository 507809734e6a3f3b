"""Texts with values in them, as Python and Scala write them: `f"{a} EUR"`, `s"$a"`."""

from __future__ import annotations

from collections.abc import Sequence
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.strings import quote_string

WAY_OUT = "texts are joined by `concat(…)` or `||`, and formatted by `format_string('%05d …', …)`"
_NUMBERED = lazy_pattern(r"\d*")
_SCALA = lazy_pattern(r"\$(?:\$|(?P<name>[^\W\d]\w*)|\{(?P<value>[^{}]*)\})")


def convert_f_string(match: re.Match[str]) -> str | None:
    """An f-string as a call of `concat`; None where a value has a format, which it would lose."""
    text = match["text"]
    # `$amount` is Scala's.
    return None if _SCALA.search(text) or "\\" in text else _join(_split_braces(text))


def convert_s_string(match: re.Match[str]) -> str | None:
    """Scala's `s"order-$id"` as a call of `concat`."""
    text, end = match["text"], 0
    parts: list[tuple[bool, str]] = []
    if "\\" in text:
        return None
    for each in _SCALA.finditer(text):
        parts.append((False, text[end : each.start()]))
        value = each["name"] or each["value"]
        parts.append((value is not None, value if value is not None else "$"))
        end = each.end()
    parts.append((False, text[end:]))
    return None if any("$" in part for is_value, part in parts[::2]) else _join(parts)


def convert_format(template: str, arguments: Sequence[str]) -> str | None:
    """`'{} EUR'.format(amount)` as a call of `concat`."""
    parts = _split_braces(template[1:-1])
    if parts is None or "\\" in template or any("=" in argument for argument in arguments):
        return None
    filled: list[tuple[bool, str]] = []
    counted = 0
    for is_value, part in parts:
        if not is_value:
            filled.append((False, part))
            continue
        if not _NUMBERED.fullmatch(part):
            return None
        index = int(part) if part else counted
        counted += not part
        if index >= len(arguments):
            return None
        filled.append((True, arguments[index]))
    return _join(filled)


def _split_braces(text: str) -> list[tuple[bool, str]] | None:
    """The pieces of a text, each with whether it is a value in braces; None where they are odd."""
    parts: list[tuple[bool, str]] = []
    plain, at = "", 0
    while at < len(text):
        char = text[at]
        if char in "{}" and text[at + 1 : at + 2] == char:
            plain, at = plain + char, at + 2
        elif char == "{":
            end = text.find("}", at)
            if end < 0:
                return None
            parts += [(False, plain), (True, text[at + 1 : end].strip())]
            plain, at = "", end + 1
        elif char == "}":
            return None
        else:
            plain, at = plain + char, at + 1
    return [*parts, (False, plain)]


def _join(parts: Sequence[tuple[bool, str]] | None) -> str | None:
    from ssbt.compiler.syntax.parsing import parse_expression

    if parts is None:
        return None
    operands: list[str] = []
    for is_value, part in parts:
        # A format such as `:05d` or `!r` makes another text; `a:b` alone would read as a variant.
        if is_value and (":" in part or parse_expression(part) is None):
            return None
        if is_value or part:
            operands.append(part if is_value else quote_string(part))
    if len(operands) == 1:
        return f"string({operands[0]})" if any(is_value for is_value, _ in parts) else operands[0]
    return f"concat({', '.join(operands)})" if operands else "''"
