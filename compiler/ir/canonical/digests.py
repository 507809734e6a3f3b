"""Canonical values as short texts that are the same in every run of the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from ssbt.compiler.ir.canonical.values import Value, exact_key
from ssbt.compiler.ir.terms import PARAMETER

_LENGTH = 12
# Their operands have an order of the pool, which is another in the next run.
_COMMUTING = frozenset({"and", "or", "=", "<=>", "+", "*"})
# Behind the first operand.
_COMMUTING_REST = frozenset({"in", "filter"})
# What may fail keeps its place in canonical form. A failure ends the query and writes nothing, so
# that for digests, which are compared for what has been written, only values count.
_MIRRORED = {">": "<", ">=": "<="}
_ONLY_FAILING = frozenset({"before", "eager"})
_UNLIKE = "unlike"


class Digests:
    """Digests of values, by what they are made of; None for what is like no other.

    `leaves` are what the datasets are called in place of their names, which may change.
    """

    def __init__(self, leaves: Mapping[str, str]) -> None:
        self._leaves = leaves
        self._digests: dict[int, str | None] = {}
        self._parameters: dict[int, frozenset[str]] = {}

    def digest(self, value: Value) -> str | None:
        """The digest of one value: equal ones have equal digests."""
        self._compute(value)
        return self._digests[value.number]

    def parameters(self, value: Value) -> frozenset[str]:
        """The parameters that a value depends on, by name."""
        self._compute(value)
        return self._parameters[value.number]

    def _compute(self, root: Value) -> None:
        waiting = [root]
        while waiting:
            each = waiting[-1]
            if each.number in self._digests:
                waiting.pop()
                continue
            parts = (*each.operands, *((each.place,) if each.place is not None else ()))
            missing = [part for part in parts if part.number not in self._digests]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            self._digests[each.number] = self._digest_value(each)
            named = frozenset((str(each.value),)) if each.operator == PARAMETER else frozenset()
            self._parameters[each.number] = named.union(
                *(self._parameters[part.number] for part in parts)
            )

    def _digest_value(self, value: Value) -> str | None:
        operands = [self._digests[each.number] for each in value.operands]
        place = self._digests[value.place.number] if value.place is not None else ""
        is_unlike = isinstance(value.value, tuple) and value.value[:1] == (_UNLIKE,)
        if place is None or is_unlike:
            return None
        digests = [each for each in operands if each is not None]
        if len(digests) < len(operands):
            return None
        operator = value.operator
        if operator in _ONLY_FAILING:
            return digests[0]
        if operator in _MIRRORED:
            operator = _MIRRORED[operator]
            digests.reverse()
        elif operator in _COMMUTING:
            digests.sort()
        elif value.operator in _COMMUTING_REST:
            digests[1:] = sorted(digests[1:])
        return short_digest(operator, self._describe_value(value), value.type.sql, place, *digests)

    def _describe_value(self, value: Value) -> str:
        if value.operator == "rows":
            return self._leaves.get(str(value.value), str(value.value))
        if value.operator == "column" and isinstance(value.value, tuple):
            dataset, column = value.value
            return f"{self._leaves.get(dataset, dataset)}.{column}"
        return repr(exact_key(value.value))


def short_digest(*parts: str) -> str:
    """One digest of several texts."""
    return sha256("\0".join(parts).encode()).hexdigest()[:_LENGTH]
