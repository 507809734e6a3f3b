"""What follows the parentheses of a call: `within group`, `filter`, `ignore nulls`."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.foreign_operators import condition_hint
from ssbt.compiler.resolve.expressions.walking import is_same_expression, nodes
from ssbt.compiler.resolve.report import UNORDERED_HELP
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    BinaryType,
    BooleanType,
    NullType,
    StringType,
    UnknownType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.functions import Function, FunctionKind, find_function
from ssbt.compiler.types.operators import is_orderable

_IGNORING_NULLS = (
    *("any_value", "first", "first_value", "last", "last_value"),
    *("lag", "lead", "nth_value"),
)
_LISTS = ("listagg", "string_agg")
_ORDERED = ("mode", "percentile_cont", "percentile_disc")


def check_clauses(typer: ExpressionTyper, node: e.Call, function: Function) -> Typed | None:
    """Check the clauses of a call; the first key of `within group`, which its type depends on."""
    for clause, is_present in (
        ("distinct", node.distinct),
        ("filter", node.filter is not None),
        ("within group", bool(node.within_group)),
    ):
        if is_present and function.kind is not FunctionKind.AGGREGATE:
            message = f"`{clause}` goes with aggregate functions, and `{function.name}` is none"
            typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message)
    if node.nulls == "ignore" and function.name not in _IGNORING_NULLS:
        message = f"`{function.name}` takes no `ignore nulls`"
        typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message)
    if function.kind is FunctionKind.AGGREGATE:
        _check_deterministic(typer, node)
    if node.filter is not None:
        was_windows, typer.allows_windows = typer.allows_windows, False
        value = type_condition(typer, node.filter)
        if isinstance(value.type, NullType):
            message = "the condition of a `filter` is BOOLEAN, and this is null"
            typer.report_mistake(codes.NOT_A_CONDITION, node.filter.span, message)
        typer.allows_windows = was_windows
    return _type_within_group(typer, node, function)


def type_condition(typer: ExpressionTyper, node: e.Expression) -> Typed:
    """The type of a condition, which must be BOOLEAN."""
    value = typer.infer_type(node)
    if not value.is_unknown and not isinstance(value.type, BooleanType | NullType):
        message = f"a condition is BOOLEAN, and this is {value.type.sql}"
        help_, fix = condition_hint(node) or ((), ())
        typer.report.add(codes.NOT_A_CONDITION, node.span, message, help=help_, fix=fix)
    return value


def _check_deterministic(typer: ExpressionTyper, node: e.Call) -> None:
    """Report chance inside an aggregate, which Spark refuses."""
    parts = [argument.value for argument in node.arguments]
    for part in (*parts, *([node.filter] if node.filter is not None else [])):
        for call in nodes(part):
            function = find_function(call.name.text) if isinstance(call, e.Call) else None
            if function is not None and not function.deterministic:
                message = (
                    f"`{function.name}` is a matter of chance and cannot stand in an aggregate"
                )
                help_ = "add it as a column in an `extend` step before"
                typer.report_mistake(codes.WRONG_ARGUMENTS, call.span, message, help=help_)


def _type_within_group(typer: ExpressionTyper, node: e.Call, function: Function) -> Typed | None:
    name, keys = function.name, node.within_group
    values = [typer.infer_type(key.value) for key in keys]
    for key, value in zip(keys, values, strict=True):
        if not is_orderable(value.type):
            message = f"{value.type.sql} cannot be used to sort by"
            code, span = codes.TYPE_MISMATCH, key.value.span
            typer.report_mistake(code, span, message, help=UNORDERED_HELP)
    problem = _within_group_problem(node, function)
    if problem is None and name in _LISTS and node.distinct and not all(map(_is_listable, values)):
        # Spark casts the value and not the key, and then finds that they differ.
        message = f"`{name}(distinct …)` is ordered by text or BINARY, and not by {values[0].type}"
        help_ = "cast it in a step before"
        typer.report_mistake(codes.WRONG_ARGUMENTS, keys[0].value.span, message, help=help_)
    if problem is not None:
        typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, problem)
    return values[0] if values and name in _ORDERED else None


def _is_listable(value: Typed) -> bool:
    return isinstance(value.type, StringType | BinaryType | UnknownType)


def _within_group_problem(node: e.Call, function: Function) -> str | None:
    name, keys = function.name, node.within_group
    if function.kind is not FunctionKind.AGGREGATE:
        return None
    if keys and name not in (*_ORDERED, *_LISTS):
        return f"`{name}` takes no `within group`"
    if name in _ORDERED and node.distinct:
        return f"`{name}` takes no `distinct`"
    if name in _ORDERED:
        expected_keys = 0 if name == "mode" and node.arguments else 1
        if len(keys) != expected_keys:
            requirement = (
                "one key in `within group (order by …)`"
                if expected_keys
                else "no `within group` here"
            )
            return f"`{name}` takes {requirement}"
    if name in _LISTS and node.distinct and keys:
        value = node.arguments[0].value if node.arguments else None
        if len(keys) > 1 or not is_same_expression(keys[0].value, value):
            return f"`{name}(distinct …)` is ordered by its own values only"
    return None
