"""Which failures are worth another try."""

from __future__ import annotations

import pytest

from ssbt.runtime.errors.retrying import passing_reason, retry_conflicts, waiting_seconds

STREAM = "[STREAM_FAILED] Query [id = 1] terminated with exception: "
PYTHON = "Traceback (most recent call last):\n  File sinks.py, line 3\n"

KAFKA = "org.apache.kafka.common.errors."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Caused by: java.net.ConnectException: Connection refused", "a server cannot be reached"),
        ("java.net.UnknownHostException: lake", "a server cannot be reached"),
        ("ExecutorLostFailure (executor 1 exited) Reason: node lost", "an executor was lost"),
        (
            "Caused by: org.apache.spark.shuffle.MetadataFetchFailedException: missing",
            "an executor was lost",
        ),
        (
            "io.delta.exceptions.ConcurrentAppendException: [DELTA_CONCURRENT_APPEND]",
            "another job wrote to the table at the same time",
        ),
        # JDBC within a function of foreach_batch: the driver raises, not the function.
        (
            f"{PYTHON}py4j.protocol.Py4JJavaError: o1.save.\n: java.sql.SQLTransientException: x",
            "the database is busy",
        ),
        (f"{PYTHON}ConnectionError: no route", None),
        (f"{PYTHON}requests.exceptions.ConnectTimeout: slow", None),
        ("[MALFORMED_RECORD_IN_PARSING] {java.net.ConnectException: in the data}", None),
        ("[CONCURRENT_STREAM_LOG_UPDATE] java.util.concurrent.TimeoutException", None),
        ("org.apache.spark.sql.AnalysisException: java.net.ConnectException: metastore", None),
        (
            f"{KAFKA}TimeoutException: Topic paid not present in metadata after 60000 ms.",
            "Kafka says that it passes",
        ),
        (
            f"{KAFKA}TimeoutException: Topic paid not present in metadata after 60000 ms.\n"
            f"Caused by: {KAFKA}UnknownTopicOrPartitionException: This server does not host it",
            None,
        ),
        (
            f"{KAFKA}TimeoutException: Partition 7 of topic paid with partition count 2 is not "
            "present in metadata after 60000 ms.",
            None,
        ),
        ("com.example.java.net.ConnectException: mine", None),
        ("java.lang.OutOfMemoryError", None),
    ],
)
def test_reason(text: str, reason: str | None) -> None:
    assert passing_reason(Exception(STREAM + text)) == reason


def test_waiting_grows_to_a_minute() -> None:
    assert 0.5 <= waiting_seconds(1) <= 1
    assert 4 <= waiting_seconds(4) <= 8
    assert 30 <= waiting_seconds(50) <= 60


@pytest.mark.parametrize(("conflicts", "limit", "tries"), [(0, 0, 1), (2, 2, 3), (3, 2, 3)])
def test_conflicts_are_tried_again(
    monkeypatch: pytest.MonkeyPatch, conflicts: int, limit: int, tries: int
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    tried = 0

    def run() -> None:
        nonlocal tried
        tried += 1
        if tried <= conflicts:
            raise RuntimeError("[DELTA_CONCURRENT_APPEND.WITHOUT_HINT] files were added")

    if conflicts > limit:
        with pytest.raises(RuntimeError, match="DELTA_CONCURRENT_APPEND"):
            retry_conflicts(run, limit, "lake/out")
    else:
        retry_conflicts(run, limit, "lake/out")
    assert tried == tries


def test_rows_that_were_lost_with_an_executor_are_made_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    def run() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise RuntimeError("[CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND] Checkpoint block rdd_7_0 not")

    tried: list[int] = []
    retry_conflicts(run, 1, "lake/out")
    assert len(tried) == 2
    assert "an executor is gone that had rows for lake/out: try 2 of 2" in caplog.text


def test_other_failures_are_not_tried_again() -> None:
    def run() -> None:
        tried.append(1)
        raise RuntimeError("[DIVIDE_BY_ZERO] no")

    tried: list[int] = []
    with pytest.raises(RuntimeError, match="DIVIDE_BY_ZERO"):
        retry_conflicts(run, 5, "lake/out")
    assert tried == [1]
