"""Sources with dead letters: each record is read once and judged once, whatever happens between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
import json
import logging
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.streams.operation import OPERATION, Operation
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

GOOD = [f'{{"id": {number}, "amount": {number}.5}}' for number in range(6)]
BROKEN = ["{", '{"id": "x"}', '{"id": 9, "amount": "much"}']
SOURCE = """
schema Order {{ id: bigint, amount: {type} }}
stream source orders from kafka {{
  BROKERS
  subscribe        = "{topic}"
  starting_offsets = earliest
  value            = json
  schema           = Order
  metadata         = [offset, timestamp]
  on_error         = dead_letter
  commit_group     = "{topic}-watched"
  max_offsets_per_trigger = 9
}}
"""
DEAD = """
sink orders.dead_letter to {to} as dead {{
  trigger = available now
  {options}
}}
"""
TO_FILES = DEAD.format(to="json", options='path = "FOLDER/dead"')
ROWS = """
sink orders to parquet {
  trigger = available now
  path    = "FOLDER/rows"
}
"""
STATE = """
let counted =
  from orders
  |> watermark _timestamp delay 1 minute
  |> distinct
sink counted to parquet {
  trigger = available now
  path    = "FOLDER/counted"
}
"""


@pytest.fixture
def _no_restarts() -> Iterator[None]:
    token = OPERATION.set(Operation(max_restarts=0))
    yield
    OPERATION.reset(token)


def source(topic: str, type: str = "double") -> str:
    return SOURCE.format(topic=topic, type=type)


def rows(piped: Piped, folder: str = "rows") -> Counter[int]:
    read = piped.spark.read.parquet(f"{piped.folder}/{folder}")
    return Counter(row["_offset"] for row in read.collect())


def dead(piped: Piped) -> Counter[int]:
    result = piped.spark.read.json(f"{piped.folder}/dead", schema="offset bigint")
    return Counter(row.offset for row in result.collect())


def once(count: int) -> Counter[int]:
    return Counter(range(count))


def test_rows_and_dead_letters_are_of_one_query(
    spark: SparkSession, piped: Piped, topics: Topics, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two sinks of rows, one of them with state, and files of dead letters; then again."""
    topic = topics.new()
    for number in range(2):
        topics.send(topic, *GOOD, *BROKEN)
        piped(source(topic) + TO_FILES + ROWS + STATE)
        whole = once(9 * (number + 1))
        assert rows(piped) + dead(piped) == whole
        assert rows(piped, "counted") == rows(piped)
        assert len(dead(piped)) == 3 * (number + 1)
        assert topics.committed(f"{topic}-watched") == {(topic, 0): 9 * (number + 1)}
    folders = {each.name for each in (piped.folder / "checkpoints").iterdir()}
    assert folders == {"orders~2Erecords"}
    offsets = piped.folder / "checkpoints" / "orders~2Erecords" / "offsets"
    lines = max(offsets.glob("[0-9]*"), key=lambda each: int(each.name)).read_text().splitlines()
    # It is one source that is used twice: Spark writes its offsets twice, and keeps one log.
    assert len({line for line in lines if topic in line}) == 1
    assert [each.name for each in (offsets.parent / "sources").iterdir()] == ["0"]


def test_the_group_that_reads_is_told(piped: Piped, topics: Topics) -> None:
    """Spark's consumers are no members of the group that they name: it can be told, too."""
    topic = topics.new(2)
    text = source(topic)
    group = f'group_id = "{topic}-own"\n  commit_group = "{topic}-own"'
    text = text.replace(f'commit_group     = "{topic}-watched"', group)
    for number in range(2):
        topics.send(topic, *GOOD, *BROKEN, partition=0)
        piped(text + TO_FILES + ROWS)
        assert rows(piped) + dead(piped) == once(9 * (number + 1))
        assert topics.committed(f"{topic}-own")[topic, 0] == 9 * (number + 1)


