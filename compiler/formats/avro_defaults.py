"""Defaults of Avro's fields: JSON that must be a value of the field's type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.formats.json_text import JsonValue
from ssbt.compiler.formats.problems import SchemaProblemError

if TYPE_CHECKING:
    from ssbt.compiler.formats.avro import AvroType

_BITS = {"int": 31, "long": 63}


def find_default_problem(value: JsonValue, type_: AvroType) -> SchemaProblemError | None:
    """What is wrong with a default; a union's is one of its first branch."""
    expected = type_.branches[0] if type_.branches else type_
    if not _is_valid(value, expected):
        return value.problem(_describe_mismatch(type_, expected))
    for member, inner in expected.fields:
        member_value = value.get(member)
        if member_value is not None and (problem := find_default_problem(member_value, inner)):
            return problem
    return None


def _describe_mismatch(type_: AvroType, expected: AvroType) -> str:
    if type_ is expected:
        return f"the default is no {expected.name}"
    return f"the default of a union is a value of its first branch, here {expected.name}"


def _is_valid(value: JsonValue, type_: AvroType) -> bool:
    content = value.content
    match type_.kind:
        case "null":
            return content is None
        case "boolean":
            return isinstance(content, bool)
        case "int" | "long":
            is_whole = isinstance(content, int) and not isinstance(content, bool)
            limit = 2 ** _BITS[type_.kind]
            return is_whole and -limit <= content < limit
        case "float" | "double":
            return isinstance(content, int | float) and not isinstance(content, bool)
        case "array":
            return isinstance(content, tuple)
        case "map":
            return isinstance(content, dict)
        case "record":
            return isinstance(content, dict) and all(
                value.get(name) is not None or _has_default(type_, name) for name, _ in type_.fields
            )
        case _:
            return isinstance(content, str)


def _has_default(type_: AvroType, name: str) -> bool:
    fields = type_.text.get("fields")
    return any(
        each.text("name") == name and each.get("default") is not None
        for each in (fields.items if fields is not None else ())
    )
