"""What parts say in canonical form, so that another way of writing the same is no change.

A meaning is one word: digests, and the values of parameters. Two parts are the same where
their texts are, or their meanings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from operator import attrgetter

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.digests import Digests, short_digest
from ssbt.compiler.ir.canonical.queries import Queries
from ssbt.compiler.ir.canonical.values import Pool, Value
from ssbt.compiler.ir.expressions import Expression, ParameterText, Text
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.plans import expressions
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import NAME, walk_terms

NO_MEANING: Text = ()
BETWEEN = "+"
VALUES = "|"


class Meanings:
    """The meanings of what operators below `root` say; `NO_MEANING` where nothing proves one."""

    def __init__(self, root: Operator) -> None:
        self._root = root

    @cached_property
    def _operators(self) -> list[Operator]:
        return list(walk_operators(self._root, attrgetter("inputs"), set()))

    @cached_property
    def _queries(self) -> Queries:
        return Queries(Pool(), {}, _uses(self._operators))

    @cached_property
    def _digests(self) -> Digests:
        sources = (each.step.name for each in self._operators if isinstance(each.step, Source))
        # A dataset of another name is the same: what it reads is a part of its own.
        places = {name: str(place) for place, name in enumerate(dict.fromkeys(sources))}
        return Digests({f"source {name}": place for name, place in places.items()})

    def conditions(self, each: Operator) -> Text:
        """The conditions of a filter or join, in an order of their own."""
        return self._text(sorted_by_digest(self._conditions(each), self._digests))

    def equalities(self, each: Operator) -> Text:
        """The equalities of a join, in the order in which Spark makes keys of them."""
        conditions = self._conditions(each)
        return self._text([value for value in conditions or () if value.operator == "="])

    def _conditions(self, each: Operator) -> list[Value] | None:
        conditions = [value for _, value in self._queries.conditions(each)]
        return list(dict.fromkeys(conditions)) or None

    def expression(self, expression: Expression, each: Operator) -> Text:
        """One expression of an operator's step."""
        incoming = self._queries.inputs_of(each)
        if len(incoming) != 1:
            return NO_MEANING
        return self._text([self._queries.value(expression, each, incoming[0])])

    def all(self, every: Iterable[Expression], each: Operator) -> Text:
        """Several expressions of an operator's step, in their order."""
        return together(self.expression(one, each) for one in every)

    def columns(self, names: Iterable[str], each: Operator) -> Text:
        """Columns that an operator's step names as Spark finds them."""
        incoming = self._queries.inputs_of(each)
        return self._text(self._queries.columns(names, incoming[0])) if incoming else NO_MEANING

    def outputs(self, columns: Iterable[Column], each: Operator) -> Text:
        """Columns that flow out of an operator."""
        cells = self._queries.cells(each)
        found_values = [
            cells.get(((c.qualifier or "").casefold(), c.name.casefold())) for c in columns
        ]
        values = [each for each in found_values if each is not None]
        return self._text(values) if len(values) == len(found_values) else NO_MEANING

    def _text(self, values: Iterable[Value] | None) -> Text:
        values = list(values or ())
        digests = [self._digests.digest(value) for value in values]
        if None in digests or not digests:
            return NO_MEANING
        names = sorted({name for value in values for name in self._digests.parameters(value)})
        return (BETWEEN.join(map(str, digests)), *_with_values(names))


def conditions_together(meanings: Iterable[str]) -> object:
    """What several filters say together, however they are cut; None where one has no meaning."""
    every = list(meanings)
    if not all(every):
        return None
    split = [each.partition(VALUES) for each in every]
    conditions = frozenset(one for digests, _, _ in split for one in digests.split(BETWEEN))
    return conditions, tuple(sorted(values for _, _, values in split if values))


def sorted_by_digest(values: Iterable[Value] | None, digests: Digests) -> list[Value]:
    """Values in an order that is the same in every run."""
    return sorted(values or (), key=lambda value: digests.digest(value) or "")


def together(texts: Iterable[Text], *words: str) -> Text:
    """One meaning of several, and of words that stand for themselves."""
    every = list(texts)
    if not all(every):
        return NO_MEANING
    parts = [part for text in every for part in text if isinstance(part, str)]
    values = sorted({part.name for text in every for part in text if not isinstance(part, str)})
    return (short_digest(*parts, *words), *_with_values(values))


def _with_values(names: Iterable[str]) -> Text:
    return tuple(part for name in names for part in (VALUES, ParameterText(name)))


def _uses(operators: Iterable[Operator]) -> Counter[str]:
    """How often expressions use each name."""
    return Counter(
        part
        for each in operators
        if isinstance(each.step, s.StepBase)
        for expression in expressions(each.step)
        for term in (walk_terms(expression.term) if expression.term is not None else ())
        if term.operator == NAME and isinstance(term.value, tuple)
        for part in term.value[:2]
    )
