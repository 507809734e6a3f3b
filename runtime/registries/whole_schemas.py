"""Avro schemas that name the types of others, as one text: Spark takes no more."""

from collections.abc import Mapping
from typing import Any


def schemas_by_name(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Schemas of named types by their full names."""
    return {".".join(filter(None, _full_name(each, ""))): each for each in schemas}


def inline_references(node: Any, referenced: dict[str, Any], space: str = "") -> Any:
    """The schema `node` with each of the others declared where it is first named.

    It is taken out of `referenced` there; `space` is the namespace around the node.
    """
    if isinstance(node, list):
        return [inline_references(each, referenced, space) for each in node]
    if isinstance(node, str):
        full = f"{space}.{node}" if space and "." not in node else node
        declaration = referenced.pop(full, None) or referenced.pop(node, None)
        if declaration is None:
            return node
        # It does not inherit the namespace of the place where it stands now.
        return inline_references({"namespace": "", **declaration}, referenced)
    kind = node["type"]
    if kind in ("record", "error"):
        inner_space, _ = _full_name(node, space)
        fields = (
            {**each, "type": inline_references(each["type"], referenced, inner_space)}
            for each in node["fields"]
        )
        return {**node, "fields": list(fields)}
    for content_key in ("items", "values"):
        if kind in ("array", "map") and content_key in node:
            return {**node, content_key: inline_references(node[content_key], referenced, space)}
    resolved = inline_references(kind, referenced, space) if isinstance(kind, str) else kind
    return node if resolved == kind else resolved


def _full_name(node: Mapping[str, Any], space: str) -> tuple[str, str]:
    """Namespace and name of a named type."""
    if "." in node["name"]:
        namespace, _, name = node["name"].rpartition(".")
        return namespace, name
    return node.get("namespace", space), node["name"]
