"""One table of a `connector.toml`, read strictly: every key is asked for, or it is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ssbt.compiler.connectors.specification import ConnectorSpecificationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")


class TomlTable:
    """A table under its full key. Call `close` when everything that may stand in it is read."""

    __slots__ = ("_file", "_key", "_rest")

    def __init__(self, file: str, key: str, values: Mapping[str, object]) -> None:
        self._file = file
        self._key = key
        self._rest = dict(values)

    def error(self, key: str, problem: str) -> ConnectorSpecificationError:
        """A mistake at `key` of this table; at the table itself when `key` is empty."""
        full = ".".join(part for part in (self._key, key) if part)
        return ConnectorSpecificationError(self._file, full, problem)

    def value(self, key: str, kind: type[T], default: T) -> T:
        """The value at `key`, which must be a `kind` where there is one."""
        value = self._rest.pop(key, default)
        # A bool is an int to Python, not to TOML.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(key, f"expected {_NOUNS.get(kind, kind.__name__)}, found {value!r}")
        return value

    def text(self, key: str, default: str = "") -> str:
        """The string at `key`."""
        return self.value(key, str, default)

    def required_text(self, key: str) -> str:
        """The string at `key`, which must be there and not be empty."""
        text = self.text(key)
        if not text:
            raise self.error(key, "is missing")
        return text

    def scalar(self, key: str) -> str | bool | int | float | None:
        """The string, boolean or number at `key`, if there is one."""
        value = self._rest.pop(key, None)
        if value is not None and not isinstance(value, str | bool | int | float):
            raise self.error(key, f"expected a string, a boolean or a number, found {value!r}")
        return value

    def number(self, key: str) -> float | None:
        """The number at `key`, if there is one."""
        value = self.scalar(key)
        if isinstance(value, str | bool):
            raise self.error(key, f"expected a number, found {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """The strings at `key`, where one alone may stand without a list; nothing if not there."""
        value = self._rest.pop(key, None)
        if value is None:
            return None
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise self.error(key, f"expected a string or a list of strings, found {value!r}")

    def has(self, key: str) -> bool:
        """Whether `key` is there and not yet read."""
        return key in self._rest

    def holds_list(self, key: str) -> bool:
        """Whether a list stands at `key`."""
        return isinstance(self._rest.get(key), list)

    def table(self, key: str) -> TomlTable | None:
        """The table at `key`, if there is one."""
        if key not in self._rest:
            return None
        return self.sub_table(key, self._rest.pop(key))

    def tables(self, key: str) -> Iterator[TomlTable]:
        """The tables of the list `[[key]]`, none if it is not there."""
        entries = self.value(key, list, [])
        for index, item in enumerate(entries):
            yield self.sub_table(f"{key}[{index}]", item)

    def take_items(self) -> Iterator[tuple[str, object]]:
        """All that is left, in the order of the file."""
        items = tuple(self._rest.items())
        self._rest.clear()
        yield from items

    def take_tables(self) -> Iterator[tuple[str, TomlTable]]:
        """All that is left, which must be tables, in the order of the file."""
        for key, value in self.take_items():
            yield key, self.sub_table(key, value)

    def close(self) -> None:
        """Nothing else may stand here."""
        for key in self._rest:
            raise self.error(key, "unknown key")

    def sub_table(self, key: str, value: object) -> TomlTable:
        """`value`, which must be a table, as what is at `key`."""
        if not isinstance(value, dict):
            raise self.error(key, f"expected a table, found {value!r}")
        full = ".".join(part for part in (self._key, key) if part)
        return TomlTable(self._file, full, value)


_NOUNS: dict[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
}
