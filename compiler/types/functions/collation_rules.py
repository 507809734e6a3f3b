"""Functions of texts and their collations: who meets whom, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types.collation_strength import (
    PATTERN_COLLATIONS,
    CollationError,
    collate_together,
    is_indeterminate,
    strength_of_result,
    string_type_of,
)
from ssbt.compiler.types.datatypes import (
    STRING,
    ArrayType,
    DataType,
    MapType,
    StringType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed

_TRIMS = ("btrim", "ltrim", "rtrim", "trim")
_SEARCHES = ("contains", "endswith", "find_in_set", "instr", "locate", "position", "startswith")
# Functions whose texts Spark brings into one collation before it looks at them.
_COLLATED_TOGETHER = frozenset(
    (
        *("array", "array_append", "array_contains", "array_except", "array_intersect"),
        *("array_join", "array_position", "array_remove", "array_union", "arrays_overlap"),
        *("coalesce", "concat", "concat_ws", "elt", "greatest", "if", "ifnull", "lag", "lead"),
        *("least", "levenshtein", "lpad", "mask", "nvl", "nvl2", "overlay", "regexp_replace"),
        *("replace", "rpad", "split_part", "str_to_map", "substring_index", "to_number"),
        *("translate", "try_to_number", *_TRIMS, *_SEARCHES),
    )
)
# Of those, the ones that compare, which texts of two collations cannot be.
_COMPARING = frozenset(
    (*_SEARCHES, *_TRIMS, "replace", "substring_index", "translate", "upper", "lower", "initcap")
)
# Functions that are written in Java's regular expressions, which know no other collation.
_PATTERNS = frozenset(
    (
        *("ilike", "like", "regexp", "regexp_count", "regexp_extract", "regexp_extract_all"),
        *("regexp_instr", "regexp_like", "regexp_replace", "regexp_substr", "rlike", "split"),
    )
)
# The argument whose collation the text has that comes out.
_RESULT_ARGUMENTS = {
    **dict.fromkeys(
        (
            *("btrim", "concat", "concat_ws", "conv", "format_string", "hex", "initcap"),
            *("ltrim", "make_valid_utf8", "mask", "printf", "regexp_extract", "regexp_replace"),
            *("regexp_substr", "repeat", "replace", "right", "rtrim", "split_part"),
            *("substring_index", "translate", "trim", "try_validate_utf8", "validate_utf8"),
            *("array_join", "lpad", "rpad"),
        ),
        0,
    ),
    "elt": 1,
}


# Those that put such texts into collections.
_COLLECTIONS = ("sentences", "split", "str_to_map")


def collate_arguments(name: str, arguments: Sequence[Typed]) -> Sequence[Typed] | Mismatch:
    """The arguments of a function as Spark collates them, or why it refuses to."""
    if all(text is None or text == STRING for text in map(string_type_of, _types(arguments))):
        return arguments
    if name in _COLLATED_TOGETHER:
        try:
            arguments = collate_together(arguments)
        except CollationError as error:
            return Mismatch(f"`{name}` takes texts of one collation, not {error}")
    if name in _COMPARING and is_indeterminate(arguments):
        reason = f"`{name}` cannot compare texts of two collations"
        return Mismatch(reason, help="say which one counts: `… collate NAME`")
    if name in _PATTERNS:
        text = string_type_of(arguments[0].type)
        if text is not None and text.collation not in PATTERN_COLLATIONS:
            expected = "a text of UTF8_BINARY or UTF8_LCASE"
            return Mismatch(f"`{name}` does not take {text.sql}", 0, expected)
    return arguments


def _types(values: Sequence[Typed]) -> list[DataType]:
    return [value.type for value in values]


def collate_result(
    name: str, result: Typed, original_arguments: Sequence[Typed], arguments: Sequence[Typed]
) -> Typed:
    """The result with the collation that it takes from an argument, and how firm that is.

    `given` are the arguments before they were brought together and cast.
    """
    if string_type_of(result.type) is None and name not in _COLLECTIONS:
        return result
    type_: DataType = result.type
    index = _RESULT_ARGUMENTS.get(name)
    text = (
        string_type_of(arguments[index].type)
        if index is not None and len(arguments) > index
        else None
    )
    if type_ == STRING and text is not None:
        type_ = text
    elif name in _COLLECTIONS and isinstance(arguments[0].type, StringType):
        type_ = _apply_collation(type_, arguments[0].type)
    strength = strength_of_result(original_arguments)
    return Typed(type_, result.nullable, result.constant, strength)


def _apply_collation(type_: DataType, text: StringType) -> DataType:
    """A collection of plain texts with those of a collation in it."""
    match type_:
        case ArrayType(element, nulls):
            return ArrayType(_apply_collation(element, text), nulls)
        case MapType(key, value, nulls):
            return MapType(_apply_collation(key, text), _apply_collation(value, text), nulls)
        case StringType():
            return text
    return type_
