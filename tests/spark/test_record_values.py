"""What becomes of hostile keys and values of records, through generated scripts.

`record_values.txt` has what Spark gave for each: its row, or that the record is malformed, and why.
A row is right if the bytes plainly mean it; of any other, the page of the format has a sentence.

`pytest --snapshot-update` asks Spark again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.spark.record_values import AVRO, RAW, SAID, Avro, long
from tests.spark.test_connector_rows import module
from tests.spark.text_values import NOTHING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
RECORDED = Path(__file__).with_name("record_values.txt")
RECORD = (
    "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp,"
    " headers array<struct<key: string, value: binary>>"
)


class Records:
    """A session whose reader of Kafka gives these values; the offset is the place of each."""

    def __init__(self, spark: SparkSession, values: Sequence[bytes | None]) -> None:
        rows = [
            (None, None if value is None else bytearray(value), "t", 0, place, None, None)
            for place, value in enumerate(values)
        ]
        self._frame = spark.createDataFrame(rows, RECORD).coalesce(1)
        self.createDataFrame = spark.createDataFrame

    @property
    def read(self) -> Records:
        return self

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self

    def load(self) -> DataFrame:
        return self._frame


class Group(NamedTuple):
    """Values of one format and schema, what each means, and how the records are declared."""

    title: str
    schema: str
    value: str
    values: list[bytes]
    meanings: list[object]


def groups() -> Iterator[Group]:
    for (format, columns), cases in groupby(RAW, key=lambda raw: (raw.format, raw.columns)):
        results = list(cases)
        schema = f"schema NAME {{ {columns} }}" if columns else ""
        data = [case.data for case in results]
        yield Group(f"{format}: {columns}", schema, format, data, [c.meaning for c in results])
    types = [type_ for type_, _ in groupby(json.dumps(each.type) for each in AVRO)]
    records = [_record(each, types) for each in AVRO]
    schema = f'schema NAME from avro {{ schema = """{avro_schema(types)}""" }}'
    data, meanings = [each[0] for each in records], [each[1] for each in records]
    yield Group("avro: " + ", ".join(types), schema, "avro", data, meanings)


def avro_schema(types: list[str]) -> str:
    """A record with a field of each type, and one before them that is never null."""
    fields: list[dict[str, object]] = [
        {"name": f"f{place}", "type": _optional(json.loads(type_))}
        for place, type_ in enumerate(types)
    ]
    return json.dumps(
        {"type": "record", "name": "R", "fields": [{"name": "id", "type": "long"}, *fields]}
    )


def _optional(type_: object) -> list[object]:
    """A union of null and the type; of a union, all but null."""
    return (
        ["null", *(each for each in type_ if each != "null")]
        if isinstance(type_, list)
        else ["null", type_]
    )


def _record(case: Avro, types: list[str]) -> tuple[bytes, object]:
    """A record in which the field of the case's type alone is set, and what it means."""
    place = types.index(json.dumps(case.type))
    inputs = case.data if isinstance(case.type, list) else long(1) + case.data
    if isinstance(case.type, list) and case.type[0] != "null":
        inputs = bytes([case.data[0] + 2]) + case.data[1:]
    data = long(7) + long(0) * place + inputs + long(0) * (len(types) - place - 1)
    if case.meaning is NOTHING or case.meaning in SAID:
        return data, case.meaning
    row: list[object] = [7, *([None] * len(types))]
    row[place + 1] = case.meaning
    return data, tuple(row)


class Cell(NamedTuple):
    """A value, what it means, and what became of it: a row, or why it is malformed."""

    title: str
    value: bytes
    meaning: object
    row: tuple[object, ...] | None
    error: str | None

    @property
    def verdict(self) -> str:
        """`right`, `malformed`, a word of `SAID`, or `?`."""
        if self.row is None:
            return "malformed" if self.meaning is NOTHING and self.error else "?"
        if isinstance(self.meaning, str):
            return self.meaning
        return "right" if _plain(self.row) == _plain(self.meaning) else "?"


