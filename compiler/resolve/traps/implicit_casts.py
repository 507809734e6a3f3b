"""The casts that Spark inserts around the operands of an expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.resolve.expressions.partial_evaluation import CHOOSING, COALESCING
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.branches import common_type
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DOUBLE,
    INT,
    TIMESTAMP,
    ArrayType,
    DataType,
    DateType,
    DayTimeIntervalType,
    MapType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.folding.comparisons import comparison_types
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.functions import find_function
from ssbt.compiler.types.functions.inner_casts import inner_casts
from ssbt.compiler.types.operators import COMPARISONS
from ssbt.compiler.types.promotion import promote_for_arithmetic

_INTERVALS = (DayTimeIntervalType, YearMonthIntervalType)
_COMPUTING = ("+", "-", "*", "/", "%", "div", "&", "|", "^")
_SHIFTING = ("<<", ">>", ">>>")
_DATETIMES = (DateType, TimestampType, TimestampNTZType)
# What a unary operator makes of a text.
_UNARY = {"-": DOUBLE, "+": DOUBLE, "not": BOOLEAN}
# Functions that are operators, but for null where the operator fails.
_TRIED = {
    "try_add": "+",
    "try_subtract": "-",
    "try_multiply": "*",
    "try_divide": "/",
    "try_mod": "%",
}
# Aggregates that make a number of a text.
_SUMS = ("sum", "avg", "mean", "try_sum", "try_avg")


ImplicitCast = tuple[e.Expression, DataType]


def find_implicit_casts(node: e.Expression, view: ExpressionView) -> Sequence[ImplicitCast]:
    """The operands of a node and the types that Spark casts them to."""
    # Several rules ask. The node is kept with them, so that its id stays its own.
    casts: dict[int, tuple[e.Expression, Sequence[ImplicitCast]]]
    casts = view.compute_once("implicit casts", dict)
    if id(node) not in casts:
        casts[id(node)] = (node, tuple(_iterate_casts(node, view)))
    return casts[id(node)][1]


def _iterate_casts(node: e.Expression, view: ExpressionView) -> Iterator[ImplicitCast]:
    match node:
        case e.Binary(operator="and" | "or", left=left, right=right) if view.ansi:
            yield from ((left, BOOLEAN), (right, BOOLEAN))
        case e.Binary(operator=operator, left=left, right=right) if operator in COMPARISONS:
            yield from _find_comparison_casts(operator, left, right, view)
        case e.Binary(operator=operator, left=left, right=right) if operator in _COMPUTING:
            yield from _find_arithmetic_casts(left, right, view, operator in ("*", "/"))
            yield from _find_moment_casts(operator, left, right, view)
        case e.Binary(operator=operator, left=left, right=right) if operator in _SHIFTING:
            texts = (x for x in (left, right) if isinstance(view.data_type(x), StringType))
            yield from ((text, INT) for text in texts)
        case e.Binary(operator="||", left=left, right=right):
            if isinstance(view.data_type(node), ArrayType):
                yield from ((left, view.data_type(node)), (right, view.data_type(node)))
        case e.Unary(operator=operator, operand=operand) if operator in _UNARY:
            if isinstance(view.data_type(operand), StringType):
                yield operand, _UNARY[operator]
        case e.Subscript(base=base, index=index):
            yield from _find_key_casts(base, index, view)
        case e.Between(operand=operand, low=low, high=high):
            yield from _find_comparison_casts(">=", operand, low, view)
            yield from _find_comparison_casts("<=", operand, high, view)
        case e.IsDistinctFrom(left=left, right=right):
            yield from _find_comparison_casts("<=>", left, right, view)
        case e.InList(operand=operand, items=items):
            yield from _find_list_casts((operand, *items), view)
        case e.Case(operand=operand, branches=branches, otherwise=otherwise):
            if operand is not None:
                for choice, _ in branches:
                    yield from _find_comparison_casts("=", operand, choice, view)
            values = [value for test, value in branches if not _is_never_true(test, view)]
            values += [otherwise] if otherwise else []
            yield from ((value, view.data_type(node)) for value in values)
        case e.Call():
            yield from _find_argument_casts(node, view)


def _find_arithmetic_casts(
    left: e.Expression, right: e.Expression, view: ExpressionView, scales: bool = False
) -> Iterator[ImplicitCast]:
    a, b = view.type_of(left), view.type_of(right)
    if isinstance(a.type, NumericType) or isinstance(b.type, NumericType):
        left_target, right_target = promote_for_arithmetic(a, b, view.ansi)
        yield from ((left, left_target.type), (right, right_target.type))
    for side, other_side in ((left, b.type), (right, a.type)):
        if (
            scales
            and isinstance(other_side, _INTERVALS)
            and isinstance(view.data_type(side), StringType)
        ):
            yield side, DOUBLE


def _find_moment_casts(
    operator: str, left: e.Expression, right: e.Expression, view: ExpressionView
) -> Iterator[ImplicitCast]:
    """A text beside an interval or a time is read as a time."""
    for side, counterpart in ((left, view.data_type(right)), (right, view.data_type(left))):
        if not isinstance(view.data_type(side), StringType):
            continue
        if operator in ("+", "-") and isinstance(counterpart, _INTERVALS):
            yield side, TIMESTAMP
        elif operator == "-" and isinstance(counterpart, _DATETIMES):
            yield side, counterpart


def _find_key_casts(
    base: e.Expression, index: e.Expression, view: ExpressionView
) -> Iterator[ImplicitCast]:
    type_ = view.data_type(base)
    if isinstance(type_, MapType):
        yield index, type_.key
    elif isinstance(type_, ArrayType) and isinstance(view.data_type(index), StringType):
        yield index, INT


def find_tried_casts(node: e.Expression, view: ExpressionView) -> Iterator[ImplicitCast]:
    """As `find_implicit_casts`, of calls that give null where such a cast fails."""
    if not isinstance(node, e.Call) or not function_name(node).startswith("try_"):
        return
    parts = operands(node)
    if function_name(node) in _TRIED and len(parts) == 2:
        operator = _TRIED[function_name(node)]
        yield from _find_arithmetic_casts(parts[0], parts[1], view, operator in ("*", "/"))
        yield from _find_moment_casts(operator, parts[0], parts[1], view)
    else:
        yield from _find_parameter_casts(node, view)


def _find_parameter_casts(node: e.Call, view: ExpressionView) -> Iterator[ImplicitCast]:
    """The arguments that a function's parameters do not take as they are."""
    function = find_function(function_name(node))
    for index, part in enumerate(operands(node)):
        parameter = function.parameter(index) if function is not None else None
        if parameter is None or isinstance(without_parentheses(part), e.Star | e.Lambda):
            continue
        target = parameter.cast_type(view.data_type(part), view.ansi)
        if target is not None:
            yield part, target


