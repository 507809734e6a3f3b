"""JSON with the place of every value, so that a mistake in it can be shown."""

from __future__ import annotations

from collections.abc import Iterator
import json
import re

from msgspec import Struct

from ssbt.compiler.formats.problems import SchemaProblemError

_MARK = re.compile(
    r'[ \t\n\r]*(?:(?P<mark>[\[\]{},:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<word>[\w.+-]+))'
)
_MOST_LEVELS = 200
Scalar = str | int | float | bool | None


class Value(Struct, frozen=True):
    """A value of JSON and its place: a scalar, items in a tuple, or members in a dictionary.

    `keys` has the place of each member's name.
    """

    content: Scalar | tuple[Value, ...] | dict[str, Value]
    start: int
    end: int
    keys: dict[str, tuple[int, int]] = {}

    @property
    def members(self) -> dict[str, Value]:
        """The members of an object; none of anything else."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> tuple[Value, ...]:
        """The items of an array; none of anything else."""
        return self.content if isinstance(self.content, tuple) else ()

    def get(self, name: str) -> Value | None:
        """A member, if this is an object that has it."""
        return self.members.get(name)

    def text(self, name: str) -> str | None:
        """A member that is a string."""
        found = self.get(name)
        return found.content if found is not None and isinstance(found.content, str) else None

    def number(self, name: str) -> int | None:
        """A member that is a whole number."""
        found = self.get(name)
        content = None if found is None else found.content
        return content if isinstance(content, int) and not isinstance(content, bool) else None

    def problem(self, message: str, help: str = "", instead: str = "") -> SchemaProblemError:
        """The mistake that `message` tells, at this value; of what is long, at its first mark."""
        is_long = isinstance(self.content, tuple | dict)
        return SchemaProblemError(
            self.start, self.start + 1 if is_long else self.end, message, help, instead
        )

    def plain(self) -> object:
        """The value as `json.loads` gives it."""
        if isinstance(self.content, dict):
            return {name: each.plain() for name, each in self.content.items()}
        if isinstance(self.content, tuple):
            return [each.plain() for each in self.content]
        return self.content


def parsed_json(text: str) -> Value:
    """The one value that the text is. Raises SchemaProblemError where it is no JSON."""
    reader = _Reader(text)
    value = reader.value(0)
    reader.end()
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._marks = self._read()
        self._next = next(self._marks)

    def _read(self) -> Iterator[tuple[str, str, int, int]]:
        """Kind, text and place of each mark; `end` for ever when there are no more."""
        place, size = 0, len(self._text.rstrip(" \t\n\r"))
        while place < size:
            found = _MARK.match(self._text, place)
            if found is None:
                start = size - len(self._text[place:size].lstrip(" \t\n\r"))
                raise SchemaProblemError(start, start + 1, "this is no JSON")
            kind = found.lastgroup or ""
            place = found.end()
            yield kind, found[kind], found.start(kind), place
        while True:
            yield "end", "", size, size

    def _take(self) -> tuple[str, str, int, int]:
        taken, self._next = self._next, next(self._marks)
        return taken

    def _need(self, mark: str) -> tuple[str, str, int, int]:
        kind, text, start, end = taken = self._take()
        if kind != "mark" or text != mark:
            raise SchemaProblemError(start, end, f"`{mark}` is expected here")
        return taken

    def end(self) -> None:
        kind, _, start, end = self._next
        if kind != "end":
            raise SchemaProblemError(start, end, "the JSON has ended before this")

    def value(self, level: int) -> Value:
        kind, text, start, end = self._take()
        if level > _MOST_LEVELS:
            raise SchemaProblemError(start, end, f"more than {_MOST_LEVELS} levels")
        if kind == "mark" and text == "{":
            return self._object(start, level + 1)
        if kind == "mark" and text == "[":
            return self._array(start, level + 1)
        if kind in ("string", "word"):
            return Value(_scalar(text, start, end), start, end)
        raise SchemaProblemError(start, end, "a value is expected here")

    def _object(self, start: int, level: int) -> Value:
        members: dict[str, Value] = {}
        keys: dict[str, tuple[int, int]] = {}
        while self._next[1] != "}" or self._next[0] != "mark":
            if members:
                self._need(",")
            kind, text, first, last = self._take()
            if kind != "string":
                raise SchemaProblemError(first, last, "a name in double quotes is expected here")
            name = str(_scalar(text, first, last))
            if name in members:
                raise SchemaProblemError(first, last, f'"{name}" is here twice')
            self._need(":")
            members[name], keys[name] = self.value(level), (first, last)
        return Value(members, start, self._need("}")[3], keys)

    def _array(self, start: int, level: int) -> Value:
        items: list[Value] = []
        while self._next[1] != "]" or self._next[0] != "mark":
            if items:
                self._need(",")
            items.append(self.value(level))
        return Value(tuple(items), start, self._need("]")[3])


def _refused(constant: str) -> float:
    raise ValueError(constant)


def _scalar(text: str, start: int, end: int) -> Scalar:
    try:
        content: Scalar = json.loads(text, parse_constant=_refused)
    except ValueError:
        raise SchemaProblemError(start, end, "this is no JSON") from None
    return content
