"""Functions of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import ArrayType, DataType, IntegralType, StringType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.comparisons import evaluate_in
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque

# Spark's `MAX_ROUNDED_ARRAY_LENGTH`.
_MAXIMUM_LENGTH = (1 << 31) - 1 - 15
# Longer arrays are not written down here.
_MOST_KNOWN = 1_000
# What is plain text as a regular expression, too.
_PLAIN = lazy_pattern(r"[A-Za-z0-9 ,;:/_=@#%&<>~\"'!-]+")


def compute_element(array: Value, index: Value, result: DataType, ansi: bool) -> Outcome:
    """`array[index]`, counted from 0."""
    if array.is_null or index.is_null:
        return Value(result, None)
    if not isinstance(array.value, tuple) or not isinstance(index.value, int):
        return None
    if 0 <= index.value < len(array.value):
        return Value(result, array.value[index.value])
    if ansi:
        return _beyond_end(len(array.value), index.value)
    return Value(result, None)


def _beyond_end(size: int, place: int) -> Failure:
    return Failure(f"the array has {size} element{'' if size == 1 else 's'}, and none at {place}")


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
    offset = index.value - 1 if index.value > 0 else len(array.value) + index.value
    outcome = compute_element(array, Value(index.type, offset if offset >= 0 else -1), result, ansi)
    is_there = not isinstance(outcome, Failure)
    return outcome if is_there else _beyond_end(len(array.value), index.value)


def _size(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    content = arguments[0].value
    return Value(result, len(content)) if isinstance(content, tuple) else None


def _contains(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    array, needle = arguments
    if not isinstance(array.type, ArrayType) or not isinstance(array.value, tuple):
        return None
    if array.type.element != needle.type:
        return None
    choices = [Value(needle.type, each) for each in array.value]
    outcome = evaluate_in(needle, choices, needle.type, ansi)
    return Value(result, outcome.value) if isinstance(outcome, Value) else outcome


def _sequence(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    """`sequence(start, stop[, step])` of whole numbers, as far as it fails."""
    del ansi
    numbers = [argument.value for argument in arguments if isinstance(argument.value, int)]
    if len(numbers) < len(arguments) or not isinstance(result, ArrayType):
        return None
    if not all(isinstance(argument.type, IntegralType) for argument in arguments):
        return None
    start, stop, *steps = numbers
    step = steps[0] if steps else (1 if start <= stop else -1)
    goes_on = (step > 0) == (stop > start) and step != 0
    if start != stop and not goes_on:
        return Failure(f"steps of {step} do not lead from {start} to {stop}")
    length = 1 if start == stop else abs(stop - start) // abs(step) + 1
    if length > _MAXIMUM_LENGTH:
        return Failure(f"an array of {length:,} elements is longer than any in Spark")
    if length > _MOST_KNOWN:
        return opaque(result)
    return Value(result, tuple(start + step * place for place in range(length)))


def _repeat(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    element, count = (argument.value for argument in arguments)
    if not isinstance(count, int) or count > _MOST_KNOWN:
        return None
    return Value(result, (element,) * max(count, 0))


def _split(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    """`split(text, pattern[, limit])` by a pattern that is plain text."""
    del ansi
    text, pattern, *limits = (argument.value for argument in arguments)
    limit = limits[0] if limits else -1
    if not isinstance(text, str) or not isinstance(pattern, str) or not isinstance(limit, int):
        return None
    plain = _PLAIN.fullmatch(pattern) and arguments[0].type == StringType()
    return (
        Value(result, tuple(text.split(pattern, limit - 1 if limit > 0 else -1))) if plain else None
    )


FUNCTIONS: Mapping[str, Evaluate] = {
    "array_contains": _contains,
    "array_repeat": _repeat,
    "array_size": _size,
    "cardinality": _size,
    "element_at": _element_at,
    "sequence": _sequence,
    "size": _size,
    "split": _split,
}
