"""Credentials within a query in SQL, of which only the text is known."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.patterns import lazy_pattern

CIPHERS = ("aes_encrypt", "aes_decrypt", "try_aes_decrypt")
_CALL = lazy_pattern(rf"(?i)\b({'|'.join(CIPHERS)})\s*\(")
_TOKEN = lazy_pattern(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`|--[^\n]*|/\*(?s:.*?)\*/|[(),]|[^'\"`(),\-/]+|."
)
_LITERAL = lazy_pattern(r"(?i)'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|\b\d+\b")
# What is left of a column, a parameter or a dataset once literals and calls are away.
_CALLED = lazy_pattern(r"\b[A-Za-z_]\w*\s*(?=\()")
_NAME = lazy_pattern(r"[\w`:{]")


def find_cipher_with_key(query: str) -> str | None:
    """The first function for ciphers whose key is written into the query."""
    for call in _CALL.finditer(query):
        arguments = list(_split_arguments(query, call.end()))
        if (
            len(arguments) > 1
            and not _is_constant(arguments[0])
            and _is_constant(arguments[1])
            and _LITERAL.search(arguments[1])
        ):
            return call.group(1).lower()
    return None


def _split_arguments(query: str, start: int) -> Iterator[str]:
    """The arguments of the call whose bracket opens before `start`."""
    depth, argument = 0, ""
    for match in _TOKEN.finditer(query, start):
        sign = match.group()
        if sign == ")" and not depth:
            break
        if sign == "," and not depth:
            yield argument
            argument = ""
            continue
        depth += (sign == "(") - (sign == ")")
        argument += "" if sign.startswith(("--", "/*")) else sign
    yield argument


def _is_constant(argument: str) -> bool:
    without_literals = _LITERAL.sub(" ", argument)
    without_calls = _CALLED.sub(" ", without_literals)
    return _NAME.search(without_calls) is None
