"""The rules of functions that treat two arrays as sets."""

from __future__ import annotations

from collections.abc import Callable

from ssbt.compiler.types import operators
from ssbt.compiler.types.coercion import tightest_common_type
from ssbt.compiler.types.datatypes import BOOLEAN, UNKNOWN, ArrayType, DataType
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.model import Call, Rule


def _two_arrays(call: Call) -> tuple[ArrayType, ArrayType, DataType] | Result:
    left, right = call.arguments
    if left.is_unknown or right.is_unknown:
        return Typed(UNKNOWN)
    if not isinstance(left.type, ArrayType):
        return call.argument_mismatch(0, "an array")
    if not isinstance(right.type, ArrayType):
        return call.argument_mismatch(1, "an array")
    element = tightest_common_type(left.type.element, right.type.element, False)
    if element is None:
        return call.argument_mismatch(1, f"an array like {left.type}")
    if not operators.is_orderable(element):
        return call.argument_mismatch(0, "an array of values that can be compared")
    return left.type, right.type, element


def _set_operation_rule(nulls: Callable[[bool, bool], bool]) -> Rule:
    def rule(call: Call) -> Result:
        arrays = _two_arrays(call)
        if isinstance(arrays, Typed | Mismatch):
            return arrays
        left, right, element = arrays
        contains_null = nulls(left.contains_null, right.contains_null)
        return Typed(ArrayType(element, contains_null), call.nullable)

    return rule


infer_union = _set_operation_rule(lambda left, right: left or right)
infer_intersection = _set_operation_rule(lambda left, right: left and right)
infer_difference = _set_operation_rule(lambda left, right: left)


def infer_overlap(call: Call) -> Result:
    """`arrays_overlap`, null where only nulls could meet."""
    arrays = _two_arrays(call)
    if isinstance(arrays, Mismatch):
        return arrays
    if isinstance(arrays, Typed):
        return Typed(BOOLEAN)
    return Typed(BOOLEAN, call.nullable or arrays[0].contains_null or arrays[1].contains_null)
