"""Which rows of the sources: few, but enough for the dataset to have some."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from ssbt.runtime.expectations.frames import quote_name
from ssbt.runtime.sampling.plans import SamplingPlan, SourceRequest

_PLACE = "place of the row"
# How many rows of each source are looked at, and how many if nothing comes of those.
_SAMPLE_LIMITS = (10_000, 1_000_000)
# Rather more rows than are wished for than an empty result.
_MAX_FACTOR = 10
Frames = Mapping[str, DataFrame]


class Chooser:
    """Chooses rows of sources; `read` gives a source, `make` the dataset made from sources."""

    def __init__(
        self,
        plan: SamplingPlan,
        read: Callable[[SourceRequest], DataFrame],
        make: Callable[[Frames], DataFrame],
    ) -> None:
        self._plan, self._read, self._make = plan, read, make

    def rows(self) -> dict[str, DataFrame]:
        """The chosen rows of each source.

        One source after the other is cut down as long as the dataset has rows and no column of it
        loses its last value; of the next, those come first that share keys with those chosen.
        """
        parts, goal = self._choose_first()
        keys: set[str] = set()
        for source in self._plan.sources:
            part = _rank_rows(parts[source.name], source.keys, keys)
            parts[source.name] = self._shrink(source.name, part, parts, goal)
            keys |= _key_values(parts[source.name], source.keys)
        return {name: part.drop(_PLACE) for name, part in parts.items()}

    def _choose_first(self) -> tuple[dict[str, DataFrame], frozenset[str]]:
        """The rows that are looked at, and what the dataset has when it is made from them."""
        for limit in _SAMPLE_LIMITS:
            parts = {
                each.name: _number_rows(self._read(each), limit) for each in self._plan.sources
            }
            goal = self._columns_with_values(parts)
            if goal:
                break
        return parts, goal

    def _shrink(self, name: str, part: DataFrame, parts: Frames, goal: frozenset[str]) -> DataFrame:
        minimum = self._plan.rows
        low, high = 0, part.count()
        while high - low > minimum and goal:
            middle = (low + high) // 2
            for start, end in ((low, low + minimum), (low, middle), (middle, high)):
                if goal <= self._columns_with_values({**parts, name: _between(part, start, end)}):
                    low, high = start, end
                    break
            else:
                break
        if not goal or high - low > minimum * _MAX_FACTOR:
            low, high = 0, minimum
        return _between(part, low, high).localCheckpoint()

    def _columns_with_values(self, parts: Frames) -> frozenset[str]:
        """The columns of the dataset that have a value in some row; also "" if there are rows."""
        frame = self._make({name: part.drop(_PLACE) for name, part in parts.items()})
        if frame.isStreaming:
            return frozenset()
        value_flags = [
            F.max(frame[quote_name(name)].isNotNull()).alias(name) for name in frame.columns
        ]
        row = frame.agg(F.count(F.lit(1)).alias(_PLACE), *value_flags).collect()[0]
        return frozenset(["", *_names_with_values(frame.columns, row[1:])] if row[0] else [])


def _names_with_values(names: Sequence[str], value_flags: Sequence[Any]) -> list[str]:
    return [name for name, each in zip(names, value_flags, strict=True) if each]


def _number_rows(frame: DataFrame, limit: int) -> DataFrame:
    """The first rows, each with its place."""
    first = frame.limit(limit).coalesce(1)
    return first.withColumn(_PLACE, F.monotonically_increasing_id()).localCheckpoint()


def _rank_rows(part: DataFrame, keys: Sequence[str], values: set[str]) -> DataFrame:
    """The rows with other places: those first that have more of the values in their keys."""
    if not values or not keys:
        return part
    key_matches = [F.coalesce(_key_text(part, key).isin(values), F.lit(False)) for key in keys]
    matches = sum((each.cast("int") for each in key_matches), F.lit(0))
    order = Window.orderBy(matches.desc(), F.col(_PLACE))
    return part.withColumn(_PLACE, F.row_number().over(order) - 1).localCheckpoint()


def _key_values(part: DataFrame, keys: Sequence[str]) -> set[str]:
    rows = part.select(*(_key_text(part, key) for key in keys)).collect() if keys else []
    return {value for row in rows for value in row if value is not None}


def _key_text(part: DataFrame, key: str) -> Any:
    return part[quote_name(key)].cast("string")


def _between(part: DataFrame, low: int, high: int) -> DataFrame:
    return part.where((F.col(_PLACE) >= low) & (F.col(_PLACE) < high))
