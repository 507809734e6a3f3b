"""Streams: started together, watched together, and stopped when one of them fails."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
import logging

from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

_LOG = logging.getLogger("ssbt.runtime")


@dataclass(frozen=True)
class Stream:
    """A stream that can start: its name, and the folder in which it keeps its place.

    Without a folder it begins anew each time. `depends_on` has what of the query the checkpoint
    holds fast, each as `part: what it is`.
    """

    name: str
    writer: DataStreamWriter
    checkpoint: str | None = None
    depends_on: tuple[str, ...] = ()

    def started(self) -> StreamingQuery:
        """The running query, called as the stream."""
        writer = self.writer.queryName(self.name)
        if self.checkpoint is not None:
            writer = writer.option("checkpointLocation", self.checkpoint)
        return writer.start()


def run_streams(*streams: Stream) -> None:
    """Start all streams and wait until each has ended by itself.

    When one cannot start or fails, the others are stopped, and its error is raised.
    """
    running: list[tuple[Stream, StreamingQuery]] = []
    try:
        for stream in streams:
            running.append((stream, stream.started()))
            _LOG.info("stream %s has started", stream.name)
        _wait(running)
    finally:
        _stop(query for _, query in running)


def _wait(running: list[tuple[Stream, StreamingQuery]]) -> None:
    """Return when all have ended; raise the error of the first that is seen to have failed."""
    while running:
        active = []
        for stream, query in running:
            # Raises what the query died of.
            if query.awaitTermination(1):
                _LOG.info("stream %s has ended", stream.name)
            else:
                active.append((stream, query))
        running = active


def _stop(queries: Iterable[StreamingQuery]) -> None:
    for query in queries:
        with suppress(Exception):
            query.stop()
