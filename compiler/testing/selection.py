"""`-k`: which tests are meant, by words in their names."""

from __future__ import annotations

from collections.abc import Callable

from ssbt.compiler.patterns import lazy_pattern

NamePredicate = Callable[[str], bool]
_WORDS = lazy_pattern(r"""\s*(?:([()])|"([^"]*)"|'([^']*)'|([^\s()"']+))""")


class ExpressionError(ValueError):
    """An expression that is none; the text says why, for people."""


def parse_expression(expression: str) -> NamePredicate:
    """Whether a name is meant: `late and not (empty or 'no rows')`, each word a part of the name.

    Case does not matter; words side by side without `and` or `or` are one text. Raises
    ExpressionError.
    """
    reader = _ExpressionReader(expression)
    predicate = reader.parse_or()
    if reader.peek() is not None:
        raise ExpressionError(f"`{reader.peek()}` is one too many in `{expression}`")
    return lambda name: predicate(name.casefold())


class _ExpressionReader:
    """Descends through `or`, `and`, `not` and parentheses."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._words: list[tuple[str, bool]] = []
        position = 0
        text = expression.rstrip()
        while position < len(text):
            match = _WORDS.match(text, position)
            if match is None:
                raise ExpressionError(f"a quote is not closed in `{expression}`")
            position = match.end()
            quoted = match[2] if match[2] is not None else match[3]
            plain = match[1] or match[4]
            self._words.append((plain, False) if plain is not None else (quoted, True))

    def peek(self) -> str | None:
        """The word that comes next; one in quotes is never an operator."""
        if not self._words:
            return None
        text, quoted = self._words[0]
        return f"'{text}'" if quoted else text

    def _accept(self, word: str) -> bool:
        is_next = (self.peek() or "").lower() == word
        if is_next:
            self._words.pop(0)
        return is_next

    def parse_or(self) -> NamePredicate:
        """Parts with `or` between them."""
        parts = [self._parse_and()]
        while self._accept("or"):
            parts.append(self._parse_and())
        return lambda name: any(part(name) for part in parts)

    def _parse_and(self) -> NamePredicate:
        parts = [self._parse_not()]
        while self._accept("and"):
            parts.append(self._parse_not())
        return lambda name: all(part(name) for part in parts)

    def _parse_not(self) -> NamePredicate:
        if self._accept("not"):
            inner = self._parse_not()
            return lambda name: not inner(name)
        if self._accept("("):
            inner = self.parse_or()
            if not self._accept(")"):
                raise ExpressionError(f"a `)` is missing in `{self._expression}`")
            return inner
        return self._parse_text()

    def _parse_text(self) -> NamePredicate:
        words: list[str] = []
        while (word := self.peek()) is not None and word.lower() not in ("and", "or", "(", ")"):
            words.append(self._words.pop(0)[0])
        if not words:
            raise ExpressionError(f"a word is missing in `{self._expression}`")
        text = " ".join(words).casefold()
        return lambda name: text in name
