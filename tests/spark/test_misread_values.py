"""Values of files that Spark reads as others, and what scripts make of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime.files.inputs import paths_without_files
from tests.spark.compiling import read_back

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
EVERY = bool(os.environ.get("SSBT_ALL_PAIRS"))

FITS = {"tinyint": 127, "smallint": 32767, "int": 2147483647}
PAIRS = [
    ("parquet", "tinyint", "smallint"),
    ("parquet", "smallint", "int"),
    ("orc", "tinyint", "int"),
    ("orc", "int", "bigint"),
]
# Where the number stands: a column's type, and what makes a value of it in SQL.
SHAPES = {
    "{}": "{}",
    "struct<a: {}>": "named_struct('a', {})",
    "array<{}>": "array({}, null)",
    "map<string, {}>": "map('a', {})",
    "map<{}, string>": "map({}, 'a')",
}


@pytest.mark.parametrize(("form", "narrow", "wide"), PAIRS)
def test_narrower_integers(
    spark: SparkSession, tmp_path: Path, form: str, narrow: str, wide: str
) -> None:
    """In each shape: what fits is itself, all else stops the job."""
    columns = ", ".join(f"v{place}: {shape.format(narrow)}" for place, shape in enumerate(SHAPES))
    frames = []
    for number in (FITS[narrow], FITS[narrow] + 1):
        values = (make.format(f"cast({number}L as {wide})") for make in SHAPES.values())
        texts = ", ".join(f"{value} v{place}" for place, value in enumerate(values))
        written = spark.sql(f"select {texts}")
        written.write.format(form).save(f"{tmp_path}/{number}")
        frames += [written, read_back(spark, f'{form} {{ path = "{tmp_path}/{number}"', columns)]
    kept = [frame.selectExpr("to_json(struct(*))").collect() for frame in frames[:2]]
    assert kept[0] == kept[1]
    for place in range(len(SHAPES))[:: 1 if EVERY else 2]:
        with pytest.raises(Exception, match=f"malformed value in `v{place}`"):
            frames[3].select(f"v{place}").collect()


@pytest.mark.parametrize(
    ("type_", "texts", "values"),
    [
        ("tinyint", "127 128 255 256 -129", [127, None, None, None, None]),
        ("struct<a: tinyint>", '{"a":1} {"a":128}', [(1,), None]),
        ("timestamp", "0 253402300799 1741600000000 -99999999999", [1, 1, None, None]),
        (
            "timestamp",
            '"9999-12-31T23:59:59-12:00" "0001-01-01T00:00:00+14:00" 1741600000000',
            [1, 1, None],
        ),
        ("array<struct<a: timestamp>>", '[{"a":0},null] [{"a":1741600000000}]', [1, None]),
        ("date", '"2026-01-31" 20484 1741600000', [1, None, None]),
        ("timestamp_ntz", '"2026-01-31" 20484 1741600000', [1, None, None]),
    ],
)
def test_numbers_of_json(
    spark: SparkSession, tmp_path: Path, type_: str, texts: str, values: list[object]
) -> None:
    """What a type does not hold is malformed, in each mode."""
    rows = [f'{{"k": {k}, "v": {text}}}' for k, text in enumerate(texts.split())]
    (tmp_path / "a.json").write_text("\n".join(rows))
    block, columns = f'json {{ path = "{tmp_path}"', f"k: int, v: {type_}"
    kept = read_back(
        spark, f'{block}, mode = permissive, column_name_of_corrupt_record = "_c"', columns
    ).selectExpr("k", "v is null", "_c is null", "cast(v as string)")
    actual = [row[1:3] for row in kept.orderBy("k").collect()]
    assert actual == [(value is None, value is not None) for value in values]
    dropped = read_back(spark, f"{block}, mode = dropmalformed", columns)
    fit = [k for k, value in enumerate(values) if value is not None]
    assert [row.k for row in dropped.selectExpr("k", "cast(v as string)").collect()] == fit
    with pytest.raises(Exception, match=r"malformed value|FAILED_READ_FILE"):
        read_back(spark, block, columns).selectExpr("cast(v as string)").collect()


def test_folders_of_small_integers(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("select 1 k").write.parquet(f"{tmp_path}/level=300")
    frame = read_back(spark, f'parquet {{ path = "{tmp_path}"', "k: int, level: tinyint")
    with pytest.raises(Exception, match="malformed value in `level`"):
        frame.collect()


def test_paths_without_files(spark: SparkSession, tmp_path: Path) -> None:
    """A folder without files, or with hidden ones alone, is reported; other inputs are not."""
    for name, file in (("none", ""), ("hidden", "_a.csv"), ("some", "a.csv")):
        (tmp_path / name).mkdir()
        if file:
            (tmp_path / name / file).write_text("1\n")
    reader = spark.read.schema("a int")
    frames = {name: reader.csv(str(tmp_path / name)) for name in ("none", "hidden", "some")}
    assert not paths_without_files(frames["some"].unionAll(spark.range(3).selectExpr("int(id) a")))
    every = frames["none"].unionAll(frames["some"]).unionAll(frames["hidden"])
    reported = [path.removeprefix("file:") for path in paths_without_files(every.where("a > 0"))]
    assert reported == [str(tmp_path / "hidden"), str(tmp_path / "none")]
    filtered = reader.option("pathGlobFilter", "*.txt").csv(str(tmp_path / "some"))
    assert paths_without_files(filtered)


ENCODINGS = ("UTF-8", "US-ASCII", "ISO-8859-1", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_encodings(spark: SparkSession, tmp_path: Path, form: str) -> None:
    """Each encoding with each way to find lines: what compiles gives both rows."""
    lines = {"csv": "1,Zoe\n2,Ann\n", "json": '{"id":1,"n":"Zoe"}\n{"id":2,"n":"Ann"}\n'}
    refused = set()
    for encoding in (*ENCODINGS, "utf8", "latin1", "windows-1252"):
        (tmp_path / encoding).write_bytes(lines[form].encode(encoding))
        for option in ("", ', line_sep = "\\n"', ", multi_line = true"):
            if form == "json" and "multi_line" in option:
                continue
            block = f'{form} {{ path = "{tmp_path}/{encoding}", encoding = "{encoding}"{option}'
            try:
                frame = read_back(spark, block, "id: int, n: string")
            except AssertionError:
                refused.add((encoding, option))
                continue
            assert [tuple(row) for row in frame.collect()] == [(1, "Zoe"), (2, "Ann")], block
    assert refused >= {("UTF-16LE", ""), ("UTF-16", ""), ("windows-1252", "")}
    assert not refused & {("UTF-8", ""), ("UTF-16LE", ', line_sep = "\\n"')}


@pytest.mark.parametrize(("multi_line", "rows"), [("false", 2), ("true", 1)])
def test_line_ends_in_the_only_column(
    spark: SparkSession, tmp_path: Path, multi_line: str, rows: int
) -> None:
    (tmp_path / "a.csv").write_text('"first line\nsecond line"\n')
    reader = spark.read.schema("note string").option("mode", "FAILFAST")
    frame = reader.option("multiLine", multi_line).csv(str(tmp_path))
    assert len(frame.collect()) == rows
