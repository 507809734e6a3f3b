"""Functions of JSON, CSV, XML, Avro, Protobuf and variants."""

from __future__ import annotations

from ssbt.compiler.types import ddl
from ssbt.compiler.types.coercion import as_nullable
from ssbt.compiler.types.datatypes import (
    STRING,
    UNKNOWN,
    VARIANT,
    ArrayType,
    DataType,
    MapType,
    StringType,
    StructType,
    UnknownType,
    VariantType,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.rules import infer_unknown, require_options
from ssbt.compiler.types.functions.signature import Row

# A schema may also be written as Spark prints it in JSON.
_JSON = ("{", '"')
_JSON_TYPES = (StructType, ArrayType, MapType, VariantType)


def _parse_rule(nullable: bool) -> Rule:
    """What a text holds, by the schema that is given as a constant string."""

    def rule(call: Call) -> Result:
        schema = call.arguments[1]
        text = schema.constant
        if not isinstance(schema.type, StringType | UnknownType):
            return call.argument_mismatch(1, "a text with a schema")
        schema_type = ddl.parse_schema(text) if isinstance(text, str) else None
        if schema_type is None and isinstance(text, str) and not text.lstrip().startswith(_JSON):
            expected = "a schema such as 'id bigint, name string'"
            return Mismatch(
                f"`{call.name}` cannot use {text!r} here", 1, expected, is_about_value=True
            )
        if (
            schema_type is not None
            and not isinstance(schema_type, StructType)
            and call.name != "from_json"
        ):
            expected = "the schema of a struct, such as 'id bigint, name string'"
            return Mismatch(
                f"`{call.name}` cannot use {text!r} here", 1, expected, is_about_value=True
            )
        if schema_type is not None and not isinstance(schema_type, _JSON_TYPES):
            expected = "the schema of a struct, an array, a map or a variant"
            return Mismatch(
                f"`{call.name}` cannot use {text!r} here", 1, expected, is_about_value=True
            )
        if schema_type is None:
            return Typed(UNKNOWN)
        needed = _unread(call.name, schema_type)
        if needed is not None:
            return Mismatch(
                f"`{call.name}` cannot use {text!r} here", 1, needed, is_about_value=True
            )
        return Typed(as_nullable(schema_type), nullable or call.arguments[0].nullable)

    return rule


def _unread(name: str, schema: DataType) -> str | None:
    """What the fields of a schema have to be where a format does not have all types."""
    fields = [field.type for field in schema.fields] if isinstance(schema, StructType) else [schema]
    if name == "from_csv":
        nested = any(isinstance(field, StructType | ArrayType | MapType) for field in fields)
        return (
            "fields without structs, arrays and maps, which a line does not have"
            if nested
            else None
        )
    keys = (isinstance(each, MapType) and not isinstance(each.key, StringType) for each in fields)
    return "maps whose keys are strings" if name == "from_json" and any(keys) else None


def _infer_variant_part(call: Call) -> Result:
    """A part of a variant, as a variant or as the type that is given."""
    if len(call.arguments) == 2:
        return Typed(VARIANT)
    text = call.arguments[2].constant
    part_type = ddl.parse_type(text) if isinstance(text, str) else None
    if part_type is None and isinstance(text, str):
        expected = "a type such as 'array<int>'"
        return Mismatch(f"`{call.name}` cannot use {text!r} here", 2, expected, is_about_value=True)
    return Typed(part_type or UNKNOWN)


def _infer_variant_object(call: Call) -> Result:
    value = call.arguments[0].type
    match value:
        case ArrayType() | StructType() | MapType(StringType(), _, _) | UnknownType():
            return Typed(VARIANT, call.nullable)
    return call.argument_mismatch(0, "an array, a struct or a map with string keys")


def _infer_nullable_text(call: Call) -> Result:
    del call
    return Typed(STRING)


def _infer_text(call: Call) -> Result:
    del call
    return Typed(STRING, False)


_SCHEMA = "schema any!, options any?!"
_FROM_CSV = require_options(_parse_rule(False), 2)
_FROM_TEXT = require_options(_parse_rule(True), 2)
_SCHEMA_OF = require_options(_infer_text, 1)
_TO_TEXT = require_options(_infer_nullable_text, 1)
_XPATH = "= xml string, xpath string!"

SCALARS = {
    "from_avro": Row("4.0.0", "child =binary, jsonFormatSchema any!, options any?!", infer_unknown),
    "from_csv": Row("3.0.0", f"csvStr =string, {_SCHEMA}", _FROM_CSV),
    "from_json": Row("2.2.0", f"jsonStr =string, {_SCHEMA}", _FROM_TEXT),
    "from_protobuf": Row(
        "4.0.0", "data any, messageName any!, descFilePath any?!, options any?!", infer_unknown
    ),
    "from_xml": Row("4.0.0", f"xmlStr =string, {_SCHEMA}", _FROM_TEXT),
    "get_json_object": Row("1.5.0", "= json_txt string, path string", "string?"),
    "is_variant_null": Row("4.0.0", "= expr variant", "boolean!"),
    "json_array_length": Row("3.1.0", "= jsonArray string", "int?"),
    "json_object_keys": Row("3.1.0", "= json_object string", "array<string>?"),
    "parse_json": Row("4.0.0", "= jsonStr string", "variant"),
    "schema_of_avro": Row("4.0.0", "jsonFormatSchema any!, options any?!", "string!"),
    "schema_of_csv": Row("3.0.0", "csv =string!, options =map?!", _SCHEMA_OF),
    "schema_of_json": Row("2.4.0", "json =string!, options =map?!", _SCHEMA_OF),
    "schema_of_variant": Row("4.0.0", "= v variant", "string"),
    "schema_of_xml": Row("4.0.0", "xml =string!, options =map?!", _SCHEMA_OF),
    "to_avro": Row("4.0.0", "child any, jsonFormatSchema any?!", "binary"),
    "to_csv": Row("3.0.0", "= expr struct, options map?!", _TO_TEXT),
    "to_json": Row("2.2.0", "expr =struct|array|map|variant, options =map?!", _TO_TEXT),
    "to_protobuf": Row(
        "4.0.0", "child any, messageName any!, descFilePath any?!, options any?!", "binary"
    ),
    "to_variant_object": Row("4.0.0", "expr any", _infer_variant_object),
    "to_xml": Row("4.0.0", "expr =struct|variant, options =map?!", _TO_TEXT),
    "try_parse_json": Row("4.0.0", "= jsonStr string", "variant?"),
    "try_variant_get": Row("4.0.0", "= v variant, path string, type string?!", _infer_variant_part),
    "variant_get": Row("4.0.0", "= v variant, path string, type string?!", _infer_variant_part),
    "xpath": Row("2.0.0", _XPATH, "array<string>?"),
    "xpath_boolean": Row("2.0.0", _XPATH, "boolean?"),
    "xpath_double": Row("2.0.0", _XPATH, "double?"),
    "xpath_float": Row("2.0.0", _XPATH, "float?"),
    "xpath_int": Row("2.0.0", _XPATH, "int?"),
    "xpath_long": Row("2.0.0", _XPATH, "bigint?"),
    "xpath_number": Row("2.0.0", _XPATH, "double?"),
    "xpath_short": Row("2.0.0", _XPATH, "smallint?"),
    "xpath_string": Row("2.0.0", _XPATH, "string?"),
}
