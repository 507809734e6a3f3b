"""What the options of a Kafka source and sink do, on a real broker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.check.topics import find_pattern_problem
from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import Mode, RoleSpecification
from ssbt.compiler.ir.topics import matches_pattern
from ssbt.runtime import Job
from tests.samples import sample
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LATEST = "starting_offsets_by_timestamp_strategy = latest"

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def letters(topics: Topics) -> str:
    """A topic with a to d in its first partition, and x and y in its second, a minute apart."""
    topic = topics.new(2)
    for partition, text in enumerate(("abcd", "xy")):
        for minute, letter in enumerate(text):
            topics.send(topic, letter, partition=partition, timestamp=60_000 * minute)
    return topic


def texts(piped: Piped, options: str) -> str:
    rows = piped.source(f"{options}\n value = string").collect()
    return "".join(sorted(row.value for row in rows))


def iso(minute: int) -> str:
    return datetime.fromtimestamp(60 * minute, UTC).isoformat()


def test_where_to_begin_and_where_to_end(piped: Piped, topics: Topics, letters: str) -> None:
    """Each line of options, and what is read with it."""
    other = topics.new()
    topics.send(other, "z")
    some = f'subscribe = "{letters}"\n'
    first, second = f'"{letters}-0"', f'"{letters}-1"'

    def by_time(*minutes: int) -> str:
        return ", ".join(f'"{letters}-{n}" = "{iso(minute)}"' for n, minute in enumerate(minutes))

    expected = {
        some: "abcdxy",
        f'subscribe = ["{letters}", "{other}"]': "abcdxyz",
        f'subscribe_pattern = "{letters}|{other}"': "abcdxyz",
        f'assign {{ "{letters}" = [1] }}': "xy",
        f"{some} starting_offsets {{ {first} = 2, {second} = earliest }}": "cdxy",
        f"{some} ending_offsets {{ {first} = 1, {second} = latest }}": "axy",
        f'{some} starting_timestamp = "{iso(1)}"': "bcdy",
        f'{some} ending_timestamp = "{iso(1)}"': "ax",
        f"{some} starting_offsets_by_timestamp {{ {by_time(3, 0)} }}": "dxy",
        f"{some} ending_offsets_by_timestamp {{ {by_time(3, 1)} }}": "abcx",
        f'{some} starting_timestamp = "{iso(3)}"\n {LATEST}': "d",
    }
    assert {options: texts(piped, options) for options in expected} == expected
    with pytest.raises(Exception, match="No offset matched"):
        texts(piped, f'{some} starting_timestamp = "{iso(3)}"')


def test_tasks(piped: Piped, letters: str) -> None:
    options = f'subscribe = "{letters}"\n value = string\n'
    assert piped.source(options + "min_partitions = 4").rdd.getNumPartitions() >= 4
    named = piped.source(options + 'group_id_prefix = "etl"')
    assert named.count() == 6


def test_transactions(piped: Piped, topics: Topics) -> None:
    topic = topics.new()
    topics.send_aborted(topic, "gone")
    topics.send(topic, "kept")
    options = f'subscribe = "{topic}"\n'
    assert texts(piped, options) == "gonekept"
    assert texts(piped, options + "isolation_level = read_committed") == "kept"


def test_rate_limits(spark: SparkSession, piped: Piped, topics: Topics) -> None:
    topic = topics.new()
    topics.send(topic, *"abcdefg")
    piped(f"""
