"""Functions of the session, the input file, encryption and geography, and the rest."""

from __future__ import annotations

from ssbt.compiler.types.functions.rules import infer_unknown
from ssbt.compiler.types.functions.signature import Row

_REFLECT = "class string!, method string!, arg any*"
_DECRYPT = "expr binary, key binary, mode string?, padding string?, aad binary?"

SCALARS = {
    "aes_decrypt": Row("3.3.0", _DECRYPT, "binary?"),
    "aes_encrypt": Row(
        "3.3.0",
        "expr binary, key binary, mode string?, padding string?, iv binary?, aad binary?",
        "binary?",
    ),
    "assert_true": Row("2.0.0", "expr =boolean, message string?", "void?"),
    "current_catalog": Row("3.1.0", "", "string!"),
    "current_database": Row("1.6.0", "", "string!"),
    "current_schema": Row("3.4.0", "", "string!"),
    "current_user": Row("3.2.0", "", "string!"),
    "grouping": Row("2.0.0", "col any", "tinyint!"),
    "grouping_id": Row("2.0.0", "col any*", "bigint!"),
    "input_file_block_length": Row("2.2.0", "", "bigint!", "random"),
    "input_file_block_start": Row("2.2.0", "", "bigint!", "random"),
    "input_file_name": Row("1.5.0", "", "string!", "random"),
    "java_method": Row("2.0.0", _REFLECT, "string?", "random"),
    "monotonically_increasing_id": Row("1.4.0", "", "bigint!", "random"),
    "raise_error": Row("3.1.0", "expr string", "void?"),
    "reflect": Row("2.0.0", _REFLECT, "string?", "random"),
    "session_user": Row("4.0.0", "", "string!"),
    "spark_partition_id": Row("1.4.0", "", "int!", "random"),
    "st_asbinary": Row("4.1.0", "geo any", "binary"),
    "st_geogfromwkb": Row("4.1.0", "wkb binary", infer_unknown),
    "st_geomfromwkb": Row("4.1.0", "wkb binary", infer_unknown),
    "st_setsrid": Row("4.1.0", "geo any, srid int", infer_unknown),
    "st_srid": Row("4.1.0", "geo any", "int"),
    "try_aes_decrypt": Row("3.5.0", _DECRYPT, "binary?"),
    "try_reflect": Row("4.0.0", _REFLECT, "string?", "random"),
    "typeof": Row("3.0.0", "expr any", "string!"),
    "user": Row("3.4.0", "", "string!"),
    "uuid": Row("2.3.0", "seed =int|bigint?!", "string!", "random"),
    "version": Row("3.0.0", "", "string!"),
}
