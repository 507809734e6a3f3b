"""JSON Schema as columns; the mapping is ours, since Spark has none: docs/guides/schemas.md."""

from __future__ import annotations

from ssbt.compiler.formats.json_text import Value
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    DOUBLE,
    LONG,
    STRING,
    TIMESTAMP,
    ArrayType,
    DataType,
    MapType,
    StructField,
    StructType,
)

_TYPES: dict[str, DataType] = {
    "string": STRING,
    "integer": LONG,
    "number": DOUBLE,
    "boolean": BOOLEAN,
}
_FORMATS: dict[str, DataType] = {"date": DATE, "date-time": TIMESTAMP}
_UNCERTAIN = ("allOf", "not", "if", "patternProperties", "$dynamicRef")


def json_schema_columns(schema: Value) -> StructType:
    """The columns of a schema that describes an object. Raises SchemaProblemError."""
    type_, _ = _Reader(schema).type(schema, ())
    if not isinstance(type_, StructType):
        raise schema.problem(
            "this schema is of no object with properties, and only that has columns"
        )
    return type_


class _Reader:
    def __init__(self, root: Value) -> None:
        self._root = root

    def type(self, node: Value, above: tuple[str, ...]) -> tuple[DataType, bool]:
        """The type at `node`, and whether null is a value; `above` are the references so far."""
        if not isinstance(node.content, dict):
            raise node.problem("a schema is an object that says its `type`")
        for word in _UNCERTAIN:
            if word in node.members:
                raise node.members[word].problem(
                    f"what `{word}` allows cannot be said as a column's type",
                    "write the column in a `schema` of its own",
                )
        reference = node.text("$ref")
        if reference is not None:
            return self._referred(node, reference, above)
        choices = node.get("anyOf") or node.get("oneOf")
        if choices is not None:
            return self._chosen(choices, above)
        if node.get("enum") is not None and node.get("type") is None:
            return self._enumerated(node)
        return self._plain(node, above)

    def _referred(
        self, node: Value, reference: str, above: tuple[str, ...]
    ) -> tuple[DataType, bool]:
        place = node.members["$ref"]
        if reference in above:
            raise place.problem(f"`{reference}` contains itself, and Spark's rows cannot")
        target = self._root
        first, *path = reference.split("/")
        for step in path:
            found = target.get(step.replace("~1", "/").replace("~0", "~"))
            if found is None:
                first = ""
                break
            target = found
        if first != "#":
            raise place.problem(f"`{reference}` leads to nothing in this file")
        return self.type(target, (*above, reference))

    def _chosen(self, choices: Value, above: tuple[str, ...]) -> tuple[DataType, bool]:
        rest = [each for each in choices.items if each.text("type") != "null"]
        if len(rest) != 1:
            raise choices.problem(
                "a column has one type, and this allows several",
                "write the column in a `schema` of its own, as a string",
            )
        type_, nullable = self.type(rest[0], above)
        return type_, nullable or len(rest) < len(choices.items)

    def _enumerated(self, node: Value) -> tuple[DataType, bool]:
        values = [each.content for each in node.members["enum"].items]
        if not all(value is None or isinstance(value, str) for value in values):
            raise node.members["enum"].problem("the values are not all strings; say their `type`")
        return STRING, None in values

    def _plain(self, node: Value, above: tuple[str, ...]) -> tuple[DataType, bool]:
        given = node.get("type")
        if given is None:
            raise node.problem("the `type` is missing here")
        words = [each.content for each in given.items] or [given.content]
        rest = [word for word in words if word != "null"]
        if len(rest) != 1:
            raise given.problem("a column has one type, and `null` besides")
        nullable = len(rest) < len(words)
        match rest[0]:
            case "object":
                return self._object(node, above), nullable
            case "array":
                items = node.get("items")
                if items is None:
                    raise node.problem("`items` says what the array holds, and is missing here")
                return ArrayType(*self.type(items, above)), nullable
            case "string":
                return _FORMATS.get(node.text("format") or "", STRING), nullable
            case str(word) if word in _TYPES:
                return _TYPES[word], nullable
        raise given.problem(f"JSON Schema has no type `{rest[0]}`")

    def _object(self, node: Value, above: tuple[str, ...]) -> DataType:
        properties, others = node.get("properties"), node.get("additionalProperties")
        if properties is None or not properties.members:
            if others is not None and others.members:
                return MapType(STRING, *self.type(others, above))
            raise node.problem("`properties` says which fields there are, and is missing here")
        required = node.get("required")
        needed = {each.content for each in required.items} if required is not None else set()
        fields, seen = [], set()
        for name, each in properties.members.items():
            if name.casefold() in seen:
                start, end = properties.keys[name]
                raise Value(name, start, end).problem(
                    f"there are two fields called `{name}`; Spark's names have no case"
                )
            seen.add(name.casefold())
            type_, nullable = self.type(each, above)
            fields.append(StructField(name, type_, nullable or name not in needed))
        return StructType(tuple(fields))
