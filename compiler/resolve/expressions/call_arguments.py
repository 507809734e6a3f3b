"""The arguments of calls: put in the order of the parameters, and typed."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.provenance import Provenance
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN, implicit_name
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.provenance import (
    CallArgument,
    TracedValue,
    lambda_provenances,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import STRING
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.functions import Function

# Functions that take a function of one argument or more.
_HIGHER_ORDER = frozenset(
    (
        *("aggregate", "array_sort", "exists", "filter", "forall", "map_filter", "map_zip_with"),
        *("reduce", "transform", "transform_keys", "transform_values", "zip_with"),
    )
)


def type_arguments(
    typer: ExpressionTyper, node: e.Call, function: Function
) -> list[CallArgument] | None:
    """The arguments in the function's order; None where one cannot be told."""
    values: list[CallArgument] = []
    is_known = True
    for argument in _order_arguments(typer, node, function):
        if argument is None:
            return None
        value = argument.value
        if isinstance(value, e.Star):
            # `count(*)` counts rows and looks at no column.
            values += _type_star(typer, value, noted=function.name != "count")
            is_known = is_known and not typer.context.relation.is_open
        elif isinstance(value, e.Lambda):
            values.append(_type_lambda(typer, value, function, values))
        elif isinstance(value, e.ColumnName) and value is find_extract_field(node, function):
            # It is no column: `extract` decides its type by the word.
            values.append(CallArgument(Typed(STRING, False, value.parts[0].text)))
        else:
            name = argument.alias.text if argument.alias is not None else implicit_name(value)
            values.append(CallArgument(*typer.infer_part(value), name))
    return values if is_known else None


def find_extract_field(node: e.Call, function: Function) -> e.Expression | None:
    """The word of `extract(year from …)`."""
    return node.arguments[0].value if node.keywords and function.name == "extract" else None


def _order_arguments(
    typer: ExpressionTyper, node: e.Call, function: Function
) -> Sequence[e.Argument | None]:
    """The arguments in the order of the parameters, named ones put in their places."""
    named_arguments = [argument for argument in node.arguments if argument.name is not None]
    if not named_arguments:
        return node.arguments
    parameter_names = [parameter.name for parameter in function.parameters]
    parameters = [name.casefold() for name in parameter_names]
    if not function.allows_named_arguments:
        _report_named_arguments(typer, function, named_arguments)
        return [None]
    slots: dict[int, e.Argument] = {
        position: argument
        for position, argument in enumerate(node.arguments)
        if argument.name is None
    }
    for argument in named_arguments:
        assert argument.name is not None
        name = argument.name.text.casefold()
        if name not in parameters or parameters.index(name) in slots:
            suggestion = did_you_mean(argument.name.text, parameter_names)
            message = f"`{function.name}` has no parameter `{argument.name.text}`"
            otherwise = f"it has {', '.join(parameter_names)}"
            if name in parameters:
                suggestion, message = None, f"`{argument.name.text}` is given twice"
                otherwise = "its place among the others gives it already"
            position = argument.name.span
            typer.report.suggest(codes.WRONG_ARGUMENTS, position, message, suggestion, otherwise)
            return [None]
        slots[parameters.index(name)] = argument
    return _fill_slots(typer, node, function, slots)


def _report_named_arguments(
    typer: ExpressionTyper, function: Function, named_arguments: Sequence[e.Argument]
) -> None:
    """Report arguments with names, of a function that takes none."""
    names = [parameter.name for parameter in function.parameters]
    first = named_arguments[0]
    assert first.name is not None
    if function.name in _HIGHER_ORDER:
        arrow = Span(first.span.path, first.name.span.end, first.value.span.start)
        message = f"`{function.name}` has no parameter `{first.name.text}`"
        hint, fix = "a function of its own takes `->`", (Edit(arrow, " -> "),)
        typer.report.add(codes.WRONG_ARGUMENTS, first.name.span, message, help=hint, fix=fix)
        return
    message = f"Spark takes no named arguments for `{function.name}`"
    help_ = f"give them in order: {', '.join(names)}" if names else None
    typer.report_mistake(codes.WRONG_ARGUMENTS, first.name.span, message, help=help_)
    for argument in named_arguments:
        if not isinstance(argument.value, e.Star | e.Lambda):
            typer.infer_type(argument.value)


def _fill_slots(
    typer: ExpressionTyper, node: e.Call, function: Function, slots: dict[int, e.Argument]
) -> Sequence[e.Argument | None]:
    """The arguments by their places; a null where one that may be left out is."""
    for index, parameter in enumerate(function.parameters[: max(slots)]):
        if index not in slots and not parameter.optional:
            message = f"`{function.name}` needs `{parameter.name}`, too"
            typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message)
            return [None]
    left_out = e.Argument(node.span, e.NullLiteral(node.span))
    return [slots.get(index, left_out) for index in range(max(slots) + 1)]


def _type_star(typer: ExpressionTyper, node: e.Star, noted: bool) -> list[CallArgument]:
    """The columns that a star stands for; `noted` as those that the value comes from."""
    columns = typer.expand_star(node).columns
    for column in columns if noted else ():
        typer.check_key(node, column.name, column)
        typer.ingredients.append(column.provenance)
    return [
        CallArgument(
            Typed(column.type, column.nullable),
            column.provenance if noted else Provenance(),
            column.name,
        )
        for column in columns
    ]


def _type_lambda(
    typer: ExpressionTyper,
    node: e.Lambda,
    function: Function,
    earlier_arguments: Sequence[CallArgument],
) -> CallArgument:
    """A lambda's body, its parameters typed by the function."""
    types = function.lambda_parameters(
        len(earlier_arguments), [each.typed for each in earlier_arguments]
    )
    if types is None:
        return CallArgument(typer.infer_type(node))
    provenances = lambda_provenances(function.name, earlier_arguments)
    if len(node.parameters) < len(types) and function.name not in ("transform", "filter"):
        message = f"a lambda of `{function.name}` has {len(types)} parameters here"
        typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message)
    if len(node.parameters) > len(types):
        count = f"{len(types)} parameter{'s' if len(types) > 1 else ''}"
        message = f"a lambda of `{function.name}` has at most {count} here"
        typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message)
    outer = dict(typer.lambda_variables)
    for number, name in enumerate(node.parameters):
        parameter = types[number] if number < len(types) else NOT_KNOWN
        if number < len(provenances):
            parameter = TracedValue(
                parameter.type, parameter.nullable, parameter.constant, None, provenances[number]
            )
        typer.lambda_variables[name.text.casefold()] = parameter
    body = typer.infer_part(node.body)
    typer.lambda_variables = outer
    return CallArgument(*body)
