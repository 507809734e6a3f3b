"""The result of a call whose arguments are typed."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.arity_hints import find_arity_hint
from ssbt.compiler.resolve.expressions.call_arguments import find_extract_field
from ssbt.compiler.resolve.expressions.constant_hints import find_constant_hint
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.expressions.foreign_operators import Hint
from ssbt.compiler.resolve.expressions.provenance import CallArgument
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import LONG, ArrayType, MapType
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.functions import Function
from ssbt.compiler.types.functions.limits import find_limit_mismatch
from ssbt.compiler.types.functions.time_rules import find_part
from ssbt.compiler.types.zone_dependence import is_call_zone_dependent

_FIELDS = frozenset(("extract", "date_part", "datepart"))
_LENGTHS = frozenset(("len", "length", "char_length", "character_length"))


def infer_call_result(
    typer: ExpressionTyper,
    node: e.Call,
    function: Function,
    arguments: list[CallArgument],
    key: Typed | None,
) -> Typed:
    """The type of a call by its arguments; `key` is the first of `within group`."""
    if function.name == "count" and any(isinstance(a.value, e.Star) for a in node.arguments):
        _check_counted_star(typer, node)
        return Typed(LONG, False)
    values = [each.typed for each in arguments]
    mismatch = function.arity_mismatch(len(values))
    if mismatch is not None:
        help_, fix = find_arity_hint(node, function)
        code = codes.WRONG_ARGUMENTS
        typer.report.add(code, node.span, mismatch.reason, help=help_, fix=fix)
        return NOT_KNOWN
    result = function.infer_result(
        values, typer.context.ansi, [each.name for each in arguments], key
    )
    if isinstance(result, Typed):
        ansi = typer.context.ansi
        typer.note_zone(node, is_call_zone_dependent(function, values, result.type, ansi=ansi))
    return _resolve_result(typer, node, function, values, result)


def _resolve_result(
    typer: ExpressionTyper,
    node: e.Call,
    function: Function,
    values: list[Typed],
    result: Typed | Mismatch,
) -> Typed:
    """The result with findings for arguments that do not fit, or are beyond what Spark takes."""
    in_order = not any(a.name or isinstance(a.value, e.Star) for a in node.arguments)
    operands = [argument.value for argument in node.arguments]
    hint: Hint | None = None
    is_length = isinstance(result, Mismatch) and function.name in _LENGTHS
    if is_length and isinstance(values[0].type, ArrayType | MapType):
        hint = "elements are counted by `size`", (Edit(node.name.span, "size"),)
    if isinstance(result, Mismatch) and result.argument == 0 and function.name in _FIELDS:
        hint = _find_field_hint(node, values)
    if in_order and not _has_required_constants(typer, node, function):
        return result if isinstance(result, Typed) else NOT_KNOWN
    mismatch = find_limit_mismatch(function.name, values, typer.context.legacy_formats)
    if isinstance(result, Typed) and mismatch is not None:
        index = mismatch.argument if in_order and mismatch.help is None else None
        correction = find_constant_hint(function.name, node, index) if index is not None else None
        typer.resolve_result(node, mismatch, operands if in_order else (), correction)
        return result
    return typer.resolve_result(node, result, operands if in_order else (), hint)


def _find_field_hint(node: e.Call, values: list[Typed]) -> Hint | None:
    """`extract(isoweek from day)`: the part that is named so elsewhere."""
    field, source = (argument.value for argument in node.arguments)
    if isinstance(field, e.StringLiteral):
        word, quote = field.value, "'"
    elif isinstance(field, e.ColumnName):
        word, quote = field.parts[0].text, ""
    else:
        return None
    if word.casefold() == "date":
        text = f"to_date({ssbt_text(source)})"
        return f"the day of a time is `{text}`", (Edit(node.span, text),)
    part = find_part(values[1].type, word)
    if part is None:
        return None
    return f"did you mean `{part}`?", (Edit(field.span, f"{quote}{part}{quote}"),)


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
        if parameter is None or not is_constant or operand is find_extract_field(node, function):
            continue
        if is_foldable(operand, typer) or id(operand) in typer.bare_words:
            continue
        message = f"`{function.name}` takes a constant as `{parameter.name}`"
        typer.report_mistake(codes.NOT_CONSTANT, operand.span, message)
        has_constants = False
    return has_constants
