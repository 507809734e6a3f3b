"""Which values the checks of a parameter take: whether everything that were taken still are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from ssbt.compiler.ir.checks import Condition

_LOWER = frozenset({">", ">=", "=", "between"})
_UPPER = frozenset({"<", "<=", "=", "between"})


class _Bound(Struct, frozen=True):
    """An end of what is taken; `included` where it is taken itself."""

    value: Any
    included: bool


def is_implied(new: Condition, old: Sequence[Condition], *, whole: bool) -> bool:
    """Whether all values that the old checks take together surely pass the new one.

    `whole` tells that there are whole numbers only.
    """
    same = [each for each in old if each.measure == new.measure]
    if new in same:
        return True
    whole = whole or bool(new.measure)
    try:
        return _is_implied(new, same, whole=whole)
    except TypeError:
        # Values that cannot be compared, such as times with a zone and without one.
        return False


def _is_implied(new: Condition, old: Sequence[Condition], *, whole: bool) -> bool:
    accepted = _accepted_values(old)
    if accepted is not None:
        return all(_is_accepted(new, value) for value in accepted)
    if new.operator in ("!=", "not in"):
        return all(any(not _is_accepted(each, value) for each in old) for value in new.operands)
    if new.operator == "not between":
        return any(_is_outside(each, new) for each in old) or any(
            _is_beyond(each, new, whole=whole) for each in old
        )
    if new.operator not in _LOWER | _UPPER or new.operator == "=":
        return False
    lower, upper = _bounds(old, _LOWER, whole=whole), _bounds(old, _UPPER, whole=whole)
    is_above = all(
        any(_is_within(each, bound, sign=1) for each in lower)
        for bound in _bounds((new,), _LOWER, whole=whole)
    )
    is_below = all(
        any(_is_within(each, bound, sign=-1) for each in upper)
        for bound in _bounds((new,), _UPPER, whole=whole)
    )
    return is_above and is_below


def _accepted_values(old: Iterable[Condition]) -> list[Any] | None:
    """The values that are taken, where there is a list of them."""
    old = list(old)
    lists = [each.operands for each in old if each.operator in ("=", "in")]
    if not lists:
        return None
    return [value for value in lists[0] if all(_is_accepted(each, value) for each in old)]


def _is_accepted(condition: Condition, value: Any) -> bool:
    """Whether the value, or what was measured of one, is taken."""
    return not Condition(condition.operator, condition.operands).refusal(value)


def _bounds(conditions: Iterable[Condition], kinds: frozenset[str], *, whole: bool) -> list[_Bound]:
    return list(_iterate_bounds(conditions, kinds, whole=whole))


def _iterate_bounds(
    conditions: Iterable[Condition], kinds: frozenset[str], *, whole: bool
) -> Iterator[_Bound]:
    for each in conditions:
        if each.operator not in kinds:
            continue
        value = each.operands[-1 if kinds is _UPPER else 0]
        included = each.operator not in ("<", ">")
        if whole and not included and isinstance(value, int):
            # The next whole number is the first that is taken.
            value, included = value + (1 if each.operator == ">" else -1), True
        yield _Bound(value, included)


def _is_within(old: _Bound, new: _Bound, *, sign: int) -> bool:
    """Whether an old end is no further out than a new one; `sign` is -1 for upper ends."""
    if old.value == new.value:
        return new.included or not old.included
    is_higher = bool(old.value > new.value)
    return is_higher == (sign > 0)


def _is_outside(old: Condition, new: Condition) -> bool:
    """Whether the new range that is refused lies within an old one."""
    if old.operator != "not between":
        return False
    outer: tuple[Any, ...] = old.operands
    inner: tuple[Any, ...] = new.operands
    return bool(outer[0] <= inner[0] and inner[1] <= outer[1])


def _is_beyond(old: Condition, new: Condition, *, whole: bool) -> bool:
    """Whether everything that an old check takes is on one side of the range that is refused."""
    low, high = new.operands
    above = _bounds((old,), _LOWER, whole=whole)
    below = _bounds((old,), _UPPER, whole=whole)
    return any(_is_within(each, _Bound(high, included=False), sign=1) for each in above) or any(
        _is_within(each, _Bound(low, included=False), sign=-1) for each in below
    )