def _find_list_casts(parts: Sequence[e.Expression], view: ExpressionView) -> Iterator[ImplicitCast]:
    """`in`: all become of one type."""
    common = common_type([view.type_of(each) for each in parts], view.ansi)
    if common is not None:
        yield from ((part, common) for part in parts)


def _is_never_true(condition: e.Expression, view: ExpressionView) -> bool:
    outcome = view.outcome(condition)
    return isinstance(outcome, Value) and not outcome.value


def _find_comparison_casts(
    operator: str, left: e.Expression, right: e.Expression, view: ExpressionView
) -> Iterator[ImplicitCast]:
    a, b = view.type_of(left), view.type_of(right)
    target_types = (
        None if a.is_unknown or b.is_unknown else comparison_types(operator, a, b, view.ansi)
    )
    if target_types is not None:
        yield left, target_types[0]
        yield right, target_types[1]


def _find_argument_casts(node: e.Call, view: ExpressionView) -> Iterator[ImplicitCast]:
    name, parts = function_name(node), operands(node)
    function = find_function(name)
    if function is None or any(argument.name for argument in node.arguments):
        return
    inner = inner_casts(name, [view.data_type(part) for part in parts], view.data_type(node))
    if inner is not None:
        pairs = zip(parts, inner, strict=True)
        yield from ((part, target) for part, target in pairs if target is not None)
    elif name in COALESCING:
        yield from ((part, view.data_type(node)) for part in parts)
    elif name in ("if", "nvl2") and len(parts) == 3:
        yield from ((part, view.data_type(node)) for part in parts[1:])
    elif name == "nullif" and len(parts) == 2:
        yield from _find_comparison_casts("=", parts[0], parts[1], view)
    elif name == "equal_null" and len(parts) == 2:
        yield from _find_comparison_casts("<=>", parts[0], parts[1], view)
    elif name == "decode" and len(parts) > 2:
        for key in parts[1 : len(parts) - 1 : 2]:
            yield from _find_comparison_casts("<=>", parts[0], key, view)
        results = [*parts[2::2], *(parts[-1:] if len(parts) % 2 == 0 else [])]
        yield from ((part, view.data_type(node)) for part in results)
    elif name in _SUMS and len(parts) == 1 and isinstance(view.data_type(parts[0]), StringType):
        yield parts[0], DOUBLE
    elif name in ("mod", "pmod", "div") and len(parts) == 2:
        yield from _find_arithmetic_casts(parts[0], parts[1], view)
    elif name == "between" and len(parts) == 3:
        yield from _find_comparison_casts(">=", parts[0], parts[1], view)
        yield from _find_comparison_casts("<=", parts[0], parts[2], view)
    elif name == "in":
        yield from _find_list_casts(parts, view)
    elif name in ("and", "or", "not"):
        texts = (part for part in parts if isinstance(view.data_type(part), StringType))
        yield from ((text, BOOLEAN) for text in texts)
    elif not (name in CHOOSING or name.startswith("try_")):
        yield from _find_parameter_casts(node, view)
