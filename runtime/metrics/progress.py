"""What a batch of a stream did, in one line."""

from ast import literal_eval
from collections.abc import Callable, Mapping
from contextlib import suppress
import json
import logging
from typing import Any

from pyspark.sql.streaming.query import StreamingQuery

from ssbt.runtime.records.decoding import MALFORMED

_LOG = logging.getLogger("ssbt.runtime")


class ProgressLog:
    """Logs each batch of a query once; a batch without rows is passed over silently.

    `counts` has what became of the records of a batch, if it is known; `done` is called with the
    last batch that is done.
    """

    def __init__(
        self,
        stream: str,
        counts: Callable[[int], Mapping[str, int] | None] = lambda batch: None,
        done: Callable[[Any], None] | None = None,
    ) -> None:
        self._stream, self._counts, self._done = stream, counts, done
        self._last = -1
        self.total = {"batches": 0, "rows in": 0}

    def tell(self, query: StreamingQuery) -> str | None:
        """Log the batches that have ended since the last call, of which Spark keeps a hundred.

        Returns how Spark describes the sink, None if there was no such batch.
        """
        last = query.lastProgress
        if last is None or last["batchId"] <= self._last:
            return None
        for progress in query.recentProgress:
            if progress["batchId"] > self._last:
                self._last = progress["batchId"]
                self._log_batch(progress)
        if self._done:
            self._done(last)
        return str(last["sink"]["description"])

    def _log_batch(self, progress: Any) -> None:
        fields = batch_fields(progress) | malformed_fields(progress)
        lag = partition_lag(progress)
        if counts := self._counts(fields["batch"]):
            # Of a query that reads the records twice, Spark counts them twice.
            fields |= {"rows_in": counts["records"], "dead_letters": counts["malformed"]}
        if fields["rows_in"]:
            self.total["batches"] += 1
        for name in ("rows_in", *_TOTALS):
            if count := fields.get(name):
                label = name.replace("_", " ")
                self.total[label] = self.total.get(label, 0) + count
        if not fields["rows_in"] and not fields.get("rows_out"):
            return
        texts = [text.format(fields[name]) for name, text in _TEXTS.items() if fields.get(name)]
        if lag:
            fields["lag"] = lag
            texts.append(lag_text(lag))
        _LOG.info(
            "stream %s: batch %s: %s",
            *(self._stream, fields["batch"], ", ".join(texts)),
            extra={"stream": self._stream, **fields},
        )


_MAX_PARTITIONS = 3
# What totals have besides the rows, where there are any.
_TOTALS = ("rows_out", "dead_letters", "malformed_dropped")
_TEXTS = {
    "rows_in": "{:,} rows in",
    "rows_out": "{:,} rows out",
    "dead_letters": "{:,} dead letters",
    "malformed_dropped": "{:,} malformed records dropped",
    "rows_per_second": "{:,.0f} rows/s",
    "state_rows": "{:,} rows of state",
    "late_rows_dropped": "{:,} late rows dropped",
    "watermark": "watermark {}",
    "seconds": "{} s",
}


def batch_fields(progress: Any) -> dict[str, Any]:
    """What a progress says, under our names; what Spark does not know is left out."""
    operators = progress["stateOperators"]
    # Over Spark Connect a progress has no sums of its own.
    rows = sum(source["numInputRows"] for source in progress["sources"])
    milliseconds = progress["durationMs"].get("triggerExecution", 0)
    fields = {
        "batch": progress["batchId"],
        "rows_in": rows,
        "rows_out": progress["sink"]["numOutputRows"],
        "rows_per_second": round(1000 * rows / milliseconds, 1) if milliseconds else None,
        "state_rows": sum(each["numRowsTotal"] for each in operators) if operators else None,
        "late_rows_dropped": sum(each["numRowsDroppedByWatermark"] for each in operators),
        "watermark": progress["eventTime"].get("watermark"),
        "seconds": round(milliseconds / 1000, 1),
    }
    # Spark says -1 for a sink that does not count, and 1970 before the first event.
    unknown = {"rows_out": -1, "watermark": "1970-01-01T00:00:00.000Z", "late_rows_dropped": 0}
    return {k: v for k, v in fields.items() if v is not None and unknown.get(k) != v}


def malformed_fields(progress: Any) -> dict[str, int]:
    """How many malformed records a batch has left out, as `decoded` counts them."""
    metrics = progress["observedMetrics"] or {}
    counts = (row["malformed"] for name, row in metrics.items() if name.startswith(MALFORMED))
    return {"malformed_dropped": count} if (count := sum(counts)) else {}


def offsets(text: Any) -> dict[str, dict[str, int]]:
    """The places of partitions, by topic, of an offset of Kafka's; nothing for another source."""
    # PySpark makes a text of the object that Spark tells, and by Python's rules, not JSON's.
    for parse in (json.loads, literal_eval):
        with suppress(ValueError, TypeError, SyntaxError, AttributeError):
            parsed = parse(text) if isinstance(text, str) else text
            if all(isinstance(each, dict) for each in parsed.values()):
                return dict(parsed)
    return {}


def partition_lag(progress: Any) -> dict[str, int]:
    """How many records each partition has behind what was read of it; none that has none."""
    lags = {}
    for source in progress["sources"]:
        read, latest = offsets(source["endOffset"]), offsets(source["latestOffset"])
        for topic, partitions in latest.items():
            for partition, end in partitions.items():
                lag = int(end) - int(read.get(topic, {}).get(partition, end))
                if lag > 0:
                    lags[f"{topic}-{partition}"] = lag
    return lags


def lag_text(lag: Mapping[str, int]) -> str:
    """All that is still to be read, and where most of it is."""
    largest = sorted(lag.items(), key=lambda each: -each[1])[:_MAX_PARTITIONS]
    suffix = ", …" if len(lag) > _MAX_PARTITIONS else ""
    parts = ", ".join(f"{count:,} in {name}" for name, count in largest)
    return f"lag {sum(lag.values()):,} ({parts}{suffix})"
