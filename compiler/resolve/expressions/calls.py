"""Function calls: the function found, its place allowed, its arguments and result typed."""

from __future__ import annotations

from ssbt.compiler.connectors.specification import SPARK_LINES
from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean, is_slip
from ssbt.compiler.resolve.expressions.call_arguments import type_arguments
from ssbt.compiler.resolve.expressions.call_clauses import check_clauses
from ssbt.compiler.resolve.expressions.call_placement import is_call_allowed
from ssbt.compiler.resolve.expressions.call_results import infer_call_result
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.foreign_calls import report_foreign_call
from ssbt.compiler.resolve.expressions.provenance import call_provenance
from ssbt.compiler.resolve.expressions.time_windows import check_time_window
from ssbt.compiler.resolve.expressions.unit_calls import infer_unit_call_type
from ssbt.compiler.resolve.expressions.windows import check_window
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import function_name
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.functions import Function, FunctionKind, find_function, function_names


def infer_call_type(typer: ExpressionTyper, node: e.Call) -> Typed:
    """The type of a call; unknown, with findings, where it is not right."""
    if report_foreign_call(typer, node):
        return NOT_KNOWN
    with_unit = infer_unit_call_type(typer, node)
    if with_unit is not None:
        return with_unit
    function = find_function(node.name.text)
    if function is None:
        _report_unknown(typer, node)
        _visit_arguments(typer, node)
        return NOT_KNOWN
    in_target = _check_in_target(typer, node, function)
    if not is_call_allowed(typer, node, function):
        return NOT_KNOWN
    aggregate = function.kind is FunctionKind.AGGREGATE and node.window is None
    was_inside = typer.inside_aggregate
    typer.inside_aggregate = was_inside or aggregate
    if aggregate and typer.found_aggregate is None:
        typer.found_aggregate = node.span
    start = len(typer.ingredients)
    arguments = type_arguments(typer, node, function)
    clause_start = len(typer.ingredients)
    key = check_clauses(typer, node, function)
    typer.inside_aggregate = was_inside
    if node.window is not None:
        check_window(typer, node, node.window, function)
    if arguments is None or not in_target:
        return NOT_KNOWN
    check_time_window(typer, node, arguments[0].typed if arguments else None)
    result = infer_call_result(typer, node, function, arguments, key)
    provenance = call_provenance(
        function.name, arguments, typer.ingredients[clause_start:], result.type
    )
    if provenance is None:
        # A function may have handed on the very value of an argument.
        return Typed(result.type, result.nullable, result.constant, result.strength)
    return typer.with_provenance(result, provenance, start)


def _check_in_target(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    """Whether the target has a function; a finding where it came later."""
    if _is_in_target(function.since, typer.context.target):
        return True
    message = f"`{function.name}` came with Spark {function.since}"
    help_ = f"the target is Spark {typer.context.target}"
    typer.report_mistake(codes.FUNCTION_TOO_NEW, node.name.span, message, help=help_)
    return False


def _is_in_target(since: str, target: str) -> bool:
    """Whether a version such as 3.5.0 is part of a Spark line such as 4.1."""
    line = ".".join(since.split(".")[:2])
    return line not in SPARK_LINES or SPARK_LINES.index(line) <= SPARK_LINES.index(target)


def _report_unknown(typer: ExpressionTyper, node: e.Call) -> None:
    name = node.name.text
    suggestion = did_you_mean(name, function_names())
    text = function_name(suggestion) if suggestion else None
    otherwise = "functions are Spark SQL's; one of your own is used with `apply`"
    code, message = codes.UNKNOWN_FUNCTION, f"there is no function `{name}`"
    if suggestion is not None and not is_slip(name, suggestion):
        # Two letters apart is another function as often as not, which a fix would call silently.
        help_ = f"the name nearest to it is `{suggestion}`"
        typer.report.add(code, node.name.span, message, help=(help_, otherwise))
        return
    typer.report.suggest(code, node.name.span, message, suggestion, otherwise, text=text)


def _visit_arguments(typer: ExpressionTyper, node: e.Call) -> None:
    """Report what is wrong inside a call of which nothing else is known, not even its kind."""
    was_inside, typer.inside_aggregate = typer.inside_aggregate, True
    for argument in node.arguments:
        if not isinstance(argument.value, e.Star | e.Lambda):
            typer.infer_type(argument.value)
    typer.inside_aggregate = was_inside
