"""What becomes of what one pipeline writes and another one reads, and what is said of it.

The kind: two ends that differ in one thing, a name, a type, an option, a format, a folder. Each
pair is written and read by Spark through generated scripts. Wrong rows silently need an error, a
failure needs a finding, and where all rows are right nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.driver import check_pipeline
from tests.spark.compiling import read_back, write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

RIGHT, WRONG, FAILS = "right", "wrong", "fails"
COLUMNS = "id: bigint, name: string, day: date, at: timestamp"
ROWS = (
    "select 1L id, 'Ann' name, date'2026-02-03' day, timestamp'2026-01-31 12:30:15.123456' at"
    " union all select 2L, 'Bo, the; \"man', date'1999-12-31', timestamp'2026-01-31 00:00:00'"
    " union all select 3L, null, null, null union all select 4L, 'x', null, null"
    " union all select 5L, \"Zo\u00eb's\", date'2026-03-01', null"
)

NULL = "union all select 7L, 'NULL', null, null"
EMPTY = "union all select 6L, '', null, null"


class Pair(NamedTuple):
    """A sink and a source, the columns of both, and the rows that are written."""

    sink: str
    source: str
    read: str = COLUMNS
    written: str = COLUMNS
    rows: str = ROWS
    folder: str = ""


CSV_OPTIONS = {
    "header, not read": ("header = true", ""),
    "no header": ("", "header = true"),
    "no headers": ("", ""),
    "headers": ("header = true", "header = true"),
    "sep": ('sep = ";"', ""),
    "sep of the reader": ("", 'sep = "\\t"'),
    "same sep": ('sep = ";"', 'sep = ";"'),
    "dialect": ("dialect = rfc4180", ""),
    "dialect of the reader": ("", "dialect = rfc4180"),
    "same dialect": ("dialect = rfc4180", "dialect = rfc4180"),
    "dialect spelt out": ("dialect = excel", 'sep = ";", escape = "\\"", multi_line = true'),
    "quote": ('quote = "\'"', ""),
    "quote of the reader": ("", 'quote = "\'"'),
    "escape": (r'escape = "\""', ""),
    "encoding": ('encoding = "ISO-8859-1"', ""),
    "same encoding": ('encoding = "ISO-8859-1"', 'encoding = "iso-8859-1"'),
    "encoding of the reader": ("", 'encoding = "ISO-8859-1"'),
    "null_value": ('null_value = "NULL"', ""),
    "null_value of the reader": ("", 'null_value = "NULL"'),
    "same null_value": ('null_value = "NULL"', 'null_value = "NULL"'),
    "line_sep": ('line_sep = "|"', ""),
    "same line_sep": ('line_sep = "|"', 'line_sep = "|"'),
    "comment": ("", 'comment = "2"'),
    "date_format": ('date_format = "dd/MM/yyyy"', ""),
    "date_format of the reader": ("", 'date_format = "yyyy-dd-MM"'),
    "other date_format": ('date_format = "dd/MM/yyyy"', 'date_format = "MM/dd/yyyy"'),
    "same date_format": ('date_format = "dd/MM/yyyy"', 'date_format = "dd/MM/yyyy"'),
    "timestamp_format": ('timestamp_format = "dd.MM.yyyy HH:mm:ss.SSSSSS"', ""),
    "timestamp_format of the reader": ("", 'timestamp_format = "yyyy-MM-dd HH:mm:ss"'),
    "timestamp_format that is read": ('timestamp_format = "yyyy-MM-dd HH:mm:ss.SSSSSS"', ""),
    "compression": ("compression = gzip", ""),
    "multi_line": ("", "multi_line = true"),
    "empty_value": ('empty_value = "-"', ""),
    "quote_all": ("quote_all = true", ""),
}
JSON_OPTIONS = {
    "as it is": ("", ""),
    "pretty": ("pretty = true", ""),
    "pretty of several lines": ("pretty = true", "multi_line = true"),
    "multi_line": ("", "multi_line = true"),
    "encoding": ('encoding = "UTF-16LE"', ""),
    "same encoding": ('encoding = "UTF-16LE"', 'encoding = "UTF-16LE", line_sep = "\\n"'),
    "line_sep": ('line_sep = "|"', ""),
    "line_sep of the reader": ("", 'line_sep = "|"'),
    "same line_sep": ('line_sep = "|"', 'line_sep = "|"'),
    "date_format": ('date_format = "dd/MM/yyyy"', ""),
    "other date_format": ('date_format = "dd/MM/yyyy"', 'date_format = "MM/dd/yyyy"'),
    "same date_format": ('date_format = "dd/MM/yyyy"', 'date_format = "dd/MM/yyyy"'),
    "timestamp_format": ('timestamp_format = "dd.MM.yyyy HH:mm:ss.SSSSSS"', ""),
    "timestamp_format of the reader": ("", 'timestamp_format = "yyyy-MM-dd HH:mm:ss"'),
    "timestamp_format that is read": ('timestamp_format = "yyyy-MM-dd HH:mm:ss.SSSSSS"', ""),
    "ignore_null_fields": ("ignore_null_fields = true", ""),
    "compression": ("compression = gzip", ""),
    "allow_comments": ("", "allow_comments = true"),
}
NAMES = {
    "the same": COLUMNS,
    "renamed": "id: bigint, title: string, day: date, at: timestamp",
    "another case": "ID: bigint, Name: string, day: date, at: timestamp",
    "another order": "name: string, id: bigint, at: timestamp, day: date",
    "two of one type, swapped": "id: bigint, name: string, at: timestamp, day: date",
    "fewer": "id: bigint, name: string",
    "fewer, in the middle": "id: bigint, day: date, at: timestamp",
    "more": f"{COLUMNS}, more: string",
    "default": f"{COLUMNS}, more: string default 'x'",
}
FORMS = {
    "parquet": ("parquet", "parquet"),
    "orc": ("orc", "orc"),
    "json": ("json", "json"),
    "csv": ("csv {C}header = true", "csv {C}header = true"),
    "csv without header": ("csv", "csv"),
}


def block(form: str, options: str) -> str:
    """`csv { path = "…", header = true`, with the options after it and no end."""
    name, _, own = form.partition(" {C}")
    every = ", ".join(each for each in (own, options) if each)
    return f'{name} {{ path = "FOLDER"' + (f", {every}" if every else "")


def option_pairs() -> dict[str, Pair]:
    result = {}
    for name, options in (("csv", CSV_OPTIONS), ("json", JSON_OPTIONS)):
        for kind, (one, other) in options.items():
            result[f"{name}: {kind}"] = Pair(block(name, one), block(name, other))
    result["csv: empty_value"] = result["csv: empty_value"]._replace(rows=f"{ROWS} {EMPTY}")
    name = "csv: null_value of the reader"
    result[name] = result[name]._replace(rows=f"{ROWS} {NULL}")
    return result


def name_pairs() -> dict[str, Pair]:
    return {
        f"{form}: {kind}": Pair(block(sink, ""), block(source, ""), read)
        for form, (sink, source) in FORMS.items()
        for kind, read in NAMES.items()
        if kind != "default" or form in ("parquet", "orc", "json")
    }


def form_pairs() -> dict[str, Pair]:
    """Formats of bytes and of text; what lines of plain text hold nobody knows."""
    names = ("parquet", "orc", "json", "csv", "text")
    line = "value: string"
    rows = "select 'a line' value union all select '{}' union all select '1'"
    return {
        f"{one} as {other}": Pair(block(one, ""), block(other, ""), line, line, rows)
        for one in names
        for other in names
        if one != other and (one != "text" or other in ("parquet", "orc"))
        if other != "text" or one in ("parquet", "orc")
    }


FOLDERS = {
    "the folder column": ("", "id: bigint, name: string, month: string"),
    "as a number": ("", "id: bigint, name: string, month: int"),
    "as a date": ("", "id: bigint, name: string, month: date"),
    "in another case": ("", "id: bigint, name: string, MONTH: string"),
    "without it": ("", "id: bigint, name: string"),
    "in one folder": ("/month=01", "id: bigint, name: string, month: string"),
    "in one folder, without it": ("/month=01", "id: bigint, name: string"),
    "behind a glob": ("/*", "id: bigint, name: string, month: string"),
    "behind a glob of its own": ("/month=*", "id: bigint, name: string, month: string"),
    "behind a glob, without it": ("/*", "id: bigint, name: string"),
    "files of folders": ("/*/*", "id: bigint, name: string, month: string"),
}


def folder_pairs() -> dict[str, Pair]:
    rows = "select 1L id, 'a' name, '01' month union all select 2L, 'b', 'x1'"
    columns = "id: bigint, name: string, month: string"
    result = {}
    for form, (sink, source) in FORMS.items():
        for kind, (below, read) in FOLDERS.items():
            pair = Pair(
                block(sink, "partition_by = month"), block(source, ""), read, columns, rows, below
            )
            result[f"{form}, folders: {kind}"] = pair
        both = Pair(
            block(sink, "partition_by = month"),
            block(source, "recursive_file_lookup = true"),
            columns,
            columns,
            rows,
        )
        result[f"{form}, folders: looked into"] = both
    return result


PAIRS: Mapping[str, Pair] = {
    **option_pairs(),
    **name_pairs(),
    **form_pairs(),
    **folder_pairs(),
}


def outcome(spark: SparkSession, pair: Pair, folder: Path) -> str:
    """What Spark makes of it: the rows as they were written, others, or a failure."""
    data = spark.sql(pair.rows).coalesce(1)
    sink = pair.sink.replace("FOLDER", str(folder)) + ", mode = overwrite"
    if "partition_by" in sink:
        sink += ", partition_overwrite_mode = static"
    write(data, sink + " }", pair.written)
    source = pair.source.replace("FOLDER", str(folder) + pair.folder)
    try:
        actual = read_back(spark, source, pair.read).collect()
    except Exception:
        return FAILS
    names = [each.partition(":")[0].strip() for each in pair.read.split(", ")]
    spelt = {name.casefold(): name for name in data.columns}
    if "csv" in pair.source and "header" not in pair.source:
        # Without names, a column of another one is the one in its place.
        spelt = {**dict(zip(map(str.casefold, names), data.columns, strict=False)), **spelt}
    every = [row.asDict() for row in data.collect()]
    rows = [row for row in every if "=01" not in pair.folder or row["month"] == "01"]
    expected = [
        [row[spelt[name.casefold()]] if name.casefold() in spelt else "x" for name in names]
        for row in rows
    ]
    return RIGHT if sorted(map(str, expected)) == sorted(str([*row]) for row in actual) else WRONG


def verdict(pair: Pair) -> Severity | None:
    """What is said of it."""
    sink = pair.sink.replace("FOLDER", "/lake/data")
    source = pair.source.replace("FOLDER", f"/lake/data{pair.folder}")
    writer = (
        f"schema W {{ {pair.written} }}\n"
        'source d from parquet { path = "/in", schema = W }\n'
        f"sink d to {sink}, mode = append }}\n"
    )
    reader = f"schema R {{ {pair.read} }}\nsource d from {source}, schema = R }}\n"
    every = (*pipeline_ends("one", writer), *pipeline_ends("other", reader + "sink d to noop {}\n"))
    severities = [each.diagnostic.severity for each in check_contracts(every)]
    return max(severities, key=[Severity.WARNING, Severity.ERROR].index, default=None)


def pipeline_ends(name: str, text: str) -> tuple[Endpoint, ...]:
    text = f'pipeline {name} {{ time_zone = "UTC" }}\n{text}'
    result = check_pipeline(f"{name}.ssbt", lambda path: text.encode())
    assert result.pipeline is not None, [each.message for each in result.findings]
    return list_endpoints(result.pipeline)


FIT = {RIGHT: (None,), FAILS: (Severity.ERROR, Severity.WARNING), WRONG: (Severity.ERROR,)}


# In `make test` some of each kind; all of them with SSBT_ALL_PAIRS=1, which takes some minutes.
ALL = bool(os.environ.get("SSBT_ALL_PAIRS"))
SAMPLE = [*PAIRS][:: 1 if ALL else 19]


@pytest.mark.timeout(3600 if ALL else 600)
def test_what_is_said_is_what_spark_does(spark: SparkSession, tmp_path: Path) -> None:
    wrong = []
    for number, name in enumerate(SAMPLE):
        pair = PAIRS[name]
        actual, message = outcome(spark, pair, tmp_path / str(number)), verdict(pair)
        if message not in FIT[actual]:
            wrong.append(f"{name}: {actual}, {message}")
    assert not wrong, "\n".join(wrong)
