"""Did you mean …: the known names that a misspelt one is near to.

rapidfuzz is imported where there is a mistake to pay for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORD_LENGTH = 100


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was most likely meant to be, if one is near enough.

    The answer depends on the set of candidates alone, not on their order.
    """
    return next(iter(near_matches(word, candidates, limit=1)), None)


def near_matches(word: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` candidates near to `word`, the nearest first; `word` itself is none of them.

    How near is a matter of `edit_distance`.
    """
    sought = word.casefold()
    names = sorted(set(candidates) - {word})
    spellings = [name.casefold() for name in names]
    bare = _normalize_word(sought)
    matches: dict[str, tuple[int, bool]] = {
        name: (0, spelling != sought)
        for name, spelling in zip(names, spellings, strict=True)
        if _normalize_word(spelling) == bare
    }
    if allowed := _allowed_distance(sought):
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(
            sought, spellings, scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        for spelling, distance, index in near:
            matches.setdefault(names[index], (int(distance), spelling[:1] != sought[:1]))
    return tuple(sorted(matches, key=lambda name: (*matches[name], name))[:limit])


def edit_distance(first: str, second: str) -> int:
    """The number of letters to add, drop, change or swap with their neighbour."""
    from rapidfuzz.distance import OSA

    return OSA.distance(first, second)


def is_slip(word: str, name: str) -> bool:
    """Whether `word` is `name` but for one slip of the pen, or for how its words are joined."""
    if _normalize_word(word.casefold()) == _normalize_word(name.casefold()):
        return True
    return len(word) > 3 and edit_distance(word.casefold(), name.casefold()) == 1


def _allowed_distance(word: str) -> int:
    """A third of the letters; a name of one letter is near to nothing, a very long one neither."""
    if len(word) < 2 or len(word) > MAX_WORD_LENGTH:
        return 0
    return max(1, len(word) // 3)


def _normalize_word(word: str) -> str:
    """`startingoffsets`, however its words were joined: people write Spark's own `camelCase`."""
    return word.replace("_", "").replace("-", "").replace(".", "")
