"""Functions of JSON, CSV, XML, Avro, Protobuf and variants."""

from __future__ import annotations

from ssbt.compiler.types.functions.rules import unknown
from ssbt.compiler.types.functions.signature import Row

_XPATH = "= xml string, xpath string!"

SCALARS = {
    "from_avro": Row("4.0.0", "child any, jsonFormatSchema any!, options any?!", unknown),
    "from_csv": Row("3.0.0", "csvStr any, schema any!, options any?!", unknown),
    "from_json": Row("2.2.0", "jsonStr any, schema any!, options any?!", unknown),
    "from_protobuf": Row(
        "4.0.0", "data any, messageName any!, descFilePath any?!, options any?!", unknown
    ),
    "from_xml": Row("4.0.0", "xmlStr any, schema any!, options any?!", unknown),
    "get_json_object": Row("1.5.0", "= json_txt string, path string", "string?"),
    "is_variant_null": Row("4.0.0", "= expr variant", "boolean!"),
    "json_array_length": Row("3.1.0", "= jsonArray string", "int?"),
    "json_object_keys": Row("3.1.0", "= json_object string", "array<string>?"),
    "parse_json": Row("4.0.0", "= jsonStr string", "variant"),
    "schema_of_avro": Row("4.0.0", "jsonFormatSchema any!, options any?!", "string!"),
    "schema_of_csv": Row("3.0.0", "csv string!, options any?!", "string!"),
    "schema_of_json": Row("2.4.0", "json string!, options any?!", "string!"),
    "schema_of_variant": Row("4.0.0", "= v variant", "string"),
    "schema_of_xml": Row("4.0.0", "xml string!, options any?!", "string!"),
    "to_avro": Row("4.0.0", "child any, jsonFormatSchema any?!", "binary"),
    "to_csv": Row("3.0.0", "= expr struct, options any?!", "string?"),
    "to_json": Row("2.2.0", "expr any, options any?!", "string?"),
    "to_protobuf": Row(
        "4.0.0", "child any, messageName any!, descFilePath any?!, options any?!", "binary"
    ),
    "to_variant_object": Row("4.0.0", "expr any", "variant"),
    "to_xml": Row("4.0.0", "expr any, options any?!", "string?"),
    "try_parse_json": Row("4.0.0", "= jsonStr string", "variant?"),
    "try_variant_get": Row("4.0.0", "= v variant, path string, type string?!", unknown),
    "variant_get": Row("4.0.0", "= v variant, path string, type string?!", unknown),
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