stream source s from kafka {{
  BROKERS
  subscribe               = "{topic}"
  starting_offsets        = earliest
  max_offsets_per_trigger = 3
  min_offsets_per_trigger = 1
  max_trigger_delay       = 1 second
  value                   = string
}}
sink s to parquet {{
  path    = "FOLDER/out"
  trigger = available now
}}
""")
    log = piped.folder / "checkpoints" / "s" / "offsets"
    assert sorted(path.name for path in log.iterdir() if path.name.isdigit()) == ["0", "1", "2"]
    assert spark.read.parquet(f"{piped.folder}/out").count() == 7


NUMBERS = [0, 1, -1, 2**31 - 1, -(2**31)]
LONG_NUMBERS = [*NUMBERS, 2**63 - 1, -(2**63)]


@pytest.mark.parametrize(
    ("name", "code", "numbers"), [("int", ">i", NUMBERS), ("bigint", ">q", LONG_NUMBERS)]
)
def test_numbers(name: str, code: str, numbers: list[int], piped: Piped, topics: Topics) -> None:
    """As Kafka's own serializers write them, in both directions."""
    source, target = topics.new(), topics.new()
    packed = [struct.pack(code, number) for number in numbers]
    topics.send(source, *packed)
    text = f"""
source s from kafka {{
  BROKERS
  subscribe = "{source}"
  value     = {name}
}}
sink s to kafka {{
  BROKERS
  topic = "{target}"
  value = {name}
}}
"""
    piped(text)
    assert [bytes(row["value"]) for row in topics.rows(target)] == packed
    frame = piped.source(f'subscribe = "{source}"\n value = {name}')
    assert [row.value for row in frame.collect()] == numbers
    topics.send(source, packed[0][1:])
    with pytest.raises(Exception, match=f"its value is no {len(packed[0])} bytes"):
        frame.collect()


def test_csv(piped: Piped, topics: Topics) -> None:
    source, target = topics.new(), topics.new()
    good = ['1;"a;b"', "2;"]
    topics.send(source, *good, "3", "x;c", "4;d;e", "")
    declared = "schema S { id: int, name: string }\n"
    text = f"""
source s from kafka {{
  BROKERS
  subscribe = "{source}"
  value     = csv {{ sep = ";" }}
  schema    = S
  on_error  = dead_letter
}}
sink s to kafka {{
  BROKERS
  topic = "{target}"
  value = csv {{ sep = ";" }}
}}
sink s.dead_letter to parquet {{ path = "FOLDER/dead" }}
"""
    piped(declared + text)
    # An empty line is one without values.
    assert sorted(topics.values(target)) == [*good, ";"]
    dead = piped.spark.read.parquet(f"{piped.folder}/dead").collect()
    assert sorted(bytes(row.value) for row in dead) == [b"3", b"4;d;e", b"x;c"]


def test_everything_of_a_record(piped: Piped, topics: Topics) -> None:
    """Key and metadata become columns, and columns topic, partition and headers."""
    source, first, second = topics.new(2), topics.new(2), topics.new(2)
    topics.send(
        source, "1", key='{"k": 7}', partition=1, headers={"trace": b"abc"}, timestamp=60_000
    )
    topics.send(source, "2", key=None, partition=0, timestamp=0)
    frame_options = f"""
  subscribe  = "{source}"
  value      = string
  key        = json
  key_schema = K
  metadata   = [topic, partition, offset, timestamp, headers]
"""
    text = f"""
schema K {{ k: int }}
source s from kafka {{
  BROKERS
{frame_options}
}}
let placed =
  from s
  |> select *, if(value = '1', '{first}', '{second}') as target, _partition as shard
sink placed to kafka {{
  BROKERS
  topic_column     = target
  partition_column = shard
  value            = json
  value_columns    = [value, _key]
  header_columns   = [_headers, _offset, shard]
  event_id         = [_topic, _partition, _offset]
  compression      = lz4
  linger           = 5 ms
  acks             = all
  idempotence      = true
  delivery_timeout = 1 minute
}}
"""
    piped(text)
    (one,), (two,) = topics.rows(first), topics.rows(second)
    assert (one["partition"], bytes(one["value"])) == (1, b'{"value":"1","_key":{"k":7}}')
    assert (two["partition"], bytes(two["value"])) == (0, b'{"value":"2"}')
    assert list(headers(one))[:3] == ["trace", "_offset", "shard"]
    assert headers(one) | {"event_id": b""} == {
        "trace": b"abc",
        "_offset": b"0",
        "shard": b"1",
        "event_id": b"",
    }
    assert len({headers(row)["event_id"] for row in (one, two)}) == 2
    assert len(headers(one)["event_id"]) == 64


