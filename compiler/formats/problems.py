"""What is wrong with a schema's text, and where."""

from __future__ import annotations


class SchemaProblemError(Exception):
    """A mistake at `start` up to `end` of the text; `message` says what, `help` the way out.

    `instead` is what should stand there, where that is known.
    """

    def __init__(
        self, start: int, end: int, message: str, help: str = "", instead: str = ""
    ) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.message = message
        self.help = help
        self.instead = instead