def _plain(value: object) -> object:
    """A value as one that equals what it is the same as."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return str(value)
    return bytes(value) if isinstance(value, bytearray) else value


@pytest.fixture(scope="module")
def cells(spark: SparkSession) -> list[Cell]:
    """What became of every value."""
    declared = list(enumerate(groups()))
    names = module("\n".join(["pipeline rows { }", *(declaration(*each) for each in declared)]))
    return [cell for place, each in declared for cell in outcomes(spark, names, place, each)]


def declaration(place: int, group: Group) -> str:
    schema = f"schema = S{place}" if group.schema else ""
    source = SOURCE.replace("VALUE", group.value).replace("SCHEMA", schema)
    return group.schema.replace("NAME", f"S{place}") + source.replace("NUMBER", str(place))


SOURCE = """
source sNUMBER from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "t"
  value             = VALUE
  SCHEMA
  metadata          = [offset]
  on_error          = dead_letter
}
sink sNUMBER to noop { }
sink sNUMBER.dead_letter to noop as dNUMBER { }
"""


def outcomes(
    spark: SparkSession, names: dict[str, Any], place: int, group: Group
) -> Iterator[Cell]:
    job = SimpleNamespace(spark=Records(spark, group.values))
    records = names[f"s{place}_records"](job).cache()
    rows = {row["_offset"]: tuple(row)[:-1] for row in names[f"s{place}"](records).collect()}
    dead = names[f"s{place}_dead_letter"](records).select("offset", "error").collect()
    errors = {row["offset"]: row["error"] for row in dead}
    for offset, (value, meaning) in enumerate(zip(group.values, group.meanings, strict=True)):
        assert (offset in rows) != (offset in errors), (group.title, value)
        yield Cell(group.title, value, meaning, rows.get(offset), errors.get(offset))


def test_what_becomes_of_records(cells: list[Cell], pytestconfig: pytest.Config) -> None:
    """Every record is right, malformed, or the page of its format has a sentence about it."""
    text = recorded(cells)
    if pytestconfig.getoption("update_snapshots"):
        RECORDED.write_text(text)
    unknown = [str(cell) for cell in cells if cell.verdict not in ("right", "malformed", *SAID)]
    assert "\n".join(unknown) == ""
    assert text == RECORDED.read_text()


def recorded(cells: list[Cell]) -> str:
    lines: list[str] = []
    before = ""
    for cell in cells:
        if cell.title != before:
            lines += ["", cell.title]
            before = cell.title
        data = cell.value if len(cell.value) < 60 else cell.value[:40] + b"..."
        outcome = cell.error if cell.row is None else _display_cell(cell)
        lines.append(f"  {cell.verdict:10} {str(data)[1:]:44} {outcome}")
    return "\n".join(lines).lstrip("\n") + "\n"


def _display_cell(cell: Cell) -> str:
    assert cell.row is not None
    if cell.title.startswith("avro"):
        return str([_plain(each) for each in cell.row if each is not None])
    return str(_plain(cell.row))


def test_pages_have_the_sentences(cells: list[Cell]) -> None:
    missing = []
    for format_ in {cell.title.partition(":")[0] for cell in cells}:
        page = " ".join((ROOT / "docs" / "formats" / f"{format_}.md").read_text().split())
        words = {c.verdict for c in cells if c.title.startswith(f"{format_}:")} & set(SAID)
        missing += [(format_, word) for word in sorted(words) if SAID[word] not in page]
    assert not missing


def test_a_query_that_uses_no_column_judges_too(spark: SparkSession) -> None:
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as F

    from ssbt.runtime import decoded
    from ssbt.runtime.texts.formats import json_decoding

    records = Records(spark, [b'{"id": 1}', b"nonsense"]).load()

    def count(on_error: str) -> int:
        value = json_decoding(F.col("value"), "id BIGINT", {})
        return decoded(records, value=value, on_error=on_error, counted=False).count()

    assert count("drop") == 1
    with pytest.raises(PySparkException, match="offset 1 of partition 0"):
        count("fail")


KEYS = """
pipeline keys { }
SCHEMA
source s from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "t"
  value             = string
  key               = FORMAT
  metadata          = [offset]
  on_error          = dead_letter
}
sink s to noop { }
sink s.dead_letter to noop as d { }
"""


def test_keys_are_judged_as_values_are(spark: SparkSession, cells: list[Cell]) -> None:
    for title, group in groupby(cells, key=lambda cell: cell.title):
        format_, _, columns = title.partition(": ")
        if format_ != "avro":
            data = list(group)
            key = f"{format_}\n  key_schema = S" if columns else format_
            schema = f"schema S {{ {columns} }}" if columns else ""
            names = module(KEYS.replace("SCHEMA", schema).replace("FORMAT", key))
            records = Records(spark, [cell.value for cell in data])
            records._frame = records._frame.selectExpr(
                "value AS key", "cast('text' AS binary) AS value", *records._frame.columns[2:]
            )
            judged = names["s_records"](SimpleNamespace(spark=records)).cache()
            dead = names["s_dead_letter"](judged).select("offset", "error", "stage").collect()
            assert {row["stage"] for row in dead} == ({"key"} if format_ != "bytes" else set())
            errors = {row["offset"]: row["error"] for row in dead}
            assert [errors.get(place) for place in range(len(data))] == [c.error for c in data]
            rows = {row["_offset"]: row["_key"] for row in names["s"](judged).collect()}
            actual = [rows.get(place) for place in range(len(data))]
            # A format without a schema has no row around its value.
            expected = [cell.row if columns or cell.row is None else cell.row[0] for cell in data]
            assert _plain(actual) == _plain(expected)
