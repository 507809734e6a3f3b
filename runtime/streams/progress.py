"""What a batch of a stream did, in one line."""

import logging
from typing import Any

from pyspark.sql.streaming.query import StreamingQuery

_LOG = logging.getLogger("ssbt.runtime")


class ProgressLog:
    """Logs each batch of a query once; a batch without rows is passed over in silence."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._last = -1

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
                self._tell(progress)
        return str(last["sink"]["description"])

    def _tell(self, progress: Any) -> None:
        fields = batch_fields(progress)
        if not fields["rows_in"] and not fields.get("rows_out"):
            return
        texts = (text.format(fields[name]) for name, text in _TEXTS.items() if fields.get(name))
        _LOG.info(
            "stream %s: batch %s: %s",
            *(self._stream, fields["batch"], ", ".join(texts)),
            extra={"stream": self._stream, **fields},
        )


_TEXTS = {
    "rows_in": "{:,} rows in",
    "rows_out": "{:,} rows out",
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
