"""In which rows a condition is true, false or neither, as far as its constants say.

For each of four outcomes, `cases` gives a set of rows in which all rows of that outcome are. Where
it is empty, no row has the outcome: the answer is proven, whatever the rows hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import reduce

from ssbt.compiler.resolve.ranges.atoms import COMPARISONS, Atom, find_atom, find_comparison
from ssbt.compiler.resolve.ranges.cases import (
    ANY_ROW,
    NO_ROW,
    Cases,
    intersect_cases,
    restrict,
    unite_cases,
)
from ssbt.compiler.resolve.ranges.subjects import Subject, SubjectKey
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import Remaining


class Truth(Enum):
    """What a condition may come out as; null is neither true nor false."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"


_NEGATED = {
    Truth.TRUE: Truth.FALSE,
    Truth.FALSE: Truth.TRUE,
    Truth.NOT_TRUE: Truth.NOT_FALSE,
    Truth.NOT_FALSE: Truth.NOT_TRUE,
}


class ConditionAnalysis:
    """The conditions of one expression; each is looked at once for each outcome."""

    def __init__(self, view: ExpressionView) -> None:
        self.view = view
        self.subjects: dict[SubjectKey, Subject] = {}
        self._cases: dict[tuple[int, Truth], Cases] = {}
        self._atoms: dict[int, tuple[Atom, ...]] = {}
        # Kept, so that an id stays that of one.
        self._made: list[e.Binary] = []

    def cases(self, node: e.Expression, truth: Truth) -> Cases:
        """Rows among which are all in which the condition has the outcome."""
        inner = without_parentheses(node)
        key = (id(inner), truth)
        if key not in self._cases:
            self._cases[key] = self._find(inner, truth)
        return self._cases[key]

    def cases_of_comparison(self, node: e.Binary, truth: Truth) -> Cases:
        """`cases` of a comparison that is not written, but made by `case x when y`."""
        self._made.append(node)
        if id(node) not in self._atoms:
            self._atoms[id(node)] = find_comparison(node, self.view, self.subjects)
        return self._find_atom(node, truth)

    def _find(self, node: e.Expression, truth: Truth) -> Cases:
        outcome = self.view.outcome(node)
        if isinstance(outcome, Value) and not outcome.is_opaque:
            return ANY_ROW if _has_outcome(outcome.value, truth) else NO_ROW
        match node:
            case e.Binary(operator="and" | "or"):
                return self._find_joined(node, truth)
            case e.Unary(operator="not" | "!", operand=operand):
                return self.cases(operand, _NEGATED[truth])
            case e.Is(operand=operand, constant="true" | "false" as constant, negated=negated):
                # Such a test is never null.
                constant_truth = Truth.TRUE if constant == "true" else Truth.FALSE
                is_met = (truth in (Truth.TRUE, Truth.NOT_FALSE)) is not negated
                opposite = Truth.NOT_TRUE if constant == "true" else Truth.NOT_FALSE
                return self.cases(operand, constant_truth if is_met else opposite)
            case e.Binary(operator=operator, left=left, right=right) if operator in COMPARISONS[
                :-1
            ] and any(map(self.view.is_null, (left, right))):
                # A comparison with null is neither true nor false.
                return NO_ROW if truth in (Truth.TRUE, Truth.FALSE) else ANY_ROW
            case _:
                return self._find_atom(node, truth)

    def _find_joined(self, node: e.Binary, truth: Truth) -> Cases:
        links = chain_of(node)
        needs_all = (node.operator == "and") is (truth in (Truth.TRUE, Truth.NOT_FALSE))
        parts = [self.cases(link, truth) for link in links]
        return self.meet(parts) if needs_all else unite_cases(parts)

    def meet(self, parts: Sequence[Cases]) -> Cases:
        """The rows in all of them."""
        return reduce(lambda a, b: intersect_cases(a, b, self.subjects), parts, ANY_ROW)

    def _find_atom(self, node: e.Expression, truth: Truth) -> Cases:
        if id(node) not in self._atoms:
            self._atoms[id(node)] = find_atom(node, self.view, self.subjects)
        # All parts of an atom are true where it is, and false where it is.
        return self.meet([self._restrict_atom(atom, truth) for atom in self._atoms[id(node)]])

    def _restrict_atom(self, atom: Atom, truth: Truth) -> Cases:
        is_met = truth in (Truth.TRUE, Truth.NOT_FALSE)
        spans = atom.spans if is_met else atom.other_spans
        if spans is None:
            return ANY_ROW
        null = truth in (Truth.NOT_TRUE, Truth.NOT_FALSE)
        if atom.null_is is not None:
            null = atom.null_is is is_met
        return restrict(atom.key, self.subjects[atom.key], Remaining(spans, null))


def conditions_of(view: ExpressionView) -> ConditionAnalysis:
    """In which rows the conditions of an expression are true."""
    return view.compute_once("conditions", lambda: ConditionAnalysis(view))


def _has_outcome(value: object, truth: Truth) -> bool:
    match truth:
        case Truth.TRUE:
            return value is True
        case Truth.FALSE:
            return value is False
        case Truth.NOT_TRUE:
            return value is not True
        case Truth.NOT_FALSE:
            return value is not False


def chain_of(node: e.Binary) -> list[e.Expression]:
    """What a chain of `and`, or of `or`, joins, in the order of the text; brackets are opened."""
    links: list[e.Expression] = []
    stack: list[e.Expression] = [node]
    while stack:
        part = without_parentheses(stack.pop())
        if isinstance(part, e.Binary) and part.operator == node.operator:
            stack += [part.right, part.left]
        else:
            links.append(part)
    return links
