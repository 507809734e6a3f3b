"""Functions of text and binary, hashes, and URLs."""

from __future__ import annotations

import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types import operators
from ssbt.compiler.types.collation_strength import Strength
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    INT,
    LONG,
    STRING,
    UNKNOWN,
    BinaryType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    StringType,
    TimestampNTZType,
    TimestampType,
    UnknownType,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.map_rules import has_map
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.rules import null_as, same_as
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.type_sets import ANY_STRING, DECIMAL, exactly, implicit_cast


def infer_concat(call: Call) -> Result:
    result = operators.infer_concatenation(call.arguments, call.ansi)
    if isinstance(result, Typed):
        return result
    return type(result)(result.reason.replace("`||`", "`concat`"), result.argument, result.expected)


def _infer_elt(call: Call) -> Result:
    """The chosen text: binary if all are, else a string."""
    choices = call.arguments[1:]
    if implicit_cast(call.arguments[0].type, exactly(INT), call.ansi) is None:
        return call.argument_mismatch(0, "an INT")
    if all(isinstance(choice.type, BinaryType) for choice in choices):
        return Typed(BINARY)
    for index, choice in enumerate(choices, start=1):
        if implicit_cast(choice.type, ANY_STRING, call.ansi) is None:
            return call.argument_mismatch(index, "a string")
    return Typed(STRING)


def _infer_collate(call: Call) -> Result:
    name = call.arguments[1].constant
    if not isinstance(name, str):
        return Typed(UNKNOWN)
    return Typed(StringType(name.upper()), call.arguments[0].nullable, None, Strength.EXPLICIT)


def _infer_pad(call: Call) -> Result:
    """`lpad` and `rpad`: binary where the value is, and the padding if there is one."""
    indices = (0, 2)[: len(call.arguments) - 1]
    bytes_only = all(isinstance(call.arguments[index].type, BinaryType) for index in indices)
    return Typed(BINARY if bytes_only else STRING, call.nullable)


# A sign, a dollar, digits with others around each separator, a fraction, and a sign behind.
_NUMBER_FORMAT = lazy_pattern(
    r"(?=.*[09])(MI|S)?\$?(?:[09]+(?:[,G][09]+)*)?(?:[.D][09]*)?(?:(?!\1)(?:MI|S)|PR)?",
    re.IGNORECASE,
)


def _format_mismatch(call: Call, pattern: str) -> Mismatch:
    reason = f"`{pattern}` is not a format of `{call.name}`"
    return Mismatch(reason, 1, "a format such as '999,999.00'")


def _infer_to_binary(call: Call) -> Result:
    """`to_binary(text, 'hex' | 'utf-8' | 'base64')`."""
    form = call.arguments[1].constant if len(call.arguments) == 2 else None
    if call.name.startswith("try_"):
        return Typed(BINARY)
    if isinstance(form, str) and not _is_form(form):
        return _form_mismatch(call, form)
    return Typed(BINARY)


def _is_form(form: str) -> bool:
    return form.lower() in ("hex", "utf-8", "utf8", "base64")


def _form_mismatch(call: Call, form: str) -> Mismatch:
    return Mismatch(f"`{call.name}` has no form `{form}`", 1, "'hex', 'utf-8' or 'base64'")


def _infer_to_number(call: Call) -> Result:
    """A decimal with the digits of the format."""
    pattern = call.arguments[1].constant
    if not isinstance(pattern, str):
        return Typed(UNKNOWN)
    whole, _, fraction = pattern.upper().replace("D", ".").partition(".")
    if _NUMBER_FORMAT.fullmatch(pattern) is None:
        return _format_mismatch(call, pattern)
    digits = [sum(each in "09" for each in part) for part in (whole, fraction)]
    if not 0 < sum(digits) <= 38:
        return Typed(UNKNOWN)
    null = call.nullable or call.name.startswith("try_")
    return Typed(DecimalType(sum(digits), digits[1]), null)


def _infer_search(call: Call) -> Result:
    """`contains`, `startswith` and `endswith`; of binaries Spark says that they may be null."""
    binary = all(isinstance(argument.type, BinaryType) for argument in call.original_arguments)
    return Typed(BOOLEAN, call.nullable or binary)


def _infer_locate(call: Call) -> Result:
    """`locate`, which treats a position that is null as 0."""
    return Typed(INT, call.arguments[0].nullable or call.arguments[1].nullable)


def _infer_overlay(call: Call) -> Result:
    value, patch = call.arguments[:2]
    if value.type != patch.type and not (value.is_unknown or patch.is_unknown):
        return call.argument_mismatch(1, value.type.sql)
    return Typed(value.type, call.nullable)


