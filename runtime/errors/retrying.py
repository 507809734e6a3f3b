"""Which failures of a stream are transient, and how long to wait before it is tried again."""

from collections.abc import Callable
import logging
import random
import re
import time

from pyspark.errors import AnalysisException

# On Spark 4.1.1 a batch that `available now` runs again is done, and then its metrics fail.
_METRICS = r"org\.apache\.spark\.sql\.kafka010\.KafkaMicroBatchStream\$\.metrics"
# What Spark, its connectors and the JVM call them, and why another try makes sense.
_PASSING = {
    r"java\.net\.(Connect|Socket|SocketTimeout|NoRouteToHost|UnknownHost)Exception": (
        "a server cannot be reached"
    ),
    r"java\.net\.http\.Http(Connect)?TimeoutException": "a server does not answer in time",
    r"java\.util\.concurrent\.TimeoutException": "something does not answer in time",
    r"java\.nio\.channels\.ClosedChannelException": "a connection was closed",
    r"org\.apache\.http\.(conn\.\w+|NoHttpResponse)Exception": "a server cannot be reached",
    r"java\.sql\.SQL(Transient\w*|Recoverable|Timeout)Exception": "the database is busy",
    r"org\.apache\.kafka\.common\.errors\.(Timeout|Disconnect|Network|Retriable|NotLeaderOrFollower"
    r"|LeaderNotAvailable|NotEnoughReplicas|CoordinatorNotAvailable|NotCoordinator)Exception": (
        "Kafka says that it passes"
    ),
    _METRICS: "Spark's Kafka source fails once when it goes on with a batch",
    r"org\.apache\.hadoop\.ipc\.(Retriable|Standby)Exception": "the name node is not ready",
    r"org\.apache\.hadoop\.hdfs\.server\.namenode\.SafeModeException": "the name node is not ready",
    r"org\.apache\.hadoop\.fs\.s3a\.AWS(ServiceThrottled|Status500|ServiceIO|NoResponse|ClientIO"
    r"|ApiCallTimeout)Exception": "the object store is busy",
    r"ExecutorLostFailure|org\.apache\.spark\.shuffle\.\w*FetchFailedException": (
        "an executor was lost"
    ),
    r"io\.delta\.exceptions\.Concurrent\w+Exception|\[DELTA_CONCURRENT_\w+": (
        "another job wrote to the table at the same time"
    ),
    r"org\.apache\.iceberg\.exceptions\.CommitFailedException": (
        "another job wrote to the table at the same time"
    ),
    r"StatusCode\.(UNAVAILABLE|DEADLINE_EXCEEDED)": "the Spark Connect server does not answer",
}
# Whatever else such an error says: the next try would meet it again.
_LASTING = re.compile(
    r"\[(MALFORMED_RECORD|CANNOT_PARSE|FAILED_EXECUTE_UDF|CAST_|DIVIDE_BY_ZERO"
    r"|CONCURRENT_STREAM_LOG_UPDATE|STATE_STORE_|UNRESOLVED_|TABLE_OR_VIEW_)"
    # Kafka waits a minute for a topic or partition that is not there, and calls that a timeout.
    r"|not present in metadata after [\s\S]*UnknownTopicOrPartitionException"
    r"|Partition \d+ of topic \S+ with partition count \d+ is not present"
    r"|org\.apache\.spark\.sql\.(catalyst\.)?(\w+\.)?(Analysis|Parse)Exception"
)
_LOG = logging.getLogger("ssbt.runtime")
_CONFLICT = (
    r"(?<![\w.])io\.delta\.exceptions\.(Concurrent\w+|MetadataChanged|ProtocolChanged)Exception"
    r"|\[DELTA_(CONCURRENT|METADATA_CHANGED|PROTOCOL_CHANGED)\w*"
    r"|(?<![\w.])org\.apache\.iceberg\.exceptions\.(CommitFailedException"
    r"|ValidationException: (Found (new )?conflicting|Missing required files|Cannot commit))"
)
# A local checkpoint is gone with the executor that had it.
_LOST = r"\[CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND"
_FIRST_SECONDS, _LONGEST_SECONDS = 1.0, 60.0


def passing_reason(error: BaseException) -> str | None:
    """Why `error` may have passed when tried again; None if it will not have, or nobody knows.

    A Python exception of the user's own is never one of these: only what Spark and its
    connectors raise in the JVM is known by name.
    """
    text = _full_text(error)
    if isinstance(error, AnalysisException) or _LASTING.search(text):
        return None
    reasons = (reason for name, reason in _PASSING.items() if re.search(rf"(?<![\w.]){name}", text))
    return next(reasons, None)


def fails_behind_batch(error: BaseException) -> bool:
    """Whether `error` came when the batch was written and committed: nothing has to be repeated."""
    return re.search(_METRICS, _full_text(error)) is not None


def _full_text(error: BaseException) -> str:
    """The message with the JVM's stack trace, where the causes are named."""
    traces = [getattr(error, name, None) for name in ("_stackTrace", "_stacktrace")]
    return "\n".join([str(error), *(text for text in traces if isinstance(text, str))])


def retry_conflicts(run: Callable[[], None], limit: int, what: str) -> None:
    """Call `run`, and again, up to `limit` times, if another job wrote at the same time.

    For what may be run again as a whole: nothing of a try that met a conflict is in the table. So
    is a try that lost rows with an executor.
    """
    for attempt in range(limit + 1):
        try:
            run()
            return
        except Exception as error:
            text = _full_text(error)
            is_lost = re.search(_LOST, text) is not None
            if attempt == limit or not (is_lost or re.search(_CONFLICT, text)):
                raise
            seconds = round(waiting_seconds(attempt + 1), 1)
            happened = f"another job wrote to {what} at the same time"
            if is_lost:
                happened = f"an executor is gone that had rows for {what}"
            _LOG.warning("%s: try %d of %d in %s s", happened, attempt + 2, limit + 1, seconds)
            time.sleep(seconds)


def waiting_seconds(restart: int) -> float:
    """How long to wait before a restart, the first being 1: longer each time, never equal."""
    longest: float = min(_FIRST_SECONDS * 2 ** (restart - 1), _LONGEST_SECONDS)
    return longest * random.SystemRandom().uniform(0.5, 1.0)
