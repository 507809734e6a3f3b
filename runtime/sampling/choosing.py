"""Which rows of the sources: few, but enough for the dataset to have some."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from ssbt.runtime.expectations.frames import quoted
from ssbt.runtime.sampling.wishes import Wanted, Wish

_PLACE = "place of the row"
# How many rows of each source are looked at, and how many if nothing comes of those.
_LOOKED_AT = (10_000, 1_000_000)
# Rather more rows than are wished for than an empty result.
_MOST = 10
Frames = Mapping[str, DataFrame]


class Chooser:
    """Chooses rows of sources; `read` gives a source, `made` the dataset made from sources."""

    def __init__(
        self, wish: Wish, read: Callable[[Wanted], DataFrame], made: Callable[[Frames], DataFrame]
    ) -> None:
        self._wish, self._read, self._made = wish, read, made

    def rows(self) -> dict[str, DataFrame]:
        """The chosen rows of each source.

        One source after the other is cut down as long as the dataset has rows and no column of it
        loses its last value; of the next, those come first that share keys with those chosen.
        """
        parts, wanted = self._first()
        keys: set[str] = set()
        for source in self._wish.sources:
            part = _ranked(parts[source.name], source.keys, keys)
            parts[source.name] = self._cut(source.name, part, parts, wanted)
            keys |= _values(parts[source.name], source.keys)
        return {name: part.drop(_PLACE) for name, part in parts.items()}

    def _first(self) -> tuple[dict[str, DataFrame], frozenset[str]]:
        """The rows that are looked at, and what the dataset has when it is made from them."""
        for most in _LOOKED_AT:
            parts = {each.name: _numbered(self._read(each), most) for each in self._wish.sources}
            wanted = self._found(parts)
            if wanted:
                break
        return parts, wanted

    def _cut(self, name: str, part: DataFrame, parts: Frames, wanted: frozenset[str]) -> DataFrame:
        few = self._wish.rows
        low, high = 0, part.count()
        while high - low > few and wanted:
            middle = (low + high) // 2
            for one, other in ((low, low + few), (low, middle), (middle, high)):
                if wanted <= self._found({**parts, name: _between(part, one, other)}):
                    low, high = one, other
                    break
            else:
                break
        if not wanted or high - low > few * _MOST:
            low, high = 0, few
        return _between(part, low, high).localCheckpoint()

    def _found(self, parts: Frames) -> frozenset[str]:
        """The columns of the dataset that have a value in some row; also "" if there are rows."""
        frame = self._made({name: part.drop(_PLACE) for name, part in parts.items()})
        if frame.isStreaming:
            return frozenset()
        has = [F.max(frame[quoted(name)].isNotNull()).alias(name) for name in frame.columns]
        row = frame.agg(F.count(F.lit(1)).alias(_PLACE), *has).collect()[0]
        return frozenset(["", *_having(frame.columns, row[1:])] if row[0] else [])


def _having(names: Sequence[str], has: Sequence[Any]) -> list[str]:
    return [name for name, each in zip(names, has, strict=True) if each]


def _numbered(frame: DataFrame, most: int) -> DataFrame:
    """The first rows, each with its place."""
    first = frame.limit(most).coalesce(1)
    return first.withColumn(_PLACE, F.monotonically_increasing_id()).localCheckpoint()


def _ranked(part: DataFrame, keys: Sequence[str], values: set[str]) -> DataFrame:
    """The rows with other places: those first that have more of the values in their keys."""
    if not values or not keys:
        return part
    known = [F.coalesce(_text(part, key).isin(values), F.lit(False)) for key in keys]
    matches = sum((each.cast("int") for each in known), F.lit(0))
    order = Window.orderBy(matches.desc(), F.col(_PLACE))
    return part.withColumn(_PLACE, F.row_number().over(order) - 1).localCheckpoint()


def _values(part: DataFrame, keys: Sequence[str]) -> set[str]:
    rows = part.select(*(_text(part, key) for key in keys)).collect() if keys else []
    return {value for row in rows for value in row if value is not None}


def _text(part: DataFrame, key: str) -> Any:
    return part[quoted(key)].cast("string")


def _between(part: DataFrame, low: int, high: int) -> DataFrame:
    return part.where((F.col(_PLACE) >= low) & (F.col(_PLACE) < high))
