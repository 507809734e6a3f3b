"""What schemas of Avro say of values, where Spark and Avro's library would not look.

Avro resolves a field of a writer's schema with that of a reader's by what the bytes are, and not by
what they mean: a decimal of two places read as one of three is wrong by ten.
"""

from collections.abc import Iterator, Mapping
import json
from typing import Any

# Spark takes the lowest 64 bits of the number for decimals of so many digits.
_WRAPPING, _MOST_DIGITS = 18, 38
Type = str | list[Any] | dict[str, Any]


def with_wide_decimals(schema: str) -> str:
    """The schema with as many digits for its decimals as there can be, so that none wraps."""
    return json.dumps(_wide(json.loads(schema)))


def _wide(type: Any) -> Any:
    if isinstance(type, list):
        return [_wide(each) for each in type]
    if not isinstance(type, dict):
        return type
    if type.get("logicalType") == "decimal" and int(type["precision"]) <= _WRAPPING:
        most = _MOST_DIGITS if type["type"] == "bytes" else _digits(int(type["size"]))
        return {**type, "precision": max(most, int(type["precision"]))}
    inner = {key: _wide(type[key]) for key in ("type", "items", "values") if key in type}
    if "fields" in type:
        inner["fields"] = [{**field, "type": _wide(field["type"])} for field in type["fields"]]
    return {**type, **inner}


def _digits(size: int) -> int:
    """How many digits numbers of so many bytes may have; Avro ignores a decimal with more."""
    return min(len(str(2 ** (8 * size - 1) - 1)) - 1, _MOST_DIGITS)


def changed_meaning(writer: str, reader: str) -> str | None:
    """The first field whose bytes mean something else to the writer than to the reader."""
    of_writer, of_reader = json.loads(writer), json.loads(reader)
    return next(_changes(of_writer, of_reader, _Names(of_writer), _Names(of_reader), ""), None)


class _Names(dict[str, Any]):
    """The named types of a schema, by their names without a namespace."""

    def __init__(self, schema: Any) -> None:
        super().__init__()
        self._add(schema)

    def _add(self, type: Any) -> None:
        if isinstance(type, list):
            for each in type:
                self._add(each)
        elif isinstance(type, dict):
            if "name" in type:
                self.setdefault(_last(type["name"]), type)
            for each in (type.get("type"), type.get("items"), type.get("values")):
                self._add(each)
            for field in type.get("fields", ()):
                self._add(field["type"])

    def whole(self, type: Any) -> Any:
        """The type that a name stands for, or what is in another type's place."""
        if isinstance(type, str):
            return self.get(_last(type), {"type": type})
        return type


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _changes(
    writer: Any, reader: Any, of_writer: _Names, of_reader: _Names, path: str, depth: int = 0
) -> Iterator[str]:
    writer, reader = of_writer.whole(writer), of_reader.whole(reader)
    if depth > 50:
        return
    if isinstance(writer, list) or isinstance(reader, list):
        # One that fits another is written by the kind of its bytes.
        for one in writer if isinstance(writer, list) else [writer]:
            for other in reader if isinstance(reader, list) else [reader]:
                whole, target = of_writer.whole(one), of_reader.whole(other)
                if _kind(whole) == _kind(target):
                    yield from _changes(whole, target, of_writer, of_reader, path, depth + 1)
        return
    if isinstance(writer.get("type"), dict) and "logicalType" not in writer:
        writer = writer["type"]
    if isinstance(reader.get("type"), dict) and "logicalType" not in reader:
        reader = reader["type"]
    before, after = _meaning(writer), _meaning(reader)
    if before != after and _kind(writer) == _kind(reader) and after and before:
        yield f"`{path}` is {before} there, and {after} here"
    below = {"array": "items", "map": "values"}.get(str(_kind(writer)))
    if below is not None and _kind(reader) == _kind(writer):
        inner = f"{path}.element" if below == "items" else f"{path}.value"
        yield from _changes(writer[below], reader[below], of_writer, of_reader, inner, depth + 1)
    yield from _of_fields(writer, reader, of_writer, of_reader, path, depth)


def _of_fields(
    writer: Mapping[str, Any],
    reader: Mapping[str, Any],
    of_writer: _Names,
    of_reader: _Names,
    path: str,
    depth: int,
) -> Iterator[str]:
    written = {field["name"]: field["type"] for field in writer.get("fields", ())}
    for field in reader.get("fields", ()):
        names = (field["name"], *field.get("aliases", ()))
        found = next((written[name] for name in names if name in written), None)
        if found is not None:
            inner = f"{path}.{field['name']}" if path else field["name"]
            yield from _changes(found, field["type"], of_writer, of_reader, inner, depth + 1)


def _kind(type: Any) -> object:
    return type.get("type") if isinstance(type, dict) else type


def _meaning(type: Mapping[str, Any]) -> str:
    """What a number is, in words; that of plain ones may be anything."""
    logical = str(type.get("logicalType", ""))
    if logical == "decimal":
        return f"a decimal of {type.get('scale', 0)} places"
    return logical if logical.endswith(("millis", "micros", "nanos")) or logical == "date" else ""
