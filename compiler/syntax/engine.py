"""Text to whatever a builder makes of it: the contextual lexer and the LALR(1) automaton.

A terminal is tried only where the automaton could go on with it, so a keyword is one only where it
can occur. Nothing recurses. A builder has a method for each rule, called with the rule's span and
the values of its symbols, in the order of the text.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from ssbt.compiler.source import Span
from ssbt.compiler.syntax.lexer import END, Lexeme, Lexer
from ssbt.compiler.syntax.tables import ABSENT, SPREAD, Tables


class UnexpectedTokenError(Exception):
    """Where the text cannot go on: at `lexeme`, or at a character that begins none (None).

    At the end of the text the lexeme is of the type `END`, its place after the last one.
    """

    def __init__(
        self,
        offset: int,
        lexeme: Lexeme | None,
        previous: Lexeme | None,
        tables: Tables,
        states: tuple[int, ...],
    ) -> None:
        super().__init__(offset, lexeme, previous)
        self.offset = offset
        self.lexeme = lexeme
        self.previous = previous
        self.tables = tables
        self.states = states

    def is_at_end(self) -> bool:
        """Whether the text ends too early."""
        return self.lexeme is not None and self.lexeme.type == END

    @property
    def expected_rules(self) -> set[str]:
        """The rules of the grammar that may begin there."""
        return {name for name in self.tables.actions[self.states[-1]] if name != name.upper()}

    def can_end(self) -> bool:
        """Whether the text is whole up to here."""
        return _can_accept(self.tables, self.states, END)

    def expected(self) -> frozenset[str]:
        """The terminals with which the text could go on."""
        return _find_expected(self.tables, self.states)


@lru_cache(maxsize=64)
def _find_expected(tables: Tables, states: tuple[int, ...]) -> frozenset[str]:
    """Kept, because mistakes of one kind leave the automaton in the same states."""
    row = tables.actions[states[-1]]
    return frozenset(n for n in row if n == n.upper() and _can_accept(tables, states, n))


def _can_accept(tables: Tables, states: tuple[int, ...], terminal: str) -> bool:
    """Whether the automaton reaches a state that takes the terminal."""
    actions, rules = tables.actions, tables.rules
    base_size, pushed = len(states), list[int]()
    while True:
        state = pushed[-1] if pushed else states[base_size - 1]
        action = actions[state].get(terminal)
        if action is None or action >= 0:
            return action is not None
        origin, length, _, _ = rules[~action]
        popped = min(length, len(pushed))
        del pushed[len(pushed) - popped :]
        base_size -= length - popped
        below = pushed[-1] if pushed else states[base_size - 1]
        pushed.append(actions[below][origin])


class _NoActionError(Exception):
    """The automaton cannot go on with a terminal."""


class Engine:
    """One parse of a text that stands at `offset` in the file called `path`."""

    def __init__(self, tables: Tables, text: str, path: str, offset: int) -> None:
        self.tables = tables
        self.lexer = Lexer(tables, text)
        self.path = path
        self.offset = offset
        self.builder: Any = None
        self.states: list[int] = []
        self.values: list[Any] = []
        # Where the text of each value starts and ends; -1 for one of no text.
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.previous: tuple[str, int, int] | None = None

    def parse(self, start: str, builder: Any) -> Any:
        """What the builder makes of the text as a `start`; raises UnexpectedTokenError."""
        try:
            return self._run(start, builder)
        except _NoActionError:
            # Merged look-aheads let rules be applied before a terminal is refused; what was
            # expected is known from the state before that.
            again = Engine(self.tables, self.lexer.text, self.path, self.offset)
            return again._run(start, None, self.lexer.position)

    def accepts(self, start: str) -> bool:
        """Whether the whole text is a `start`."""
        try:
            self._run(start, None)
        except (UnexpectedTokenError, _NoActionError):
            return False
        return True

    def find_error_at(self, start: str, stop: int) -> UnexpectedTokenError | None:
        """What is known at the offset `stop`; None where the text before it is no `start`."""
        try:
            self._run(start, None, stop)
        except UnexpectedTokenError as error:
            return error if error.offset == stop else None
        except _NoActionError:
            return None
        return None

    def _run(self, start: str, builder: Any, stop: int = -1) -> Any:
        """Parse the text, and stumble at the offset `stop` at the latest."""
        builder_type: Any = type(builder)
        self.builder, methods = builder, _methods(self.tables, builder_type)
        lexer, actions = self.lexer, self.tables.actions
        silent = self.tables.silent
        self.states.append(self.tables.starts[start])
        while True:
            lexer.skip_ignored()
            begin = lexer.position
            if begin == stop:
                raise self._build_error()
            if begin == len(lexer.text):
                self._reduce(END, methods)
                return self.values[-1]
            match = lexer.match_terminal(actions[self.states[-1]])
            if match is None:
                raise self._build_error()
            name, end = match
            state = self._reduce(name, methods)
            value = None if name in silent else Lexeme(name, lexer.text[begin:end], begin)
            self._push(state, value, begin, end)
            self.previous = name, begin, end
            lexer.position = end

    def _push(self, state: int, value: Any, start: int, end: int) -> None:
        self.states.append(state)
        self.values.append(value)
        self.starts.append(start)
        self.ends.append(end)

    def _reduce(self, name: str, methods: list[Any]) -> int:
        """Apply rules until the automaton takes the terminal; the state that it then goes to."""
        actions, rules, states = self.tables.actions, self.tables.rules, self.states
        while True:
            action = actions[states[-1]].get(name)
            if action is None:
                raise _NoActionError
            if action >= 0:
                return action
            origin, length, method, picks = rules[~action]
            if length == 1 and not method:
                states[-1] = actions[states[-2]][origin]
            else:
                self._apply(origin, length, picks, methods[~action])

    def _apply(self, origin: str, length: int, picks: tuple[int, ...], method: Any) -> None:
        """Replace the values of a rule's symbols by what the builder makes of them."""
        base = len(self.values) - length
        values = self.values[base:]
        start = end = -1
        if length:
            start, end = self.starts[base], self.ends[-1]
            if start < 0 or end < 0:
                # Some of the symbols are of no text.
                start = next((each for each in self.starts[base:] if each >= 0), -1)
                end = max(self.ends[base:])
            del self.values[base:], self.starts[base:], self.ends[base:], self.states[base + 1 :]
        if method is list and picks and picks[0] <= SPREAD:
            # A list that grows at its right end keeps being one list.
            value = values[SPREAD - picks[0]]
            value += _children(values, picks[1:])
        else:
            value = _children(values, picks)
            if method is None:
                (value,) = value
            elif method is not list:
                value = method(self.builder, self._span(start, end), value)
        self._push(self.tables.actions[self.states[-1]][origin], value, start, end)

    def _span(self, start: int, end: int) -> Span:
        if start < 0:
            start = end = self.lexer.position
        return Span(self.path, start + self.offset, end + self.offset)

    def _build_error(self) -> UnexpectedTokenError:
        lexer = self.lexer
        text, begin = lexer.text, lexer.position
        lexeme = previous = None
        if begin == len(text):
            begin = self.previous[2] if self.previous else 0
            lexeme = Lexeme(END, "", begin)
        else:
            match = lexer.match_terminal(None)
            lexeme = Lexeme(match[0], text[begin : match[1]], begin) if match else None
        if self.previous:
            name, start, end = self.previous
            previous = Lexeme(name, text[start:end], start)
        return UnexpectedTokenError(begin, lexeme, previous, self.tables, tuple(self.states))


def _build_nothing(builder: None, span: Span, children: list[Any]) -> None:
    """The method of no builder, which makes nothing."""


def _children(values: list[Any], picks: tuple[int, ...]) -> list[Any]:
    """The children of a rule's node; see `Tables`."""
    children: list[Any] = []
    for pick in picks:
        if pick >= 0:
            children.append(values[pick])
        elif pick == ABSENT:
            children.append(None)
        else:
            children += values[SPREAD - pick]
    return children


@cache
def _methods(tables: Tables, builder: type[Any]) -> list[Any]:
    """For each rule, the builder's method, or one that makes nothing; `list` for a part of another
    rule's children, None where a value is passed on."""
    methods: list[Any] = []
    for origin, _, method, _ in tables.rules:
        if not method:
            methods.append(None)
        elif origin.startswith("_"):
            methods.append(list)
        else:
            methods.append(_build_nothing if builder is type(None) else getattr(builder, method))
    return methods
