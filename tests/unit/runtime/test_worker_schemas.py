"""How often a worker asks a registry for a schema, and what it says in between."""

from __future__ import annotations

from dataclasses import replace
import time

import pytest

from ssbt.runtime.formats import worker_schemas
from ssbt.runtime.formats.worker_schemas import schema_on_worker
from ssbt.runtime.registries.frames import MISSING_SECONDS, WriterSchemas
from ssbt.runtime.registries.registry import Registry, UnreachableError


class Clock:
    """The time, and what a registry has then; an exception where it does not answer."""

    def __init__(self) -> None:
        self.now, self.requests = 1000.0, 0
        self.answer: tuple[str, str] | Exception | None = None

    def schema(self, registry: Registry, id: int, *, patient: bool) -> tuple[str, str] | None:
        self.requests += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(Registry, "schema", lambda *args, **more: clock.schema(*args, **more))
    monkeypatch.setattr(worker_schemas, "_ANSWERS", {})
    monkeypatch.setattr(worker_schemas, "_SILENT_UNTIL", {})
    return clock


KNOWN = WriterSchemas(Registry("http://registry"), {}, 0)
DRIVEN = replace(KNOWN, missing=frozenset({6, 7}))
SCHEMA = ("AVRO", "{}")


def test_an_id_that_is_missing_is_asked_for_again_after_a_while(clock: Clock) -> None:
    assert [schema_on_worker(KNOWN, 5) for _ in range(100)] == [None] * 100
    assert clock.requests == 1
    clock.answer = SCHEMA
    clock.now += MISSING_SECONDS - 1
    assert schema_on_worker(KNOWN, 5) is None
    clock.now += 2
    assert schema_on_worker(KNOWN, 5) == SCHEMA
    clock.answer, clock.now = None, clock.now + 1e6
    assert schema_on_worker(KNOWN, 5) == SCHEMA
    assert clock.requests == 2
    assert MISSING_SECONDS <= 60


def test_a_registry_that_does_not_answer_is_no_verdict(clock: Clock) -> None:
    """But on what the driver has found missing, and it is not asked for each record."""
    clock.answer = UnreachableError("down")
    with pytest.raises(ValueError, match="schema 5 of http://registry is new to this query"):
        schema_on_worker(KNOWN, 5)
    clock.requests = 0
    assert [schema_on_worker(DRIVEN, id) for id in (6, 7, 6, 7)] == [None] * 4
    assert clock.requests == 1
    clock.answer, clock.now = SCHEMA, clock.now + MISSING_SECONDS + 1
    assert schema_on_worker(DRIVEN, 6) == SCHEMA
    clock.answer = UnreachableError("down")
    assert schema_on_worker(DRIVEN, 7) is None
    assert schema_on_worker(DRIVEN, 6) == SCHEMA
