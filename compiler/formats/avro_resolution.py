"""Whether what one Avro schema has written can be read with another, by Avro's specification."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.formats.avro import AvroType
from ssbt.compiler.formats.json_text import JsonValue

_PROMOTIONS = {
    ("int", "long"),
    ("int", "float"),
    ("int", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
}
# One type of Spark's, and other numbers.
_UNITS = {
    "timestamp-millis": "milliseconds",
    "timestamp-micros": "microseconds",
    "local-timestamp-millis": "local milliseconds",
    "local-timestamp-micros": "local microseconds",
}


def find_incompatibilities(reader: AvroType, writer: AvroType, path: str = "") -> Iterator[str]:
    """Why records of `writer` cannot be read as `reader`, one line a place; nothing if they can."""
    if writer.kind == "union":
        for branch in writer.branches:
            yield from find_incompatibilities(reader, branch, path)
        return
    if reader.kind == "union":
        if all(any(find_incompatibilities(branch, writer, path)) for branch in reader.branches):
            yield _line(path, f"{writer.name} is not one of {_names(reader)}")
        return
    if reader.kind != writer.kind:
        if (writer.kind, reader.kind) not in _PROMOTIONS:
            yield _line(path, f"is {writer.name} now, and was {reader.name}")
        return
    match reader.kind:
        case "record":
            yield from _compare_records(reader, writer, path)
        case "enum":
            yield from _compare_symbols(reader, writer, path)
        case "fixed" if _size(reader) != _size(writer):
            yield _line(path, f"has {_size(writer)} bytes now, and had {_size(reader)}")
    for reader_part, writer_part in zip(reader.parts, writer.parts, strict=False):
        yield from find_incompatibilities(reader_part, writer_part, f"{path}[]")
    if _meaning(reader) != _meaning(writer):
        yield _line(path, f"means {_meaning(writer)} now, and meant {_meaning(reader)}")


def _compare_records(reader: AvroType, writer: AvroType, path: str) -> Iterator[str]:
    if reader.name.rpartition(".")[2] != writer.name.rpartition(".")[2]:
        yield _line(path, f"is a record `{writer.name}` now, and was `{reader.name}`")
        return
    writer_fields = dict(writer.fields)
    for name, type_ in reader.fields:
        writer_name = next(
            (each for each in (name, *_aliases(reader, name)) if each in writer_fields), None
        )
        field_path = f"{path}.{name}" if path else name
        if writer_name is not None:
            yield from find_incompatibilities(type_, writer_fields[writer_name], field_path)
        elif not _has_default(reader, name):
            yield _line(field_path, "is gone, and has no default")


def _compare_symbols(reader: AvroType, writer: AvroType, path: str) -> Iterator[str]:
    reader_symbols = {each.content for each in _items(reader, "symbols")}
    new_symbols = [
        str(each.content)
        for each in _items(writer, "symbols")
        if each.content not in reader_symbols
    ]
    if new_symbols and reader.text.get("default") is None:
        yield _line(path, f"has new symbols: {', '.join(new_symbols)}")


def _aliases(record: AvroType, name: str) -> Iterator[str]:
    for each in _items(record, "fields"):
        aliases = each.get("aliases")
        if each.text("name") == name and aliases is not None:
            yield from (str(alias.content) for alias in aliases.items)


def _has_default(record: AvroType, name: str) -> bool:
    fields = _items(record, "fields")
    return any(e.text("name") == name and e.get("default") is not None for e in fields)


def _items(node: AvroType, member: str) -> tuple[JsonValue, ...]:
    member_value = node.text.get(member)
    return member_value.items if member_value is not None else ()


def _meaning(node: AvroType) -> str:
    """What bytes or a number stand for, of which Avro's own rules take no notice."""
    if node.kind not in ("int", "long", "bytes", "fixed"):
        return ""
    return _UNITS.get(node.text.text("logicalType") or "", node.type.sql)


def _size(node: AvroType) -> int:
    return node.text.number("size") or 0


def _names(union: AvroType) -> str:
    return ", ".join(branch.name for branch in union.branches)


def _line(path: str, text: str) -> str:
    return f"`{path}` {text}" if path else f"the schema {text}"
