"""Function calls: the function found, its place allowed, its arguments and result typed."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.connectors.specification import SPARK_LINES
from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.provenance import Provenance
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.call_clauses import clauses
from ssbt.compiler.resolve.expressions.constant_hints import constant_hint
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.expressions.foreign_calls import report_foreign_call
from ssbt.compiler.resolve.expressions.provenance import (
    Argument,
    Value,
    call_provenance,
    lambda_parameters,
)
from ssbt.compiler.resolve.expressions.surroundings import NOT_KNOWN, own_name
from ssbt.compiler.resolve.expressions.time_windows import check_time_window
from ssbt.compiler.resolve.expressions.typing import Typing
from ssbt.compiler.resolve.expressions.unit_calls import unit_call_type
from ssbt.compiler.resolve.expressions.windows import check_window
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import function_name
from ssbt.compiler.types.datatypes import LONG, STRING, ArrayType, MapType
from ssbt.compiler.types.functions import Function, Kind, find, names
from ssbt.compiler.types.functions.limits import limit_mismatch
from ssbt.compiler.types.typed import Mismatch, Typed
from ssbt.compiler.types.zone_dependence import call_depends

# Functions that take a function of one argument or more.
_HIGHER_ORDER = frozenset(
    (
        *("aggregate", "array_sort", "exists", "filter", "forall", "map_filter", "map_zip_with"),
        *("reduce", "transform", "transform_keys", "transform_values", "zip_with"),
    )
)
_LENGTHS = frozenset(("len", "length", "char_length", "character_length"))
_SUBTOTALS = ("grouping", "grouping_id")


def call_type(typing: Typing, node: e.Call) -> Typed:
    """The type of a call; unknown, with findings, where it is not right."""
    with_unit = unit_call_type(typing, node)
    if with_unit is not None:
        return with_unit
    if report_foreign_call(typing, node):
        return NOT_KNOWN
    function = find(node.name.text)
    if function is None:
        _unknown(typing, node)
        _visit_arguments(typing, node)
        return NOT_KNOWN
    in_target = _in_target(function.since, typing.around.target)
    if not in_target:
        message = f"`{function.name}` came with Spark {function.since}"
        help_ = f"the target is Spark {typing.around.target}"
        typing.mistake(codes.FUNCTION_TOO_NEW, node.name.span, message, help=help_)
    aggregate = function.kind is Kind.AGGREGATE and node.window is None
    if not _place_allowed(typing, node, function):
        return NOT_KNOWN
    was_inside = typing.inside_aggregate
    typing.inside_aggregate = was_inside or aggregate
    if aggregate and typing.found_aggregate is None:
        typing.found_aggregate = node.span
    start = len(typing.ingredients)
    arguments = _arguments(typing, node, function)
    others = len(typing.ingredients)
    key = clauses(typing, node, function)
    typing.inside_aggregate = was_inside
    if node.window is not None:
        check_window(typing, node, node.window, function)
    if arguments is None or not in_target:
        return NOT_KNOWN
    check_time_window(typing, node, arguments[0].typed if arguments else None)
    found = _result(typing, node, function, arguments, key)
    made = call_provenance(function.name, arguments, typing.ingredients[others:], found.type)
    if made is None:
        # A function may have handed on the very value of an argument.
        return Typed(found.type, found.nullable, found.constant, found.strength)
    return typing.made(found, made, start)


def _arity_hint(node: e.Call, function: Function) -> tuple[str | tuple[str, ...], tuple[Edit, ...]]:
    """What was probably meant by a call with too few arguments."""
    if function.name == "count" and not node.arguments:
        return "rows are counted by `count(*)`", (Edit(node.span, "count(*)"),)
    spelled = ", ".join(parameter.name for parameter in function.parameters)
    return (f"its arguments are {spelled}", ()) if spelled else ((), ())


def _in_target(since: str, target: str) -> bool:
    """Whether a version such as 3.5.0 is part of a Spark line such as 4.1."""
    line = ".".join(since.split(".")[:2])
    return line not in SPARK_LINES or SPARK_LINES.index(line) <= SPARK_LINES.index(target)


def _unknown(typing: Typing, node: e.Call) -> None:
    name = node.name.text
    near = did_you_mean(name, names())
    text = function_name(near) if near else None
    otherwise = "functions are Spark SQL's; one of your own is used with `apply`"
    code, message = codes.UNKNOWN_FUNCTION, f"there is no function `{name}`"
    typing.report.suggest(code, node.name.span, message, near, otherwise, text=text)


def _visit_arguments(typing: Typing, node: e.Call) -> None:
    """Report what is wrong inside a call of which nothing else is known, not even its kind."""
    was_inside, typing.inside_aggregate = typing.inside_aggregate, True
    for argument in node.arguments:
        if not isinstance(argument.value, e.Star | e.Lambda):
            typing.typed(argument.value)
    typing.inside_aggregate = was_inside


def _place_allowed(typing: Typing, node: e.Call, function: Function) -> bool:
    """Whether a function of this kind may stand here."""
    name, span = function.name, node.span
    if node.window is not None:
        if function.kind not in (Kind.AGGREGATE, Kind.WINDOW):
            message = f"`{name}` is neither an aggregate nor a window function and takes no `over`"
            typing.mistake(codes.MISPLACED_WINDOW, span, message)
            return False
        if not typing.windows or typing.inside_aggregate:
            message = "a window function cannot stand here"
            help_ = "add it as a column in an `extend` step before this one"
            typing.mistake(codes.MISPLACED_WINDOW, span, message, help=help_)
            return False
        return True
    if function.kind is Kind.WINDOW:
        message = f"`{name}` is a window function and needs `over (order by …)`"
        typing.mistake(codes.MISPLACED_WINDOW, span, message)
        return False
    if function.kind is Kind.AGGREGATE:
        return _aggregate_allowed(typing, node, function)
    if function.kind is Kind.GENERATOR and node is not typing.generator:
        message = f"`{name}` makes several rows and cannot stand inside an expression here"
        help_ = f"use the step `|> explode …`, or `|> select {name}(…) as name`"
        typing.mistake(codes.MISPLACED_GENERATOR, span, message, help=help_)
        return False
    if function.kind is Kind.GENERATOR:
        typing.found_generator = span
    if name in _SUBTOTALS and not typing.subtotals:
        message = f"`{name}` tells subtotals apart, and there are none here"
        help_ = "it stands in `aggregate … group by rollup(…)`, `cube(…)` or `grouping sets (…)`"
        typing.mistake(codes.MISPLACED_AGGREGATE, span, message, help=help_)
        return False
    if function.kind is Kind.TABLE:
        message = f"`{name}` makes a table, not a value"
        typing.mistake(codes.UNKNOWN_FUNCTION, node.name.span, message)
        return False
    return True


def _aggregate_allowed(typing: Typing, node: e.Call, function: Function) -> bool:
    if typing.inside_window:
        return True
    if typing.inside_aggregate:
        message = f"the aggregate `{function.name}` stands inside another aggregate"
        help_ = "aggregate in two steps"
        typing.mistake(codes.NESTED_AGGREGATE, node.span, message, help=help_)
        return False
    if not typing.aggregates:
        message = f"the aggregate `{function.name}` cannot stand here"
        help_ = "use the step `|> aggregate … group by …`, or give it a window with `over (…)`"
        typing.mistake(codes.MISPLACED_AGGREGATE, node.span, message, help=help_)
        return False
    return True


def _arguments(typing: Typing, node: e.Call, function: Function) -> list[Argument] | None:
    """The arguments in the function's order; None where one cannot be told."""
    values: list[Argument] = []
    known = True
    for argument in _positional(typing, node, function):
        if argument is None:
            return None
        value = argument.value
        if isinstance(value, e.Star):
            # `count(*)` counts rows and looks at no column.
            values += _star(typing, value, noted=function.name != "count")
            known = known and not typing.around.relation.is_open
        elif isinstance(value, e.Lambda):
            values.append(_lambda(typing, value, function, values))
        elif isinstance(value, e.ColumnName) and value is _part(node, function):
            # It is no column: `extract` decides its type by the word.
            values.append(Argument(Typed(STRING, False, value.parts[0].text)))
        else:
            name = argument.alias.text if argument.alias is not None else own_name(value)
            values.append(Argument(*typing.part(value), name))
    return values if known else None


