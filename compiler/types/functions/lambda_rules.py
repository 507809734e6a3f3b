"""The rules of functions that take a lambda: what its parameters are, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types.casts import force_nullable
from ssbt.compiler.types.coercion import is_same_type, wider_type
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    INT,
    UNKNOWN,
    ArrayType,
    BooleanType,
    IntegerType,
    MapType,
    NullType,
    UnknownType,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.array_rules import element_of, infer_sorted
from ssbt.compiler.types.functions.map_rules import entry_of, has_map
from ssbt.compiler.types.functions.model import Call

Arguments = Sequence[Typed]
Parameters = tuple[Typed, ...]


def element_only(index: int, arguments: Arguments) -> Parameters:
    """`x -> …` over an array."""
    del index
    return (element_of(arguments[0]),)


def element_and_index(index: int, arguments: Arguments) -> Parameters:
    """`x -> …` or `(x, i) -> …` over an array."""
    del index
    return element_of(arguments[0]), Typed(INT, False)


def two_elements(index: int, arguments: Arguments) -> Parameters:
    """`(a, b) -> …` over two elements of one array."""
    del index
    return element_of(arguments[0]), element_of(arguments[0])


def two_arrays(index: int, arguments: Arguments) -> Parameters:
    """`(a, b) -> …` over two arrays, of which the shorter is filled with nulls."""
    del index
    left, right = element_of(arguments[0]), element_of(arguments[1])
    return Typed(left.type), Typed(right.type)


def key_and_value(index: int, arguments: Arguments) -> Parameters:
    """`(k, v) -> …` over a map."""
    del index
    return entry_of(arguments[0])


def key_and_two_values(index: int, arguments: Arguments) -> Parameters:
    """`(k, v1, v2) -> …` over two maps, where a key may be missing from one."""
    del index
    (key, left), (other_key, right) = entry_of(arguments[0]), entry_of(arguments[1])
    common = wider_type(key.type, other_key.type)
    return Typed(common or UNKNOWN, False), Typed(left.type), Typed(right.type)


def fold_parameters(index: int, arguments: Arguments) -> Parameters:
    """`(acc, x) -> …`, and at the end `acc -> …`."""
    start = Typed(arguments[1].type)
    return (start, element_of(arguments[0])) if index == 2 else (start,)


def infer_aggregate(call: Call) -> Result:
    """`aggregate`: the result of `finish`, or of `start` if there is none."""
    array_argument, start, merge = call.arguments[:3]
    if not (start.is_unknown or merge.is_unknown) and not is_same_type(start.type, merge.type):
        reason = f"`{call.name}` starts with {start.type} and goes on with {merge.type}"
        return Mismatch(reason, 2, start.type.sql, f"cast the start to {merge.type}")
    if len(call.arguments) == 3:
        return Typed(start.type)
    finish = call.arguments[3]
    return Typed(finish.type, array_argument.nullable or finish.nullable)


def infer_test(call: Call) -> Result:
    """`exists` and `forall`: null where the array or the answer can be."""
    mismatch = _boolean_mismatch(call)
    return mismatch or Typed(BOOLEAN, call.nullable)


def infer_filter(call: Call) -> Result:
    """`filter` and `map_filter`."""
    mismatch = _boolean_mismatch(call)
    return mismatch or Typed(call.arguments[0].type, call.arguments[0].nullable)


def _boolean_mismatch(call: Call) -> Mismatch | None:
    body = call.arguments[1].type
    if isinstance(body, BooleanType | NullType | UnknownType):
        return None
    return Mismatch(f"the lambda of `{call.name}` returns {body}", 1, "a BOOLEAN")


def infer_transform(call: Call) -> Result:
    """`transform`."""
    body = call.arguments[1]
    return Typed(ArrayType(body.type, body.nullable), call.arguments[0].nullable)


def infer_zip_with(call: Call) -> Result:
    """`zip_with`."""
    left, right, body = call.arguments
    return Typed(ArrayType(body.type, body.nullable), left.nullable or right.nullable)


def infer_array_sort(call: Call) -> Result:
    """`array_sort`, whose lambda says by an INT which of two elements comes first."""
    if len(call.arguments) == 1:
        return infer_sorted(call)
    body = call.arguments[1]
    if not isinstance(body.type, IntegerType | UnknownType):
        return Mismatch(f"the lambda of `array_sort` returns {body.type}", 1, "an INT")
    return Typed(call.arguments[0].type, call.arguments[0].nullable)


def infer_transform_keys(call: Call) -> Result:
    """`transform_keys`."""
    argument, body = call.arguments
    value = entry_of(argument)[1]
    if has_map(body.type):
        return Mismatch("the lambda of `transform_keys` returns a map", 1, "a key without maps")
    return Typed(MapType(body.type, value.type, value.nullable), argument.nullable)


def infer_transform_values(call: Call) -> Result:
    """`transform_values`."""
    argument, body = call.arguments
    key = entry_of(argument)[0]
    return Typed(MapType(key.type, body.type, body.nullable), argument.nullable)


def infer_map_zip_with(call: Call) -> Result:
    """`map_zip_with`."""
    left, right, body = call.arguments
    first, second = entry_of(left)[0].type, entry_of(right)[0].type
    key = wider_type(first, second, call.ansi)
    if key is None or force_nullable(first, key) or force_nullable(second, key):
        return call.argument_mismatch(1, left.type.sql)
    return Typed(MapType(key, body.type, body.nullable), left.nullable or right.nullable)
