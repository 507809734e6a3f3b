"""What a stream goes on with after an error that is no failure of it."""

from __future__ import annotations

import logging
from typing import Any, cast

import pytest

from ssbt.runtime.planning import streams
from ssbt.runtime.planning.streams import Continuation
from ssbt.runtime.registries import frames
from ssbt.runtime.registries.frames import NEW
from ssbt.runtime.registries.registry import Registry, UnreachableError
from ssbt.runtime.streams.streaming import Stream

URL = "http://registry"
STRAY = Exception(f"[USER_RAISED_EXCEPTION] {NEW.format(id=5, url=URL)} SQLSTATE: P0001")
METRICS = Exception(
    "java.lang.NullPointerException: x\n\tat org.apache.spark.sql.kafka010."
    "KafkaMicroBatchStream$.metrics(KafkaMicroBatchStream.scala:520)"
)
PLANNED = cast(Any, object())


@pytest.fixture
def schemas(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[str, str]]:
    """What the registry has; a stream is planned again as `PLANNED`."""
    schemas_by_id: dict[int, tuple[str, str]] = {}
    learned = {URL: frames._LearnedSchemas(Registry(URL))}
    monkeypatch.setattr(frames, "_LEARNED_SCHEMAS", learned)
    monkeypatch.setattr(Registry, "schema", lambda self, id: schemas_by_id.get(id))
    monkeypatch.setattr(streams, "plan_stream", lambda name: PLANNED)
    return schemas_by_id


@pytest.fixture
def previous() -> Stream:
    return Stream("orders", cast(Any, None))


def test_a_batch_that_is_done_is_in_the_log(
    previous: Stream, caplog: pytest.LogCaptureFixture
) -> None:
    """Spark fails after it and tells no progress; twice without a batch between is a failure."""
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    continuation = Continuation()
    for _ in range(2):
        caplog.clear()
        assert continuation.stream(METRICS, previous) is previous
        assert caplog.messages == ["stream orders has done the batch that it had begun, uncounted"]
        assert continuation.stream(METRICS, previous) is None
        continuation.note_batch()
    assert continuation.stream(Exception("[DIVIDE_BY_ZERO]"), previous) is None


def test_an_id_is_learned_as_missing_and_then_as_there(
    previous: Stream, schemas: dict[int, tuple[str, str]]
) -> None:
    continuation = Continuation()
    assert continuation.stream(STRAY, previous) is PLANNED
    schemas[5] = "AVRO", "{}"
    assert continuation.stream(STRAY, previous) is PLANNED
    # The plan knows it, and asks all the same: that is a mistake of ours, and no reason to go on.
    assert continuation.stream(STRAY, previous) is None


@pytest.mark.usefixtures("schemas")
def test_a_registry_that_answers_a_worker_otherwise(previous: Stream) -> None:
    """One of several servers does not have it yet: that may pass."""
    continuation = Continuation()
    assert continuation.stream(STRAY, previous) is PLANNED
    with pytest.raises(UnreachableError, match="a worker was given schema 5"):
        continuation.stream(STRAY, previous)


@pytest.mark.usefixtures("schemas")
def test_each_stream_learns_for_itself(previous: Stream) -> None:
    first, second = Continuation(), Continuation()
    assert first.stream(STRAY, previous) is second.stream(STRAY, previous) is PLANNED
