"""What conditions speak about: an expression, whichever way it is written."""

from __future__ import annotations

from collections.abc import Hashable

from msgspec import Struct

from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.types.functions import find_function
from ssbt.compiler.types.ranges.model import ValueRange

COLUMN = "column"
SubjectKey = tuple[Hashable, ...]


class Subject(Struct, frozen=True):
    """An expression that conditions are about: how it is written, and all values that it may have.

    `names` are the qualifiers and the names, in lower case, of the columns in it.
    """

    text: str
    values: ValueRange
    names: frozenset[tuple[str, str]] = frozenset()


def column_key(qualifier: str | None, name: str) -> SubjectKey:
    """The key of a whole column."""
    return (COLUMN, (qualifier or "").casefold(), name.casefold())


def key_of(node: e.Expression, view: ExpressionView) -> SubjectKey | None:
    """One key for all spellings of an expression; None where it may give another value each time.

    Expressions with one key have one value in every row.
    """
    parts: list[Hashable] = []
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            parts.append(len(item))
            stack += reversed(item)
        elif isinstance(item, Node):
            inner = without_parentheses(item) if isinstance(item, e.Parenthesised) else item
            if isinstance(inner, e.ColumnName):
                column = _find_column_key(inner, view)
                if column is None:
                    return None
                parts.append(column)
                continue
            if isinstance(inner, Name):
                parts.append(inner.text.casefold())
                continue
            if isinstance(inner, e.Lambda | e.Star) or (
                isinstance(inner, e.Call) and not _is_repeatable(inner)
            ):
                return None
            parts.append(type(inner).__name__)
            names = [name for name in inner.__struct_fields__ if name != "span"]
            stack += [getattr(inner, name) for name in reversed(names)]
        else:
            parts.append(item)
    if len(parts) == 1 and isinstance(parts[0], tuple):
        return parts[0]
    return tuple(parts)


def names_in(key: object) -> frozenset[tuple[str, str]]:
    """The qualifiers and names of the columns in a key."""
    columns: set[tuple[str, str]] = set()
    stack = [key]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            if item[:1] == (COLUMN,):
                columns.add((item[1], item[2]))
            else:
                stack += item
    return frozenset(columns)


def _is_repeatable(node: e.Call) -> bool:
    function = find_function(node.name.text)
    return function is not None and function.deterministic


def _find_column_key(node: e.ColumnName, view: ExpressionView) -> SubjectKey | None:
    typer = view.evaluator.typer
    if typer.find_bare_function(node) is not None:
        return ("bare", node.parts[0].text.casefold())
    first = node.parts[0].text.casefold()
    if first in typer.lambda_variables:
        return None
    resolved = scopes.resolve_column(node, typer.context.relation, Report())
    if resolved is None or resolved.column is None:
        return None
    key = column_key(resolved.column.qualifier, resolved.column.name)
    return (*key, *(part.casefold() for part in resolved.path))
