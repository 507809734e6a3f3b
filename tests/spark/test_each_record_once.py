"""Records that come between two writes, before a start or with a new schema: each is in one output.

That is a row or a dead letter; what is written to a topic at least once may be there twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from ssbt.runtime import Job
from ssbt.runtime.entry import _run_pipeline
from ssbt.runtime.errors.helping import find_help
from ssbt.runtime.streams.operation import OPERATION, Operation
from tests.registries import Registry
from tests.spark.piping import Piped
from tests.spark.test_registry_ids import OLD, framed
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

GOOD = [f'{{"id": {number}}}' for number in range(4)]
BROKEN = ["{", '{"id": "x"}']
SOURCE = """
schema Order {{ id: bigint }}
{stream} source orders from kafka {{
  BROKERS
  subscribe = "{topic}"
  value     = json
  schema    = Order
  metadata  = [offset]
  on_error  = dead_letter
  {options}
}}
"""
STREAMED = "trigger = available now"
ROWS = """
sink orders to parquet {{
  path = "FOLDER/rows"
  {trigger}
}}
"""
DEAD_FILES = """
sink orders.dead_letter to parquet as dead {{
  path = "FOLDER/dead"
  {trigger}
}}
"""
DEAD_TOPIC = """
sink orders.dead_letter to kafka as dead {{
  BROKERS
  topic            = "{dead}"
  value            = bytes
  value_columns    = value
  header_columns   = [offset]
  {options}
  trigger          = available now
}}
"""


@pytest.fixture
def _no_restarts() -> Iterator[None]:
    token = OPERATION.set(Operation(max_restarts=0))
    yield
    OPERATION.reset(token)


def offsets(piped: Piped, folder: str, column: str) -> Counter[int]:
    read = piped.spark.read.parquet(f"{piped.folder}/{folder}")
    return Counter(row[column] for row in read.select(column).collect())


@pytest.mark.usefixtures("_no_restarts")
def test_latest_beside_dead_letters(piped: Piped, topics: Topics) -> None:
    """All that comes after the first start, also where dead letters fail once, and only that."""
    topic, dead = topics.new(), "nowhere-" + topics.new()
    text = SOURCE.format(stream="stream", topic=topic, options="starting_offsets = latest")
    text += ROWS.format(trigger=STREAMED)
    text += DEAD_TOPIC.format(dead=dead, options="max_block = 2 seconds")
    topics.send(topic, GOOD[0], BROKEN[0])
    piped(text)
    topics.send(topic, GOOD[1], BROKEN[1], BROKEN[0])
    with pytest.raises(Exception, match="not present in metadata"):
        piped(text)
    topics.make(dead)
    topics.send(topic, GOOD[2], BROKEN[0])
    piped(text)
    letters = Counter(int(bytes(row["headers"][0]["value"])) for row in topics.rows(dead))
    assert offsets(piped, "rows", "_offset") + letters == Counter(range(2, 7))
    assert letters == Counter([3, 4, 6])


def test_a_dead_letter_that_no_request_holds(piped: Piped, topics: Topics) -> None:
    """The job stops, and says which options let it pass; then nothing is lost."""
    topic, dead = topics.new(), topics.new()
    topics.send(topic, GOOD[0], "{" + "x" * 20_000, GOOD[1])
    text = SOURCE.format(stream="stream", topic=topic, options="starting_offsets = earliest")
    text += ROWS.format(trigger=STREAMED)
    text += DEAD_TOPIC.format(dead=dead, options="max_request_size = 10 kb")
    with pytest.raises(Exception, match="RecordTooLargeException") as failed:
        piped(text)
    trace = f"{failed.value}\n{failed.value.__cause__}"
    assert "`max_request_size`" in str(find_help(trace))
    assert topics.rows(dead) == []
    piped(text.replace("10 kb", "1 mb"))
    assert [len(bytes(row["value"])) for row in topics.rows(dead)] == [20_001]
    assert offsets(piped, "rows", "_offset") == Counter([0, 2])


def test_a_record_that_comes_between_the_writers_of_a_batch(
    piped: Piped, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write what was read once; what comes later is in neither."""
    topic = topics.new()
    topics.send(topic, *GOOD, *BROKEN)
    text = SOURCE.format(stream="", topic=topic, options="")
    module: Any = piped.module(text + ROWS.format(trigger="") + DEAD_FILES.format(trigger=""))
    for name in ("write_orders", "write_dead"):
        monkeypatch.setattr(module, name, sending_after(getattr(module, name), topics, topic))
    module.run(Job(piped.spark, None))
    rows, dead = offsets(piped, "rows", "_offset"), offsets(piped, "dead", "offset")
    assert rows + dead == Counter(range(6))
    assert len(topics.rows(topic)) == 10


