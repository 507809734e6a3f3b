"""Reads a type or a list of columns that is written as Spark DDL.

It knows what Spark's own parser takes in schema strings: `a int, b array<string> not null` and
`struct<a: int, b: string comment 'why'>`. It gives None for any text that it does not understand,
which then may still be good for Spark.
"""

from __future__ import annotations

from contextlib import suppress
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import (
    CALENDAR_INTERVAL,
    ArrayType,
    DataType,
    DayTimeIntervalType,
    MapType,
    StringType,
    StructField,
    StructType,
    TypeNameError,
    YearMonthIntervalType,
    find_type,
)
from ssbt.compiler.whole_numbers import parse_whole

_TOKEN = lazy_pattern(
    r"\s*(?:(`(?:[^`]|``)*`)|('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(\w+)|(\S))"
)


class _DdlSyntaxError(Exception):
    pass


def parse_type(text: str) -> DataType | None:
    """The type that the text spells, for example `array<int>`."""
    return _parse_text(text, columns=False)


def parse_columns(text: str) -> StructType | None:
    """The columns that the text lists, for example `id bigint not null, name string`."""
    columns = _parse_text(text, columns=True)
    return columns if isinstance(columns, StructType) else None


def find_first_mistake(text: str) -> tuple[int, int]:
    """The place of the first word in a list of columns that is not understood."""
    parser = _DdlParser(text)
    with suppress(_DdlSyntaxError, TypeNameError, RecursionError):
        parser.parse_fields(end="")
    return parser.last_token_span()


def parse_schema(text: str) -> DataType | None:
    """The schema that `from_json` takes: a type, or else a list of columns."""
    return parse_type(text) or _parse_text(text, columns=True, colons=False)


def _parse_text(text: str, columns: bool, colons: bool = True) -> DataType | None:
    """What the whole text says; `colons` tells whether they may stand in a list of columns."""
    parser = _DdlParser(text)
    try:
        result = (
            StructType(parser.parse_fields(end="", colons=colons))
            if columns
            else parser.parse_type()
        )
        return result if parser.is_at_end() else None
    except (_DdlSyntaxError, TypeNameError, RecursionError):
        return None


class _DdlParser:
    """Walks over the tokens of a DDL text."""

    def __init__(self, text: str) -> None:
        matches = list(_TOKEN.finditer(text))
        self._tokens = [match.group().strip() for match in matches]
        self._ends = [match.end() for match in matches]
        self._position = 0

    def is_at_end(self) -> bool:
        return self._position == len(self._tokens)

    def last_token_span(self) -> tuple[int, int]:
        """Where the word stands that was looked at last."""
        last = max(self._position - 1, 0)
        end = self._ends[last] if self._ends else 0
        return end - len(self._tokens[last] if self._tokens else ""), end

    def _next_token(self) -> str:
        if self.is_at_end():
            raise _DdlSyntaxError
        self._position += 1
        return self._tokens[self._position - 1]

    def _accept(self, word: str) -> bool:
        is_next = not self.is_at_end() and self._tokens[self._position].lower() == word
        self._position += is_next
        return is_next

    def _expect(self, word: str) -> None:
        if self._next_token().lower() != word:
            raise _DdlSyntaxError

    def parse_type(self) -> DataType:
        """One type."""
        name = self._next_token().lower()
        match name:
            case "array":
                self._expect("<")
                element = self.parse_type()
                self._expect(">")
                return ArrayType(element)
            case "map":
                self._expect("<")
                key = self.parse_type()
                self._expect(",")
                value = self.parse_type()
                self._expect(">")
                return MapType(key, value)
            case "struct":
                self._expect("<")
                return StructType(self.parse_fields(end=">"))
            case "interval":
                return self._parse_interval()
        return self._parse_named(name)

    def _parse_named(self, name: str) -> DataType:
        numbers: list[int] = []
        if self._accept("("):
            while not self._accept(")"):
                number = parse_whole(self._next_token(), 32)
                if number is None:
                    raise _DdlSyntaxError
                numbers.append(number)
                if not self._accept(","):
                    self._expect(")")
                    break
        data_type = find_type(name, tuple(numbers))
        if data_type is None:
            raise _DdlSyntaxError
        if isinstance(data_type, StringType) and self._accept("collate"):
            return StringType(self._next_token())
        return data_type

    def _parse_interval(self) -> DataType:
        for family in (YearMonthIntervalType, DayTimeIntervalType):
            for start, word in enumerate(family.FIELDS):
                if self._accept(word.lower()):
                    end = start
                    if self._accept("to"):
                        last = self._next_token().upper()
                        if last not in family.FIELDS[start:]:
                            raise _DdlSyntaxError
                        end = family.FIELDS.index(last)
                    return family(start, end)
        return CALENDAR_INTERVAL

    def parse_fields(self, end: str, colons: bool = True) -> tuple[StructField, ...]:
        """Fields up to the mark `end`, or up to the end of the text."""
        fields: list[StructField] = []
        while not (self._accept(end) if end else self.is_at_end() and fields):
            if fields:
                self._expect(",")
            fields.append(self._parse_field(colons))
        return tuple(fields)

    def _parse_field(self, colons: bool) -> StructField:
        name = self._next_token()
        if name.startswith("`"):
            name = name[1:-1].replace("``", "`")
        elif not re.fullmatch(r"\w+", name):
            raise _DdlSyntaxError
        if colons:
            self._accept(":")
        data_type = self.parse_type()
        nullable = True
        if self._accept("not"):
            self._expect("null")
            nullable = False
        comment = None
        if self._accept("comment"):
            comment = re.sub(r"\\(.)", r"\1", self._next_token()[1:-1])
        return StructField(name, data_type, nullable, comment)
