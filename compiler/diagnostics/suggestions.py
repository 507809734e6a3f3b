"""Did you mean …: the known names that a misspelt one is near to.

rapidfuzz is imported where there is a mistake to pay for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORD_LENGTH = 100


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was most likely meant to be, if one is near enough.

    The answer depends on the set of candidates alone, not on their order.
    """
    return next(iter(near_matches(word, candidates, limit=1)), None)


def near_matches(word: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` candidates near to `word`, the nearest first; `word` itself is not one of them.

    How near is a matter of `edit_distance`.
    """
    sought = word.casefold()
    index = _known_names(frozenset(candidates))
    matches: dict[str, tuple[int, bool]] = {
        name: (0, name.casefold() != sought)
        for name in index.by_bare_word.get(_normalize_word(sought), ())
        if name != word
    }
    allowed = _allowed_distance(sought)
    # What is nearer hides what is not: of names that are all alike few are looked at.
    for cutoff in sorted({min(allowed, distance) for distance in (1, 2, 4, allowed)}):
        if not allowed or len(matches) >= limit:
            break
        _add_near(sought, index, cutoff, matches)
        matches.pop(word, None)
    return tuple(sorted(matches, key=lambda name: (*matches[name], name))[:limit])


def _add_near(
    sought: str, names: _KnownNames, cutoff: int, matches: dict[str, tuple[int, bool]]
) -> None:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    near = process.extract(
        sought, names.spellings, scorer=OSA.distance, score_cutoff=cutoff, limit=None
    )
    for spelling, distance, index in near:
        matches.setdefault(names.names[index], (int(distance), spelling[:1] != sought[:1]))


class _KnownNames(Struct, frozen=True):
    names: list[str]
    spellings: list[str]
    by_bare_word: dict[str, list[str]]


@lru_cache(maxsize=8)
def _known_names(candidates: frozenset[str]) -> _KnownNames:
    """Made once for the many names that are misspelt in one place."""
    names = sorted(candidates)
    by_bare_word: dict[str, list[str]] = {}
    for name in names:
        by_bare_word.setdefault(_normalize_word(name.casefold()), []).append(name)
    return _KnownNames(names, [name.casefold() for name in names], by_bare_word)


def edit_distance(first: str, second: str) -> int:
    """The number of letters to add, drop, change or swap with their neighbour."""
    from rapidfuzz.distance import OSA

    return OSA.distance(first, second)


@lru_cache(maxsize=4_096)
def is_within_distance(first: str, second: str, limit: int) -> bool:
    """Whether `edit_distance` is no more than `limit`; few words need the counting of it."""
    if abs(len(first) - len(second)) > limit:
        return False
    # An edit takes one letter out of either word at the most.
    letters = list(second)
    missing = 0
    for letter in first:
        if letter in letters:
            letters.remove(letter)
        else:
            missing += 1
    if max(missing, len(letters)) > limit:
        return False
    return edit_distance(first, second) <= limit


def is_slip(word: str, name: str) -> bool:
    """Whether `word` is `name` but for one slip of the pen, or for how its words are joined."""
    if _normalize_word(word.casefold()) == _normalize_word(name.casefold()):
        return True
    return len(word) > 3 and is_within_distance(word.casefold(), name.casefold(), 1)


def _allowed_distance(word: str) -> int:
    """A third of the letters; a name of one letter is near to nothing, a very long one neither."""
    if len(word) < 2 or len(word) > MAX_WORD_LENGTH:
        return 0
    return max(1, len(word) // 3)


def _normalize_word(word: str) -> str:
    """`startingoffsets`, however its words were joined: people write Spark's own `camelCase`."""
    return word.replace("_", "").replace("-", "").replace(".", "")
