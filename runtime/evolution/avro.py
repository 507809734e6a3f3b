"""What schemas of Avro say of values, where Spark and Avro's library would not look.

Avro resolves a field of a writer's schema with that of a reader's by what the bytes are, and not by
what they mean: a decimal of two places read as one of three is wrong by ten.
"""

from collections.abc import Collection, Iterator, Mapping
import json
from typing import Any

# Spark takes the lowest 64 bits of the number for decimals of this many digits.
_WRAPPING, _MAX_DIGITS = 18, 38
# What spark-avro writes beside a type that Avro does not have.
_SPARK_TYPE = "spark.sql.catalyst.type"
Type = str | list[Any] | dict[str, Any]


def with_wide_decimals(schema: str) -> str:
    """The schema with as many digits for its decimals as there can be, so that none wraps."""
    return json.dumps(_widen(json.loads(schema)))


def _widen(type: Any) -> Any:
    if isinstance(type, list):
        return [_widen(each) for each in type]
    if not isinstance(type, dict):
        return type
    if type.get("logicalType") == "decimal" and int(type["precision"]) <= _WRAPPING:
        max_digits = _MAX_DIGITS if type["type"] == "bytes" else _digits_for_size(int(type["size"]))
        return {**type, "precision": max(max_digits, int(type["precision"]))}
    inner = {key: _widen(type[key]) for key in ("type", "items", "values") if key in type}
    if "fields" in type:
        inner["fields"] = [{**field, "type": _widen(field["type"])} for field in type["fields"]]
    return {**type, **inner}


def with_wide_ints(schema: str, other: str) -> str:
    """The schema with `long` for `int`, whose bytes are the same, so that none is cut off.

    Not in lists and maps, where each value would have to be looked at by itself, nor in records
    that are somewhere in them in this schema or the `other`.
    """
    kept = {name for each in (schema, other) for name in _names_in_lists(json.loads(each))}
    return json.dumps(_widen_ints(json.loads(schema), kept))


def _widen_ints(type: Any, kept: Collection[str]) -> Any:
    if isinstance(type, list):
        # Of several branches, another may be the one that a number is written as.
        return [_widen_ints(each, kept) for each in type] if _only_branch(type) else type
    if not isinstance(type, dict):
        return "long" if type == "int" else type
    if type["type"] == "int" and _SPARK_TYPE not in type:
        return {"type": "long"}
    if isinstance(type["type"], dict | list):
        return {**type, "type": _widen_ints(type["type"], kept)}
    if "fields" not in type or _short_name(type["name"]) in kept:
        return type
    fields = [{**each, "type": _widen_ints(each["type"], kept)} for each in type["fields"]]
    return {**type, "fields": fields}


def _only_branch(type: list[Any]) -> Any:
    """The one branch of a union that is not null; None where there are several."""
    branches = [each for each in type if _kind(each) != "null"]
    return branches[0] if len(branches) == 1 else None


def _names_in_lists(schema: Any) -> Iterator[str]:
    """The records that are in lists and maps, or in records that are."""
    named = _NamedTypes(schema)
    waiting, visited = [(schema, False)], set[tuple[str, bool]]()
    while waiting:
        type, is_inside = waiting.pop()
        if isinstance(type, list):
            waiting += [(each, is_inside) for each in type]
            continue
        type = named.look_up(type)
        if "fields" in type:
            name = _short_name(type["name"])
            if (name, is_inside) in visited:
                continue
            visited.add((name, is_inside))
            if is_inside:
                yield name
            waiting += [(each["type"], is_inside) for each in type["fields"]]
        else:
            waiting += [(type[key], True) for key in ("items", "values") if key in type]
            if isinstance(type.get("type"), dict | list):
                waiting.append((type["type"], is_inside))


def _digits_for_size(size: int) -> int:
    """How many digits numbers of this many bytes may have; Avro ignores a decimal with more."""
    return min(len(str(2 ** (8 * size - 1) - 1)) - 1, _MAX_DIGITS)


def find_changed_meaning(writer: str, reader: str) -> str | None:
    """The first field whose bytes mean something else to the writer than to the reader."""
    writer_type, reader_type = json.loads(writer), json.loads(reader)
    return next(
        _find_changes(
            writer_type, reader_type, _NamedTypes(writer_type), _NamedTypes(reader_type), ""
        ),
        None,
    )


