"""What generated functions call, on a real Spark: counting, checking, failing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import Observation
import pytest

from ssbt.runtime import Job, SchemaMismatchError, checked, main
from ssbt.runtime.metrics.writes import rows_written
from ssbt.runtime.sparkconf.session import open_session
from tests.spark.source_maps import write_source_map

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark


@dataclass(frozen=True)
class Params:
    divisor: int = 0


def rows(job: Job[None]) -> dict[str, int | None]:
    return {sink: rows_written(observation) for sink, observation in job.written.items()}


def test_counts_rows_of_every_write(spark: SparkSession, tmp_path: Path) -> None:
    job = Job(spark, None)
    path = str(tmp_path / "out")
    ten = spark.range(10)

    def write(df: DataFrame, sink: str, mode: str = "append") -> None:
        job.counted(df, sink).write.format("parquet").mode(mode).save(path)

    write(ten, "ten")
    write(ten.where("false"), "nothing")
    write(spark.createDataFrame([], "id BIGINT"), "empty")
    write(ten.groupBy("id").count().select("id").sort("id").limit(3), "limited")
    write(ten.join(ten.where("id > 100"), "id"), "empty at run time")
    write(ten, "ignored", "ignore")
    job.counted(ten.repartition(3), "table").write.mode("append").saveAsTable("runtime_job_rows")
    job.counted(ten, "ignored table").write.mode("ignore").saveAsTable("runtime_job_rows")
    job.counted(ten, "noop").write.format("noop").mode("overwrite").save()
    spark.sql("DROP TABLE runtime_job_rows")
    expected: dict[str, int | None] = {
        "ten": 10,
        "nothing": 0,
        "empty": 0,
        "limited": 3,
        "empty at run time": 0,
    }
    # Of the ignored table Spark runs no query, and would let us wait forever.
    expected |= {"ignored": 0, "table": 10, "ignored table": None, "noop": 10}
    assert rows(job) == expected
    assert spark.read.parquet(path).count() == 13


def test_settings_on_a_session_that_exists(spark: SparkSession) -> None:
    """Spark's default is nobody's word; what the session was built with is the operator's."""
    expected = {"spark.sql.broadcastTimeout": "44", "spark.sql.shuffle.partitions": "9"}
    try:
        session, created = open_session("x", "x.py", expected)
        assert not created
        assert [session.conf.get(name) for name in expected] == ["44", "2"]
    finally:
        spark.conf.unset("spark.sql.broadcastTimeout")


def test_write_that_never_was_has_no_count(spark: SparkSession) -> None:
    job = Job(spark, None)
    job.counted(spark.range(10), "forgotten")
    assert rows_written(job.written["forgotten"], timeout=0.2) is None
    assert rows_written(Observation(), timeout=5) is None


def test_stream_passes(spark: SparkSession) -> None:
    job = Job(spark, None)
    stream = spark.readStream.format("rate").load()
    assert job.counted(stream, "x") is stream
    assert not job.written


SCHEMA = (
    "id BIGINT NOT NULL, name STRING, tags ARRAY<STRUCT<k: STRING, v: INT>>, m MAP<STRING, DATE>"
)


def test_checked_gives_the_same_dataframe(spark: SparkSession) -> None:
    df = spark.createDataFrame([], SCHEMA)
    assert checked(df, SCHEMA, "x") is df
    assert checked(df, SCHEMA.replace(" NOT NULL", ""), "x") is df


DIFFERENCES = [
    ("id BIGINT, name STRING", "`id` can be null, but is declared NOT NULL"),
    ("id INT NOT NULL, name STRING", "`id` is int, not bigint"),
    ("id BIGINT NOT NULL", "`name` string is missing"),
    ("id BIGINT NOT NULL, name STRING, x DATE", "`x` date is not declared"),
    ("name STRING, id BIGINT NOT NULL", "the columns are name, id, not id, name"),
    (
        "Id BIGINT NOT NULL, name ARRAY<INT>",
        "`id` bigint is missing\n- `name` is array, not string\n- `Id` bigint is not declared\n"
        "- `name.element` int is not declared",
    ),
]


@pytest.mark.parametrize(("result", "message"), DIFFERENCES)
def test_checked_names_every_difference(spark: SparkSession, result: str, message: str) -> None:
    with pytest.raises(SchemaMismatchError) as caught:
        checked(
            spark.createDataFrame([], result), "id BIGINT NOT NULL, name STRING", 'apply "x.py:f"'
        )
    assert str(caught.value) == (
        f'apply "x.py:f" returns another schema than declared:\n- {message}'
    )


