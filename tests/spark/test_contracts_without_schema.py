"""What is said of a source whose schema Spark finds, and what Spark makes of it.

The kind: a step, an option of a sink or an alias names a column, or a field, of such a source.
Each way of naming is tried with a name that a sink of the project writes, and with one that none
does, in each format. An error has to be a job that stops, and no finding one that runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
import pytest

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.driver import check_pipeline
from tests.spark.compiling import compiled_module, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

WRITTEN = "id: bigint, price: double, shop: string"
ROWS = [(1, 2.5, "a"), (2, 3.5, "b")]
# `COLUMN` is the name that is tried; `data` is the source without a schema.
WAYS = {
    "select": "|> select COLUMN",
    "where": "|> where COLUMN is not null",
    "extend": "|> extend COLUMN as other, other as third",
    "set": "|> extend 1 as x |> set x = COLUMN",
    "aggregate": "|> aggregate max(COLUMN) as m group by id",
    "group by": "|> aggregate count(*) as n group by COLUMN",
    "order by": "|> order by COLUMN",
    "window": "|> select row_number() over (partition by COLUMN order by id) as n",
    "lambda": "|> select transform(array(1), x -> concat(x, COLUMN)) as made",
    "rename": "|> rename COLUMN as other",
    "drop": "|> drop COLUMN",
    "deduplicate": "|> deduplicate by COLUMN",
    "after others": "|> where id > 0 |> order by id |> limit 5 |> select COLUMN as c",
    "alias": "as d |> where d.COLUMN is not null",
    "using": "|> join others using (id) |> select COLUMN as c",
    "alias after a join": "as d |> join others as o on d.id = o.id |> select d.COLUMN as c",
    "key of a join": "as d |> join others as o on d.COLUMN = o.word |> select o.word",
    "pivot": '|> pivot max(id) as m for COLUMN in ("a", "b") group by id',
    "star": "|> select *, COLUMN as c",
    "extend first": "|> extend 'x' as COLUMN |> select COLUMN",
    "renamed to it": "|> rename shop as COLUMN |> select COLUMN",
    "no brackets": "|> where current_date > date'2020-01-01' |> select shop as COLUMN",
}
SILENT = ("rename", "drop")
SINKS = {
    "": ", mode = overwrite",
    "partition_by": ", mode = overwrite, partition_overwrite_mode = static, partition_by = COLUMN",
}
FORMATS = {
    "parquet": ("", ""),
    "orc": ("", ""),
    "json": ("", ""),
    "csv": ("header = true", "header = true, infer_schema = true"),
}
NAMES = ("shop", "shops", "SHOP")
# Folders need another column in the files.
EVERY = [
    *((form, way, name) for form in FORMATS for way in WAYS for name in NAMES),
    *((form, "partition_by", name) for form in FORMATS for name in NAMES),
]
ALL = bool(os.environ.get("SSBT_ALL_PAIRS"))
SAMPLE = EVERY if ALL else EVERY[::11]


def writer_text(form: str, place: str) -> str:
    option = FORMATS[form][0]
    return (
        f"schema W {{ {WRITTEN} }}\n"
        'source rows from parquet { path = "/in", schema = W }\n'
        f'sink rows to {form} {{ path = "{place}", mode = overwrite, {option} }}\n'
    ).replace(", }", " }")


def reader_text(form: str, way: str, name: str, place: str, folder: Path) -> str:
    option = FORMATS[form][1]
    inner = f", {option}" if option else ""
    steps = WAYS.get(way, "").replace("COLUMN", name)
    sink = SINKS["partition_by" if way == "partition_by" else ""].replace("COLUMN", name)
    others = ""
    if "others" in steps:
        others = (
            "schema O { id: bigint, word: string }\n"
            f'source others from parquet {{ path = "{folder}/others", schema = O }}\n'
        )
    return (
        f'source data from {form} {{ path = "{place}"{inner} }}\n{others}'
        f"let result = from data {steps}\n"
        f'sink result to parquet {{ path = "{folder}/out"{sink} }}\n'
    )


def pipeline_ends(name: str, text: str) -> tuple[Endpoint, ...]:
    result = check_pipeline(f"{name}.ssbt", lambda path: f"pipeline {name} {{}}\n{text}".encode())
    assert result.pipeline is not None, [each.message for each in result.findings]
    return list_endpoints(result.pipeline)


def is_refused(form: str, way: str, name: str) -> bool:
    every = (
        *pipeline_ends("one", writer_text(form, "/lake")),
        *pipeline_ends("other", reader_text(form, way, name, "/lake", Path("/x"))),
    )
    return "SSBT0640" in {each.diagnostic.code.number for each in check_contracts(every)}


def error_of(spark: SparkSession, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """With what a pipeline stops, "" if it does not."""
    try:
        run(compiled_module(f"pipeline named {{}}\n{text}", folder, monkeypatch), spark)
    except AnalysisException as error:
        return str(error)
    return ""


@pytest.mark.timeout(3600 if ALL else 600)
def test_what_stops_is_refused_and_nothing_else(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = spark.createDataFrame(ROWS, "id bigint, price double, shop string").coalesce(1)
    others = spark.createDataFrame([(1, "a")], "id bigint, word string")
    others.write.parquet(str(tmp_path / "others"))
    for form in FORMATS:
        rows.write.format(form).option("header", "true").save(str(tmp_path / form))
    wrong = []
    for form, way, name in SAMPLE:
        text = reader_text(form, way, name, str(tmp_path / form), tmp_path)
        stops = error_of(spark, text, tmp_path, monkeypatch)
        # It must not be another error.
        assert name in stops if stops else True, f"{form}, {way}, {name}: {stops[:300]}"
        # Spark skips what it cannot rename or drop.
        stops = stops or ("in silence" if way in SILENT and name == "shops" else "")
        if bool(stops) != is_refused(form, way, name):
            wrong.append(f"{form}, {way}, {name}: {'stops' if stops else 'runs'}")
    assert not wrong, "\n".join(wrong)
