"""The picture of a pipeline: a box for each dataset and sink, with its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssbt.compiler.lineage.graph import Lineage
from ssbt.compiler.pages.layout import Layout, Size, lay_out

# As the style sheet has them, in pixels.
TITLE, ROW, EDGE = 46, 22, 9
_CHARACTER, _MARGINS = 7.3, 58
_WIDTHS = (190, 360)

Json = dict[str, Any]


def build_picture(manifest: Json, lineage: Lineage) -> Json:
    """What the page's script draws: boxes, lines between them, and what each column is made from.

    Boxes have the names of datasets, those of sinks `sink NAME`.
    """
    datasets = {each["name"]: each for each in manifest["datasets"]}
    sinks = {f"sink {each['name']}": each for each in manifest["sinks"]}
    sizes = {name: _box_size(name, each["columns"]) for name, each in datasets.items()}
    sizes |= {name: _box_size(name, []) for name in sinks}
    edges = [(input_name, name) for name in datasets for input_name in lineage.nodes[name].inputs]
    edges += [(sink["dataset"], name) for name, sink in sinks.items()]
    layout = lay_out(sizes, edges)
    boxes = [_dataset_box(each, lineage) for each in datasets.values()]
    boxes += [_sink_box(name, each) for name, each in sinks.items()]
    return {
        "boxes": [box | _box_geometry(box["id"], sizes, layout) for box in boxes],
        "lines": [
            {"from": start, "to": end, "by": [[point.x, point.y] for point in points]}
            for (start, end), points in layout.passages.items()
        ],
        "size": [layout.width, layout.height],
    }


def _box_size(name: str, columns: list[Json]) -> Size:
    longest = max((len(each["name"]) + len(each["type"]) for each in columns), default=0)
    width = round(max(longest, len(name) + 4) * _CHARACTER + _MARGINS)
    height = TITLE + len(columns) * ROW + (EDGE if columns else 0)
    return Size(min(max(width, _WIDTHS[0]), _WIDTHS[1]), height, TITLE // 2)


def _box_geometry(name: str, sizes: Mapping[str, Size], layout: Layout) -> Json:
    corner, size = layout.corners[name], sizes[name]
    return {"x": corner.x, "y": corner.y, "width": size.width, "height": size.height}


def _dataset_box(dataset: Json, lineage: Lineage) -> Json:
    node = lineage.nodes[dataset["name"]]
    return {
        "id": node.name,
        "kind": dataset["kind"],
        "title": node.name,
        "detail": _describe_location(dataset),
        "inputs": list(node.inputs),
        "columns": [
            {
                "name": each["name"],
                "type": each["type"],
                "tags": each["tags"],
                "from": [[o.dataset, o.column] for o in node.columns[each["name"]].origins],
            }
            for each in dataset["columns"]
        ],
        "rows": [[d.origin.dataset, d.origin.column, d.kind.value] for d in node.rows],
    }


def _sink_box(name: str, sink: Json) -> Json:
    return {
        "id": name,
        "kind": "sink",
        "title": sink["name"],
        "detail": _describe_location(sink),
        "inputs": [sink["dataset"]],
        "columns": [],
        "rows": [],
    }


def _describe_location(item: Json) -> str:
    """Where it is read or written, or how wide it is."""
    if "connector" not in item:
        count = len(item["columns"])
        return f"{count} column{'s' * (count != 1)}"
    parts = (item["connector"], item.get("connection") or item.get("path") or item.get("table"))
    return " ".join(str(part) for part in parts if part)
