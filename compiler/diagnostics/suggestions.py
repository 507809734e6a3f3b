"""Did you mean …: the known names that a misspelt one is near to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_WORD = 100


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was most likely meant to be, if one is near enough.

    The answer depends on the set of candidates alone, not on their order.
    """
    return next(iter(near_matches(word, candidates, limit=1)), None)


def near_matches(word: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` candidates near to `word`, the nearest first; `word` itself is none of them."""
    sought = word.casefold()
    allowed = _allowed_distance(sought)
    bare = _bare(sought)
    letters = Counter(sought)
    found: list[tuple[int, bool, str]] = []
    for candidate in set(candidates) - {word}:
        known = candidate.casefold()
        if _bare(known) == bare:
            found.append((0, known != sought, candidate))
        elif abs(len(known) - len(sought)) <= allowed and _share(letters, known) <= allowed:
            distance = edit_distance(sought, known)
            if distance <= allowed:
                found.append((distance, known[:1] != sought[:1], candidate))
    return tuple(candidate for _, _, candidate in sorted(found)[:limit])


def edit_distance(one: str, other: str) -> int:
    """The number of letters to add, drop, change or swap with their neighbour."""
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        current = [i]
        for j, right in enumerate(other, start=1):
            cost = min(
                previous[j] + 1,
                current[j - 1] + 1,
                previous[j - 1] + (left != right),
            )
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]


def _allowed_distance(word: str) -> int:
    """A third of the letters; a name of one letter is near to nothing, a very long one neither."""
    if len(word) < 2 or len(word) > LONGEST_WORD:
        return 0
    return max(1, len(word) // 3)


def _bare(word: str) -> str:
    """`startingoffsets`, however its words were joined: people write Spark's own `camelCase`."""
    return word.replace("_", "").replace("-", "").replace(".", "")


def _share(letters: Counter[str], word: str) -> int:
    """A cheap lower bound of the edit distance: how many letters one side has and the other not."""
    other = Counter(word)
    return max((letters - other).total(), (other - letters).total())
