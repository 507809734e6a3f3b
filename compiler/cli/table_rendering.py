"""The description of a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def render_table(document: dict[str, Any]) -> str:
    """Its columns, layout, size, small files, properties and last commits, in lines."""
    return "\n".join(_lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    """The description for people."""
    yield document["table"]
    if document["description"]:
        yield f"  {document['description']}"
    size = _describe_bytes(document["bytes"])
    small = document["small_files"]
    yield f"  version {document['version']}, {document['files']} files, {size}"
    if small["files"]:
        size = _describe_bytes(small["bytes"])
        yield f"  {small['files']} of them are small ({size}): `compact = true` of `maintain`"
    for key, word in (("partition_by", "partitioned"), ("cluster_by", "clustered")):
        if document[key]:
            yield f"  {word} by {', '.join(document[key])}"
    rows = [
        (each["name"], each["type"], "" if each["nullable"] else "not null", each["comment"] or "")
        for each in document["columns"]
    ]
    yield from _section("columns", rows)
    properties = sorted(document["properties"].items())
    yield from _section("properties", [(key, "=", value) for key, value in properties])
    yield from _section("constraints", sorted(document["constraints"].items()))
    yield from _section("branches and tags", [(each,) for each in document["references"]])
    commits = [
        (
            str(each["version"]),
            each["time"],
            each["operation"],
            ", ".join(f"{key} {value}" for key, value in each["counts"].items()),
        )
        for each in document["history"]
    ]
    yield from _section("commits", commits)


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows below a title, their cells in columns; nothing without rows."""
    if not rows:
        return
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    yield ""
    yield title
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _describe_bytes(size: float) -> str:
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} {_UNITS[0]}"
