"""Functions of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbt.compiler.types.datatypes import ArrayType, DataType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.comparing import find_in
from ssbt.compiler.types.folding.model import Failure, Outcome, Value


def element(array: Value, index: Value, result: DataType, ansi: bool) -> Outcome:
    """`array[index]`, counted from 0."""
    if array.is_null or index.is_null:
        return Value(result, None)
    if not isinstance(array.value, tuple) or not isinstance(index.value, int):
        return None
    if 0 <= index.value < len(array.value):
        return Value(result, array.value[index.value])
    if ansi:
        return Failure(f"the array has {len(array.value)} elements, and none at {index.value}")
    return Value(result, None)


def _element_at(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    array, index = arguments
    if not isinstance(array.type, ArrayType) or not isinstance(index.value, int):
        return None
    if index.value == 0:
        return Failure("`element_at` counts from 1, or from -1 at the end, and there is no 0")
    assert isinstance(array.value, tuple)
    if abs(index.value) > 1 << 30:
        # Java's numbers overflow here.
        return None
    place = index.value - 1 if index.value > 0 else len(array.value) + index.value
    return element(array, Value(index.type, place if place >= 0 else -1), result, ansi)


def _size(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    content = arguments[0].value
    return Value(result, len(content)) if isinstance(content, tuple) else None


def _contains(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    array, wanted = arguments
    if not isinstance(array.type, ArrayType) or not isinstance(array.value, tuple):
        return None
    if array.type.element != wanted.type:
        return None
    choices = [Value(wanted.type, each) for each in array.value]
    found = find_in(wanted, choices, wanted.type, ansi)
    return Value(result, found.value) if isinstance(found, Value) else found


FUNCTIONS: Mapping[str, Evaluate] = {
    "array_contains": _contains,
    "array_size": _size,
    "cardinality": _size,
    "element_at": _element_at,
    "size": _size,
}