def _part(node: e.Call, function: Function) -> e.Expression | None:
    """The word of `extract(year from …)`."""
    return node.arguments[0].value if node.words and function.name == "extract" else None


def _positional(typing: Typing, node: e.Call, function: Function) -> Sequence[e.Argument | None]:
    """The arguments in the order of the parameters, named ones put in their places."""
    named = [argument for argument in node.arguments if argument.name is not None]
    if not named:
        return node.arguments
    spelled = [parameter.name for parameter in function.parameters]
    parameters = [name.casefold() for name in spelled]
    if not function.named:
        first = named[0]
        assert first.name is not None
        if function.name in _HIGHER_ORDER:
            arrow = Span(node.span.path, first.name.span.end, first.value.span.start)
            message = f"`{function.name}` has no parameter `{first.name.text}`"
            way, fix = "a function of its own takes `->`", (Edit(arrow, " -> "),)
            typing.report.add(codes.WRONG_ARGUMENTS, first.name.span, message, help=way, fix=fix)
            return [None]
        message = f"Spark takes no named arguments for `{function.name}`"
        help_ = f"give them in order: {', '.join(spelled)}" if spelled else None
        typing.mistake(codes.WRONG_ARGUMENTS, first.name.span, message, help=help_)
        for argument in named:
            if not isinstance(argument.value, e.Star | e.Lambda):
                typing.typed(argument.value)
        return [None]
    slots: dict[int, e.Argument] = {
        place: argument for place, argument in enumerate(node.arguments) if argument.name is None
    }
    for argument in named:
        assert argument.name is not None
        name = argument.name.text.casefold()
        if name not in parameters or parameters.index(name) in slots:
            near = did_you_mean(argument.name.text, spelled)
            message = f"`{function.name}` has no parameter `{argument.name.text}`"
            otherwise = f"it has {', '.join(spelled)}"
            if name in parameters:
                near, message = None, f"`{argument.name.text}` is given twice"
                otherwise = "its place among the others gives it already"
            place = argument.name.span
            typing.report.suggest(codes.WRONG_ARGUMENTS, place, message, near, otherwise)
            return [None]
        slots[parameters.index(name)] = argument
    return _in_places(typing, node, function, slots)


