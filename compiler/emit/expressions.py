"""Expressions as the arguments of DataFrame methods."""

from __future__ import annotations

from collections.abc import Iterable
import re

from ssbt.compiler.emit.literals import PythonCode, f_string, python_literal
from ssbt.compiler.emit.scopes import Scope
from ssbt.compiler.ir.expressions import Expression, Named, SortKey, Text
from ssbt.compiler.types.quoting import quoted_name

_PARTS = re.compile(r"`((?:[^`]|``)*)`|([^.`]+)")
_NULLS = {None: "", "first": "_nulls_first", "last": "_nulls_last"}


def sql(text: Text, scope: Scope) -> str:
    """SQL text as a literal, with the locals that hold parameters in it."""
    if len(text) == 1 and not isinstance(text[0], str):
        return scope.sql_literal(text[0].name)
    return f_string(
        [
            part if isinstance(part, str) else PythonCode(scope.sql_literal(part.name))
            for part in text
        ]
    )


def reference(name: str) -> str:
    """How methods that parse the names of columns, such as `select`, find the column `name`."""
    return f"`{name.replace('`', '``')}`" if set(name) & set(".`*") or not name else name


def column(expression: Expression, scope: Scope) -> str:
    """A `Column`."""
    if expression.column is not None:
        return f"F.col({python_literal(expression.column)})"
    return f"F.expr({sql(expression.text, scope)})"


def column_or_name(expression: Expression, scope: Scope) -> str:
    """What methods such as `groupBy` take: a plain column's name, or a `Column`."""
    if expression.column is not None:
        return python_literal(expression.column)
    return column(expression, scope)


def named(item: Named, scope: Scope) -> str:
    """An expression under its names, for methods such as `select`."""
    text = item.expression.text
    if not item.names:
        is_star = len(text) == 1 and (text[0] == "*" or str(text[0]).endswith(".*"))
        return sql(text, scope) if is_star else column_or_name(item.expression, scope)
    if item.expression.column is not None and own_name(item.expression.column) == item.names[0]:
        return python_literal(item.expression.column)
    names = ", ".join(map(python_literal, item.names))
    return f"{column(item.expression, scope)}.alias({names})"


def all_named(items: Iterable[Named], scope: Scope) -> str:
    """Expressions as arguments."""
    return ", ".join(named(item, scope) for item in items)


def sort_key(key: SortKey, scope: Scope) -> str:
    """One argument of `orderBy`."""
    if not key.descending and key.nulls is None:
        return column_or_name(key.expression, scope)
    direction = "desc" if key.descending else "asc"
    if key.expression.column is not None and key.nulls is None:
        return f"F.desc({python_literal(key.expression.column)})"
    return f"{column(key.expression, scope)}.{direction}{_NULLS[key.nulls]}()"


def sql_name(name: str) -> str:
    """The column `name` within SQL text."""
    return quoted_name(name)


def own_name(path: str) -> str:
    """The name that the column at `path` bears: `o.amount` is called `amount`."""
    quoted: str
    quoted, plain = _PARTS.findall(path)[-1]
    return plain or quoted.replace("``", "`")
