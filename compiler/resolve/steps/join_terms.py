"""What the condition of a join says, as far as the state of two joined streams depends on it."""

from __future__ import annotations

from collections.abc import Iterator
import re

from msgspec import Struct

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.steps import JoinTerms
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.walking import column_names
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name

_SWAPPED = {">": "<", ">=": "<="}


class _JoinSides(Struct, frozen=True):
    """The two sides of a join, in which names are looked up together."""

    left: Relation
    right: Relation

    def find_column(self, name: e.ColumnName) -> Column | None:
        """The whole column that a name stands for."""
        joined = Relation(
            (*self.left.columns, *self.right.columns), self.left.is_open or self.right.is_open
        )
        resolved = scopes.resolve_column(name, joined, Report())
        return resolved.column if resolved is not None and not resolved.path else None

    def sides_of(self, node: e.Expression) -> set[str]:
        """The sides whose columns an expression uses; both where one is not known."""
        sides: set[str] = set()
        for name in column_names(node):
            joined = Relation((*self.left.columns, *self.right.columns))
            resolved = scopes.resolve_column(name, joined, Report())
            if resolved is None or resolved.column is None:
                return {"left", "right"}
            is_left = any(resolved.column is each for each in self.left.columns)
            sides.add("left" if is_left else "right")
        return sides


def find_join_terms(
    condition: e.Expression | None, using: tuple[Name, ...], left: Relation, right: Relation
) -> JoinTerms:
    """The terms of a join on a condition, or by names."""
    if using:
        return _find_using_terms(using, left, right)
    sides = _JoinSides(left, right)
    parts = list(_split_conjuncts(condition)) if condition is not None else []
    equalities = [part for part in parts if _is_equality(part, sides)]
    bounds = [bound for part in parts for bound in _iterate_bounds(part, sides)]
    return JoinTerms(
        equality=bool(equalities),
        on_event_time=any(_has_event_time(part, sides) for part in equalities),
        right_bounded=any(_precedes(bound, right, left) for bound in bounds),
        left_bounded=any(_precedes(bound, left, right) for bound in bounds),
    )


def _find_using_terms(using: tuple[Name, ...], left: Relation, right: Relation) -> JoinTerms:
    names = {name.text.casefold() for name in using}
    keys = [c for c in (*left.columns, *right.columns) if c.name.casefold() in names]
    return JoinTerms(equality=True, on_event_time=any(key.event_time for key in keys))


def _split_conjuncts(node: e.Expression) -> Iterator[e.Expression]:
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, e.Parenthesised):
            stack.append(each.operand)
        elif isinstance(each, e.Binary) and each.operator == "and":
            stack += [each.right, each.left]
        else:
            yield each


def _is_equality(node: e.Expression, sides: _JoinSides) -> bool:
    """Whether it sets something of one side equal to something of the other."""
    if not isinstance(node, e.Binary) or node.operator not in ("=", "==", "<=>"):
        return False
    operand_sides = sides.sides_of(node.left), sides.sides_of(node.right)
    return operand_sides in (({"left"}, {"right"}), ({"right"}, {"left"}))


def _has_event_time(node: e.Expression, sides: _JoinSides) -> bool:
    """Whether one of the two that are equal is a column which has a watermark."""
    operands = (node.left, node.right) if isinstance(node, e.Binary) else ()
    columns = [sides.find_column(each) for each in operands if isinstance(each, e.ColumnName)]
    return any(column is not None and column.event_time for column in columns)


def _iterate_bounds(node: e.Expression, sides: _JoinSides) -> Iterator[tuple[Column, Column]]:
    """Pairs of columns of which the first is at most the second, but for a constant."""
    if isinstance(node, e.Between) and not node.negated:
        pairs = [(node.low, node.operand), (node.operand, node.high)]
    elif isinstance(node, e.Binary) and node.operator in ("<", "<="):
        pairs = [(node.left, node.right)]
    elif isinstance(node, e.Binary) and node.operator in _SWAPPED:
        pairs = [(node.right, node.left)]
    else:
        return
    for earlier, later in pairs:
        first, second = _find_shifted_column(earlier, sides), _find_shifted_column(later, sides)
        if first is not None and second is not None:
            yield first, second


def _find_shifted_column(node: e.Expression, sides: _JoinSides) -> Column | None:
    """The column of `column`, `column + interval …` and `column - interval …`."""
    while not isinstance(node, e.ColumnName):
        if isinstance(node, e.Parenthesised):
            node = node.operand
        elif isinstance(node, e.Binary) and node.operator in ("+", "-"):
            if _is_interval(node.right):
                node = node.left
            elif node.operator == "+" and _is_interval(node.left):
                node = node.right
            else:
                return None
        else:
            return None
    return sides.find_column(node)


def _is_interval(node: e.Expression) -> bool:
    while isinstance(node, e.Parenthesised):
        node = node.operand
    units: tuple[str, ...] = ()
    if isinstance(node, e.TypedLiteral) and node.kind == "interval":
        units = (*node.units, *re.findall(r"[a-z]+", node.value.lower()))
    elif isinstance(node, e.IntervalLiteral):
        units = tuple(unit.lower() for _, unit in node.parts)
    # A month is of no fixed length, and Spark derives nothing from it.
    return bool(units) and not any(unit.startswith(("month", "year")) for unit in units)


def _precedes(bound: tuple[Column, Column], first: Relation, second: Relation) -> bool:
    """Whether the watermark of `first` tells when rows of `second` can no longer match."""
    earlier, later = bound
    return (
        earlier.event_time
        and any(earlier is each for each in first.columns)
        and any(later is each for each in second.columns)
    )
