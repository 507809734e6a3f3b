"""Expressions as the arguments of DataFrame methods."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.emit.literals import Part, PythonCode, f_string, python_literal
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.ir.expressions import (
    Expression,
    NamedExpression,
    ParameterText,
    SortKey,
    TextMark,
)
from ssbt.compiler.ir.terms import LITERAL, Term
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import BOOLEAN, INT, STRING
from ssbt.compiler.types.quoting import quote_name

_NAME_PARTS = lazy_pattern(r"`((?:[^`]|``)*)`|([^.`]+)")
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


def quote_reference(name: str) -> str:
    """How methods that parse the names of columns, such as `select`, find the column `name`."""
    return f"`{name.replace('`', '``')}`" if set(name) & set(".`*") or not name else name


def emit_column(expression: Expression, scope: FunctionScope) -> str:
    """A `Column`."""
    if expression.column is not None:
        return f"F.col({python_literal(expression.column)})"
    if expression.term is not None and is_constant(expression.term):
        return f"F.lit({python_literal(expression.term.value)})"
    return f"F.expr({emit_sql(expression, scope)})"


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
    names = ", ".join(map(python_literal, item.names))
    return f"{emit_column(item.expression, scope)}.alias({names})"


def emit_named_expressions(items: Iterable[NamedExpression], scope: FunctionScope) -> list[str]:
    """Expressions as arguments."""
    return [emit_named_expression(item, scope) for item in items]


def emit_sort_key(key: SortKey, scope: FunctionScope) -> str:
    """One argument of `orderBy`."""
    if not key.descending and key.nulls is None:
        return emit_column_or_name(key.expression, scope)
    direction = "desc" if key.descending else "asc"
    if key.expression.column is not None and key.nulls is None:
        return f"F.desc({python_literal(key.expression.column)})"
    return f"{emit_column(key.expression, scope)}.{direction}{_NULLS[key.nulls]}()"


def sql_name(name: str) -> str:
    """The column `name` within SQL text."""
    return quote_name(name)


def unqualified_name(path: str) -> str:
    """The name that the column at `path` bears: `o.amount` is called `amount`."""
    quoted: str
    quoted, plain = _NAME_PARTS.findall(path)[-1]
    return plain or quoted.replace("``", "`")
