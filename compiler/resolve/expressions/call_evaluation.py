"""Calls of functions whose arguments are constants."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.resolve.expressions.partial_evaluation import (
    CHOOSING,
    COALESCING,
    LOOKING_AHEAD,
    NO_STOP,
    PartialEvaluator,
    find_stop,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import BOOLEAN, ArrayType, DataType, UnknownType
from ssbt.compiler.types.folding import arithmetic, comparisons
from ssbt.compiler.types.folding.calls import fold_call
from ssbt.compiler.types.folding.casts import cast_value
from ssbt.compiler.types.folding.model import Failure, Outcome, Value
from ssbt.compiler.types.functions import FunctionKind, find_function
from ssbt.compiler.types.functions.inner_casts import inner_casts

_CASTS = (
    *("bigint", "boolean", "date", "decimal", "double", "float", "int", "smallint", "string"),
    *("timestamp", "tinyint"),
)


def evaluate_call(evaluator: PartialEvaluator, node: e.Call) -> Outcome:
    """What a call of constants gives."""
    name = node.name.text.casefold()
    function = find_function(name)
    is_plain = not (
        node.distinct or node.filter or node.window or node.within_group or node.keywords
    )
    if function is None or function.kind is not FunctionKind.SCALAR or not is_plain:
        return None
    if any(argument.name for argument in node.arguments) or not function.deterministic:
        return None
    result = evaluator.type_of(node).type
    if isinstance(result, UnknownType):
        return None
    parts = [argument.value for argument in node.arguments]
    if any(isinstance(part, e.Star | e.Lambda) for part in parts):
        return None
    if name in COALESCING:
        return _evaluate_coalesce(evaluator, parts, node)
    if name in CHOOSING and (name != "decode" or len(parts) > 2):
        return _evaluate_choice(evaluator, name, parts, node)
    values = [evaluator.evaluate(part) for part in parts]
    stop = find_stop(values)
    if stop is not NO_STOP:
        # Some look at another argument first, and others at none.
        return None if name in LOOKING_AHEAD else stop
    return _evaluate_strict(
        evaluator, name, parts, [v for v in values if isinstance(v, Value)], result
    )


def _evaluate_strict(
    evaluator: PartialEvaluator,
    name: str,
    parts: Sequence[e.Expression],
    values: list[Value],
    result: DataType,
) -> Outcome:
    """A function that evaluates all of its arguments."""
    if name in _CASTS and len(values) == 1:
        return cast_value(values[0], result, evaluator.ansi)
    if name == "concat":
        return evaluator.concatenate(values, result)
    if name in ("mod", "div") and len(values) == 2:
        operator = "%" if name == "mod" else name
        types = (evaluator.type_of(parts[0]), evaluator.type_of(parts[1]))
        return arithmetic.compute(operator, values[0], values[1], types, result, evaluator.ansi)
    if name in ("isnull", "isnotnull"):
        return Value(BOOLEAN, values[0].is_null is (name == "isnull"))
    target_types = _find_argument_types(name, values, result, evaluator.ansi)
    arguments: list[Value] = []
    for value, target in zip(values, target_types, strict=True):
        argument = value if target is None else cast_value(value, target, evaluator.ansi)
        if not isinstance(argument, Value):
            sees_null = name != "array" and any(each.is_null for each in values)
            return None if sees_null else argument
        arguments.append(argument)
    if name == "array" and isinstance(result, ArrayType):
        is_known = not any(argument.is_opaque for argument in arguments)
        return Value(result, tuple(argument.value for argument in arguments)) if is_known else None
    if name in ("greatest", "least"):
        return _find_extreme(name, arguments, result)
    return fold_call(name, arguments, result, evaluator.ansi)


def _evaluate_coalesce(
    evaluator: PartialEvaluator, parts: Sequence[e.Expression], node: e.Call
) -> Outcome:
    for part in parts:
        value = evaluator.as_result(part, node)
        if not isinstance(value, Value) or not value.is_null:
            return value
    return Value(evaluator.type_of(node).type, None)


def _evaluate_choice(
    evaluator: PartialEvaluator, name: str, parts: Sequence[e.Expression], node: e.Call
) -> Outcome:
    if name in ("if", "nvl2") and len(parts) == 3:
        decider = evaluator.evaluate(parts[0])
        if not isinstance(decider, Value):
            return decider if name == "if" else None
        if name == "nvl2":
            return evaluator.as_result(parts[2 if decider.is_null else 1], node)
        if decider.is_opaque or not isinstance(decider.value, bool | None):
            return None
        return evaluator.as_result(parts[1 if decider.value else 2], node)
    if name == "nullif" and len(parts) == 2:
        equality = evaluator.compare("=", *parts)
        if not isinstance(equality, Value) or equality.is_opaque:
            return equality if isinstance(equality, Failure) else None
        return (
            Value(evaluator.type_of(node).type, None)
            if equality.value
            else evaluator.evaluate(parts[0])
        )
    return None


def _find_argument_types(
    name: str, values: Sequence[Value], result: DataType, ansi: bool
) -> list[DataType | None]:
    """The types to which Spark casts the arguments of a function."""
    if name in ("greatest", "least"):
        return [result] * len(values)
    inner = inner_casts(name, [value.type for value in values], result)
    if inner is not None:
        return [*inner]
    function = find_function(name)
    types: list[DataType | None] = []
    for index, value in enumerate(values):
        parameter = function.parameter(index) if function is not None else None
        types.append(parameter.cast_type(value.type, ansi) if parameter is not None else None)
    return types


def _find_extreme(name: str, values: Sequence[Value], result: DataType) -> Outcome:
    """The largest or smallest that is not null."""
    best: Value | None = None
    for value in values:
        if value.is_null:
            continue
        if best is None:
            best = value
            continue
        order = comparisons.order_of(value, best)
        if order is None:
            return None
        best = value if order * (1 if name == "greatest" else -1) > 0 else best
    return Value(result, None if best is None else best.value)