def _infer_to_char(call: Call) -> Result:
    """`to_char` of a number, a date, a timestamp or a binary."""
    value = call.arguments[0].type
    if not isinstance(value, _FORMATTABLE) and implicit_cast(value, DECIMAL, call.ansi) is None:
        return call.argument_mismatch(0, "a number, a date, a timestamp or a binary")
    pattern = call.arguments[1].constant
    if isinstance(value, BinaryType) and isinstance(pattern, str) and not _is_form(pattern):
        return _form_mismatch(call, pattern)
    numeric = not isinstance(value, _FORMATTABLE)
    if numeric and isinstance(pattern, str) and _NUMBER_FORMAT.fullmatch(pattern) is None:
        return _format_mismatch(call, pattern)
    # Without ANSI mode, what does not fit into a decimal becomes null on its way.
    can_fail = not call.ansi and isinstance(value, FloatType | DoubleType | StringType)
    return Typed(STRING, call.nullable or can_fail)


def _hash_rule(result: DataType) -> Rule:
    def rule(call: Call) -> Result:
        for index, argument in enumerate(call.arguments):
            if has_map(argument.type):
                return call.argument_mismatch(index, "a type without maps and variants")
        return Typed(result, False)

    return rule


_FORMATTABLE = (DateType, TimestampType, TimestampNTZType, BinaryType, UnknownType)


def _infer_decode(call: Call) -> Result:
    """`decode(binary, charset)` is text; with more arguments it chooses, as in Oracle."""
    if len(call.arguments) == 2:
        for index, expected in enumerate((exactly(BINARY), ANY_STRING)):
            if implicit_cast(call.arguments[index].type, expected, call.ansi) is None:
                return call.argument_mismatch(index, expected.phrase)
        return Typed(STRING)
    # value, search, result, search, result, …, and a default if the number is even.
    searches = call.arguments[1 : len(call.arguments) - 1 : 2]
    for index, search in enumerate(searches):
        comparison = operators.infer_comparison("<=>", call.arguments[0], search, call.ansi)
        if isinstance(comparison, Mismatch):
            return call.argument_mismatch(2 * index + 1, call.arguments[0].type.sql)
    has_default = len(call.arguments) % 2 == 0
    values = [*call.arguments[2::2], call.arguments[-1] if has_default else Typed(STRING)]
    common = operators.common_type(values, call.ansi)
    if common is None:
        return operators.common_type_mismatch("`decode`", values, call.ansi)
    return Typed(common, any(cast_implicitly(value, common).nullable for value in values))


