"""A typed expression, as the rules of this folder look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar, cast

from msgspec import Struct

from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.evaluation import Evaluator
from ssbt.compiler.resolve.expressions.folding import find_constant_ids, is_foldable
from ssbt.compiler.resolve.expressions.walking import is_same_expression, nodes
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.strings import quote_string
from ssbt.compiler.types.datatypes import INT, DataType
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.folding.model import Outcome, Value

T = TypeVar("T")


class ExpressionView(Struct, dict=True):
    """One expression with the types and the constant values of its parts."""

    evaluator: Evaluator
    root: e.Expression

    def compute_once(self, key: str, make: Callable[[], T]) -> T:
        """What a rule makes of the whole expression, and looks at in many of its nodes."""
        if key not in self.__dict__:
            self.__dict__[key] = make()
        return cast("T", self.__dict__[key])

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the expression, in the order of `nodes`: many rules look through them."""
        return tuple(nodes(self.root))

    @cached_property
    def calls(self) -> tuple[e.Call, ...]:
        """The calls in the expression."""
        return tuple(node for node in self.nodes if isinstance(node, e.Call))

    @cached_property
    def constant_ids(self) -> frozenset[int]:
        """The ids of the nodes of the expression that depend on no row."""
        return find_constant_ids(self.nodes, self.evaluator.typer)

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(map(id, self.nodes))

    @cached_property
    def compared_with_zero(self) -> frozenset[int]:
        """The ids of the nodes that are beside a 0 in a comparison of equality."""
        pairs = (
            pair
            for node in self.nodes
            if isinstance(node, e.Binary) and node.operator in ("=", "==", "!=", "<>")
            for pair in ((node.left, node.right), (node.right, node.left))
        )
        zero = Value(INT, 0)
        return frozenset(
            id(without_parentheses(operand))
            for operand, counterpart in pairs
            if self.outcome(counterpart) == zero
        )

    def count_bounds(self, value: e.Expression) -> int:
        """How many comparisons by `<` and its like the expression has with this value."""
        bounded = self.compute_once("bounded", self._find_bounded)
        return sum(is_same_expression(value, each) for each in bounded)

    def _find_bounded(self) -> list[e.Expression]:
        return [
            side
            for node in self.nodes
            if isinstance(node, e.Binary) and node.operator in ("<", "<=", ">", ">=")
            for side in (node.left, node.right)
            if not self.is_constant(side)
        ]

    @property
    def ansi(self) -> bool:
        return self.evaluator.ansi

    def type_of(self, node: e.Expression) -> Typed:
        """The type of a part, and whether it can be null."""
        return self.evaluator.type_of(without_parentheses(node))

    def data_type(self, node: e.Expression) -> DataType:
        return self.type_of(node).type

    def outcome(self, node: e.Expression) -> Outcome:
        """What a part gives before a row is read; None where that is not known."""
        return self.evaluator.evaluate(node)

    def text(self, node: e.Expression) -> str | None:
        """The text of a constant string."""
        outcome = self.outcome(node)
        return (
            outcome.value if isinstance(outcome, Value) and isinstance(outcome.value, str) else None
        )

    def is_null(self, node: e.Expression) -> bool:
        """Whether a part is null in every row."""
        outcome = self.outcome(node)
        return isinstance(outcome, Value) and outcome.is_null

    def is_constant(self, node: e.Expression) -> bool:
        """Whether a part depends on no row."""
        if id(node) in self.constant_ids:
            return True
        # A rule may have made it.
        return id(node) not in self._ids and is_foldable(node, self.evaluator.typer)

    def column(self, name: str) -> Column | None:
        """The one column of this name."""
        columns = self.evaluator.typer.context.relation.find_columns(name)
        return columns[0] if len(columns) == 1 else None

    def whole_column(self, node: e.Expression) -> Column | None:
        """The whole column that a part is."""
        inner = without_parentheses(node)
        if not isinstance(inner, e.ColumnName):
            return None
        resolved = scopes.resolve_column(inner, self.evaluator.typer.context.relation, Report())
        return None if resolved is None or resolved.path else resolved.column


def without_parentheses(node: e.Expression) -> e.Expression:
    """The expression without parentheses around it."""
    while isinstance(node, e.Parenthesised):
        node = node.operand
    return node


def function_name(node: e.Call) -> str:
    """The name of the function that is called, in lower case."""
    return node.name.text.casefold()


def operands(node: e.Call) -> list[e.Expression]:
    """The arguments of a call whose arguments have no names."""
    return [argument.value for argument in node.arguments]


def comparisons(node: e.Expression) -> Iterator[tuple[str, e.Expression, e.Expression]]:
    """The comparisons that an expression makes: operator, left, right; `in` as several of `=`."""
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _COMPARISONS:
            yield operator, left, right
        case e.Between(operand=operand, low=low, high=high):
            yield ">=", operand, low
            yield "<=", operand, high
        case e.InList(operand=operand, items=items):
            for item in items:
                yield "=", operand, item


def quote(text: str) -> str:
    """A string literal of the language."""
    return quote_string(text)


_COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=", "<=>")