def test_checked_looks_inside(spark: SparkSession) -> None:
    result = spark.createDataFrame(
        [], SCHEMA.replace("v: INT", "v: BIGINT").replace("DATE", "STRING")
    )
    with pytest.raises(SchemaMismatchError) as caught:
        checked(result, SCHEMA.replace("k: STRING", "k: STRING NOT NULL"), "x")
    assert str(caught.value).split("\n- ")[1:] == [
        "`tags.element.k` can be null, but is declared NOT NULL",
        "`tags.element.v` is bigint, not int",
        "`m.value` is string, not date",
    ]


def test_checked_sees_a_column_twice(spark: SparkSession) -> None:
    twice = spark.range(1).selectExpr("id", "id")
    with pytest.raises(SchemaMismatchError, match="the columns are id, id, not id"):
        checked(twice, "id BIGINT NOT NULL", "x")


SCRIPT = """
from pyspark.sql import functions as F

def numbers(job):  # my orders.ssbt:3
    return job.spark.range(10)

def shares(numbers, divisor):  # my orders.ssbt:7
    return numbers.select(F.expr("id / divisor").alias("share")) if divisor else (
        numbers.selectExpr("id", "0 AS divisor").select(F.expr("id / divisor").alias("share"))
    )

def wrong(numbers):  # my orders.ssbt:15
    return numbers.where("idd > 3")

def failing(numbers):  # my orders.ssbt:18
    @F.udf("int")
    def fail(x):
        return 1 // (x - x)
    return numbers.select(fail("id"))

def write(df, sink, job):  # my orders.ssbt:24
    job.counted(df, sink).write.format("noop").mode("append").save()

def run(job):
    all = numbers(job)
    write(all, "numbers", job)
    if kind == "shares":
        second = shares(all, 0)
    elif kind == "wrong":
        second = wrong(all)
    else:
        second = failing(all)
    write(second, "second", job)
"""

DIVISION = (
    "my orders.ssbt:7 (shares)\n"
    "  7 | let shares =\n"
    "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate "
    'divisor being 0 and return NULL instead. If necessary set "spark.sql.ansi.enabled" to '
    '"false" to bypass this error. SQLSTATE: 22012\n== SQL (line 1, position 1) ==\n'
    "id / divisor\n^^^^^^^^^^^^\nwhile running my orders.ssbt:24 (write)"
)
COLUMN = (
    "my orders.ssbt:15 (wrong)\n"
    "  15 | let wrong =\n"
    "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or "
    "function parameter with name `idd` cannot be resolved. Did you mean one of the following? "
    "[`id`]. SQLSTATE: 42703"
)


@pytest.fixture
def _loggers() -> Iterator[None]:
    logger = logging.getLogger("ssbt")
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


def logged(
    spark: SparkSession,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    script: Path,
    kind: str,
    *argv: str,
) -> list[dict[str, Any]]:
    """What a job that fails in one way logs, run in the session of the tests."""
    script.write_text(SCRIPT)
    write_source_map(script)
    names: dict[str, Any] = {"kind": kind}
    exec(compile(SCRIPT, script, "exec"), names)
    monkeypatch.setattr("sys.argv", ["x", "--log-format=json", *argv])
    with pytest.raises(SystemExit) as stop:
        main("orders", names["run"])
    assert stop.value.code == 1
    assert spark.range(1).count() == 1, "a session of others is left running"
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]


@pytest.mark.usefixtures("_loggers")
@pytest.mark.parametrize(("kind", "message"), [("shares", DIVISION), ("wrong", COLUMN)])
def test_failure_names_the_place(
    spark: SparkSession,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
    message: str,
) -> None:
    lines = logged(spark, capsys, monkeypatch, tmp_path / "job.py", kind)
    assert [line["level"] for line in lines][-1:] == ["ERROR"]
    assert lines[-1]["message"] == message
    assert "exception" not in lines[-1]
    # The write that was done before is reported, the one that failed is not.
    assert [line["rows"] for line in lines[:-1]] == ([10] if kind == "shares" else [])


@pytest.mark.usefixtures("_loggers")
def test_failure_of_a_python_function(
    spark: SparkSession,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    lines = logged(spark, capsys, monkeypatch, tmp_path / "job.py", "failing", "--verbose")
    message = lines[-1]["message"]
    assert message.startswith("my orders.ssbt:24 (write)\n  24 | let write =\n")
    assert "\nZeroDivisionError: integer division or modulo by zero\n" in message
    assert "\tat org.apache" not in message
    assert "Traceback (most recent call last)" in lines[-1]["exception"]
