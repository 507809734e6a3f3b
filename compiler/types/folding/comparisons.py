"""Comparisons, `in`, `like`, and the logic of three values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
import math
import re

from ssbt.compiler.types.coercion import is_same_shape
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    STRING,
    ArrayType,
    DataType,
    MapType,
    StringType,
    StructType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.folding.casts import cast_value
from ssbt.compiler.types.folding.model import Failure, Outcome, Value
from ssbt.compiler.types.promotion import promote_boolean_equality, promote_for_comparison

TRUE, FALSE, UNKNOWN_TRUTH = Value(BOOLEAN, True), Value(BOOLEAN, False), Value(BOOLEAN, None)
_EQUALITY = ("=", "==", "!=", "<>", "<=>")


def comparison_types(
    operator: str, left: Typed, right: Typed, ansi: bool
) -> tuple[DataType, DataType] | None:
    """The types in which Spark compares; None where they are not one."""
    if not ansi and operator in _EQUALITY:
        a, b = promote_boolean_equality(left, right)
        if (a.type, b.type) != (left.type, right.type):
            return None
    a, b = promote_for_comparison(left, right, ansi)
    return (a.type, b.type) if is_same_shape(a.type, b.type) else None


def compare(
    operator: str, left: Value, right: Value, types: tuple[Typed, Typed], ansi: bool
) -> Outcome:
    """`left operator right`."""
    target_types = comparison_types(operator, *types, ansi)
    if target_types is None:
        return None
    operands = [
        cast_value(each, target, ansi)
        for each, target in zip((left, right), target_types, strict=True)
    ]
    left_operand, right_operand = operands
    if isinstance(left_operand, Value) and isinstance(right_operand, Value):
        return compare_equals(operator, left_operand, right_operand)
    if left.is_null or right.is_null:
        # A null on the left is enough, and one on the right often is.
        return UNKNOWN_TRUTH if left.is_null and operator != "<=>" else None
    return next(each for each in operands if not isinstance(each, Value))


def compare_equals(operator: str, left: Value, right: Value) -> Outcome:
    """A comparison of two values of one type."""
    if left.is_null or right.is_null:
        if operator != "<=>":
            return UNKNOWN_TRUTH
        return Value(BOOLEAN, left.is_null and right.is_null)
    order = order_of(left, right)
    if order is None:
        return None
    verdicts = {
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
        "!=": order != 0,
        "<>": order != 0,
    }
    return Value(BOOLEAN, verdicts.get(operator, order == 0))


def order_of(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None where it is not known."""
    if left.is_opaque or right.is_opaque:
        return None
    if isinstance(left.type, ArrayType | MapType | StructType):
        return None
    for type_ in (left.type, right.type):
        if isinstance(type_, StringType) and type_ != STRING:
            return None
    a, b = left.value, right.value
    if isinstance(a, float) and isinstance(b, float):
        # NaN equals itself and is above all others.
        if math.isnan(a) or math.isnan(b):
            return int(math.isnan(a)) - int(math.isnan(b))
        return (a > b) - (a < b)
    for python_type in (bool, int, Decimal, str, bytes):
        if isinstance(a, python_type) and isinstance(b, python_type):
            # By code points, which is the order of UTF-8's bytes, too. Both are of the one `kind`,
            # which the type checker does not see.
            return (a > b) - (a < b)  # type: ignore[operator]
    return None


def negate_truth(value: Outcome) -> Outcome:
    """`not value`."""
    if not isinstance(value, Value) or value.is_null:
        return value
    return None if value.is_opaque else Value(BOOLEAN, not value.value)


def combine_truth(operator: str, left: Outcome, right: Outcome) -> Outcome:
    """`and`, `or`: what decides first decides, and what follows it is not evaluated."""
    deciding = operator == "or"
    if isinstance(left, Value) and left.value is deciding:
        return left
    if isinstance(left, Failure):
        return left
    if left is None or left.is_opaque:
        return None
    if right is None or isinstance(right, Failure) or right.is_opaque:
        return right if isinstance(right, Failure) else None
    if right.value is deciding:
        return right
    return UNKNOWN_TRUTH if left.is_null or right.is_null else right


def evaluate_in(value: Value, choices: Sequence[Outcome], common: DataType, ansi: bool) -> Outcome:
    """`value in (choices)`; a choice that is not reached is not evaluated."""
    needle = cast_value(value, common, ansi)
    if not isinstance(needle, Value):
        return needle
    if needle.is_null:
        return UNKNOWN_TRUTH if all(isinstance(each, Value) for each in choices) else None
    has_null = False
    for choice in choices:
        candidate = cast_value(choice, common, ansi) if isinstance(choice, Value) else choice
        if not isinstance(candidate, Value):
            return candidate
        equality = compare_equals("=", needle, candidate)
        if not isinstance(equality, Value):
            return None
        if equality.value:
            return TRUE
        has_null = has_null or equality.is_null
    return UNKNOWN_TRUTH if has_null else FALSE


def evaluate_like(operator: str, text: Value, pattern: Value, escape: str) -> Outcome:
    """`like` and `ilike`; `rlike` is Java's to tell."""
    if text.is_null or pattern.is_null:
        return UNKNOWN_TRUTH
    if not isinstance(text.value, str) or not isinstance(pattern.value, str):
        return None
    if operator not in ("like", "ilike"):
        return None
    expression = translate_like(pattern.value, escape)
    if isinstance(expression, Failure):
        return expression
    content = text.value
    if operator == "ilike":
        if not (content + pattern.value).isascii():
            return None
        expression, content = expression.lower(), content.lower()
    return Value(BOOLEAN, re.fullmatch(expression, content, re.DOTALL) is not None)


def translate_like(pattern: str, escape: str = "\\") -> str | Failure:
    """The pattern of `like` as one of `re`."""
    pieces = []
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            escaped = next(characters, None)
            if escaped is None or escaped not in ("_", "%", escape):
                return Failure(f"`like` cannot use '{pattern}': `{escape}` escapes nothing in it")
            pieces.append(re.escape(escaped))
        else:
            pieces.append({"_": ".", "%": ".*"}.get(character) or re.escape(character))
    return "".join(pieces)
