"""The tokens of one file, read one after the other."""

from __future__ import annotations

from ssbt.compiler.hocon.problems import ConfigurationError, configuration_error
from ssbt.compiler.hocon.tokens import Token, tokenize
from ssbt.compiler.source import Source, Span


class TokenCursor:
    """A place among the tokens of a file, which moves forward only; `path` is the file's."""

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self._tokens = list(tokenize(source))
        self._position = 0

    @property
    def last(self) -> Token:
        """The token before the next one."""
        return self._tokens[self._position - 1]

    def peek(self) -> Token:
        """The next token."""
        return self._tokens[self._position]

    def advance(self) -> Token:
        """The next token, and on to the one after it; the end stays the end."""
        token = self._tokens[self._position]
        self._position += token.kind != "end"
        return token

    def accept(self, mark: str) -> bool:
        """Go past a mark; whether it is next."""
        is_present = self.peek().kind == "mark" and self.peek().text == mark
        self._position += is_present
        return is_present

    def skip_space(self, newlines: bool = True) -> bool:
        """Skip white space; whether there was a line end in it."""
        has_newline = False
        while self.peek().kind == "space" or (newlines and self.peek().kind == "newline"):
            has_newline |= self.advance().kind == "newline"
        return has_newline

    def span(self, first: Token, last: Token) -> Span:
        """The place from one token to another."""
        return Span(self.path, first.start, max(first.end, last.end))

    def error_here(self, message: str) -> ConfigurationError:
        """The exception for a finding at the next token."""
        return configuration_error(self.span(self.peek(), self.peek()), message)
