"""Records of JSON that a first look takes are what they would be without it.

9,000 records are made of hostile parts, valid and not, and decoded both ways in several time zones.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import decoded
from ssbt.runtime.texts import formats, json_objects
from ssbt.runtime.texts.first_look import look_at_json

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

SCHEMA = (
    "id BIGINT, d DATE, at TIMESTAMP, n TIMESTAMP_NTZ, s STRING, m2 DECIMAL(6,2), r FLOAT,"
    " inner STRUCT<at: TIMESTAMP, k: TINYINT>, list ARRAY<TIMESTAMP>, m MAP<STRING, DATE>"
)
PATTERNS = {
    "dateFormat": "yyyy-MM-dd",
    "timestampFormat": "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS]][XXX][X]]",
    "timestampNTZFormat": "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS]]]",
}
DATES = [
    *("2026-03-10", "2024-02-29", "2026-02-29", "2026-04-31", "2026-12-31", "0001-01-01"),
    *("9999-12-31", "10000-01-01", "2026-3-1", "20260301", "1582-10-10", "1000-01-01"),
    *("2026-03-29", "2026-10-25", "-2026-01-01", "2026-00-10", "2026-13-01", "1700-02-30"),
]
TIMES = [
    *("", "T10:15", " 10:15", "T10:15:30", "T10:15:30.5", "T10:15:30.123456", "T24:00"),
    *("T10:15:30.1234567", "T02:30", "T02:30:00", "T23:59:60", "T1:2:3", "T", " ", "T10", "t10:15"),
    *("T 10:15", "T10:15:30.", "  10:15", "T10:15:30,5"),
]
ZONES = [
    *("", "", "", "Z", "+01:00", "-17:59", "+18:00", "+19:00", "+0100", "+01", "z", " UTC"),
    *("[UTC]", "\\n", " "),
]
VALUES = [
    *("1", "-1", "1.5", "null", "true", '""', '"x"', "{}", "[]", '{"at":1}', '"\\ud83d"', "1e9"),
    *("1700000000", "1700000000000", '"a}b"', '"{"', "01", "NaN", "'x'", "128", '"\\u2019"'),
]
FIELDS = ["id", "d", "at", "n", "s", "inner", "list", "m", "m2", "r", "unknown", "ID"]
REALS = ["1.5", "-0.25", "99.99", "1.005", "0.30000000000000004", "1e39", "1e400", "9999.999"]
REALS += ['"1.50"', '"12,5"', '"Infinity"', "-1e-9", "NaN", "1E1", "12345678"]


def make_record(random: Random) -> bytes:
    """An object of some fields, as it is, or with something done to it."""
    fields = random.sample(FIELDS, random.randint(0, 4))
    space = random.choice(["", "", "", " ", "\n"])
    text = f",{space}".join(f'"{name}":{space}{make_value(random, name)}' for name in fields)
    text = f"{{{space}{text}}}"
    if random.random() < 0.6:
        return text.encode()
    place = random.randint(0, len(text))
    other = random.choice(["}", "{", ",", "]", "[", '"', "x", " ", "\n", "\\", "//", "\ufeff", ""])
    return random.choice(
        [
            (text[:place] + other + text[place + random.randint(0, 1) :]).encode(),
            (text + other + random.choice(["", text, "}"])).encode(),
            (other + text).encode(),
            f"[{text}]".encode(),
            text.encode("utf-16"),
            text.encode() + b"\xff}",
        ]
    )


def make_value(random: Random, name: str) -> str:
    if random.random() < 0.15:
        return random.choice(VALUES)
    match name:
        case "id" | "ID" | "unknown":
            return str(random.randint(-9, 9))
        case "s":
            return random.choice(['"x"', '"}"', '"a\\"}"', '"\\u00e4"', '"2026-01-01"', "{}"])
        case "inner":
            return f'{{"at":{make_time(random)},"k":{random.randint(-129, 128)}}}'
        case "list":
            return f"[{make_time(random)},{make_time(random)}]"
        case "m":
            return f'{{"k":{make_time(random, times=[""], zones=[""])}}}'
        case "m2" | "r":
            return random.choice(REALS)
        case "d":
            return make_time(random, times=["", "", "", "\\n", *TIMES], zones=[""])
    return make_time(random)


def make_time(random: Random, times: list[str] = TIMES, zones: list[str] = ZONES) -> str:
    date = random.choice(DATES[:1] * 8 + DATES)
    return f'"{date}{random.choice(times)}{random.choice(zones)}"'


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns"])
def test_a_first_look_changes_nothing(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    random = Random(zone)
    values = [make_record(random) for _ in range(3_000)]
    before = spark.conf.get("spark.sql.session.timeZone")
    assert before is not None
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        quick = outcomes(spark, values)
        monkeypatch.setattr(json_objects, "look_at_json", lambda *_: None)
        slow = outcomes(spark, values)
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)
    different = [
        (value, one, two) for value, one, two in zip(values, quick, slow, strict=True) if one != two
    ]
    assert different[:5] == []
    malformed = sum("malformed" in each for each in quick)
    assert 600 < malformed < 2_400


def test_the_first_look_takes_what_is_usual(spark: SparkSession) -> None:
    """It gives something for sound records, or nothing would be gained, and nothing tested."""
    from pyspark.sql import functions as F

    text = (
        '{"id":1,"d":"2024-02-28","at":"2026-03-10T10:15:30.123Z","n":"2026-03-10 10:15",'
        '"inner":{"at":"2026-12-31","k":127},"list":["2026-01-01"],"s":"}"}'
    )
    frame = records(spark, [text.encode()])
    type = json_objects.widen_type(formats._parse_struct(SCHEMA))
    look = look_at_json(F.col("value"), type, PATTERNS, "corrupt", "mark")
    assert look is not None
    row = frame.select(look.parsed.alias("parsed")).select(look.content(F.col("parsed"))).first()
    assert row is not None
    assert row[0] is not None


def records(spark: SparkSession, values: list[bytes]) -> DataFrame:
    rows = [
        (None, bytearray(value), "t", 0, place, None, None) for place, value in enumerate(values)
    ]
    record = (
        "key binary, value binary, topic string, partition int, offset bigint,"
        " timestamp timestamp, headers array<struct<key: string, value: binary>>"
    )
    return spark.createDataFrame(rows, record).coalesce(1)


def outcomes(spark: SparkSession, values: list[bytes]) -> list[str]:
    """What becomes of each value: its row, or why it is malformed."""
    from pyspark.sql import functions as F

    judged = decoded(
        records(spark, values),
        formats.json_decoding(F.col("value"), SCHEMA, PATTERNS),
        metadata=["_offset"],
        on_error="dead_letter",
    )
    error = F.concat(F.lit("malformed: "), F.col("_dead_letter.error"))
    times = F.concat_ws(" ", *(F.col(name).cast("string") for name in ("at", "inner", "list")))
    whole = F.to_json(F.struct("id", "d", "n", "s", "m", "m2", "r"))
    row = F.concat(whole, F.lit(" "), times, F.col("at").isNull().cast("string"))
    rows = judged.select("_offset", F.coalesce(error, row).alias("outcome")).collect()
    return [each["outcome"] for each in sorted(rows, key=lambda each: each["_offset"])]
