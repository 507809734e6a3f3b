"""What a word or number without quotes means."""

from __future__ import annotations

import math

from ssbt.compiler.hocon.nodes import Plain
from ssbt.compiler.hocon.problems import configuration_error
from ssbt.compiler.hocon.tokens import Token
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span
from ssbt.compiler.whole_numbers import parse_whole

_NUMBER = lazy_pattern(r"-?(?=\.?[0-9])[0-9]*(?P<fraction>(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)")
_WORDS: dict[str, Plain] = {"true": True, "false": False, "null": None}


def parse_plain(token: Token, path: str) -> Plain:
    """What a word or number means: one that is no number is text; raises ConfigurationError."""
    if token.kind != "number":
        return _WORDS.get(token.text, token.text)
    refuse_plus(token, path)
    match = _NUMBER.fullmatch(token.text)
    if match is None:
        return token.text
    if match["fraction"]:
        number = float(token.text)
        if math.isinf(number):
            message = "this number is too large for a DOUBLE"
            raise configuration_error(Span(path, token.start, token.end), message)
        return number
    whole = parse_whole(token.text)
    return token.text if whole is None else whole


def refuse_plus(token: Token, path: str) -> None:
    """A plus in what looks like a number stands in its exponent only; raises ConfigurationError."""
    if token.kind == "number" and "+" in token.text and not _NUMBER.fullmatch(token.text):
        message = f"`{token.text}` stands in quotes only"
        raise configuration_error(Span(path, token.start, token.end), message)
