"""Avro schemas that name the types of others, as one text: Spark takes no more."""

from collections.abc import Mapping
from typing import Any


def by_name(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Schemas of named types by their full names."""
    return {".".join(filter(None, _full_name(each, ""))): each for each in schemas}


def whole(node: Any, others: dict[str, Any], space: str = "") -> Any:
    """The schema `node` with each of the others declared where it is first named.

    It is taken out of `others` there; `space` is the namespace around the node.
    """
    if isinstance(node, list):
        return [whole(each, others, space) for each in node]
    if isinstance(node, str):
        full = f"{space}.{node}" if space and "." not in node else node
        found = others.pop(full, None) or others.pop(node, None)
        # It does not inherit the namespace of the place where it stands now.
        return node if found is None else whole({"namespace": "", **found}, others)
    kind = node["type"]
    if kind in ("record", "error"):
        inner, _ = _full_name(node, space)
        fields = ({**each, "type": whole(each["type"], others, inner)} for each in node["fields"])
        return {**node, "fields": list(fields)}
    for held in ("items", "values"):
        if kind in ("array", "map") and held in node:
            return {**node, held: whole(node[held], others, space)}
    named = whole(kind, others, space) if isinstance(kind, str) else kind
    return node if named == kind else named


def _full_name(node: Mapping[str, Any], space: str) -> tuple[str, str]:
    """Namespace and name of a named type."""
    if "." in node["name"]:
        above, _, name = node["name"].rpartition(".")
        return above, name
    return node.get("namespace", space), node["name"]
