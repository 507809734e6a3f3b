"""What our own sinks write and our own sources read back, by default, for each type and format.

The kind: a type, a format and values that people have. All columns of a format are written and
read in one go. A pair of type and format that is refused when compiling is listed, and so is each
value that comes back as another, which the page of the connector tells.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline
from tests.samples import FULL
from tests.spark.compiling import read_back, write

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

FORMATS = ("csv", "json", "parquet", "orc")
ZONES = ("UTC", "Europe/Berlin")
# Each format has one in the sample.
PAIRS = list(product(FORMATS, ZONES))
TIMES = '"spark.sql.timeType.enabled" = true'
VALUES: dict[str, list[str]] = {
    "string": [
        *("'plain'", "' lead'", "'trail '", "'a,b'", "'a\"b'", "'\"'", "'a\\\\b'", "'a\\\\'"),
        *("'\\\\'", "'a\\\\\"b'", "'NULL'", "'null'", "'#x'", "'a\\tb'", "'é😀'", "'\\ufeffx'"),
        *("'a;b'", "'\\u2028'", "'NaN'", "'\"quoted\"'", "'x\"'", "'\\'q\\''", "'\\u00a0x\\u00a0'"),
    ],
    "boolean": ["true", "false"],
    "tinyint": ["-128Y", "127Y"],
    "smallint": ["-32768S"],
    "int": ["-2147483648", "0"],
    "bigint": ["-9223372036854775808", "9007199254740993L"],
    "float": ["float('1.1')", "float('NaN')", "float('-Infinity')", "float('1.4E-45')"],
    "double": ["0.1D + 0.2D", "double('NaN')", "double('Infinity')", "-0.0D", "4.9E-324D"],
    "decimal(12,2)": ["1.10BD", "9999999999.99BD"],
    "decimal(38,18)": ["12345678901234567890.123456789012345678BD", "0.000000000000000001BD"],
    "date": ["date'2026-01-31'", "date'1582-10-04'", "date'1500-02-28'", "date'0001-01-01'"],
    "timestamp": [
        *("timestamp'2026-01-31 12:30:00'", "timestamp'2026-01-31 12:30:00.123456'"),
        *("timestamp'2026-10-25 00:30:00Z'", "timestamp'2026-10-25 01:30:00Z'"),
        "timestamp'9999-12-31 12:59:59.999999'",
    ],
    "timestamp_ntz": [
        *("timestamp_ntz'2026-01-31 12:30:00'", "timestamp_ntz'2026-01-31 12:30:00.123456'"),
        *("timestamp_ntz'2026-03-29 02:30:00'", "timestamp_ntz'1500-01-01 00:00:00'"),
    ],
    "binary": ["x'00ff1f'", "x''", "x'80'", "x'0a'"],
    "time": ["time'12:30:00'", "time'12:30:00.123456'"],
    "array<string>": ["array('', null, ' a ')", "array()"],
    "map<string,int>": ["map('a', 1, 'b', null)", "map()", "map('', 1)"],
    "struct<a:int,b:string>": ["named_struct('a', 1, 'b', cast(null AS string))"],
    "array<struct<a:int>>": ["array(named_struct('a', cast(null AS int)), null)"],
    "interval day to second": ["interval '-1 02:03:04.5' day to second"],
    "interval year to month": ["interval '1-2' year to month"],
    "variant": ["parse_json('{\"a\":1}')"],
}
REFUSED = {
    "csv": {"binary", "time", "array<string>", "map<string,int>", "struct<a:int,b:string>"}
    | {"array<struct<a:int>>", "variant"},
    "json": {"time"},
    "parquet": set[str](),
    "orc": {"time", "variant"},
}


# A null that stands in JSON is a value to VARIANT, as the page says.
TOLD = {"json": {("variant", "null"): '{"c21":null}'}}


def names() -> dict[str, str]:
    """A column for each type."""
    return {type_: f"c{number}" for number, type_ in enumerate(VALUES)}


def rows(spark: SparkSession, types: list[str]) -> DataFrame:
    """A row for each place in the lists of values; null where a list is shorter."""
    longest = max(len(VALUES[type_]) for type_ in types)
    selects = []
    for number in range(longest + 1):
        items = [
            f"CAST({(VALUES[type_][number : number + 1] or ['null'])[0]} AS {type_}) AS {column}"
            for type_, column in names().items()
            if type_ in types
        ]
        selects.append(f"SELECT {number} AS k, {', '.join(items)}")
    return spark.sql(" UNION ALL ".join(selects)).coalesce(1)


def texts(frame: DataFrame, type_: str) -> dict[int, str]:
    column = names()[type_]
    text = f"to_json(struct({column}))" if type_.startswith(("map", "variant")) else column
    rows = frame.selectExpr("k", f"CAST({text} AS string) AS text").collect()
    return {row["k"]: row["text"] for row in rows}


@pytest.mark.parametrize(("name", "zone"), PAIRS if FULL else PAIRS[::3] + PAIRS[4:5])
def test_round_trips(spark: SparkSession, tmp_path: Path, name: str, zone: str) -> None:
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", zone)
    session.conf.set("spark.sql.timeType.enabled", "true")
    types = [type_ for type_ in VALUES if type_ not in REFUSED[name]]
    columns = ", ".join(["k: int", *(f"{names()[type_]}: {type_}" for type_ in types)])
    inputs = rows(session, types)
    settings = f'"spark.sql.session.timeZone" = "{zone}"\n{TIMES}'
    write(inputs, f'{name} {{ path = "{tmp_path}/out" }}', columns, settings)
    back = read_back(session, f'{name} {{ path = "{tmp_path}/out"', columns, settings).cache()
    wrong = {
        (type_, VALUES[type_][k] if k < len(VALUES[type_]) else "null"): result.get(k)
        for type_ in types
        for result in [texts(back, type_)]
        for k, text in texts(inputs, type_).items()
        if result.get(k) != text
    }
    assert wrong == TOLD.get(name, {})


@pytest.mark.parametrize("name", ["csv", "json"])
def test_offsets_with_seconds_come_back(spark: SparkSession, tmp_path: Path, name: str) -> None:
    """Until 1893 Berlin was 53 minutes and 28 seconds ahead."""
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "Europe/Berlin")
    settings = '"spark.sql.session.timeZone" = "Europe/Berlin"'
    inputs = session.sql("SELECT 1 AS k, timestamp'1890-01-01 00:00:00Z' AS v")
    write(inputs, f'{name} {{ path = "{tmp_path}/out" }}', "k: int, v: timestamp", settings)
    back = read_back(
        session, f'{name} {{ path = "{tmp_path}/out"', "k: int, v: timestamp", settings
    )
    assert back.collect() == inputs.collect()


def encoded(text: str) -> Callable[[str], bytes]:
    return lambda path: text.encode()


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_refused(name: str) -> None:
    """When compiling, in a sink and in a source."""
    for type_ in VALUES:
        text = (
            f"pipeline files {{ spark {{ {TIMES} }} }}\nschema Row {{ k: int, v: {type_} }}\n"
            f'source data from parquet {{ path = "in", schema = Row }}\n'
            f'sink data to {name} {{ path = "out" }}\n'
        )
        findings = check_pipeline("files.ssbt", encoded(text)).findings
        refused = any(each.code.number == "SSBT0523" for each in findings)
        assert refused is (type_ in REFUSED[name]), type_
