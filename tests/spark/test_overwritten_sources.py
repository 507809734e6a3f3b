"""SSBT0521, SSBT0528, SSBT0529 and SSBT0530: sinks that delete or read again what is read.

The kind: the path of a sink, and what the path of a source matches. The compiler's verdict about
each pair is compared with the files that Spark finds, and with whole runs for one of each sort.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
import shutil
from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
import pytest

from ssbt.compiler.driver import check_pipeline

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

FLAT, FOLDERS, COLUMNS = ("in",), ("in/a", "in/b", "in/x"), ("in/d=1", "in/d=2")
NESTED = ("in/r=1/d=1", "in/r=2/d=1")

# Where the files are that a source reads with these paths.
READ: dict[str, tuple[str, ...]] = {
    "in": FLAT,
    "in/": FLAT,
    "in/*": FOLDERS,
    "in/{a,b}": FOLDERS,
    "{in/a,in/b}": FOLDERS,
    "in/{a,{b,x}}": FOLDERS,
    "in/[ab]": FOLDERS,
    "in/[!a]": FOLDERS,
    "in/[^ab]": FOLDERS,
    "in/[a-b]": FOLDERS,
    "in/?": FOLDERS,
    "in/a*": FOLDERS,
    "in/*/*.json": FOLDERS,
    "in/d=*": COLUMNS,
    "in/d=1": COLUMNS,
    "in/r=*/d=1": NESTED,
}
COLUMN_FOLDERS = ("in", COLUMNS), ("in/", NESTED)
WRITTEN = (
    "in",
    "in/a",
    "in/x",
    "in/_x",
    "in/.x",
    "in/y/z",
    "in/d=1",
    "in/d=3",
    "in/_d=1",
    "in/.d=1",
)
SPELLINGS = ("in/../in", "./in", "in//", "file://in", "FILE://in", "other", "in2", "in/x/../../in")
DYNAMIC = "partition_by = k, partition_overwrite_mode = dynamic"
STATIC = "partition_by = k, partition_overwrite_mode = static"

Pair = tuple[str, tuple[str, ...], str, str, str]
"""Path and files of a source, its options, path and options of a sink."""


def pairs() -> list[Pair]:
    read = [*READ.items(), *COLUMN_FOLDERS]
    every = [(path, files, "", out, "") for path, files in read for out in WRITTEN]
    every += [("in", FLAT, "", out, "") for out in SPELLINGS]
    recursive = "recursive_file_lookup = true"
    every += [("in", FOLDERS, recursive, out, "") for out in WRITTEN]
    every += [
        ("in/*", FOLDERS, recursive, "in/y/z", ""),
        ("in/a", FOLDERS, recursive, "in/b/c", ""),
    ]
    base = 'base_path = "in"'
    every += [("in/d=1", COLUMNS, base, out, "") for out in ("in/d=1", "in/d=2", "in")]
    every += [("in/d=*", COLUMNS, base, out, "") for out in ("in/d=1", "in")]
    for options in (DYNAMIC, STATIC):
        every += [("in", ("in/k=1", "in/k=2"), "", "in", options)]
        every += [("in/k=*", ("in/k=1", "in/k=2"), base, "in", options)]
    every += [("in", FLAT, "", "in/x", STATIC), ("in/*", FOLDERS, "", "in/y", STATIC)]
    return [each for each in every if not is_unanswered(each[0], each[1], each[3])]


def is_unanswered(path: str, files: tuple[str, ...], out: str) -> bool:
    """Pairs that depend on what lies beside: a folder of no column beside folders of columns."""
    beside = "=" not in out and out.startswith("in/") and ".." not in out
    return beside and files in (COLUMNS, NESTED) and path.rstrip("/") == "in" and "_" not in out


def located(path: str, folder: Path) -> str:
    """A path within the test's folder."""
    if "://" in path:
        scheme, _, rest = path.partition("://")
        return f"{scheme}://{folder}/{rest}"
    return f"{folder}/{path}"


