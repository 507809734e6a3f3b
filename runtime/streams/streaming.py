"""Streams: started together, watched together, tried again, and stopped in order."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
import logging
import time

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from ssbt.runtime.brokers.topics import Topics, find_topics
from ssbt.runtime.checkpoints.comparing import Checkpoint, admit_checkpoints
from ssbt.runtime.checkpoints.damage import WAY_OUT
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError, Leases
from ssbt.runtime.dependences.changes import with_values
from ssbt.runtime.errors.causes import find_cause
from ssbt.runtime.errors.retrying import passing_reason, waiting_seconds
from ssbt.runtime.failures.telling import note_stream
from ssbt.runtime.files.stores import Files, NotWrittenError
from ssbt.runtime.metrics.groups import GroupCommits
from ssbt.runtime.metrics.progress import ProgressLog
from ssbt.runtime.outputs.keeping import keep_outputs
from ssbt.runtime.planning.streams import Continuation, is_collecting
from ssbt.runtime.providers.secrets import find_rotated_secrets
from ssbt.runtime.registries.registry import UnreachableError
from ssbt.runtime.streams.operation import KEEP, OPERATION, Operation, call_before_streams
from ssbt.runtime.streams.stopping import LastBatch, StopRequest, stop_at_once

_LOG = logging.getLogger("ssbt.runtime")
_LOOK_SECONDS, _FINISH_LOOK_SECONDS = 0.5, 0.2
# Whether a query has ended: soon after it has started, and then less often.
_END_LOOK_SECONDS, _LONGEST_END_LOOK_SECONDS = 0.005, 0.05
# A stream that has run so long without a failure has all its restarts again.
_HEALTHY_SECONDS = 600.0


class GaveUpError(Exception):
    """A stream failed, for the cause given, more often than it may be tried again."""


@dataclass(frozen=True)
class Stream:
    """A stream that can start: its name, and the folder in which it keeps its place.

    Without a folder it always starts from scratch. `depends_on` lists what the checkpoint fixes of
    the query, each as `part: what it is`, and `meanings` has the same in canonical form, a word for
    each: a part of which only the text differs has not changed. `output` is the folder of a file
    sink. A stream with several sinks `writes` them, each with its folder if it has one; `counts`
    has what became of the records of its batches. `table` is the name of the table that it writes.
    """

    name: str
    writer: DataStreamWriter
    checkpoint: str | None = None
    depends_on: tuple[str, ...] = ()
    meanings: str = ""
    output: str | None = None
    writes: Mapping[str, str | None] = field(default_factory=dict)
    counts: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    table: str | None = None

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of its file sinks."""
        return tuple(filter(None, (self.output, *self.writes.values())))

    def start_query(self) -> StreamingQuery:
        """The running query, called as the stream."""
        writer = self.writer.queryName(self.name)
        if self.checkpoint is not None:
            writer = writer.option("checkpointLocation", self.checkpoint)
        return writer.start() if self.table is None else writer.toTable(self.table)


def run_streams(*streams: Stream) -> None:
    """Start all streams and wait until each has ended by itself.

    A stream with a transient failure is started again. When one fails for good, or a signal asks to
    stop, the others finish the batch that runs. Raises `CheckpointsRefusedError` before any stream
    starts, what a stream failed of, `GaveUpError`, and for a signal what `stop_at_once` raises.
    """
    if is_collecting(*streams):
        return
    call_before_streams()
    operation, spark = OPERATION.get(), SparkSession.builder.getOrCreate()
    files = Files(spark) if hasattr(spark, "_jsparkSession") else None
    runs = [_StreamRun(stream, operation, files, spark) for stream in streams]
    with StopRequest() as stop, ExitStack() as stack:
        if files:
            leases = stack.enter_context(Leases(files, operation.pipeline, stop.because_of))
            _admit_checkpoints(
                [run.kept_checkpoint for run in runs if run.kept_checkpoint], leases, operation
            )
            for run in runs:
                run.keep_output(operation)
        elif operation.kept:
            raise CheckpointsRefusedError(f"{KEEP} needs the driver's JVM, not Spark Connect")
        else:
            if multi_sink_streams := [stream.name for stream in streams if stream.writes]:
                raise CheckpointsRefusedError(
                    f"stream `{multi_sink_streams[0]}` writes rows and dead letters in one pass,"
                    " for which it needs the driver's JVM, not Spark Connect\n"
                    "Start the script by `spark-submit` on the cluster; or, over Spark Connect, let"
                    " the source say `on_error = fail` or `drop`, or read it as a batch"
                )
            _LOG.warning("over Spark Connect checkpoints are neither compared nor held")
        _watch(runs, stop)
        if stop.number is not None:
            stop_at_once(stop.number)