def _in_places(
    typing: Typing, node: e.Call, function: Function, slots: dict[int, e.Argument]
) -> Sequence[e.Argument | None]:
    """The arguments by their places; a null where one that may be left out is."""
    for place, parameter in enumerate(function.parameters[: max(slots)]):
        if place not in slots and not parameter.optional:
            message = f"`{function.name}` needs `{parameter.name}`, too"
            typing.mistake(codes.WRONG_ARGUMENTS, node.span, message)
            return [None]
    left_out = e.Argument(node.span, e.NullLiteral(node.span))
    return [slots.get(place, left_out) for place in range(max(slots) + 1)]


def _star(typing: Typing, node: e.Star, noted: bool) -> list[Argument]:
    """The columns that a star stands for; `noted` as those that the value comes from."""
    columns = typing.expand(node).columns
    for column in columns if noted else ():
        typing.check_key(node, column.name, column)
        typing.ingredients.append(column.provenance)
    return [
        Argument(
            Typed(column.type, column.nullable),
            column.provenance if noted else Provenance(),
            column.name,
        )
        for column in columns
    ]


def _lambda(
    typing: Typing, node: e.Lambda, function: Function, before: Sequence[Argument]
) -> Argument:
    """A lambda's body, its parameters typed by the function."""
    types = function.lambda_parameters(len(before), [each.typed for each in before])
    if types is None:
        return Argument(typing.typed(node))
    made = lambda_parameters(function.name, before)
    if len(node.parameters) < len(types) and function.name not in ("transform", "filter"):
        message = f"a lambda of `{function.name}` has {len(types)} parameters here"
        typing.mistake(codes.WRONG_ARGUMENTS, node.span, message)
    if len(node.parameters) > len(types):
        count = f"{len(types)} parameter{'s' if len(types) > 1 else ''}"
        message = f"a lambda of `{function.name}` has at most {count} here"
        typing.mistake(codes.WRONG_ARGUMENTS, node.span, message)
    outer = dict(typing.locals)
    for number, name in enumerate(node.parameters):
        known = types[number] if number < len(types) else NOT_KNOWN
        if number < len(made):
            known = Value(known.type, known.nullable, known.constant, None, made[number])
        typing.locals[name.text.casefold()] = known
    body = typing.part(node.body)
    typing.locals = outer
    return Argument(*body)


