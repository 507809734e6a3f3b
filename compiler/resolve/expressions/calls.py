"""Function calls: the function found, its place allowed, its arguments and result typed."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.connectors.specification import SPARK_LINES
from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.provenance import Provenance
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.call_clauses import check_clauses
from ssbt.compiler.resolve.expressions.constant_hints import find_constant_hint
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN, implicit_name
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.expressions.foreign_calls import report_foreign_call
from ssbt.compiler.resolve.expressions.provenance import (
    CallArgument,
    TracedValue,
    call_provenance,
    lambda_provenances,
)
from ssbt.compiler.resolve.expressions.time_windows import check_time_window
from ssbt.compiler.resolve.expressions.unit_calls import infer_unit_call_type
from ssbt.compiler.resolve.expressions.windows import check_window
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import function_name
from ssbt.compiler.types.datatypes import LONG, STRING, ArrayType, MapType
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.functions import Function, FunctionKind, find_function, function_names
from ssbt.compiler.types.functions.limits import find_limit_mismatch
from ssbt.compiler.types.zone_dependence import is_call_zone_dependent

# Functions that take a function of one argument or more.
_HIGHER_ORDER = frozenset(
    (
        *("aggregate", "array_sort", "exists", "filter", "forall", "map_filter", "map_zip_with"),
        *("reduce", "transform", "transform_keys", "transform_values", "zip_with"),
    )
)
_LENGTHS = frozenset(("len", "length", "char_length", "character_length"))
_SUBTOTALS = ("grouping", "grouping_id")


def infer_call_type(typer: ExpressionTyper, node: e.Call) -> Typed:
    """The type of a call; unknown, with findings, where it is not right."""
    with_unit = infer_unit_call_type(typer, node)
    if with_unit is not None:
        return with_unit
    if report_foreign_call(typer, node):
        return NOT_KNOWN
    function = find_function(node.name.text)
    if function is None:
        _report_unknown(typer, node)
        _visit_arguments(typer, node)
        return NOT_KNOWN
    in_target = _is_in_target(function.since, typer.context.target)
    if not in_target:
        message = f"`{function.name}` came with Spark {function.since}"
        help_ = f"the target is Spark {typer.context.target}"
        typer.report_mistake(codes.FUNCTION_TOO_NEW, node.name.span, message, help=help_)
    aggregate = function.kind is FunctionKind.AGGREGATE and node.window is None
    if not _is_allowed_here(typer, node, function):
        return NOT_KNOWN
    was_inside = typer.inside_aggregate
    typer.inside_aggregate = was_inside or aggregate
    if aggregate and typer.found_aggregate is None:
        typer.found_aggregate = node.span
    start = len(typer.ingredients)
    arguments = _type_arguments(typer, node, function)
    clause_start = len(typer.ingredients)
    key = check_clauses(typer, node, function)
    typer.inside_aggregate = was_inside
    if node.window is not None:
        check_window(typer, node, node.window, function)
    if arguments is None or not in_target:
        return NOT_KNOWN
    check_time_window(typer, node, arguments[0].typed if arguments else None)
    result = _infer_result(typer, node, function, arguments, key)
    provenance = call_provenance(
        function.name, arguments, typer.ingredients[clause_start:], result.type
    )
    if provenance is None:
        # A function may have handed on the very value of an argument.
        return Typed(result.type, result.nullable, result.constant, result.strength)
    return typer.with_provenance(result, provenance, start)


def _arity_hint(node: e.Call, function: Function) -> tuple[str | tuple[str, ...], tuple[Edit, ...]]:
    """What was probably meant by a call with too few arguments."""
    if function.name == "count" and not node.arguments:
        return "rows are counted by `count(*)`", (Edit(node.span, "count(*)"),)
    parameter_names = ", ".join(parameter.name for parameter in function.parameters)
    return (f"its arguments are {parameter_names}", ()) if parameter_names else ((), ())


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
    typer.report.suggest(code, node.name.span, message, suggestion, otherwise, text=text)


def _visit_arguments(typer: ExpressionTyper, node: e.Call) -> None:
    """Report what is wrong inside a call of which nothing else is known, not even its kind."""
    was_inside, typer.inside_aggregate = typer.inside_aggregate, True
    for argument in node.arguments:
        if not isinstance(argument.value, e.Star | e.Lambda):
            typer.infer_type(argument.value)
    typer.inside_aggregate = was_inside


def _is_allowed_here(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    """Whether a function of this kind may stand here."""
    name, span = function.name, node.span
    if node.window is not None:
        if function.kind not in (FunctionKind.AGGREGATE, FunctionKind.WINDOW):
            message = f"`{name}` is neither an aggregate nor a window function and takes no `over`"
            typer.report_mistake(codes.MISPLACED_WINDOW, span, message)
            return False
        if not typer.allows_windows or typer.inside_aggregate:
            message = "a window function cannot stand here"
            help_ = "add it as a column in an `extend` step before this one"
            typer.report_mistake(codes.MISPLACED_WINDOW, span, message, help=help_)
            return False
        return True
    if function.kind is FunctionKind.WINDOW:
        message = f"`{name}` is a window function and needs `over (order by …)`"
        typer.report_mistake(codes.MISPLACED_WINDOW, span, message)
        return False
    if function.kind is FunctionKind.AGGREGATE:
        return _is_aggregate_allowed(typer, node, function)
    if function.kind is FunctionKind.GENERATOR and node is not typer.generator:
        message = f"`{name}` makes several rows and cannot stand inside an expression here"
        help_ = f"use the step `|> explode …`, or `|> select {name}(…) as name`"
        typer.report_mistake(codes.MISPLACED_GENERATOR, span, message, help=help_)
        return False
    if function.kind is FunctionKind.GENERATOR:
        typer.found_generator = span
    if name in _SUBTOTALS and not typer.has_subtotals:
        message = f"`{name}` tells subtotals apart, and there are none here"
        help_ = "it stands in `aggregate … group by rollup(…)`, `cube(…)` or `grouping sets (…)`"
        typer.report_mistake(codes.MISPLACED_AGGREGATE, span, message, help=help_)
        return False
    if function.kind is FunctionKind.TABLE:
        message = f"`{name}` makes a table, not a value"
        typer.report_mistake(codes.UNKNOWN_FUNCTION, node.name.span, message)
        return False
    return True


def _is_aggregate_allowed(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    if typer.inside_window:
        return True
    if typer.inside_aggregate:
        message = f"the aggregate `{function.name}` stands inside another aggregate"
        help_ = "aggregate in two steps"
        typer.report_mistake(codes.NESTED_AGGREGATE, node.span, message, help=help_)
        return False
    if not typer.allows_aggregates:
        message = f"the aggregate `{function.name}` cannot stand here"
        help_ = "use the step `|> aggregate … group by …`, or give it a window with `over (…)`"
        typer.report_mistake(codes.MISPLACED_AGGREGATE, node.span, message, help=help_)
        return False
    return True


def _type_arguments(
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
        elif isinstance(value, e.ColumnName) and value is _find_extract_field(node, function):
            # It is no column: `extract` decides its type by the word.
            values.append(CallArgument(Typed(STRING, False, value.parts[0].text)))
        else:
            name = argument.alias.text if argument.alias is not None else implicit_name(value)
            values.append(CallArgument(*typer.infer_part(value), name))
    return values if is_known else None


def _find_extract_field(node: e.Call, function: Function) -> e.Expression | None:
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
        first = named_arguments[0]
        assert first.name is not None
        if function.name in _HIGHER_ORDER:
            arrow = Span(node.span.path, first.name.span.end, first.value.span.start)
            message = f"`{function.name}` has no parameter `{first.name.text}`"
            hint, fix = "a function of its own takes `->`", (Edit(arrow, " -> "),)
            typer.report.add(codes.WRONG_ARGUMENTS, first.name.span, message, help=hint, fix=fix)
            return [None]
        message = f"Spark takes no named arguments for `{function.name}`"
        help_ = f"give them in order: {', '.join(parameter_names)}" if parameter_names else None
        typer.report_mistake(codes.WRONG_ARGUMENTS, first.name.span, message, help=help_)
        for argument in named_arguments:
            if not isinstance(argument.value, e.Star | e.Lambda):
                typer.infer_type(argument.value)
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


def _infer_result(
    typer: ExpressionTyper,
    node: e.Call,
    function: Function,
    arguments: list[CallArgument],
    key: Typed | None,
) -> Typed:
    if function.name == "count" and any(isinstance(a.value, e.Star) for a in node.arguments):
        _check_counted_star(typer, node)
        return Typed(LONG, False)
    values = [each.typed for each in arguments]
    mismatch = function.arity_mismatch(len(values))
    if mismatch is not None:
        help_, fix = _arity_hint(node, function)
        code = codes.WRONG_ARGUMENTS
        typer.report.add(code, node.span, mismatch.reason, help=help_, fix=fix)
        return NOT_KNOWN
    result = function.infer_result(
        values, typer.context.ansi, [each.name for each in arguments], key
    )
    if isinstance(result, Typed):
        ansi = typer.context.ansi
        typer.note_zone(node, is_call_zone_dependent(function, values, result.type, ansi=ansi))
    in_order = not any(a.name or isinstance(a.value, e.Star) for a in node.arguments)
    operands = [argument.value for argument in node.arguments]
    hint = None
    is_length = isinstance(result, Mismatch) and function.name in _LENGTHS
    if is_length and isinstance(values[0].type, ArrayType | MapType):
        hint = "elements are counted by `size`", (Edit(node.name.span, "size"),)
    if in_order and not _has_required_constants(typer, node, function):
        return result if isinstance(result, Typed) else NOT_KNOWN
    mismatch = find_limit_mismatch(function.name, values, typer.context.legacy_formats)
    if isinstance(result, Typed) and mismatch is not None:
        index = mismatch.argument if in_order and mismatch.help is None else None
        correction = find_constant_hint(function.name, node, index) if index is not None else None
        typer.resolve_result(node, mismatch, operands if in_order else (), correction)
        return result
    return typer.resolve_result(node, result, operands if in_order else (), hint)


def _check_counted_star(typer: ExpressionTyper, node: e.Call) -> None:
    """Report `count(orders.*)`: rows, or rows in which no column is null?"""
    argument = node.arguments[0].value if len(node.arguments) == 1 else None
    if not isinstance(argument, e.Star) or len(argument.qualifier) != 1:
        return
    first = argument.qualifier[0].text
    if any(
        c.qualifier and scopes.is_same_name(c.qualifier, first)
        for c in typer.context.relation.columns
    ):
        message = f"Spark refuses `count({first}.*)`, which systems read in different ways"
        help_ = "`count(*)` counts rows; `count(a, b)` those in which none of the columns is null"
        typer.report_mistake(codes.WRONG_ARGUMENTS, node.span, message, help=help_)


def _has_required_constants(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    """Whether there is a constant in each place that takes nothing else; findings where not."""
    has_constants = True
    for index, argument in enumerate(node.arguments):
        parameter, operand = function.parameter(index), argument.value
        is_name = function.name == "named_struct" and index % 2 == 0
        is_constant = is_name or (parameter is not None and parameter.constant)
        if parameter is None or not is_constant or operand is _find_extract_field(node, function):
            continue
        if is_foldable(operand, typer) or id(operand) in typer.bare_word_ids:
            continue
        message = f"`{function.name}` takes a constant as `{parameter.name}`"
        typer.report_mistake(codes.NOT_CONSTANT, operand.span, message)
        has_constants = False
    return has_constants
