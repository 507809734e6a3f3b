"""Expressions: their names resolved, their types found, their place allowed.

One `ExpressionTyper` looks at one expression. What it finds besides the type (aggregates, the
columns that the value comes from) is in its attributes afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Code
from ssbt.compiler.ir.provenance import Provenance, mixture
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.bare_words import find_words_beside_text
from ssbt.compiler.resolve.expressions.expression_context import (
    NOT_KNOWN,
    ExpressionContext,
    grouping_key,
)
from ssbt.compiler.resolve.expressions.foreign_operators import Hint, condition_hint
from ssbt.compiler.resolve.expressions.provenance import TracedValue
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.stars import StarExpansion, expand_star
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.expression_types import Mismatch, Typed


class ExpressionTyper(Struct):
    """One skip one expression.

    `allows_aggregates` and `allows_windows` tell what is allowed; `grouping_keys` are the keys
    where a column must be one of them or stand inside an aggregate, or be, by id, one of
    `grouped_name_ids`: names inside a key that the expression repeats. `has_subtotals` tells that
    there is a row for each set of keys, `in_pivot` that the aggregates fill a pivot. `generator` is
    the one node that may be a generator. `starred_aliases` are the aliases, in lower case, whose
    columns are taken all, `spelled_stars` by id the stars that are written as names. `types` holds
    what was found of each node, by its id, beside the node itself, so that no other gets its id.
    `zone_use` is the first part whose value depends on the time zone of the session.
    `bare_words` are the texts that were meant by names that are no columns, by their ids;
    `operand_ids` are those of what is beside an operator that is tighter than `not`.
    """

    context: ExpressionContext
    allows_aggregates: bool = False
    allows_windows: bool = False
    generator: e.Expression | None = None
    has_subtotals: bool = False
    in_pivot: bool = False
    grouping_keys: frozenset[str] | None = None
    grouped_name_ids: frozenset[int] = frozenset()
    ingredients: list[Provenance] = field(default_factory=list)
    time_windows: list[e.Call] = field(default_factory=list)
    used_aliases: set[str] = field(default_factory=set)
    starred_aliases: set[str] = field(default_factory=set)
    spelled_stars: dict[int, tuple[e.ColumnName, ...]] = field(default_factory=dict)
    used_parameters: list[str] = field(default_factory=list)
    found_aggregate: Span | None = None
    found_generator: Span | None = None
    inside_aggregate: bool = False
    inside_window: bool = False
    zone_use: Span | None = None
    bare_words: dict[int, str] = field(default_factory=dict)
    operand_ids: set[int] = field(default_factory=set)
    lambda_variables: dict[str, Typed] = field(default_factory=dict)
    types: dict[int, tuple[e.Expression, Typed]] = field(default_factory=dict)

    def expand_star(self, node: e.Star) -> StarExpansion:
        """What a star stands for, and how it is written, noted."""
        expansion = expand_star(node, self.context)
        if expansion.qualifier is not None:
            self.used_aliases.add(expansion.qualifier)
            self.starred_aliases.add(expansion.qualifier)
        if expansion.names is not None:
            self.spelled_stars[id(node)] = expansion.names
            self.used_aliases |= {
                name.parts[0].text.casefold() for name in expansion.names if len(name.parts) > 1
            }
        return expansion

    @property
    def report(self) -> Report:
        return self.context.report

    def infer_type(self, node: e.Expression) -> Typed:
        """The type of an expression; unknown, with a finding, where it has none."""
        self.bare_words.update(find_words_beside_text(node, self.context.relation))
        return self.record_type(node, self._type_of(node))

    def provenance_of(self, value: Typed, start: int = 0) -> Provenance:
        """What a value is made from, where `ingredients` were noted for it from this place on."""
        parts = self.ingredients[start:]
        # An operator may hand on the very value of one operand, which knows of that one alone.
        if isinstance(value, TracedValue) and len(parts) == 1 and parts[0] is value.provenance:
            return value.provenance
        return mixture(parts)

    def with_provenance(self, value: Typed, provenance: Provenance, start: int) -> TracedValue:
        """The value with what it is made from; that takes the place of all from `start` on."""
        self.ingredients[start:] = [provenance]
        return TracedValue(value.type, value.nullable, value.constant, value.strength, provenance)

    def infer_part(self, node: e.Expression) -> tuple[Typed, Provenance]:
        """The type of a part of an expression, and what the part is made from."""
        start = len(self.ingredients)
        value = self.infer_type(node)
        return value, self.provenance_of(value, start)

    def resolve_result(
        self,
        node: e.Expression,
        result: Typed | Mismatch,
        operands: Sequence[e.Expression] = (),
        hint: Hint | None = None,
    ) -> Typed:
        """The type, or unknown with a finding at the operand that does not fit.

        `hint` is what was probably meant.
        """
        if isinstance(result, Typed):
            return result
        span = node.span
        if result.argument is not None and result.argument < len(operands):
            span = operands[result.argument].span
        expected = f"expected {result.expected}" if result.expected else ""
        code = codes.BAD_CONSTANT if result.is_about_value else codes.TYPE_MISMATCH
        if hint is None and result.expected == "a BOOLEAN":
            hint = _find_joined(operands[result.argument or 0 :][:1])
        help_, fix = hint if hint is not None else (result.help, ())
        self.report.add(code, span, result.reason, expected, help=help_ or (), fix=fix)
        return NOT_KNOWN

    def note_zone(self, node: e.Expression, depends: bool) -> None:
        """Remember the first part whose value depends on the time zone of the session."""
        if depends and self.zone_use is None:
            self.zone_use = node.span

    def report_mistake(
        self, code: Code, span: Span, message: str, label: str = "", help: str | None = None
    ) -> None:
        """Report a finding."""
        self.report.add(code, span, message, label, help=help or ())

    def record_type(self, node: e.Expression, value: Typed) -> Typed:
        """The type, which those who look at the expression afterwards find under the node."""
        self.types[id(node)] = (node, value)
        return value

    def _type_of(self, node: e.Expression) -> Typed:
        """The type by the rule for the kind of node, as `NodeTyper` has them."""
        raise NotImplementedError

    def find_bare_function(self, node: e.ColumnName) -> e.Call | None:
        """The call that a name without parentheses is, such as `current_date`, if it is one."""
        if not scopes.is_bare_function(node, self.context.relation):
            return None
        return e.Call(node.span, node.parts[0])

    def check_key(self, node: e.Expression, text: str, column: Column) -> None:
        """Report a column that is not there once a row stands for many."""
        if self.grouping_keys is None or self.inside_aggregate:
            return
        is_key = grouping_key(column.name, column.qualifier) in self.grouping_keys
        if is_key or id(node) in self.grouped_name_ids:
            return
        message = f"`{text}` is neither a grouping key nor inside an aggregate function"
        help_ = f"group by it, or take one value: `any_value({text})`"
        if self.in_pivot:
            message = f"`{text}` is outside the aggregate functions that fill the pivot"
            help_ = f"take one value: `any_value({text})`"
        self.report_mistake(codes.NOT_GROUPED, node.span, message, help=help_)


def _find_joined(operands: Sequence[e.Expression]) -> Hint | None:
    """The way out where conditions are joined by `||`, also by a lambda."""
    for operand in operands:
        value = operand.body if isinstance(operand, e.Lambda) else operand
        return condition_hint(value) if isinstance(value, e.Binary) else None
    return None
