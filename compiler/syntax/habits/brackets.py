"""Operands and arguments in a text that does not parse, by its brackets and quotes alone."""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern

STRING = lazy_pattern(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NAME_BEFORE = lazy_pattern(r"(?:[^\W\d][\w.]*|`[^`]+`)$")
_QUOTED_BEFORE = lazy_pattern(r"(?:'[^'\\]*'|\"[^\"\\]*\")$")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# How far before its end an operand may begin.
_MAXIMUM_LENGTH = 400


def find_closing(text: str, opening: int) -> int | None:
    """The offset of the bracket that closes the one at `opening`."""
    depth, at = 0, opening
    while at < len(text):
        if match := STRING.match(text, at):
            at = match.end()
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0:
            return at
        at += 1
    return None


def find_operand(text: str, end: int) -> int | None:
    """Where the call, subscript, text or name begins that ends there."""
    at = end
    if match := _QUOTED_BEFORE.search(text, max(0, end - _MAXIMUM_LENGTH), end):
        return match.start()
    while text[at - 1 : at] in (")", "]") and at:
        opening = _find_opening(text, at - 1)
        if opening is None:
            return None
        at = opening
    if match := _NAME_BEFORE.search(text, max(0, at - _MAXIMUM_LENGTH), at):
        return match.start()
    return at if at < end else None


def _find_opening(text: str, closing: int) -> int | None:
    for opening in range(closing, max(0, closing - _MAXIMUM_LENGTH) - 1, -1):
        if text[opening] in _CLOSING and find_closing(text, opening) == closing:
            return opening
    return None


def split_arguments(text: str) -> tuple[str, ...]:
    """What is between the commas outside brackets and quotes."""
    arguments: list[str] = []
    start = at = depth = 0
    while at < len(text):
        if match := STRING.match(text, at):
            at = match.end()
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if text[at] == "," and depth == 0:
            arguments.append(text[start:at].strip())
            start = at + 1
        at += 1
    last = text[start:].strip()
    return (*arguments, last) if last or arguments else ()