def _result(
    typing: Typing, node: e.Call, function: Function, arguments: list[Argument], key: Typed | None
) -> Typed:
    if function.name == "count" and any(isinstance(a.value, e.Star) for a in node.arguments):
        _check_counted_star(typing, node)
        return Typed(LONG, False)
    values = [each.typed for each in arguments]
    wrong = function.arity_mismatch(len(values))
    if wrong is not None:
        help_, fix = _arity_hint(node, function)
        code = codes.WRONG_ARGUMENTS
        typing.report.add(code, node.span, wrong.reason, help=help_, fix=fix)
        return NOT_KNOWN
    found = function.result(values, typing.around.ansi, [each.name for each in arguments], key)
    if isinstance(found, Typed):
        ansi = typing.around.ansi
        typing.note_zone(node, call_depends(function, values, found.type, ansi=ansi))
    in_order = not any(a.name or isinstance(a.value, e.Star) for a in node.arguments)
    operands = [argument.value for argument in node.arguments]
    hint = None
    is_length = isinstance(found, Mismatch) and function.name in _LENGTHS
    if is_length and isinstance(values[0].type, ArrayType | MapType):
        hint = "elements are counted by `size`", (Edit(node.name.span, "size"),)
    if in_order and not _constants_given(typing, node, function):
        return found if isinstance(found, Typed) else NOT_KNOWN
    wrong = limit_mismatch(function.name, values, typing.around.legacy_formats)
    if isinstance(found, Typed) and wrong is not None:
        at = wrong.argument if in_order and wrong.help is None else None
        meant = constant_hint(function.name, node, at) if at is not None else None
        typing.result(node, wrong, operands if in_order else (), meant)
        return found
    return typing.result(node, found, operands if in_order else (), hint)


def _check_counted_star(typing: Typing, node: e.Call) -> None:
    """Report `count(orders.*)`: rows, or rows in which no column is null?"""
    only = node.arguments[0].value if len(node.arguments) == 1 else None
    if not isinstance(only, e.Star) or len(only.qualifier) != 1:
        return
    first = only.qualifier[0].text
    if any(c.qualifier and scopes.same(c.qualifier, first) for c in typing.around.relation.columns):
        message = f"Spark refuses `count({first}.*)`, which systems read in different ways"
        help_ = "`count(*)` counts rows; `count(a, b)` those in which none of the columns is null"
        typing.mistake(codes.WRONG_ARGUMENTS, node.span, message, help=help_)


def _constants_given(typing: Typing, node: e.Call, function: Function) -> bool:
    """Whether there is a constant in each place that takes nothing else; findings where not."""
    given = True
    for place, argument in enumerate(node.arguments):
        parameter, operand = function.parameter(place), argument.value
        is_name = function.name == "named_struct" and place % 2 == 0
        is_constant = is_name or (parameter is not None and parameter.constant)
        if parameter is None or not is_constant or operand is _part(node, function):
            continue
        if is_foldable(operand, typing) or id(operand) in typing.words:
            continue
        message = f"`{function.name}` takes a constant as `{parameter.name}`"
        typing.mistake(codes.NOT_CONSTANT, operand.span, message)
        given = False
    return given
