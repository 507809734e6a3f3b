"""`-k`: which tests are meant, by words in their names."""

from __future__ import annotations

from collections.abc import Callable
import re

Chosen = Callable[[str], bool]
_WORDS = re.compile(r"""\s*(?:([()])|"([^"]*)"|'([^']*)'|([^\s()"']+))""")


class ExpressionError(ValueError):
    """An expression that is none; the text says why, for people."""


def chosen(expression: str) -> Chosen:
    """Whether a name is meant: `late and not (empty or 'no rows')`, each word a part of the name.

    Case does not matter; words side by side without `and` or `or` are one text. Raises
    ExpressionError.
    """
    reader = _Reader(expression)
    found = reader.either()
    if reader.next() is not None:
        raise ExpressionError(f"`{reader.next()}` is one too many in `{expression}`")
    return lambda name: found(name.casefold())


class _Reader:
    """Descends through `or`, `and`, `not` and parentheses."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._words: list[tuple[str, bool]] = []
        place = 0
        text = expression.rstrip()
        while place < len(text):
            match = _WORDS.match(text, place)
            if match is None:
                raise ExpressionError(f"a quote is not closed in `{expression}`")
            place = match.end()
            quoted = match[2] if match[2] is not None else match[3]
            plain = match[1] or match[4]
            self._words.append((plain, False) if plain is not None else (quoted, True))

    def next(self) -> str | None:
        """The word that comes next; one in quotes is never an operator."""
        if not self._words:
            return None
        text, quoted = self._words[0]
        return f"'{text}'" if quoted else text

    def _take(self, word: str) -> bool:
        found = (self.next() or "").lower() == word
        if found:
            self._words.pop(0)
        return found

    def either(self) -> Chosen:
        """Parts with `or` between them."""
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return lambda name: any(part(name) for part in parts)

    def _both(self) -> Chosen:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return lambda name: all(part(name) for part in parts)

    def _one(self) -> Chosen:
        if self._take("not"):
            inner = self._one()
            return lambda name: not inner(name)
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                raise ExpressionError(f"a `)` is missing in `{self._expression}`")
            return inner
        return self._text()

    def _text(self) -> Chosen:
        words: list[str] = []
        while (word := self.next()) is not None and word.lower() not in ("and", "or", "(", ")"):
            words.append(self._words.pop(0)[0])
        if not words:
            raise ExpressionError(f"a word is missing in `{self._expression}`")
        text = " ".join(words).casefold()
        return lambda name: text in name
