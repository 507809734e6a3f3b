"""Reads a type or a list of columns that is written as Spark DDL.

It knows what Spark's own parser takes in schema strings: `a int, b array<string> not null` and
`struct<a: int, b: string comment 'why'>`. It gives None for any text that it does not understand,
which then may still be good for Spark.
"""

from __future__ import annotations

from contextlib import suppress
import re

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
    named_type,
)

_TOKEN = re.compile(r"\s*(?:(`(?:[^`]|``)*`)|('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(\w+)|(\S))")


class _NotUnderstoodError(Exception):
    pass


def parsed_type(text: str) -> DataType | None:
    """The type that the text spells, for example `array<int>`."""
    return _parsed(text, columns=False)


def parsed_columns(text: str) -> StructType | None:
    """The columns that the text lists, for example `id bigint not null, name string`."""
    found = _parsed(text, columns=True)
    return found if isinstance(found, StructType) else None


def first_mistake(text: str) -> tuple[int, int]:
    """The place of the first word in a list of columns that is not understood."""
    reader = _Reader(text)
    with suppress(_NotUnderstoodError, TypeNameError, RecursionError):
        reader.fields(end="")
    return reader.last_place()


def schema(text: str) -> DataType | None:
    """The schema that `from_json` takes: a type, or else a list of columns."""
    return parsed_type(text) or _parsed(text, columns=True, colons=False)


def _parsed(text: str, columns: bool, colons: bool = True) -> DataType | None:
    """What the whole text says; `colons` tells whether they may stand in a list of columns."""
    reader = _Reader(text)
    try:
        found = StructType(reader.fields(end="", colons=colons)) if columns else reader.type()
        return found if reader.at_end() else None
    except (_NotUnderstoodError, TypeNameError, RecursionError):
        return None


class _Reader:
    """Walks over the tokens of a DDL text."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self._tokens = [match.group().strip() for match in found]
        self._ends = [match.end() for match in found]
        self._place = 0

    def at_end(self) -> bool:
        return self._place == len(self._tokens)

    def last_place(self) -> tuple[int, int]:
        """Where the word stands that was looked at last."""
        last = max(self._place - 1, 0)
        end = self._ends[last] if self._ends else 0
        return end - len(self._tokens[last] if self._tokens else ""), end

    def _next(self) -> str:
        if self.at_end():
            raise _NotUnderstoodError
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, word: str) -> bool:
        found = not self.at_end() and self._tokens[self._place].lower() == word
        self._place += found
        return found

    def _need(self, word: str) -> None:
        if self._next().lower() != word:
            raise _NotUnderstoodError

    def type(self) -> DataType:
        """One type."""
        name = self._next().lower()
        match name:
            case "array":
                self._need("<")
                element = self.type()
                self._need(">")
                return ArrayType(element)
            case "map":
                self._need("<")
                key = self.type()
                self._need(",")
                value = self.type()
                self._need(">")
                return MapType(key, value)
            case "struct":
                self._need("<")
                return StructType(self.fields(end=">"))
            case "interval":
                return self._interval()
        return self._named(name)

    def _named(self, name: str) -> DataType:
        numbers: list[int] = []
        if self._take("("):
            while not self._take(")"):
                number = self._next()
                if not number.isdigit():
                    raise _NotUnderstoodError
                numbers.append(int(number))
                if not self._take(","):
                    self._need(")")
                    break
        found = named_type(name, tuple(numbers))
        if found is None:
            raise _NotUnderstoodError
        if isinstance(found, StringType) and self._take("collate"):
            return StringType(self._next())
        return found

    def _interval(self) -> DataType:
        for family in (YearMonthIntervalType, DayTimeIntervalType):
            for start, word in enumerate(family.FIELDS):
                if self._take(word.lower()):
                    end = start
                    if self._take("to"):
                        last = self._next().upper()
                        if last not in family.FIELDS[start:]:
                            raise _NotUnderstoodError
                        end = family.FIELDS.index(last)
                    return family(start, end)
        return CALENDAR_INTERVAL

    def fields(self, end: str, colons: bool = True) -> tuple[StructField, ...]:
        """Fields up to the mark `end`, or up to the end of the text."""
        found: list[StructField] = []
        while not (self._take(end) if end else self.at_end() and found):
            if found:
                self._need(",")
            found.append(self._field(colons))
        return tuple(found)

    def _field(self, colons: bool) -> StructField:
        name = self._next()
        if name.startswith("`"):
            name = name[1:-1].replace("``", "`")
        elif not re.fullmatch(r"\w+", name):
            raise _NotUnderstoodError
        if colons:
            self._take(":")
        data_type = self.type()
        nullable = True
        if self._take("not"):
            self._need("null")
            nullable = False
        comment = None
        if self._take("comment"):
            comment = re.sub(r"\\(.)", r"\1", self._next()[1:-1])
        return StructField(name, data_type, nullable, comment)
