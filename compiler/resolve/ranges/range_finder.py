"""What the ranges of expressions are found with, before any function says its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ssbt.compiler.resolve.ranges.casts import cast_range
from ssbt.compiler.resolve.ranges.keys import key_of_constant
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DataType, TimestampType
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import (
    ValueRange,
    range_of_points,
    type_range,
    unite_ranges,
)

# What a function gives: the finder, the call, its arguments.
FindRange = Callable[["RangeFinder", e.Call, Sequence[e.Expression]], ValueRange | None]
# What any node gives, by the rule for its kind.
FindRangeByKind = Callable[["RangeFinder", e.Expression], ValueRange | None]


class RangeFinder:
    """The ranges of the parts of one expression; each is looked at once.

    The rules for the kinds of nodes come from above, because they find the ranges of parts with it.
    """

    def __init__(self, view: ExpressionView, find_by_kind: FindRangeByKind) -> None:
        self.view = view
        self._find_by_kind = find_by_kind
        self._ranges: dict[int, ValueRange | None] = {}

    def find_range(self, node: e.Expression) -> ValueRange | None:
        """What is known of the values beyond their type; None where that is nothing."""
        inner = without_parentheses(node)
        if id(inner) not in self._ranges:
            # A chain of operators may be long, and its range is soon that of its type.
            self._ranges[id(inner)] = None
            self._ranges[id(inner)] = self._find_by_kind(self, inner)
        return self._ranges[id(inner)]

    def find_full_range(self, node: e.Expression) -> ValueRange | None:
        """What is known of the values, if only by their type."""
        return self.find_range(node) or type_range(self.view.data_type(node))

    def find_result(self, node: e.Expression, type_: DataType) -> ValueRange | None:
        """The values of a part that becomes the result of a type; a constant is one value."""
        constant = self.find_constant(node)
        if constant is not None:
            return cast_range(constant, self.view.data_type(node), type_, self.view.ansi)
        range_ = self.find_full_range(node)
        if range_ is None:
            return None
        return cast_range(range_, self.view.data_type(node), type_, self.view.ansi)

    def find_constant(self, node: e.Expression) -> ValueRange | None:
        """The one value of a constant."""
        type_ = self.view.data_type(node)
        if isinstance(type_, TimestampType):
            # Clocks go back once a year, and the order of instants with them.
            return None
        key = key_of_constant(node, type_, self.view)
        return None if key is None else range_of_points([key], f"this is {ssbt_text(node)}")

    def unite(
        self, parts: Sequence[e.Expression], type_: DataType, reason: str
    ) -> ValueRange | None:
        """The values of several parts, any of which may be the result; nulls say nothing."""
        ranges = []
        for part in parts:
            outcome = self.view.outcome(part)
            if isinstance(outcome, Value) and outcome.is_null:
                continue
            range_ = self.find_result(part, type_)
            if range_ is None:
                return None
            ranges.append(range_)
        if not ranges:
            return None
        united = unite_ranges(ranges, reason)
        full = type_range(type_)
        is_wide = full is not None and united.spans == full.spans
        return None if is_wide and not united.forms and not united.calendars else united
