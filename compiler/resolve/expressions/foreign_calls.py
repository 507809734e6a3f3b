"""Calls of other languages: methods, `F.col("x")`, functions that Spark calls otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.shared_names import report_shared_name
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.names import ssbt_name_text
from ssbt.compiler.types.functions import find_function

if TYPE_CHECKING:
    from ssbt.compiler.syntax.foreign.suggestions import Suggestion

# What people call the libraries whose functions they take: those of Spark take columns as texts.
_SPARK_MODULES = ("f", "fn", "func", "functions", "sf", "psf", "sqlfunctions")
_MODULES = (*_SPARK_MODULES, "pl", "pd", "np", "math", "sql")
# Their first argument is a text all the same.
_TEXT_FIRST = ("concat_ws", "date_trunc", "format_string", "lit", "col", "expr")
# Of these, texts after the first are columns, too; of others they are patterns and the like.
_COLUMNS = frozenset(
    (
        *("concat", "coalesce", "greatest", "least", "struct", "array", "datediff", "date_diff"),
        *("months_between", "corr", "covar_pop", "covar_samp", "max_by", "min_by", "nvl", "ifnull"),
        *("nullif", "arrays_zip", "array_union", "array_except", "array_intersect", "hash"),
        *("arrays_overlap", "map_from_arrays", "xxhash64", "concat_ws", "date_trunc", "power"),
        *("pow", "format_string", "levenshtein", "count_distinct", "countdistinct", "create_map"),
    )
)
# What only holds a column or an expression, or makes a constant, in data frames.
_WRAPPERS = ("col", "column", "expr", "sql_expr", "sqlexpr", "lit", "literal", "typedlit")
_WORD = lazy_pattern(r"[^\W\d]\w*")
# What is one operand, whatever is beside it.
_CLOSED = (e.ColumnName, e.Call, e.Parenthesised, e.Case, e.StringLiteral, e.NullLiteral, e.Star)


def report_foreign_call(typer: ExpressionTyper, node: e.Call) -> bool:
    """Report a call of another language with its way out; whether it is one."""
    name = node.name.text
    if find_function(name) is not None:
        return report_shared_name(typer, node)
    suggestion = (
        _suggest_unwrapped(typer, node)
        or _suggest_form(typer, node)
        or _suggest_method(typer, node)
    )
    if suggestion is None:
        return False
    help_, fix = suggestion
    message = f"there is no function `{name}`"
    typer.report.add(codes.UNKNOWN_FUNCTION, node.name.span, message, help=help_, fix=fix)
    return True


def _bare_name(name: str) -> str:
    """The name without the module that it is taken from: `upper` of `F.upper`."""
    prefix, _, last = name.rpartition(".")
    return last if prefix.casefold() in _MODULES else name


def _suggest_unwrapped(typer: ExpressionTyper, node: e.Call) -> Suggestion | None:
    """`col("x")`, which is `x`, `lit(1)`, which is `1`, and `expr("a + b")`, which is `(a + b)`."""
    name = _bare_name(node.name.text).casefold()
    if len(node.arguments) != 1 or name not in _WRAPPERS:
        return None
    value = node.arguments[0].value
    if not isinstance(value, e.StringLiteral) or name in ("lit", "literal", "typedlit"):
        path, start, end = node.span.path, node.span.start, node.span.end
        fix = (
            Edit(Span(path, start, value.span.start), ""),
            Edit(Span(path, value.span.end, end), ""),
        )
        return "a constant is written as it is", fix
    parts = value.value.split(".")
    is_column = all(map(_WORD.fullmatch, parts)) or typer.context.relation.find_columns(value.value)
    if name in ("col", "column") and is_column:
        text = ".".join(map(ssbt_name_text, parts))
        if typer.context.relation.find_columns(value.value):
            text = ssbt_name_text(value.value)
        return f"a column is written by its name: `{text}`", (Edit(node.span, text),)
    from ssbt.compiler.syntax.parsing import parse_expression

    parsed = parse_expression(value.value)
    if parsed is None:
        return "an expression is written as it is, without quotes", ()
    text = value.value.strip()
    text = text if isinstance(parsed, _CLOSED) else f"({text})"
    return f"an expression is written as it is: `{text}`", (Edit(node.span, text),)


def _suggest_form(typer: ExpressionTyper, node: e.Call) -> Suggestion | None:
    """A function of another dialect."""
    from ssbt.compiler.syntax.foreign.suggestions import suggest_form, suggest_name

    name = node.name.text
    bare_name = _bare_name(name)
    is_operand = id(node) in typer.operand_ids
    suggestion = suggest_form(node, name, is_operand=is_operand)
    if suggestion is None and bare_name != name and find_function(bare_name) is None:
        suggestion = suggest_form(node, bare_name, is_operand=is_operand)
    if suggestion is None and bare_name != name and find_function(bare_name) is not None:
        suggestion = suggest_name(node, bare_name)
    if suggestion is None or name.rpartition(".")[0].casefold() not in _SPARK_MODULES:
        return suggestion
    return _unquote_columns(typer, node, bare_name, suggestion)


def _unquote_columns(
    typer: ExpressionTyper, node: e.Call, name: str, suggestion: Suggestion
) -> Suggestion:
    """`F.sum("amount")`, whose text is a column's name."""
    help_, edits = suggestion
    for index, argument in enumerate(node.arguments):
        value = argument.value
        if not isinstance(value, e.StringLiteral):
            continue
        is_column = index == 0 or name.casefold() in _COLUMNS
        if value.value == "*":
            edits = (*edits, Edit(value.span, "*"))
        elif is_column and typer.context.relation.find_columns(value.value.split(".")[0]):
            text = ".".join(map(ssbt_name_text, value.value.split(".")))
            edits = (*edits, Edit(value.span, text))
        elif index == 0 and name.casefold() not in _TEXT_FIRST:
            return f"the function is `{name}`, and a column is written by its name", ()
    # What is replaced as a whole has no place for more.
    return help_, () if len(edits) > 1 and edits[0].span == node.span else edits


def _suggest_method(typer: ExpressionTyper, node: e.Call) -> Suggestion | None:
    """`status.upper()`: what is before the dot is the first argument."""
    from ssbt.compiler.syntax.foreign.methods import (
        advise_method,
        convert_method,
        is_atom,
        rename_method,
    )

    receiver, _, method = node.name.text.rpartition(".")
    if not receiver or receiver.casefold() in _MODULES:
        return None
    if any(argument.name or argument.alias for argument in node.arguments):
        return None
    values = [argument.value for argument in node.arguments]
    text = convert_method(receiver, method, [ssbt_text(value) for value in values])
    if text is None:
        advice = advise_method(receiver, method)
        if advice is None and find_function(rename_method(method)) is not None:
            advice = f"functions are no methods: `{rename_method(method)}(…)`"
        return (advice, ()) if advice else None
    help_ = f"write `{text}`"
    if text.startswith(f"{rename_method(method)}("):
        help_ = f"functions are no methods: `{text}`"
    if node.distinct or node.nulls or node.within_group or node.filter or node.window:
        return help_, ()
    # `amount.isNull() & …`: an operator would take a part of it.
    if id(node) in typer.operand_ids and not is_atom(text):
        text = f"({text})"
    return help_, (Edit(node.span, text),)