def sending_after(write: Any, topics: Topics, topic: str) -> Any:
    def write_and_send(*arguments: object) -> None:
        write(*arguments)
        topics.send(topic, GOOD[0], BROKEN[0])

    return write_and_send


FRAMED = """
connection main: schema_registry {{ url = "{url}" }}
schema Order from avro {{ schema = '''{schema}''' }}
stream source orders from kafka {{
  BROKERS
  subscribe        = "{topic}"
  starting_offsets = earliest
  value            = avro {{ registry = main, subject = "{subject}" }}
  schema           = Order
  metadata         = [offset]
  {options}
}}
sink orders to kafka as copy {{
  BROKERS
  topic   = "{target}"
  value   = json
  trigger = available now
}}
"""


@pytest.mark.parametrize("options", ["on_error = dead_letter", "on_error = drop", ""])
def test_a_topic_that_is_written_when_a_schema_is_new(
    spark: SparkSession, piped: Piped, topics: Topics, registry: Registry, options: str
) -> None:
    """Its batch is judged first where there are dead letters; else what it has written is twice.

    The schema is of another subject, so that no plan has it from the start.
    """
    topic, target, subject = topics.new(), topics.new(), f"s-{uuid4().hex[:8]}"
    existing = registry.register(subject, OLD)
    newer = {**OLD, "doc": subject}
    other = registry.register(f"{subject}-other", newer)
    first = [framed(spark, existing, OLD, f"{number}L as id") for number in range(30)]
    topics.send(topic, *first, framed(spark, other, newer, "30L as id"))
    names = {"topic": topic, "target": target, "subject": subject, "url": registry.url}
    text = FRAMED.format(schema=json.dumps(OLD), options=options, **names)
    is_judged = "dead_letter" in options
    module = piped.module(
        text.replace("'''", '"""') + is_judged * DEAD_FILES.format(trigger=STREAMED)
    )
    _run_pipeline(Job(spark, None), module.run)
    written = Counter(json.loads(value)["_offset"] for value in topics.values(target))
    assert set(written) == set(range(31))
    if is_judged:
        assert set(written.values()) == {1}
    assert written[30] == 1


MASKED = """
schema Key { user: tinyint @pii, shop: tinyint }
schema Order { id: bigint, pin: smallint @pii, who: struct<mail: date> @pii, day: date }
source orders from kafka {
  BROKERS
  subscribe  = "TOPIC"
  value      = json
  schema     = Order
  key        = json
  key_schema = Key
  on_error   = MODE
}
"""
HOSTILE = {
    '{"pin": "4711-secret"}': "`pin` holds no SMALLINT",
    '{"pin": 47110815}': "`pin` holds no SMALLINT",
    '{"who": {"mail": "secret@x"}}': "`who.mail` holds no DATE",
    '{"day": "tomorrow"}': "`day` is tomorrow, which is no DATE",
}


def test_dead_letters_do_not_tell_what_is_tagged(piped: Piped, topics: Topics) -> None:
    """In JSON, in keys and values; nor does the error of a job that stops."""
    topic = topics.new()
    topics.send(topic, *HOSTILE)
    topics.send(topic, "{}", key='{"user": "4711-secret"}')
    topics.send(topic, "{}", key='{"shop": "4712"}')
    text = MASKED.replace("TOPIC", topic)
    allowed = "sink orders to noop { allow = [pii] }\n"
    dead = (
        'sink orders.dead_letter to parquet as dead {\n  path = "FOLDER/dead"\n  allow = [pii]\n}\n'
    )
    piped(text.replace("MODE", "dead_letter") + allowed + dead)
    read = piped.spark.read.parquet(f"{piped.folder}/dead").orderBy("offset")
    errors = [row["error"] for row in read.collect()]
    endings = [*HOSTILE.values(), "`user` holds no TINYINT", "`shop` is 4712, which is no TINYINT"]
    assert [error.partition(": ")[2] for error in errors] == endings
    with pytest.raises(Exception, match="`pin` holds no SMALLINT") as failed:
        piped(text.replace("MODE", "fail") + allowed)
    assert "4711" not in f"{failed.value}"
