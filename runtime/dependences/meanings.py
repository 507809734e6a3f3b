"""Parts that say the same in other words: `2 < v` and `v > 2`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

_FILTER = "where: "
# Between the conditions of one filter, before the values of parameters, and where there is nothing.
_BETWEEN, _VALUES, _NONE = "+", "|", "-"

# Parts that stand together, and how they are known again; None where nothing proves them equal.
_Group = tuple[tuple[str, ...], object]


def as_before(was: Sequence[str], now: Sequence[str], was_meant: str, now_meant: str) -> list[str]:
    """The parts of `now`, with the old text where one only says the same in other words.

    Neighbouring filters are one: their conditions may stand in one or in several, in any order.
    """
    old_words, words = was_meant.split(" "), now_meant.split(" ")
    # There are others where the value of a parameter has blanks in it.
    if len(old_words) != len(was) or len(words) != len(now):
        return list(now)
    before = {key: texts for texts, key in _groups(was, old_words) if key is not None}
    return [
        text
        for texts, key in _groups(now, words)
        for text in (before.get(key, texts) if key is not None else texts)
    ]


def _groups(parts: Sequence[str], meanings: Sequence[str]) -> Iterator[_Group]:
    pairs = zip(parts, meanings, strict=True)
    for is_filter, run in groupby(pairs, key=lambda pair: pair[0].startswith(_FILTER)):
        together = list(run)
        if is_filter:
            texts, meant = zip(*together, strict=True)
            yield tuple(texts), _conditions(meant)
            continue
        for text, meaning in together:
            kind = text.partition(": ")[0]
            yield (text,), (kind, meaning) if meaning != _NONE else None


def _conditions(meanings: Sequence[str]) -> object:
    """What several filters say together; None where one of them has no meaning."""
    if _NONE in meanings:
        return None
    split = [each.partition(_VALUES) for each in meanings]
    conditions = {one for each, _, _ in split for one in each.split(_BETWEEN)}
    return frozenset(conditions), tuple(sorted(values for _, _, values in split if values))