def headers(row: Any) -> dict[str, bytes]:
    return {header["key"]: bytes(header["value"]) for header in row["headers"]}


CLIENTS = {
    "consumer": "org.apache.kafka.clients.consumer.ConsumerConfig",
    "producer": "org.apache.kafka.clients.producer.ProducerConfig",
}


def refused(role: RoleSpecification | None, mode: Mode) -> set[str]:
    assert role
    named = (each.keys for each in role.refused if mode in each.modes)
    return {key for keys in named for key in keys}


def refusal(call: Callable[..., object], *arguments: str) -> str:
    """What Spark says of a key before anything runs."""
    try:
        call(*arguments)
    except Exception as error:
        return str(error)
    return ""


def test_raw_refuses_what_spark_refuses(spark: SparkSession, topics: Topics) -> None:
    """All keys of Kafka's clients, and those of Spark that are for batches alone."""
    session: Any = spark
    existing = find_connector("kafka")
    assert existing
    keys = {
        kind: {f"kafka.{name}" for name in getattr(session._jvm, of).configNames()}
        for kind, of in CLIENTS.items()
    }
    address = {"kafka.bootstrap.servers": topics.broker.address}
    nothing = spark.createDataFrame([], "value string, topic string")

    def read(key: str, value: str = "1") -> object:
        options = {**address, "subscribe": "t", key: value}
        return spark.read.format("kafka").options(**options).load()

    def stream(key: str, value: str = "1") -> object:
        options = {**address, "subscribe": "t", key: value}
        return spark.readStream.format("kafka").options(**options).load()

    def write(key: str) -> None:
        nothing.write.format("kafka").options(**{**address, key: "1"}).save()

    own = {"endingOffsets": "latest", "endingTimestamp": "1"}
    own["endingOffsetsByTimestamp"] = '{"t": {"0": 1}}'
    for role, mode, call, probed_keys in (
        (existing.source, Mode.BATCH, read, keys["consumer"]),
        (existing.source, Mode.STREAM, stream, keys["consumer"]),
        (existing.sink, Mode.BATCH, write, keys["producer"]),
    ):
        known_keys = refused(role, mode)
        probed_keys = known_keys & probed_keys | {
            *sample(sorted(probed_keys - {"kafka.bootstrap.servers"}), 5)
        }
        results = {key for key in probed_keys if "not supported" in refusal(call, key)}
        if mode is Mode.STREAM:
            results |= {key for key, value in own.items() if refusal(call, key, value)}
        # That one Spark skips silently.
        ignored = {"endingTimestamp"} if mode is Mode.STREAM else set()
        # That one Spark takes, and Kafka refuses whatever its producers send then.
        late = {"kafka.transactional.id"} if role is existing.sink else set()
        assert results | ignored | late == known_keys


PATTERNS = [
    "*-orders",
    "+a",
    "[a",
    "a(b",
    "a)b",
    "a\\",
    "a-.*",
    "a|b",
    r"\Q(\E",
    "[a&&[^b]]",
    "a++",
]


def test_patterns_that_java_does_not_take(spark: SparkSession) -> None:
    session: Any = spark
    pattern = session._jvm.java.util.regex.Pattern.compile
    for text in PATTERNS:
        assert bool(find_pattern_problem(text)) == bool(refusal(pattern, text)), text


def test_keys_without_kafkas_prefix_do_nothing(spark: SparkSession, topics: Topics) -> None:
    """What the clients of Kafka would refuse does not reach them, in a source and in a sink."""
    reader = spark.read.format("kafka").option("kafka.bootstrap.servers", topics.broker.address)
    topic = topics.new()
    topics.send(topic, "a")
    options = {"fetch.max.bytes": "none", "auto.offset.reset": "never", "acks": "many"}
    assert reader.options(**options, subscribe=topic).load().count() == 1
    wrong = {f"kafka.{key}": value for key, value in options.items() if "fetch" in key}
    assert refusal(reader.options(**wrong, subscribe=topic).load().count)
    writer = spark.createDataFrame([("b",)], "value string").write.format("kafka")
    brokers = {"kafka.bootstrap.servers": topics.broker.address, "topic": topic}
    writer.options(**brokers, **options).save()
    assert refusal(writer.options(**brokers, **{"kafka.acks": "many"}).save)


