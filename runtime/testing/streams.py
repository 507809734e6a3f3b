"""Streams of a test: files as their source, one micro-batch after the other."""

from collections.abc import Mapping
import json
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from ssbt.runtime.expectations.comparing import collect_rows


class _BatchStoppedError(Exception):
    """A batch must not run, or not yet."""


class Source:
    """A stream whose micro-batches are written as files."""

    def __init__(self, folder: Path, batches: Mapping[int, DataFrame]) -> None:
        folder.mkdir()
        self._folder, self._batches = str(folder), batches

    def put(self, number: int) -> None:
        """Write a micro-batch, if the test gives one; one without rows is a batch as well."""
        if number in self._batches:
            self._batches[number].coalesce(1).write.mode("append").parquet(self._folder)

    def frame(self, spark: SparkSession) -> DataFrame:
        """The stream."""
        first = next(iter(self._batches.values()))
        return spark.readStream.schema(first.schema).parquet(self._folder)


class Query:
    """A stream that is run to its end after each micro-batch, from one checkpoint.

    `max_batches` is how many batches one may need: those without data that follow it tell
    what a watermark has closed. A processor with timers of the wall's clock would have them
    without end.
    """

    def __init__(self, frame: DataFrame, mode: str, max_batches: int, folder: Path) -> None:
        self.frame, self._mode, self._folder, self._max_batches = frame, mode, folder, max_batches
        self._rows: list[list[Row]] = []

    def advance(self, frame: DataFrame, time_ms: int | None) -> None:
        """Run what has come since on the frame as it is now, at the time given or the machine's."""
        self.frame = frame
        run = _Advance(self._folder, self._max_batches, time_ms)
        while not run.is_over:
            writer = self.frame.writeStream.outputMode(self._mode).trigger(availableNow=True)
            writer = writer.option("checkpointLocation", str(self._folder))
            run.follow(writer.foreachBatch(run.take).start())
        if self._mode == "complete":
            self._rows.append(run.batches[-1] if run.batches else [])
        else:
            self._rows.append([row for rows in run.batches for row in rows])

    def every_row(self) -> list[Row]:
        """What all micro-batches have written, again and again in complete mode."""
        return [row for rows in self._rows for row in rows]

    def rows(self, after: int | None) -> list[Row]:
        """What the micro-batch with a number has written, or all of them.

        In complete mode each writes the whole result.
        """
        if after is not None:
            return self._rows[after - 1]
        if self._mode == "complete":
            return self._rows[-1]
        return self.every_row()


class _Advance:
    """A query on its way to the end; `batches` are the rows of its batches so far.

    Spark takes the time of a batch from the log of planned ones: a batch is planned, stopped before
    it computes anything, given its time in the log, and started again.
    """

    def __init__(self, folder: Path, max_batches: int, time_ms: int | None) -> None:
        self._log, self._max_batches, self._time_ms = folder / "offsets", max_batches, time_ms
        self._timed_batches: set[int] = set()
        self._stopped: int | None = None
        self.batches: list[list[Row]] = []
        self.is_over = False

    def take(self, rows: DataFrame, number: int) -> None:
        """Collect the rows of a batch, unless it is one too many or waits for its time."""
        is_untimed = self._time_ms is not None and number not in self._timed_batches
        if len(self.batches) == self._max_batches or is_untimed:
            self._stopped = number
            raise _BatchStoppedError
        self.batches.append(collect_rows(rows))

    def follow(self, query: StreamingQuery) -> None:
        """Wait until the query ends; where `take` has stopped it, see to its log."""
        self._stopped = None
        try:
            query.awaitTermination()
        except Exception:
            if self._stopped is None:
                raise
        if self._stopped is None:
            self.is_over = True
        elif len(self.batches) == self._max_batches:
            self.is_over = True
            self._offset_file(self._stopped).unlink()
        else:
            self._set_time(self._stopped)

    def _set_time(self, number: int) -> None:
        file = self._offset_file(number)
        version, metadata, *offsets = file.read_text(encoding="utf-8").split("\n")
        new_metadata = {**json.loads(metadata), "batchTimestampMs": self._time_ms}
        file.write_text("\n".join([version, json.dumps(new_metadata), *offsets]), encoding="utf-8")
        self._timed_batches.add(number)

    def _offset_file(self, number: int) -> Path:
        """The planned batch in the log, without the sum that would tell of a change."""
        (self._log / f".{number}.crc").unlink(missing_ok=True)
        return self._log / str(number)
