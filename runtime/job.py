"""A run of a pipeline, as its functions see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
import logging
from threading import Thread
from typing import Generic, TypeVar

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F  # noqa: N812

P = TypeVar("P")


@dataclass
class Written:
    """What a sink wrote; `observation` counts its rows."""

    sink: str
    observation: Observation

    def rows(self, timeout: float = 5.0) -> int | None:
        """The number of rows, once the write is done; None when Spark does not tell.

        `Observation.get` waits for ever for a write that Spark made nothing of, so it waits in a
        thread that may be left behind.
        """
        found: list[int] = []
        thread = Thread(target=self._observe, args=[found], daemon=True)
        thread.start()
        thread.join(timeout)
        return found[0] if found else None

    def _observe(self, found: list[int]) -> None:
        try:
            found += [value for value in self.observation.get.values() if isinstance(value, int)]
        except Exception:
            logging.getLogger("ssbt.runtime").debug("no row count of %s", self.sink, exc_info=True)


@dataclass
class Job(Generic[P]):
    """What a generated function may use: the session, the parameters, a logger.

    To test one function alone, `Job(spark, Params())` is enough.
    """

    spark: SparkSession
    params: P
    name: str = "job"
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("ssbt.job"))
    written: list[Written] = field(default_factory=list)

    def counted(self, df: DataFrame, sink: str) -> DataFrame:
        """`df` for one write by `sink`, which counts the rows on their way and joins the summary.

        A stream passes unchanged.
        """
        if df.isStreaming:
            return df
        observation = Observation()
        self.written.append(Written(sink, observation))
        return df.observe(observation, F.count(F.lit(1)).alias("rows"))


def summary(written: Sequence[Written]) -> str:
    """`wrote paid (1,204 rows), refunds`."""
    parts = [
        f"{item.sink} ({rows:,} rows)" if (rows := item.rows()) is not None else item.sink
        for item in written
    ]
    return f"wrote {', '.join(parts)}" if parts else "wrote nothing"
