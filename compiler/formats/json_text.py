"""JSON with the place of every value, so that a mistake in it can be shown."""

from __future__ import annotations

from collections.abc import Iterator
import json

from msgspec import Struct

from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.patterns import lazy_pattern

_MARK = lazy_pattern(
    r'[ \t\n\r]*(?:(?P<mark>[\[\]{},:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<word>[\w.+-]+))'
)
_MAX_LEVELS = 200
Scalar = str | int | float | bool | None


class JsonValue(Struct, frozen=True):
    """A value of JSON and its place: a scalar, items in a tuple, or members in a dictionary.

    `keys` has the place of each member's name.
    """

    content: Scalar | tuple[JsonValue, ...] | dict[str, JsonValue]
    start: int
    end: int
    keys: dict[str, tuple[int, int]] = {}

    @property
    def members(self) -> dict[str, JsonValue]:
        """The members of an object; none of anything else."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> tuple[JsonValue, ...]:
        """The items of an array; none of anything else."""
        return self.content if isinstance(self.content, tuple) else ()

    def get(self, name: str) -> JsonValue | None:
        """A member, if this is an object that has it."""
        return self.members.get(name)

    def text(self, name: str) -> str | None:
        """A member that is a string."""
        member = self.get(name)
        return member.content if member is not None and isinstance(member.content, str) else None

    def number(self, name: str) -> int | None:
        """A member that is a whole number."""
        member = self.get(name)
        content = None if member is None else member.content
        return content if isinstance(content, int) and not isinstance(content, bool) else None

    def problem(self, message: str, help: str = "", instead: str = "") -> SchemaProblemError:
        """The mistake that `message` tells, at this value; of what is long, at its first mark."""
        is_long = isinstance(self.content, tuple | dict)
        return SchemaProblemError(
            self.start, self.start + 1 if is_long else self.end, message, help, instead
        )

    def to_plain(self) -> object:
        """The value as `json.loads` gives it."""
        if isinstance(self.content, dict):
            return {name: each.to_plain() for name, each in self.content.items()}
        if isinstance(self.content, tuple):
            return [each.to_plain() for each in self.content]
        return self.content


def parse_json(text: str) -> JsonValue:
    """The one value that the text is. Raises SchemaProblemError where it is no JSON."""
    reader = _JsonReader(text)
    value = reader.parse_value(0)
    reader.expect_end()
    return value


class _JsonReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._marks = self._tokenize()
        self._next = next(self._marks)

    def _tokenize(self) -> Iterator[tuple[str, str, int, int]]:
        """Kind, text and place of each mark; `expect_end` forever when there are no more."""
        position, size = 0, len(self._text.rstrip(" \t\n\r"))
        while position < size:
            match = _MARK.match(self._text, position)
            if match is None:
                start = size - len(self._text[position:size].lstrip(" \t\n\r"))
                raise SchemaProblemError(start, start + 1, "this is no JSON")
            kind = match.lastgroup or ""
            position = match.end()
            yield kind, match[kind], match.start(kind), position
        while True:
            yield "end", "", size, size

    def _next_mark(self) -> tuple[str, str, int, int]:
        current, self._next = self._next, next(self._marks)
        return current

    def _expect(self, mark: str) -> tuple[str, str, int, int]:
        kind, text, start, end = token = self._next_mark()
        if kind != "mark" or text != mark:
            raise SchemaProblemError(start, end, f"`{mark}` is expected here")
        return token

    def expect_end(self) -> None:
        kind, _, start, end = self._next
        if kind != "end":
            raise SchemaProblemError(start, end, "the JSON has ended before this")

    def parse_value(self, level: int) -> JsonValue:
        kind, text, start, end = self._next_mark()
        if level > _MAX_LEVELS:
            raise SchemaProblemError(start, end, f"more than {_MAX_LEVELS} levels")
        if kind == "mark" and text == "{":
            return self._parse_object(start, level + 1)
        if kind == "mark" and text == "[":
            return self._parse_array(start, level + 1)
        if kind in ("string", "word"):
            return JsonValue(_parse_scalar(text, start, end), start, end)
        raise SchemaProblemError(start, end, "a value is expected here")

    def _parse_object(self, start: int, level: int) -> JsonValue:
        members: dict[str, JsonValue] = {}
        keys: dict[str, tuple[int, int]] = {}
        while self._next[1] != "}" or self._next[0] != "mark":
            if members:
                self._expect(",")
            kind, text, first, last = self._next_mark()
            if kind != "string":
                raise SchemaProblemError(first, last, "a name in double quotes is expected here")
            name = str(_parse_scalar(text, first, last))
            if name in members:
                raise SchemaProblemError(first, last, f'"{name}" is here twice')
            self._expect(":")
            members[name], keys[name] = self.parse_value(level), (first, last)
        return JsonValue(members, start, self._expect("}")[3], keys)

    def _parse_array(self, start: int, level: int) -> JsonValue:
        items: list[JsonValue] = []
        while self._next[1] != "]" or self._next[0] != "mark":
            if items:
                self._expect(",")
            items.append(self.parse_value(level))
        return JsonValue(tuple(items), start, self._expect("]")[3])


def _refuse_constant(constant: str) -> float:
    raise ValueError(constant)


def _parse_scalar(text: str, start: int, end: int) -> Scalar:
    try:
        content: Scalar = json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        raise SchemaProblemError(start, end, "this is no JSON") from None
    return content
