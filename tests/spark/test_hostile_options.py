"""Options of connectors with hostile values: what is accepted works, what is refused would not.

The kind: each text, character, number and size that an option of a format of files takes, from the
connectors' own specifications, times values that people write by mistake. Spark decides: what the
compiler accepts is written and read without an error; what it refuses, Spark fails with, or reads
nothing, or something else than was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import Mode, Option, OptionPlacement, Shape, ValueKind
from ssbt.compiler.driver import check_pipeline, emit_files
from tests.conftest import interpret_plans
from tests.samples import sample

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

COLUMNS = {
    "csv": "id: bigint, name: string, day: date, at: timestamp",
    "json": "id: bigint, name: string, day: date, at: timestamp",
    "parquet": "id: bigint, name: string, day: date, at: timestamp",
    "orc": "id: bigint, name: string, day: date, at: timestamp",
    "text": "value: string",
}
ROWS = """(7L, 'Anna', date'2024-02-03', timestamp'2024-02-03 04:05:06'),
    (8L, 'Bob', date'2024-02-04', timestamp'2024-02-04 04:05:06') AS t(id, name, day, at)"""
TEXTS = (
    *("", "[q", "{q", "q]", "Europe/Berln", "europe/berlin", "CEST", "UTC+25", "UTC+1", "+01:00"),
    *("german", "de_DE", "de-DE", "utf-9", "zip", "2024-13-01T00:00:00", r"\\", r"\\t", "file:q"),
)
VALUES = {
    ValueKind.STRING: tuple(f'"{text}"' for text in TEXTS),
    ValueKind.CHAR: tuple(f'"{text}"' for text in ("", ",", r"\"", r"\\", r"\n", "#", r"\t", "'")),
    ValueKind.INTEGER: ("0", "1", "-1", "3000000000"),
    ValueKind.NUMBER: ("0", "0.0", "1", "-0.5", "2"),
    ValueKind.SIZE: ("0 b", "1 kb", "1 mb", "9000 gb"),
}
# What an option does nothing without.
COMPANIONS = {
    "sampling_ratio": "infer_schema = true",
    "bloom_filter_fpp": "bloom_filter_columns = id",
}
# They name columns, folders and tables, or need what no test has: other tests look at them.
OTHERS = {
    *("path", "table", "schema", "source_archive_dir", "column_name_of_corrupt_record", "buckets"),
    *("single_variant_column", "explode_embedded_array", "base_path", "modified_before"),
}
# What is refused although these rows come back: Java takes any text for a locale, of which it knows
# nothing; a quote that is the separator, or a line end, fails with a value that needs quotes; a
# backslash and a letter are no line end of any file; what is no number of rows means no limit, no
# part of a whole means none or all, and what is no ending of names another one.
SLIPS = {
    *("locale", "max_records_per_file", "extension", "row_index_stride"),
    "dictionary_key_threshold",
}
SLIPS_OF = {("quote", '","'), ("quote", r'"\n"'), ("escape", r'"\n"'), ("line_sep", r'"\\t"')}
# Spark writes the character NUL for them where a value needs it, which these rows do not have.
SLIPS_OF |= {("quote", '""'), ("escape", '""')}
# Spark writes on forever.
ENDLESS = {("compression_block_size", "0 b"), ("compression_block_size", "9000 gb")}
# Values that fit no row of ours, and may fit others; and texts that the rows hold.
UNFIT = {"max_columns": "1", "max_chars_per_column": "1"}


def options(name: str) -> Iterator[tuple[Option, str, bool, bool]]:
    """Each option with a value, and whether a source and a sink have it."""
    connector = find_connector(name)
    assert connector is not None
    assert connector.source is not None
    assert connector.sink is not None
    by_name: dict[str, list[bool]] = {}
    every: dict[str, Option] = {}
    for place, role in enumerate((connector.source, connector.sink)):
        for option in role.options:
            if Mode.BATCH in option.modes and option.type.shape is Shape.ONE:
                every[option.name] = option
                by_name.setdefault(option.name, [False, False])[place] = True
    for option in every.values():
        if option.place is not OptionPlacement.OPTION or option.name in OTHERS:
            continue
        for value in VALUES.get(option.type.kind, ()):
            if UNFIT.get(option.name) != value:
                in_source, in_sink = by_name[option.name]
                yield option, value, in_source, in_sink


def script(text: str) -> dict[str, Any] | None:
    result = check_pipeline("files.ssbt", lambda _: text.encode())
    if result.pipeline is None:
        return None
    file = next(each for each in emit_files(result) if each.path.endswith(".py"))
    names: dict[str, Any] = {"__name__": "files"}
    exec(compile(file.content, file.path, "exec"), names)
    return names


def outcome(
    spark: SparkSession, data: DataFrame, name: str, path: Path, sink: str, source: str
) -> str:
    """What comes of rows written and read with options: refused, fails, other or the same."""
    head = f'pipeline files {{ time_zone = "UTC" }}\nschema Row {{ {COLUMNS[name]} }}\n'
    writing = script(
        f'{head}source data from parquet {{ path = "unused", schema = Row }}\n'
        f'sink data to {name} {{ path = "{path}"{sink} }}\n'
    )
    schema = "" if "infer_schema" in source else ", schema = Row"
    reading = script(
        f'{head}source data from {name} {{ path = "{path}"{schema}{source} }}\n'
        "sink data to noop {}\n"
    )
    if writing is None or reading is None:
        return "refused"
    job = SimpleNamespace(spark=spark, counted=lambda frame, _: frame)
    try:
        next(writing[key] for key in writing if key.startswith("write_"))(data, job)
        rows = reading["data"](job).collect()
    except Exception as error:
        return f"fails: {str(error)[:200]}"
    return "same" if sorted(map(str, rows)) == sorted(map(str, data.collect())) else "other"


def spark_fails(
    spark: SparkSession, data: DataFrame, name: str, path: Path, option: Option, value: str
) -> bool:
    """Whether plain Spark fails with the option, or reads other rows than were written."""
    plain = value.strip('"').encode().decode("unicode_escape") if value.startswith('"') else value
    if option.type.kind is ValueKind.SIZE:
        amount, unit = value.split()
        plain = str(int(amount) * {"b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30}[unit])
    extra = {"inferSchema": "true"} if option.name == "sampling_ratio" else {}
    extra |= {"orc.bloom.filter.columns": "id"} if "fpp" in option.name else {}
    try:
        data.write.format(name).options(**extra).option(option.spark, plain).save(str(path))
        reader = spark.read.format(name).options(**extra).option(option.spark, plain)
        reader = reader if extra.get("inferSchema") else reader.schema(data.schema)
        rows = reader.load(str(path)).collect()
    except Exception:
        return True
    return sorted(map(str, rows)) != sorted(map(str, data.collect()))


def is_slip(option: Option, value: str) -> bool:
    inputs = option.name, value
    return option.name in SLIPS or inputs in SLIPS_OF or inputs in ENDLESS


@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_accepted_works(spark: SparkSession, tmp_path: Path, name: str) -> None:
    session = spark.newSession()
    interpret_plans(session)
    session.conf.set("spark.sql.session.timeZone", "UTC")
    columns = "name AS value" if name == "text" else "*"
    data = session.sql(f"SELECT {columns} FROM VALUES {ROWS}").coalesce(1)
    wrong = []
    for number, (option, value, in_source, in_sink) in enumerate(sample(options(name), 6)):
        block = f", {option.name} = {value}"
        block += f", {COMPANIONS[option.name]}" if option.name in COMPANIONS else ""
        path = tmp_path / str(number)
        sink, source = block if in_sink else "", block if in_source else ""
        came = outcome(session, data, name, path, sink, source)
        if came.startswith("fails"):
            wrong.append((option.name, value, came))
        elif (
            came == "refused"
            and not is_slip(option, value)
            and not spark_fails(session, data, name, tmp_path / f"plain{number}", option, value)
        ):
            wrong.append((option.name, value, "refused, and works"))
    assert wrong == []