class _NamedTypes(dict[str, Any]):
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
                self.setdefault(_short_name(type["name"]), type)
            for each in (type.get("type"), type.get("items"), type.get("values")):
                self._add(each)
            for field in type.get("fields", ()):
                self._add(field["type"])

    def look_up(self, type: Any) -> Any:
        """The type that a name stands for, or what is in another type's place."""
        if isinstance(type, str):
            return self.get(_short_name(type), {"type": type})
        return type


def _short_name(name: str) -> str:
    return name.rpartition(".")[2]


def _find_changes(
    writer: Any,
    reader: Any,
    writer_types: _NamedTypes,
    reader_types: _NamedTypes,
    path: str,
    depth: int = 0,
) -> Iterator[str]:
    writer, reader = writer_types.look_up(writer), reader_types.look_up(reader)
    if depth > 50:
        return
    if isinstance(writer, list) and (branch := _only_branch(writer)) is not None:
        writer = writer_types.look_up(branch)
    if isinstance(reader, list) and (branch := _only_branch(reader)) is not None:
        reader = reader_types.look_up(branch)
    if isinstance(writer, list) or isinstance(reader, list):
        yield from _find_branch_changes(writer, reader, writer_types, reader_types, path, depth)
        return
    if isinstance(writer.get("type"), dict) and "logicalType" not in writer:
        writer = writer["type"]
    if isinstance(reader.get("type"), dict) and "logicalType" not in reader:
        reader = reader["type"]
    writer_meaning, reader_meaning = _meaning(writer), _meaning(reader)
    if (
        writer_meaning != reader_meaning
        and _kind(writer) == _kind(reader)
        and reader_meaning
        and writer_meaning
    ):
        yield f"`{path}` is {writer_meaning} there, and {reader_meaning} here"
    if (_kind(writer), _kind(reader)) == ("long", "int"):
        yield f"`{path}` is a long there, and an int here"
    child_key = {"array": "items", "map": "values"}.get(str(_kind(writer)))
    if child_key is not None and _kind(reader) == _kind(writer):
        inner = f"{path}.element" if child_key == "items" else f"{path}.value"
        yield from _find_changes(
            writer[child_key], reader[child_key], writer_types, reader_types, inner, depth + 1
        )
    yield from _find_field_changes(writer, reader, writer_types, reader_types, path, depth)


def _find_branch_changes(
    writer: Any,
    reader: Any,
    writer_types: _NamedTypes,
    reader_types: _NamedTypes,
    path: str,
    depth: int,
) -> Iterator[str]:
    """What differs between unions; one that fits another is written by the kind of its bytes."""
    for writer_branch in writer if isinstance(writer, list) else [writer]:
        for reader_branch in reader if isinstance(reader, list) else [reader]:
            writer_type = writer_types.look_up(writer_branch)
            reader_type = reader_types.look_up(reader_branch)
            if _kind(writer_type) == _kind(reader_type):
                yield from _find_changes(
                    writer_type, reader_type, writer_types, reader_types, path, depth + 1
                )


def _find_field_changes(
    writer: Mapping[str, Any],
    reader: Mapping[str, Any],
    writer_types: _NamedTypes,
    reader_types: _NamedTypes,
    path: str,
    depth: int,
) -> Iterator[str]:
    writer_fields = {field["name"]: field["type"] for field in writer.get("fields", ())}
    for field in reader.get("fields", ()):
        names = (field["name"], *field.get("aliases", ()))
        writer_type = next((writer_fields[name] for name in names if name in writer_fields), None)
        if writer_type is not None:
            inner = f"{path}.{field['name']}" if path else field["name"]
            yield from _find_changes(
                writer_type, field["type"], writer_types, reader_types, inner, depth + 1
            )


def _kind(type: Any) -> object:
    return type.get("type") if isinstance(type, dict) else type


def _meaning(type: Mapping[str, Any]) -> str:
    """What a number is, in words; that of plain ones may be anything."""
    logical = str(type.get("logicalType", ""))
    if logical == "decimal":
        return f"a decimal of {type.get('scale', 0)} places"
    return logical if logical.endswith(("millis", "micros", "nanos")) or logical == "date" else ""
