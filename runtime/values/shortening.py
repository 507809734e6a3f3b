"""Texts for a log that may quote a value of any size."""

import re

_LONGEST_RUN, _LONGEST_TEXT = 300, 3_000
_RUN = re.compile(rf"\S{{{_LONGEST_RUN},}}")


def shorten(text: str) -> str:
    """A message without the middle of very long words, nor its own middle if it is still long."""
    text = _RUN.sub(lambda run: _without_middle(run[0], _LONGEST_RUN), text)
    return text if len(text) <= _LONGEST_TEXT else _without_middle(text, _LONGEST_TEXT)


def _without_middle(text: str, length: int) -> str:
    return f"{text[: length * 2 // 3]}…{text[-length // 5 :]}"
