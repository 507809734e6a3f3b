"""Expressions as the arguments of DataFrame methods."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.emit.literals import Part, PythonCode, f_string, python_literal
from ssbt.compiler.emit.references import unqualified_name
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.expressions import (
    Expression,
    NamedExpression,
    ParameterText,
    SortKey,
    TextMark,
)
from ssbt.compiler.ir.terms import LITERAL, Term
from ssbt.compiler.types.datatypes import BOOLEAN, INT, STRING
from ssbt.compiler.types.quoting import quote_name

_NULLS = {None: "", "first": "_nulls_first", "last": "_nulls_last"}


def emit_sql(expression: Expression, scope: FunctionScope) -> str:
    """The SQL of an expression as a literal, with the locals that hold parameters in it."""
    parts = expression.structured or expression.text
    if len(parts) == 1 and isinstance(parts[0], ParameterText):
        return scope.use_sql_literal(parts[0].name)
    return f_string([_emit_part(part, scope) for part in parts])


def _emit_part(part: str | ParameterText | TextMark, scope: FunctionScope) -> Part:
    if isinstance(part, ParameterText):
        return PythonCode(scope.use_sql_literal(part.name))
    return part


def emit_column(expression: Expression, scope: FunctionScope) -> str:
    """A `Column`."""
    column, sql, constant = expression.column, None, None
    if column is None and expression.term is not None and is_constant(expression.term):
        constant = expression.term.value
    elif column is None:
        sql = emit_sql(expression, scope)
    return render_template("expressions/column", column=column, sql=sql, constant=constant)


def is_constant(term: Term) -> bool:
    """Whether `F.lit` gives exactly the value and the type that the constant has in SQL."""
    if term.operator != LITERAL:
        return False
    match term.value:
        case bool():
            return term.type == BOOLEAN
        case int():
            return term.type == INT
        case str():
            return term.type == STRING and term.value.isprintable()
        case _:
            return False


def emit_column_or_name(expression: Expression, scope: FunctionScope) -> str:
    """What methods such as `groupBy` take: a plain column's name, or a `Column`."""
    if expression.column is not None:
        return python_literal(expression.column)
    return emit_column(expression, scope)


def emit_named_expression(item: NamedExpression, scope: FunctionScope) -> str:
    """An expression under its names, for methods such as `select`."""
    text = item.expression.text
    if not item.names:
        is_star = len(text) == 1 and (text[0] == "*" or str(text[0]).endswith(".*"))
        return (
            emit_sql(item.expression, scope)
            if is_star
            else emit_column_or_name(item.expression, scope)
        )
    if (
        item.expression.column is not None
        and unqualified_name(item.expression.column) == item.names[0]
    ):
        return python_literal(item.expression.column)
    column = emit_column(item.expression, scope)
    return render_template("expressions/named", column=column, names=item.names)


def emit_named_expressions(items: Iterable[NamedExpression], scope: FunctionScope) -> list[str]:
    """Expressions as arguments."""
    return [emit_named_expression(item, scope) for item in items]


def emit_sort_key(key: SortKey, scope: FunctionScope) -> str:
    """One argument of `orderBy`."""
    if not key.descending and key.nulls is None:
        return emit_column_or_name(key.expression, scope)
    name = key.expression.column if key.nulls is None else None
    direction = "desc" if key.descending else "asc"
    return render_template(
        "expressions/sort_key",
        name=name,
        column=emit_column(key.expression, scope),
        order=f"{direction}{_NULLS[key.nulls]}",
    )


def sql_name(name: str) -> str:
    """The column `name` within SQL text."""
    return quote_name(name)
