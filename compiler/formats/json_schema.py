"""JSON Schema as columns; the mapping is ours, since Spark has none: docs/guides/schemas.md."""

from __future__ import annotations

from ssbt.compiler.formats.json_text import JsonValue
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
_UNSUPPORTED = ("allOf", "not", "if", "patternProperties", "$dynamicRef")


def json_schema_columns(schema: JsonValue) -> StructType:
    """The columns of a schema that describes an object. Raises SchemaProblemError."""
    type_, _ = _JsonSchemaReader(schema).type(schema, ())
    if not isinstance(type_, StructType):
        raise schema.problem(
            "this schema is of no object with properties, and only that has columns"
        )
    return type_


class _JsonSchemaReader:
    def __init__(self, root: JsonValue) -> None:
        self._root = root

    def type(self, node: JsonValue, references: tuple[str, ...]) -> tuple[DataType, bool]:
        """The type at `node`, and whether null is a value; `references` are those so far."""
        if not isinstance(node.content, dict):
            raise node.problem("a schema is an object that says its `type`")
        for word in _UNSUPPORTED:
            if word in node.members:
                raise node.members[word].problem(
                    f"what `{word}` allows cannot be said as a column's type",
                    "write the column in a `schema` of its own",
                )
        reference = node.text("$ref")
        if reference is not None:
            return self._resolve_reference(node, reference, references)
        choices = node.get("anyOf") or node.get("oneOf")
        if choices is not None:
            return self._choice_type(choices, references)
        if node.get("enum") is not None and node.get("type") is None:
            return self._enum_type(node)
        return self._declared_type(node, references)

    def _resolve_reference(
        self, node: JsonValue, reference: str, references: tuple[str, ...]
    ) -> tuple[DataType, bool]:
        reference_node = node.members["$ref"]
        if reference in references:
            raise reference_node.problem(f"`{reference}` contains itself, and Spark's rows cannot")
        target = self._root
        first, *path = reference.split("/")
        for step in path:
            child = target.get(step.replace("~1", "/").replace("~0", "~"))
            if child is None:
                first = ""
                break
            target = child
        if first != "#":
            raise reference_node.problem(f"`{reference}` leads to nothing in this file")
        return self.type(target, (*references, reference))

    def _choice_type(
        self, choices: JsonValue, references: tuple[str, ...]
    ) -> tuple[DataType, bool]:
        non_null = [each for each in choices.items if each.text("type") != "null"]
        if len(non_null) != 1:
            raise choices.problem(
                "a column has one type, and this allows several",
                "write the column in a `schema` of its own, as a string",
            )
        type_, nullable = self.type(non_null[0], references)
        return type_, nullable or len(non_null) < len(choices.items)

    def _enum_type(self, node: JsonValue) -> tuple[DataType, bool]:
        values = [each.content for each in node.members["enum"].items]
        if not all(value is None or isinstance(value, str) for value in values):
            raise node.members["enum"].problem("the values are not all strings; say their `type`")
        return STRING, None in values

    def _declared_type(self, node: JsonValue, references: tuple[str, ...]) -> tuple[DataType, bool]:
        type_node = node.get("type")
        if type_node is None:
            raise node.problem("the `type` is missing here")
        type_names = [each.content for each in type_node.items] or [type_node.content]
        non_null = [word for word in type_names if word != "null"]
        if len(non_null) != 1:
            raise type_node.problem("a column has one type, and may have `null` as well")
        nullable = len(non_null) < len(type_names)
        match non_null[0]:
            case "object":
                return self._object_type(node, references), nullable
            case "array":
                items = node.get("items")
                if items is None:
                    raise node.problem("`items` says what the array holds, and is missing here")
                return ArrayType(*self.type(items, references)), nullable
            case "string":
                return _FORMATS.get(node.text("format") or "", STRING), nullable
            case str(word) if word in _TYPES:
                return _TYPES[word], nullable
        raise type_node.problem(f"JSON Schema has no type `{non_null[0]}`")

    def _object_type(self, node: JsonValue, references: tuple[str, ...]) -> DataType:
        properties, additional = node.get("properties"), node.get("additionalProperties")
        if properties is None or not properties.members:
            if additional is not None and additional.members:
                return MapType(STRING, *self.type(additional, references))
            raise node.problem("`properties` says which fields there are, and is missing here")
        required = node.get("required")
        required_names = (
            {each.content for each in required.items} if required is not None else set()
        )
        fields, names = [], set()
        for name, each in properties.members.items():
            if name.casefold() in names:
                start, end = properties.keys[name]
                raise JsonValue(name, start, end).problem(
                    f"there are two fields called `{name}`; Spark's names have no case"
                )
            names.add(name.casefold())
            type_, nullable = self.type(each, references)
            fields.append(StructField(name, type_, nullable or name not in required_names))
        return StructType(tuple(fields))
