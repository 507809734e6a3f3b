"""What stands behind the parentheses of a call: `within group`, `filter`, `ignore nulls`."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.resolve.expressions.typing import Typing
from ssbt.compiler.resolve.expressions.walking import nodes, same
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    BinaryType,
    BooleanType,
    NullType,
    StringType,
    UnknownType,
)
from ssbt.compiler.types.functions import Function, Kind, find
from ssbt.compiler.types.operators import orderable
from ssbt.compiler.types.typed import Typed

_IGNORING_NULLS = (
    *("any_value", "first", "first_value", "last", "last_value"),
    *("lag", "lead", "nth_value"),
)
_LISTS = ("listagg", "string_agg")
_ORDERED = ("mode", "percentile_cont", "percentile_disc")


def clauses(typing: Typing, node: e.Call, function: Function) -> Typed | None:
    """Check the clauses of a call; the first key of `within group`, which its type depends on."""
    for clause, given in (
        ("distinct", node.distinct),
        ("filter", node.filter is not None),
        ("within group", bool(node.within_group)),
    ):
        if given and function.kind is not Kind.AGGREGATE:
            message = f"`{clause}` goes with aggregate functions, and `{function.name}` is none"
            typing.mistake(codes.WRONG_ARGUMENTS, node.span, message)
    if node.nulls == "ignore" and function.name not in _IGNORING_NULLS:
        message = f"`{function.name}` takes no `ignore nulls`"
        typing.mistake(codes.WRONG_ARGUMENTS, node.span, message)
    if function.kind is Kind.AGGREGATE:
        _check_determined(typing, node)
    if node.filter is not None:
        was_windows, typing.windows = typing.windows, False
        value = condition(typing, node.filter)
        if isinstance(value.type, NullType):
            message = "the condition of a `filter` is BOOLEAN, and this is null"
            typing.mistake(codes.NOT_A_CONDITION, node.filter.span, message)
        typing.windows = was_windows
    return _within_group(typing, node, function)


def condition(typing: Typing, node: e.Expression) -> Typed:
    """The type of a condition, which must be BOOLEAN."""
    value = typing.typed(node)
    if not value.unknown and not isinstance(value.type, BooleanType | NullType):
        message = f"a condition is BOOLEAN, and this is {value.type.sql}"
        typing.mistake(codes.NOT_A_CONDITION, node.span, message)
    return value


def _check_determined(typing: Typing, node: e.Call) -> None:
    """Report chance inside an aggregate, which Spark refuses."""
    inside = [argument.value for argument in node.arguments]
    for part in (*inside, *([node.filter] if node.filter is not None else [])):
        for call in nodes(part):
            found = find(call.name.text) if isinstance(call, e.Call) else None
            if found is not None and not found.deterministic:
                message = f"`{found.name}` is a matter of chance and cannot stand in an aggregate"
                help_ = "add it as a column in an `extend` step before"
                typing.mistake(codes.WRONG_ARGUMENTS, call.span, message, help=help_)


def _within_group(typing: Typing, node: e.Call, function: Function) -> Typed | None:
    name, keys = function.name, node.within_group
    values = [typing.typed(key.value) for key in keys]
    for key, value in zip(keys, values, strict=True):
        if not orderable(value.type):
            message = f"{value.type.sql} cannot be used to sort by"
            typing.mistake(codes.TYPE_MISMATCH, key.value.span, message)
    problem = _within_group_problem(node, function)
    if problem is None and name in _LISTS and node.distinct and not all(map(_is_listed, values)):
        # Spark casts the value and not the key, and then finds that they differ.
        message = f"`{name}(distinct …)` is ordered by text or BINARY, and not by {values[0].type}"
        help_ = "cast it in a step before"
        typing.mistake(codes.WRONG_ARGUMENTS, keys[0].value.span, message, help=help_)
    if problem is not None:
        typing.mistake(codes.WRONG_ARGUMENTS, node.span, problem)
    return values[0] if values and name in _ORDERED else None


def _is_listed(value: Typed) -> bool:
    return isinstance(value.type, StringType | BinaryType | UnknownType)


def _within_group_problem(node: e.Call, function: Function) -> str | None:
    name, keys = function.name, node.within_group
    if function.kind is not Kind.AGGREGATE:
        return None
    if keys and name not in (*_ORDERED, *_LISTS):
        return f"`{name}` takes no `within group`"
    if name in _ORDERED and node.distinct:
        return f"`{name}` takes no `distinct`"
    if name in _ORDERED:
        wanted = 0 if name == "mode" and node.arguments else 1
        if len(keys) != wanted:
            given = "one key in `within group (order by …)`" if wanted else "no `within group` here"
            return f"`{name}` takes {given}"
    if name in _LISTS and node.distinct and keys:
        value = node.arguments[0].value if node.arguments else None
        if len(keys) > 1 or not same(keys[0].value, value):
            return f"`{name}(distinct …)` is ordered by its own values only"
    return None
