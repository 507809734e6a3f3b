"""Conditions in canonical form: what is and-ed, or-ed, negated and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.ir.canonical.failing import can_fail
from ssbt.compiler.ir.canonical.numbers import as_number, is_number_literal
from ssbt.compiler.ir.canonical.values import Pool, Value
from ssbt.compiler.ir.terms import LITERAL
from ssbt.compiler.types.datatypes import BOOLEAN, NumericType

_MIRRORED = {">": "<", ">=": "<="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Conditions:
    """Makes conditions of others."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def combine(self, operator: str, values: Sequence[Value]) -> Value:
        """Conditions that all must hold, or of which one must."""
        flat = [part for each in values for part in _parts(operator, each)]
        deciding = [each for each in flat if not is_constant(each, operator == "and")]
        ordered = order_conditions(deciding or flat)
        if len(ordered) == 1:
            return ordered[0]
        nullable = any(each.nullable for each in ordered)
        return self._pool.make(operator, ordered, None, BOOLEAN, nullable=nullable)

    def negate(self, value: Value, depth: int = 4) -> Value:
        """What is true where the value is false; Spark sorts NaN after all numbers.

        What is nested deeper is negated as a whole.
        """
        match value.operator:
            case "not":
                return value.operands[0]
            case "<" | "<=" | ">" | ">=" as operator:
                left, right = value.operands
                return self.compare(_NEGATED[operator], left, right, nullable=value.nullable)
            case "and" | "or" if depth:
                other = "or" if value.operator == "and" else "and"
                parts = [self.negate(each, depth - 1) for each in value.operands]
                return self.combine(other, parts)
        if value.operator == LITERAL and isinstance(value.value, bool):
            return self._pool.make(LITERAL, (), not value.value, BOOLEAN, nullable=False)
        return self._pool.make("not", (value,), None, BOOLEAN, nullable=value.nullable)

    def compare(self, operator: str, left: Value, right: Value, *, nullable: bool) -> Value:
        """A comparison, of which the sides may change places."""
        left, right = self.as_numbers((left, right))
        if operator == "<=>" and (is_constant(left, None) or is_constant(right, None)):
            tested = right if is_constant(left, None) else left
            return self._pool.make("is null", (tested,), None, BOOLEAN, nullable=False)
        for one, other in ((left, right), (right, left)):
            is_truth = one.operator == LITERAL and isinstance(one.value, bool)
            if operator == "=" and is_truth and other.type == BOOLEAN:
                return other if one.value else self.negate(other)
        if operator in _MIRRORED:
            if can_swap(left, right):
                return self.compare(_MIRRORED[operator], right, left, nullable=nullable)
        elif operator in ("=", "<=>") and left.number > right.number:
            left, right = (right, left) if can_swap(left, right) else (left, right)
        fails = can_fail(operator, (left, right), None, BOOLEAN)
        return self._pool.make(
            operator, (left, right), None, BOOLEAN, nullable=nullable, fails=fails
        )

    def as_numbers(self, values: Sequence[Value]) -> list[Value]:
        """Literals compared with numbers, by what they are worth: 5 and 5.00 are the same there."""
        others = [each for each in values if not is_number_literal(each)]
        if not others or not all(isinstance(each.type, NumericType) for each in others):
            return list(values)
        types = [each.type for each in values]
        return [as_number(self._pool, each, types) for each in values]


def is_constant(value: Value, constant: bool | None) -> bool:
    """Whether it is written as this constant."""
    return value.operator == LITERAL and value.value is constant


def can_swap(left: Value, right: Value) -> bool:
    """Whether no side fails that Spark does not ask for where the other one is null."""
    if left.drawn or right.drawn:
        return False
    return not ((left.fails and right.nullable) or (right.fails and left.nullable))


def order_conditions(values: Sequence[Value]) -> list[Value]:
    """Conditions in an order of their own, those that may fail where they stand."""
    ordered: list[Value] = []
    run: list[Value] = []
    seen: set[int] = set()
    for each in values:
        # The second time, a condition is as it was the first time, or nobody would ask for it.
        if each.number in seen and not each.drawn:
            continue
        seen.add(each.number)
        if each.fails or each.drawn:
            ordered += sorted(run, key=lambda one: one.number)
            run = []
            ordered.append(each)
        else:
            run.append(each)
    return ordered + sorted(run, key=lambda one: one.number)


def _parts(operator: str, value: Value) -> Iterator[Value]:
    yield from value.operands if value.operator == operator else (value,)