SCALARS = {
    "ascii": Row("1.5.0", "str string", "int"),
    "base64": Row("1.5.0", "bin binary", "string"),
    "bit_length": Row("2.3.0", "expr string|binary", "int"),
    "btrim": Row("3.2.0", "str string, trimStr string?", "string"),
    "char": Row("2.3.0", "expr bigint", "string"),
    "char_length": Row("2.3.0", "expr string|binary", "int"),
    "character_length": Row("2.3.0", "expr string|binary", "int"),
    "chr": Row("2.3.0", "expr bigint", "string"),
    "collate": Row("4.0.0", "= expr string, collationName string!", _infer_collate),
    "collation": Row("4.0.0", "= expr string", "string!"),
    "concat_ws": Row("1.5.0", "sep string, str array<string>|string*", null_as(0, STRING)),
    "contains": Row("3.3.0", "left string|binary, right string|binary", _infer_search),
    "crc32": Row("1.5.0", "expr binary", "bigint"),
    "decode": Row("1.5.0", "bin any, charset any, more any*", _infer_decode),
    "elt": Row("2.0.0", "n any, input any, more any*", _infer_elt),
    "encode": Row("1.5.0", "str string, charset string", "binary?"),
    "endswith": Row("3.3.0", "left string|binary, right string|binary", _infer_search),
    "find_in_set": Row("1.5.0", "str string, str_array string", "int"),
    "format_number": Row("1.5.0", "= expr1 numeric, expr2 int|string", "string?"),
    "format_string": Row("1.5.0", "strfmt string, obj any*", null_as(0, STRING)),
    "hash": Row("2.0.0", "expr any, more any*", _hash_rule(INT)),
    "initcap": Row("1.5.0", "str string", "string"),
    "instr": Row("1.5.0", "str string, substr string", "int"),
    "is_valid_utf8": Row("4.0.0", "str string", "boolean?"),
    "lcase": Row("1.0.1", "str string", same_as(0)),
    "left": Row("2.3.0", "str string|binary, len int", same_as(0)),
    "len": Row("3.4.0", "expr string|binary", "int"),
    "length": Row("1.5.0", "expr string|binary", "int"),
    "levenshtein": Row("1.5.0", "str1 string, str2 string, threshold int?", "int"),
    "locate": Row("1.5.0", "substr string, str string, pos int?", _infer_locate),
    "lower": Row("1.0.1", "str string", same_as(0)),
    "lpad": Row("1.5.0", "str string|binary, len int, pad string|binary?", _infer_pad),
    "ltrim": Row("1.5.0", "str string, trimStr string?", "string"),
    "luhn_check": Row("3.5.0", "str string", "boolean?"),
    "make_valid_utf8": Row("4.0.0", "str string", "string?"),
    "mask": Row(
        "3.4.0",
        "= str string, upperChar string?!, lowerChar string?!, digitChar string?!,"
        " otherChar string?!",
        "string?",
        "named",
    ),
    "md5": Row("1.5.0", "expr binary", "string"),
    "octet_length": Row("2.3.0", "expr string|binary", "int"),
    "overlay": Row(
        "3.0.0", "input string|binary, replace string|binary, pos int, len int?", _infer_overlay
    ),
    "parse_url": Row("2.0.0", "= url string, partToExtract string, key string?", "string?"),
    "position": Row("2.3.0", "substr string, str string, pos int?", _infer_locate),
    "printf": Row("1.5.0", "strfmt string, obj any*", null_as(0, STRING)),
    "quote": Row("4.1.0", "str string", "string?"),
    "randstr": Row("4.0.0", "length int!, seed =int|bigint?!", "string!", "random"),
    "regexp": Row("3.2.0", "str string, regexp string", "boolean"),
    "regexp_count": Row("3.4.0", "str string, regexp string", "int"),
    "regexp_extract": Row("1.5.0", "str string, regexp string, idx int?", "string"),
    "regexp_extract_all": Row("3.1.0", "str string, regexp string, idx int?", "array<string>"),
    "regexp_instr": Row("3.4.0", "str string, regexp string, idx int?", "int"),
    "regexp_like": Row("3.2.0", "str string, regexp string", "boolean"),
    "regexp_replace": Row(
        "1.5.0", "str string, regexp string, rep string, position int?!", "string"
    ),
    "regexp_substr": Row("3.4.0", "str string, regexp string", "string?"),
    "repeat": Row("1.5.0", "str string, n int", "string"),
    "replace": Row("2.3.0", "str string, search string, replace string?", "string"),
    "right": Row("2.3.0", "str string, len int", "string?"),
    "rlike": Row("1.0.0", "str string, regexp string", "boolean"),
    "rpad": Row("1.5.0", "str string|binary, len int, pad string|binary?", _infer_pad),
    "rtrim": Row("1.5.0", "str string, trimStr string?", "string"),
    "sentences": Row(
        "2.0.0", "str string, lang string?, country string?", "array<array<string!>!>?"
    ),
    "sha": Row("1.5.0", "expr binary", "string"),
    "sha1": Row("1.5.0", "expr binary", "string"),
    "sha2": Row("1.5.0", "expr binary, bitLength int", "string?"),
    "soundex": Row("1.5.0", "= str string", "string"),
    "space": Row("1.5.0", "n int", "string"),
    "split": Row("1.5.0", "str string, regex string, limit int?", "array<string!>"),
    "split_part": Row("3.3.0", "str string, delimiter string, partNum int", "string?"),
    "startswith": Row("3.3.0", "left string|binary, right string|binary", _infer_search),
    "substr": Row("1.5.0", "str string|binary, pos int, len int?", same_as(0)),
    "substring": Row("1.5.0", "str string|binary, pos int, len int?", same_as(0)),
    "substring_index": Row("1.5.0", "str string, delim string, count int", "string"),
    "to_binary": Row("3.3.0", "str string, fmt =string?!", _infer_to_binary),
    "to_char": Row("3.4.0", "expr any, format string!", _infer_to_char),
    "to_number": Row("3.3.0", "expr string, fmt string!", _infer_to_number),
    "to_varchar": Row("3.5.0", "expr any, format string!", _infer_to_char),
    "translate": Row("1.5.0", "input string, from string, to string", "string"),
    "trim": Row("1.5.0", "str string, trimStr string?", "string"),
    "try_parse_url": Row("4.0.0", "= url string, partToExtract string, key string?", "string?"),
    "try_to_binary": Row("3.3.0", "str string, fmt string?!", _infer_to_binary),
    "try_to_number": Row("3.3.0", "expr string, fmt string!", _infer_to_number),
    "try_url_decode": Row("4.0.0", "str string", "string?"),
    "try_validate_utf8": Row("4.0.0", "str string", "string?"),
    "ucase": Row("1.0.1", "str string", same_as(0)),
    "unbase64": Row("1.5.0", "str string", "binary"),
    "unhex": Row("1.5.0", "expr string", "binary?"),
    "upper": Row("1.0.1", "str string", same_as(0)),
    "url_decode": Row("3.4.0", "str string", "string?"),
    "url_encode": Row("3.4.0", "str string", "string?"),
    "validate_utf8": Row("4.0.0", "str string", "string?"),
    "xxhash64": Row("3.0.0", "expr any, more any*", _hash_rule(LONG)),
}