NAMES = ["orders", "a-orders", "a-", "a", "b", "a-b.c", "aa", "[", "Orders"]


def test_which_topics_a_pattern_means(spark: SparkSession) -> None:
    """As Java says, or not said at all."""
    session: Any = spark
    pattern = session._jvm.java.util.regex.Pattern
    more = [
        "orders",
        ".*",
        "a-.*",
        "[^a].*",
        "(?i)ORDERS",
        r"\w+",
        r"a\p{Punct}",
        "a{1,2}",
        ".rders$",
    ]
    for text in (*PATTERNS, *more):
        if not refusal(pattern.compile, text):
            for name in NAMES:
                answer = matches_pattern(text, name)
                assert answer in (None, bool(pattern.matches(text, name))), (text, name)


def test_places_in_topics_that_are_not_read(
    spark: SparkSession, topics: Topics, letters: str
) -> None:
    """Spark says no when the query starts; the compiler has said it before."""
    reader = spark.read.format("kafka").option("kafka.bootstrap.servers", topics.broker.address)
    for places in ({"other": {"0": 1}}, {letters: {"0": 1}, "other": {"0": 1}}):
        places_ = json.dumps(places)
        result = reader.option("subscribe", letters).option("startingOffsets", places_).load()
        assert "don't match what are assigned" in refusal(result.collect)
    places_ = json.dumps({letters: {"0": 1, "1": 0}, "other": {"0": 1}})
    other_reader = spark.read.format("kafka").option("subscribePattern", f"{letters}|none-.*")
    by_pattern = other_reader.option("kafka.bootstrap.servers", topics.broker.address)
    result = by_pattern.option("startingOffsets", places_).load()
    assert "don't match what are assigned" in refusal(result.collect)


def test_times_that_parameters_give(spark: SparkSession, piped: Piped, letters: str) -> None:
    """With a zone; without one, which is then the session's; in milliseconds."""

    def read(option: str, type_: str, time: object) -> str:
        module = piped.module(f"""
param time: {type_}
source s from kafka {{
  BROKERS
  subscribe = "{letters}"
  {option} = "${{time}}"
  value     = string
}}
sink s to noop {{ }}
""")
        rows = module.s(Job(spark, module.Params(time=time))).collect()
        return "".join(sorted(row.value for row in rows))

    zoned = datetime(1970, 1, 1, 3, 1, tzinfo=timezone(timedelta(hours=3)))
    assert read("starting_timestamp", "timestamp", zoned) == "bcdy"
    assert read("starting_timestamp", "timestamp", datetime(1970, 1, 1)) == "abcdxy"
    assert read("ending_timestamp", "timestamp", zoned) == "ax"
    assert read("ending_timestamp", "timestamp", datetime(1970, 1, 1, 0, 2)) == "abxy"
    assert read("ending_timestamp", "bigint", 120_000) == "abxy"


def test_tombstones(piped: Piped, topics: Topics) -> None:
    """One is reported from a value in which nothing is set, and written as one."""
    source, target = topics.new(), topics.new()
    topics.send(source, '{"name": "a"}', key="1")
    topics.send(source, "{}", key="2")
    topics.send(source, None, key="3")
    piped(f"""
schema User {{ name: string }}
source users from kafka {{
  BROKERS
  subscribe = "{source}"
  key       = string
  value     = json
  schema    = User
  metadata  = [tombstone, value]
}}
let gone =
  from users
  |> select _key as id, name, _tombstone as gone, length(_value) as size
sink gone to kafka {{
  BROKERS
  topic            = "{target}"
  key              = string
  key_columns      = id
  value            = json
  value_columns    = [name, size]
  tombstone_column = gone
}}
""")
    assert [(row["key"], row["value"]) for row in topics.rows(target)] == [
        (b"1", b'{"name":"a","size":13}'),
        (b"2", b'{"size":2}'),
        (b"3", None),
    ]