def _admit_checkpoints(
    checkpoints: Sequence[Checkpoint], leases: Leases, operation: Operation
) -> None:
    """Hold the checkpoints; an error about the files of one names its stream."""
    try:
        admit_checkpoints(checkpoints, leases, operation)
    except NotWrittenError as error:
        for each in checkpoints:
            if error.path.startswith(f"{each.folder}/"):
                note_stream(error, each.name)
        raise


def _watch(runs: Sequence["_StreamRun"], stop: StopRequest) -> None:
    """Return when all have ended, or have been stopped because of a signal."""
    try:
        while stop.number is None and sum(run.poll() for run in runs):
            _wait_for_change(runs, stop)
            if stop.error:
                raise stop.error
        if stop.number is not None:
            _LOG.info("told to stop: the running batches are finished, a second signal cuts off")
    finally:
        # Whoever has taken a checkpoint over must not find two at work.
        ending = [
            (run, batch) for run in runs if (batch := run.last_batch(cut_off=bool(stop.error)))
        ]
        while ending:
            time.sleep(_FINISH_LOOK_SECONDS)
            ending = [(run, batch) for run, batch in ending if not run.has_finished(batch)]
        for run in runs:
            if run.topics:
                run.topics.close()


def _wait_for_change(runs: Sequence["_StreamRun"], stop: StopRequest) -> None:
    """Wait for the next look, which comes at once when a query has ended."""
    due, seconds = time.monotonic() + _LOOK_SECONDS, _END_LOOK_SECONDS
    while time.monotonic() < due and not any(run.is_over() for run in runs):
        if stop.event.wait(seconds):
            return
        seconds = min(2 * seconds, _LONGEST_END_LOOK_SECONDS)


