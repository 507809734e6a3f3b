"""Rows in their order beside each other: the fewest rows, and in those the fewest cells, differ."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

Values = tuple[Any, ...]
# Gives how many cells of two rows are equal.
Likeness = Callable[[Values, Values], int]
# Pairs of rows that are weighed against each other; longer stretches go row by row.
_MOST = 250_000


def pairs(
    expected: Sequence[Values], got: Sequence[Values], likeness: Likeness
) -> Iterator[tuple[int | None, int | None]]:
    """The places of rows that belong together, in order; None where a row has no partner."""
    start, end = 0, 0
    shortest = min(len(expected), len(got))
    while start < shortest and _is_same(expected[start], got[start], likeness):
        start += 1
    while end < shortest - start and _is_same(expected[-1 - end], got[-1 - end], likeness):
        end += 1
    yield from ((place, place) for place in range(start))
    middle = expected[start : len(expected) - end], got[start : len(got) - end]
    for one, other in _weighed(*middle, likeness):
        yield (
            None if one is None else start + one,
            None if other is None else start + other,
        )
    yield from ((len(expected) - place, len(got) - place) for place in range(end, 0, -1))


def _is_same(one: Values, other: Values, likeness: Likeness) -> bool:
    return len(one) == len(other) == likeness(one, other)


def _weighed(
    expected: Sequence[Values], got: Sequence[Values], likeness: Likeness
) -> list[tuple[int | None, int | None]]:
    """The cheapest way from the expected rows to those that came."""
    if not expected or not got or len(expected) * len(got) > _MOST:
        longest = max(len(expected), len(got))
        return [
            (place if place < len(expected) else None, place if place < len(got) else None)
            for place in range(longest)
        ]
    width = len(expected[0]) or 1
    # What it costs from each pair of places to the ends.
    costs = [[0] * (len(got) + 1) for _ in range(len(expected) + 1)]
    equal = [[likeness(one, other) for other in got] for one in expected]
    for i in range(len(expected), -1, -1):
        for j in range(len(got), -1, -1):
            if i < len(expected) or j < len(got):
                costs[i][j] = min(each for each, _ in _ways(i, j, costs, equal, width))
    found: list[tuple[int | None, int | None]] = []
    lone: tuple[list[int], list[int]] = ([], [])
    i = j = 0
    while i < len(expected) or j < len(got):
        _, (one, other) = min(_ways(i, j, costs, equal, width), key=lambda way: way[0])
        if one is not None and other is not None:
            found += [*zip_longest(*lone), (one, other)]
            lone = ([], [])
        elif one is not None:
            lone[0].append(one)
        elif other is not None:
            lone[1].append(other)
        i, j = i + (one is not None), j + (other is not None)
    return [*found, *zip_longest(*lone)]


def _ways(
    i: int, j: int, costs: list[list[int]], equal: list[list[int]], width: int
) -> Iterator[tuple[int, tuple[int | None, int | None]]]:
    """What it costs to go on with a pair or with one row alone; pairs come first.

    Two rows without a cell in common are a pair only where nothing else stands between.
    """
    is_left, is_right = i < len(equal), j < len(costs[0]) - 1
    if is_left and is_right and equal[i][j]:
        yield costs[i + 1][j + 1] + width - equal[i][j], (i, j)
    if is_left:
        yield costs[i + 1][j] + width, (i, None)
    if is_right:
        yield costs[i][j + 1] + width, (None, j)