def place_files(folder: Path, files: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for number, name in enumerate(files):
        (folder / name).mkdir(parents=True)
        rows = (f'{{"id":{number * 10 + row},"k":{row % 2}}}\n' for row in range(3))
        (folder / name / "f.json").write_text("".join(rows))


def codes(text: str) -> set[str]:
    return {each.code.number for each in check_pipeline("p.ssbt", lambda _: text.encode()).findings}


def pipeline(source: str, source_options: str, sink: str, sink_options: str) -> str:
    return (
        "pipeline p {}\nschema Row { id: bigint, k: int }\n"
        f'source rows from json {{ path = "{source}", schema = Row {source_options} }}\n'
        f'sink rows to json {{ path = "{sink}" {sink_options} }}\n'
    )


def read(spark: SparkSession, folder: Path, path: str, options: str) -> DataFrame:
    reader = spark.read.schema("id BIGINT, k INT")
    if options.startswith("recursive"):
        reader = reader.option("recursiveFileLookup", "true")
    elif options:
        reader = reader.option("basePath", str(folder / "in"))
    return reader.json(located(path, folder))


def is_safe_in_spark(spark: SparkSession, folder: Path, pair: Pair) -> bool:
    """Whether Spark finds no file in the folder that it would empty, once that has been written."""
    path, files, source_options, out, sink_options = pair
    place_files(folder, files)
    if "dynamic" in sink_options:
        # Nothing is deleted before all is read: the test of whole runs shows it.
        return True
    target = Path(os.path.normpath(folder / out.removeprefix("FILE://").removeprefix("file://")))
    written = target / "k=0" if "partition_by" in sink_options else target
    written.mkdir(parents=True, exist_ok=True)
    (written / "part-0.json").write_text('{"id":1}\n')
    try:
        result = read(spark, folder, path, source_options).inputFiles()
    except Exception:
        return False
    return not any(Path(each.removeprefix("file://")).is_relative_to(target) for each in result)


def is_safe_in_runs(spark: SparkSession, folder: Path, pair: Pair) -> bool:
    """Whether the second run goes well, too, and the files of the source are what they were."""
    path, files, source_options, out, sink_options = pair
    place_files(folder, files)
    for _ in range(2):
        try:
            writer = read(spark, folder, path, source_options).write.mode("overwrite")
            if "partition_by" in sink_options:
                writer = writer.partitionBy("k")
            if "dynamic" in sink_options:
                writer = writer.option("partitionOverwriteMode", "dynamic")
            writer.json(located(out, folder))
        except Exception:
            return False
    return True


def is_refused(folder: Path, pair: Pair) -> bool:
    path, _, source_options, out, sink_options = pair
    if source_options.startswith("base"):
        source_options = f'base_path = "{folder}/in"'
    text = pipeline(
        located(path, folder),
        f", {source_options}" if source_options else "",
        located(out, folder),
        ", mode = overwrite" + (f", {sink_options}" if sink_options else ""),
    )
    return "SSBT0521" in codes(text)


def test_what_deletes_its_input_is_refused_and_nothing_else(
    spark: SparkSession, tmp_path: Path
) -> None:
    wrong = []
    for pair in pairs():
        refused = is_refused(tmp_path, pair)
        if refused is is_safe_in_spark(spark, tmp_path, pair):
            wrong.append((pair, "refused" if refused else "accepted"))
    assert wrong == []


RUNS: tuple[Pair, ...] = (
    ("in", FLAT, "", "in", ""),
    ("in", FLAT, "", "in/x", ""),
    ("in", COLUMNS, "", "in/d=1", ""),
    ("in/*", FOLDERS, "", "in/x", ""),
    ("in/{a,b}", FOLDERS, "", "in/x", ""),
    ("in", ("in/k=1", "in/k=2"), "", "in", DYNAMIC),
    ("in", ("in/k=1", "in/k=2"), "", "in", STATIC),
)


@pytest.mark.parametrize("pair", RUNS)
def test_whole_runs(spark: SparkSession, tmp_path: Path, pair: Pair) -> None:
    assert is_refused(tmp_path, pair) is not is_safe_in_runs(spark, tmp_path, pair)


@pytest.mark.parametrize("spelling", ["t", "default.t", "T", "spark_catalog.default.t"])
def test_the_folder_of_a_table(spelling: str) -> None:
    """A table without a path lies in the warehouse, and one with a relative path, too."""
    sink = f'"t", table = "{spelling}", mode = overwrite }}'
    text = pipeline("spark-warehouse/t", "", "X", "").replace('path = "X"', f"path = {sink[:-2]}")
    assert "SSBT0521" in codes(text)
    assert "SSBT0521" in codes(text.replace('path = "t", table', "table"))
    assert "SSBT0521" not in codes(text.replace('"spark-warehouse/t"', '"t"'))
    assert "SSBT0521" not in codes(text.replace('"spark-warehouse/t"', '"spark-warehouse/u"'))


def test_tables_are_written_over_what_is_read(spark: SparkSession, tmp_path: Path) -> None:
    place_files(tmp_path, FLAT)
    frame = spark.read.schema("id BIGINT, k INT").json(f"{tmp_path}/in")
    writer = frame.write.mode("overwrite").format("json").option("path", f"{tmp_path}/in")
    with pytest.raises(Exception, match=r"saveAsTable|NOT_EXIST|exist"):
        writer.saveAsTable("overwritten")
    assert not [*(tmp_path / "in").glob("f.json")]
    spark.sql("DROP TABLE IF EXISTS overwritten")


@pytest.mark.parametrize("mode", ["", "ignore", "errorifexists", "append"])
@pytest.mark.parametrize(("path", "out"), [("in", "in"), ("in/a", "in"), ("in", "out")])
def test_a_folder_that_is_there(
    spark: SparkSession, tmp_path: Path, mode: str, path: str, out: str
) -> None:
    place_files(tmp_path, (path,))
    message = f", mode = {mode}" if mode else ""
    reported = codes(pipeline(f"{tmp_path}/{path}", "", f"{tmp_path}/{out}", message))
    before = sorted(each for each in tmp_path.rglob("*.json"))
    frame = spark.read.schema("id BIGINT, k INT").json(f"{tmp_path}/{path}")
    with contextlib.suppress(AnalysisException):
        frame.write.mode(mode or "errorifexists").json(f"{tmp_path}/{out}")
    writes = sorted(each for each in tmp_path.rglob("*.json")) != before
    assert ("SSBT0528" in reported) is not writes


STREAMS = {
    ("in", "in/x"): FLAT,
    ("in", "in/_x"): FLAT,
    ("in", "in/d=3"): FLAT,
    ("in", "in"): FLAT,
    ("in", "out"): FLAT,
    ("in/*", "in/x"): ("in/a",),
    ("in/*", "in"): ("in/a",),
    ("in/*", "in/x/y"): ("in/a",),
    ("in/{a,x}", "in/x"): ("in/a",),
    ("in/a", "in"): ("in/a",),
    ("in/a*", "in"): ("in/a",),
}


@pytest.mark.parametrize(("path", "out"), STREAMS)
def test_streams_that_read_what_they_write(
    spark: SparkSession, tmp_path: Path, path: str, out: str
) -> None:
    place_files(tmp_path, STREAMS[path, out])
    text = pipeline(f"{tmp_path}/{path}", "", f"{tmp_path}/{out}", ", trigger = available now")
    text = text.replace("source rows", "stream source rows").replace(
        "pipeline p {}", f'pipeline p {{ checkpoint = "{tmp_path}/cp" }}'
    )
    for _ in range(3):
        frame = spark.readStream.schema("id BIGINT, k INT").json(f"{tmp_path}/{path}")
        writer = frame.writeStream.option("checkpointLocation", f"{tmp_path}/cp").format("json")
        writer.trigger(availableNow=True).start(f"{tmp_path}/{out}").awaitTermination()
    rows = spark.read.schema("id BIGINT").json(f"{tmp_path}/{out}").count()
    reported = codes(text) & {"SSBT0529", "SSBT0530"}
    assert reported == ({"SSBT0530"} if rows == 0 else {"SSBT0529"} if rows > 3 else set())