class _StreamRun:
    """A stream, the query that it is now, and how often that was started again."""

    def __init__(
        self, stream: Stream, operation: Operation, files: Files | None, spark: SparkSession
    ) -> None:
        self.kept_checkpoint: Checkpoint | None = None
        self.topics: Topics | None = None
        if files and stream.checkpoint is not None:
            parts = with_values(stream.depends_on, lambda name: spark.conf.get(name, None))
            identity = stream.name, stream.checkpoint, operation.pipeline, parts
            self.topics = find_topics(stream.writer, stream.name, stream.checkpoint, files)
            sinks = stream.folders, tuple(stream.writes)
            self.kept_checkpoint = Checkpoint(
                files, *identity, spark.version, *sinks, self.topics, stream.meanings
            )
        self._stream, self._limit = stream, operation.max_restarts
        self._query: StreamingQuery | None = None
        self._restarts, self._due, self._since = 0, 0.0, 0.0
        self._continuation = Continuation()
        self._group = GroupCommits(stream.name, stream.writer)
        self._progress = ProgressLog(
            stream.name, lambda batch: self._stream.counts.get(batch), self._group.commit
        )
        self._ended = False

    def keep_output(self, operation: Operation) -> None:
        """Let a stream that starts from scratch keep what its folder has, if that is wanted."""
        stream, checkpoint = self._stream, self.kept_checkpoint
        is_wanted = stream.name in operation.kept
        if is_wanted and checkpoint and checkpoint.outputs and checkpoint.begins_anew:
            try:
                each_output = {each: checkpoint.partitions(each) for each in checkpoint.outputs}
                keep_outputs(each_output, stream.name, checkpoint.folder, stream.writer)
                folders = ", ".join(each.folder for each in checkpoint.outputs)
                checkpoint.record(accepted=[f"it begins behind what {folders} has"])
            except Exception as error:
                note_stream(error, stream.name)
                raise

    def poll(self) -> bool:
        """Whether it goes on; starts it if that is due, tells its progress, raises its failure."""
        try:
            if self._ended or (self._query is None and time.monotonic() < self._due):
                return not self._ended
            if self._query is None:
                self._query, self._since = self._stream.start_query(), time.monotonic()
                _LOG.info("stream %s has started", self._stream.name)
            active = self._query.isActive
            self._log_progress(self._query)
            if (
                active
                and self.kept_checkpoint
                and self.topics
                and (problems := self.topics.problems_now())
            ):
                raise CheckpointsRefusedError(*map(self.kept_checkpoint.describe, problems))
            if not active:
                self._query.awaitTermination()
                self._log_total("ended")
                self._ended = True
        except Exception as error:
            self._handle_failure(error)
        return not self._ended

    def is_over(self) -> bool:
        """Whether its query has ended, and nobody has looked at it since."""
        with suppress(Exception):
            return self._query is not None and not self._ended and not self._query.isActive
        return True

    def last_batch(self, *, cut_off: bool) -> LastBatch | None:
        """Begin no other batch, and `cut_off` the one that runs; None if nothing runs."""
        with suppress(Exception):
            if self._query and self._query.isActive:
                if not cut_off:
                    return LastBatch(self._query)
                self._query.stop()
        return None

    def has_finished(self, batch: LastBatch) -> bool:
        """Whether the query has ended, which is reported."""
        with suppress(Exception):
            if not batch.is_over():
                return False
            if self._query:
                self._log_progress(self._query)
        self._log_total("stopped")
        return True

    def _log_total(self, verb: str) -> None:
        self._group.close()
        total = self._progress.total
        text = ", ".join(f"{count:,} {name}" for name, count in total.items())
        fields = {"stream": self._stream.name, **{n.replace(" ", "_"): c for n, c in total.items()}}
        _LOG.info("stream %s has %s: %s", self._stream.name, verb, text, extra=fields)

    def _log_progress(self, query: StreamingQuery) -> None:
        # Neither a log nor a store that does not answer is a reason to stop.
        try:
            if sink := self._progress.tell(query):
                self._continuation.note_batch()
            if self.kept_checkpoint and sink:
                self.kept_checkpoint.record(sink=sink)
            self._group.catch_up()
        except Exception:
            _LOG.debug("no progress of stream %s", self._stream.name, exc_info=True)

    def _handle_failure(self, error: Exception) -> None:
        """Plan another start, or raise."""
        name, reason = self._stream.name, passing_reason(error)
        note_stream(error, name)
        try:
            if replanned := self._continuation.stream(error, self._stream):
                self._stream, self._query = replanned, None
                return
        except UnreachableError as unreachable:
            unreachable.__cause__, error = error, unreachable
            note_stream(error, name)
            reason = "the schema registry does not answer"
        if reason is None:
            damage = ""
            if self.kept_checkpoint and "CANNOT_LOAD_STATE_STORE" in str(error):
                damage = f": {self.kept_checkpoint.folder}/state is damaged; {WAY_OUT}"
            _LOG.error("stream %s has failed%s", name, damage)
            raise error
        if time.monotonic() - self._since > _HEALTHY_SECONDS:
            self._restarts = 0
        if rotated := find_rotated_secrets():
            raise GaveUpError(
                f"stream {name} needs a new start of the job: {', '.join(rotated)} was rotated"
            ) from error
        if self._restarts >= self._limit:
            raise GaveUpError(f"stream {name} was started again {self._restarts} times") from error
        self._restarts += 1
        seconds = round(waiting_seconds(self._restarts), 1)
        self._query, self._due = None, time.monotonic() + seconds
        _LOG.warning(
            "stream %s failed for a transient reason (%s): restart %s of %s in %s s",
            *(name, reason, self._restarts, self._limit, seconds),
            extra={"stream": name, "restart": self._restarts, "error": find_cause(error).message},
        )
