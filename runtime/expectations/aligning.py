"""Rows in their order beside each other: the fewest rows, and in those the fewest cells, differ."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

Values = tuple[Any, ...]
# Gives how many cells of two rows are equal.
Likeness = Callable[[Values, Values], int]
# Pairs of rows that are weighed against each other; longer stretches go row by row.
_MAX_PAIRS = 250_000


def align_rows(
    expected: Sequence[Values], actual: Sequence[Values], likeness: Likeness
) -> Iterator[tuple[int | None, int | None]]:
    """The places of rows that belong together, in order; None where a row has no partner."""
    start, end = 0, 0
    shortest = min(len(expected), len(actual))
    while start < shortest and _is_same(expected[start], actual[start], likeness):
        start += 1
    while end < shortest - start and _is_same(expected[-1 - end], actual[-1 - end], likeness):
        end += 1
    yield from ((index, index) for index in range(start))
    middle = expected[start : len(expected) - end], actual[start : len(actual) - end]
    for expected_index, actual_index in _align(*middle, likeness):
        yield (
            None if expected_index is None else start + expected_index,
            None if actual_index is None else start + actual_index,
        )
    yield from ((len(expected) - index, len(actual) - index) for index in range(end, 0, -1))


def _is_same(one: Values, other: Values, likeness: Likeness) -> bool:
    return len(one) == len(other) == likeness(one, other)


def _align(
    expected: Sequence[Values], actual: Sequence[Values], likeness: Likeness
) -> list[tuple[int | None, int | None]]:
    """The cheapest way from the expected rows to those that came."""
    if not expected or not actual or len(expected) * len(actual) > _MAX_PAIRS:
        longest = max(len(expected), len(actual))
        return [
            (index if index < len(expected) else None, index if index < len(actual) else None)
            for index in range(longest)
        ]
    width = len(expected[0]) or 1
    # What it costs from each pair of places to the ends.
    costs = [[0] * (len(actual) + 1) for _ in range(len(expected) + 1)]
    equal = [[likeness(one, other) for other in actual] for one in expected]
    for i in range(len(expected), -1, -1):
        for j in range(len(actual), -1, -1):
            if i < len(expected) or j < len(actual):
                costs[i][j] = min(each for each, _ in _step_costs(i, j, costs, equal, width))
    aligned: list[tuple[int | None, int | None]] = []
    unmatched: tuple[list[int], list[int]] = ([], [])
    i = j = 0
    while i < len(expected) or j < len(actual):
        _, (one, other) = min(_step_costs(i, j, costs, equal, width), key=lambda way: way[0])
        if one is not None and other is not None:
            aligned += [*zip_longest(*unmatched), (one, other)]
            unmatched = ([], [])
        elif one is not None:
            unmatched[0].append(one)
        elif other is not None:
            unmatched[1].append(other)
        i, j = i + (one is not None), j + (other is not None)
    return [*aligned, *zip_longest(*unmatched)]


def _step_costs(
    i: int, j: int, costs: list[list[int]], equal: list[list[int]], width: int
) -> Iterator[tuple[int, tuple[int | None, int | None]]]:
    """What it costs to go on with a pair or with one row alone; pairs come first.

    Two rows without a cell in common are a pair only where nothing else is between.
    """
    is_left, is_right = i < len(equal), j < len(costs[0]) - 1
    if is_left and is_right and equal[i][j]:
        yield costs[i + 1][j + 1] + width - equal[i][j], (i, j)
    if is_left:
        yield costs[i + 1][j] + width, (i, None)
    if is_right:
        yield costs[i][j + 1] + width, (None, j)