@pytest.mark.usefixtures("_no_restarts")
def test_a_schema_is_corrected_while_dead_letters_fail(piped: Piped, topics: Topics) -> None:
    """Nothing of the batch was written but its verdicts, which hold."""
    topic, missing = topics.new(), "nowhere-" + topics.new()
    topics.send(topic, *GOOD, *BROKEN)
    failing = f"""
      BROKERS
      topic = "{missing}"
      max_block = 2 seconds
      value = bytes
      value_columns = value
      header_columns = [offset]
    """
    to_topic = DEAD.format(to="kafka", options=failing)
    with pytest.raises(Exception, match="not present in metadata"):
        piped(source(topic) + to_topic + ROWS)
    topics.make(missing)
    # By the new schema, the last of them is fit.
    piped(source(topic, "string") + to_topic + ROWS)
    topics.send(topic, BROKEN[2])
    piped(source(topic, "string") + to_topic + ROWS)
    letters = Counter(
        int(bytes(row["headers"][0]["value"]).decode()) for row in topics.rows(missing)
    )
    assert letters == Counter([6, 7, 8])
    assert rows(piped) + letters == once(10)


def test_a_sink_that_is_added_begins_where_the_others_are(piped: Piped, topics: Topics) -> None:
    """It has to be accepted; its folder can be read though it has none of the first batches."""
    topic = topics.new()
    for _ in range(2):
        topics.send(topic, *GOOD, *BROKEN)
        piped(source(topic) + TO_FILES + ROWS)
    more = ROWS.replace("parquet", "parquet as more").replace("rows", "more")
    with pytest.raises(CheckpointsRefusedError, match="is new: `output: more = parquet"):
        piped(source(topic) + TO_FILES + ROWS + more)
    topics.send(topic, *GOOD, *BROKEN)
    token = OPERATION.set(Operation(accepted=frozenset(["orders.records"])))
    try:
        piped(source(topic) + TO_FILES + ROWS + more)
    finally:
        OPERATION.reset(token)
    assert rows(piped) + dead(piped) == once(27)
    assert rows(piped, "more") == Counter(range(18, 24))


@pytest.mark.usefixtures("_no_restarts")
def test_a_stricter_schema_does_not_take_rows_back(piped: Piped, topics: Topics) -> None:
    """What was fit when a batch began may have been written: the version that began it ends it."""
    topic, missing = topics.new(), "nowhere-" + topics.new()
    topics.send(topic, *GOOD, *BROKEN)
    copy = f"""
sink orders to kafka as copy {{
  BROKERS
  topic     = "{missing}"
  max_block = 2 seconds
  value     = json
  trigger   = available now
}}
"""
    with pytest.raises(Exception, match="not present in metadata"):
        piped(source(topic, "string") + TO_FILES + ROWS + copy)
    topics.make(missing)
    with pytest.raises(Exception, match=r"offset 8 of partition 0 .* decoded when its batch began"):
        piped(source(topic) + TO_FILES + ROWS + copy)
    piped(source(topic, "string") + TO_FILES + ROWS + copy)
    assert dead(piped) == Counter([6, 7])
    assert rows(piped) + dead(piped) == once(9)
    assert {json.loads(value)["_offset"] for value in topics.values(missing)} == set(rows(piped))


def test_checkpoints_of_the_earlier_layout_are_refused(piped: Piped, topics: Topics) -> None:
    """With the places that they have come to; once they are said, all goes on."""
    topic = topics.new()
    topics.send(topic, *GOOD)
    earlier = source(topic).replace("on_error         = dead_letter", "")
    piped(earlier + ROWS.replace("parquet", "parquet as orders"))
    topics.send(topic, *BROKEN)
    with pytest.raises(CheckpointsRefusedError) as raised:
        piped(source(topic) + TO_FILES + ROWS)
    reported = "\n".join(raised.value.args)
    assert f'`orders` came to {{"{topic}":{{"0":6}}}}' in reported
    assert "Spark would silently skip" in reported
    name = frozenset(["orders.records"])
    token = OPERATION.set(Operation(accepted=name, kept=name))
    try:
        places = f'starting_offsets = {{ "{topic}-0" = 6 }}'
        piped(
            source(topic).replace("starting_offsets = earliest", places) + TO_FILES + ROWS,
        )
    finally:
        OPERATION.reset(token)
    assert rows(piped) + dead(piped) == once(9)


