"""Decimals that lose digits after the point where several values become one type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.expressions.partial_evaluation import COALESCING
from ssbt.compiler.resolve.traps.decimals import CUT_SCALE, needed_scale
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.branches import common_type
from ssbt.compiler.types.coercion import wider_type_without_strings
from ssbt.compiler.types.datatypes import ArrayType, DataType, DecimalType
from ssbt.compiler.types.promotion import promote_for_comparison

TAKES = (e.Case, e.Call, e.Binary, e.Between, e.InList)
# Sums have more digits by their types than by their values, so that they meet with few left.
_ENOUGH_TO_COMPARE = 4
# The functions all of whose arguments become one type.
_MERGING = (*COALESCING, "greatest", "least", "array")
# Those of an array and an element.
_ELEMENTS = ("array_contains", "array_position", "array_remove")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Case | e.Call):
        for parts in _find_merged(node):
            if len(parts) < 2:
                continue
            merged = common_type([view.type_of(part) for part in parts], view.ansi)
            for part in parts:
                yield from _check_part(part, view.data_type(part), merged, view)
    for left, right in _find_compared(node):
        merged = promote_for_comparison(view.type_of(left), view.type_of(right), view.ansi)[0].type
        for part in (left, right):
            yield from _check_compared(part, view.data_type(part), merged, view)
    if isinstance(node, e.Call) and function_name(node) in _ELEMENTS:
        yield from _check_elements(operands(node), view)


def _find_merged(node: e.Case | e.Call) -> list[list[e.Expression]]:
    """The groups of values that become one type each."""
    if isinstance(node, e.Case):
        otherwise = [node.otherwise] if node.otherwise else []
        return [[value for _, value in node.branches] + otherwise]
    name, parts = function_name(node), operands(node)
    if any(isinstance(part, e.Star) for part in parts):
        return []
    if name in _MERGING:
        return [parts]
    if name in ("if", "iff", "nvl2") and len(parts) == 3:
        return [parts[1:]]
    if name == "map":
        return [parts[::2], parts[1::2]]
    if name == "decode" and len(parts) > 3:
        return [parts[2::2] + ([parts[-1]] if len(parts) % 2 == 0 else [])]
    return []


def _find_compared(node: e.Expression) -> list[tuple[e.Expression, e.Expression]]:
    """The pairs of values that are compared."""
    match node:
        case e.Case(operand=operand, branches=branches) if operand is not None:
            return [(operand, choice) for choice, _ in branches]
        case e.Call(arguments=(first, second)) if function_name(node) == "nullif":
            return [(first.value, second.value)]
        case e.Call(arguments=(first, *_, _)) as call if function_name(call) == "decode":
            choices = operands(call)[1 : len(call.arguments) // 2 * 2 - 1 : 2]
            return [(first.value, choice) for choice in choices]
    return [(left, right) for _, left, right in comparisons(node)]


def _check_elements(parts: list[e.Expression], view: ExpressionView) -> Iterator[Diagnostic]:
    """`array_contains(amounts, x)`."""
    if len(parts) != 2 or not isinstance(array := view.data_type(parts[0]), ArrayType):
        return
    type_ = view.data_type(parts[1])
    merged = wider_type_without_strings(array.element, type_, view.ansi)
    yield from _check_compared(parts[0], array.element, merged, view)
    yield from _check_compared(parts[1], type_, merged, view)


def _check_compared(
    part: e.Expression, type_: DataType, merged: DataType | None, view: ExpressionView
) -> Iterator[Diagnostic]:
    if isinstance(merged, DecimalType) and merged.scale >= _ENOUGH_TO_COMPARE:
        return
    for finding in _check_part(part, type_, merged, view):
        message = finding.message.replace(
            "are kept: the whole is", "are compared: both sides become"
        )
        yield replace(finding, message=message)


def _check_part(
    part: e.Expression, type_: DataType, merged: DataType | None, view: ExpressionView
) -> Iterator[Diagnostic]:
    if (
        isinstance(type_, DecimalType)
        and isinstance(merged, DecimalType)
        and needed_scale(part, type_, view) > merged.scale
    ):
        yield build_cut_diagnostic(part.span, type_, merged)


def find_cut_column(span: Span, types: Sequence[DataType], merged: DataType) -> Diagnostic | None:
    """The finding about a column of a set operation that does not keep the digits of a side."""
    for type_ in types:
        if not isinstance(type_, DecimalType) or not isinstance(merged, DecimalType):
            continue
        if type_.scale > merged.scale:
            return build_cut_diagnostic(span, type_, merged)
    return None


def build_cut_diagnostic(span: Span, type_: DecimalType, merged: DecimalType) -> Diagnostic:
    message = f"of {type_.sql} only {merged.scale} digits after the point are kept:"
    message += f" the whole is {merged.sql}"
    help_ = "cast the values to one type that has room for what they hold"
    return Diagnostic(CUT_SCALE, message, Label(span), (), (help_,))