@pytest.mark.parametrize("mode", ["update", "complete"])
def test_a_result_that_changes_beside_dead_letters(piped: Piped, topics: Topics, mode: str) -> None:
    """Its state goes on over two batches; rows and dead letters are appended, as ever."""
    topic, target = topics.new(), topics.new()
    counts = f"""
let counted =
  from orders
  |> aggregate count(*) as n group by id
sink counted to kafka {{
  BROKERS
  topic   = "{target}"
  value   = json
  mode    = {mode}
  trigger = available now
}}
"""
    topics.send(topic, *GOOD[:2], GOOD[1], *BROKEN, GOOD[1], "{")
    of_six = source(topic).replace("per_trigger = 9", "per_trigger = 6")
    piped(of_six + TO_FILES + ROWS + counts)
    written = [(row["id"], row["n"]) for row in map(json.loads, topics.values(target))]
    assert sorted(written[:2]) == [(0, 1), (1, 2)]
    assert sorted(written[2:]) == ([(1, 3)] if mode == "update" else [(0, 1), (1, 3)])
    assert dead(piped) == Counter([3, 4, 5, 7])
    assert rows(piped) + dead(piped) == once(8)


def test_a_join_of_two_judged_sources(piped: Piped, topics: Topics) -> None:
    """One query for both, whose state joins a row of one batch with one of the next."""
    left, right = topics.new(), topics.new()
    topics.send(left, *GOOD[:2], "{", timestamp=1_000)
    topics.send(right, GOOD[0], BROKEN[1], GOOD[1], "", timestamp=1_000)
    both = source(left) + source(right).partition("}\n")[2].replace("orders", "others")
    text = f"""
{both}
let one = from orders |> watermark _timestamp delay 1 hour
let two = from others |> watermark _timestamp delay 1 hour
let joined =
  from one
  |> join two on one.id = two.id and two._timestamp between
       one._timestamp - interval 1 hour and one._timestamp + interval 1 hour
  |> select one._offset as _offset, two._offset as other
sink joined to parquet {{
  path    = "FOLDER/joined"
  trigger = available now
}}
sink others.dead_letter to json as dead_others {{
  path    = "FOLDER/dead_others"
  trigger = available now
}}
"""
    piped(text.replace("per_trigger = 9", "per_trigger = 2") + TO_FILES + ROWS)
    assert rows(piped, "joined") == Counter([0, 1])
    assert rows(piped) + dead(piped) == once(3)
    result = piped.spark.read.json(f"{piped.folder}/dead_others", schema="offset bigint")
    assert Counter(row.offset for row in result.collect()) == Counter([1, 3])
    folders = {each.name for each in (piped.folder / "checkpoints").iterdir()}
    assert folders == {"orders~2Bothers~2Erecords"}


def test_the_log_counts_what_becomes_of_records(
    piped: Piped, topics: Topics, caplog: pytest.LogCaptureFixture
) -> None:
    """Of each batch, with the lag of each partition; at the end of all."""
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    topic = topics.new()
    topics.send(topic, *GOOD, *BROKEN, *GOOD, *BROKEN)
    piped(source(topic) + TO_FILES + ROWS)
    batches = [record for record in caplog.records if "batch" in record.__dict__]
    reported = [(each.__dict__["rows_in"], each.__dict__["dead_letters"]) for each in batches]
    assert reported == [(9, 3), (9, 3)]
    assert batches[0].__dict__["lag"] == {f"{topic}-0": 9}
    assert "3 dead letters, " in batches[0].message
    assert f"lag 9 (9 in {topic}-0)" in batches[0].message
    assert "lag" not in batches[1].__dict__
    end = "stream orders.records has ended: 2 batches, 18 rows in, 6 dead letters"
    assert end in caplog.messages
    caplog.clear()
    dropped = source(topic).replace("dead_letter", "drop").replace("\n  commit_group", "\n  #")
    piped(dropped + ROWS.replace("rows", "dropped").replace("parquet", "parquet as kept"))
    assert [message for message in caplog.messages if "3 malformed records dropped" in message]
    (end,) = (text for text in caplog.messages if "has ended" in text)
    assert end.endswith("6 malformed dropped")
