"""What CSV and JSON sources make of values as people have them, through generated scripts.

`text_values.txt` has what Spark gave: for each reader, its options and the type of a column, each
value that is not malformed. A value is right if it plainly means that; of any other, the page of
the connector has a sentence. What is not listed is malformed.

`pytest --snapshot-update` asks Spark again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.spark.test_connector_rows import module
from tests.spark.text_values import (
    NOTHING,
    SENTENCES,
    VALUES,
    german_meaning,
    plain_meaning,
    sentence_word,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

ROOT = Path(__file__).resolve().parents[2]
RECORDED = Path(__file__).with_name("text_values.txt")

NUMBERS = [
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "decimal(12,2)",
    "decimal(38,18)",
]
TIMES = ["date", "timestamp", "timestamp_ntz"]
EVERY = [*NUMBERS, "boolean", *TIMES, "string", "binary"]
DAYS = ["interval day to second", "interval year to month"]
GERMAN = 'date_format = "dd.MM.yyyy", timestamp_format = "dd.MM.yyyy HH:mm[:ss]"'
LENIENT = "enable_date_time_parsing_fallback = true"
BERLIN = 'time_zone = "Europe/Berlin"'
READINGS = {
    ("csv", ""): [*EVERY, *DAYS],
    ("csv", GERMAN): ["date", "timestamp"],
    ("csv", 'date_format = "dd.MM.yy"'): ["date"],
    ("csv", LENIENT): TIMES,
    ("csv", BERLIN): ["timestamp", "timestamp_ntz"],
    ("csv", 'locale = "de-DE"'): NUMBERS[4:],
    ("csv", 'locale = "en-US"'): NUMBERS[4:],
    ("csv", "ignore_leading_white_space = true, ignore_trailing_white_space = true"): EVERY,
    ("csv", 'null_value = "NULL"'): ["int", "date", "string"],
    ("json", ""): EVERY,
    ("json", GERMAN): ["date", "timestamp"],
    ("json", LENIENT): TIMES,
    ("json", BERLIN): ["timestamp"],
    ("json", 'locale = "en-US"'): NUMBERS[6:],
    ("json unquoted", ""): EVERY,
    (
        "json unquoted",
        "allow_numeric_leading_zeros = true, allow_non_numeric_numbers = false",
    ): NUMBERS,
}


class Cell(NamedTuple):
    """A value that was read: by whom, as what, and what came out."""

    reader: str
    options: str
    type: str
    value: str
    outcome: str | None

    @property
    def verdict(self) -> str:
        """`right`, or the word for the sentence about it."""
        text = self.value.strip(" \t") if self._is_trimmed else self.value
        if text == ("NULL" if "null_value" in self.options else "null") and self._takes_null:
            return "right" if self.outcome is None else "?"
        if "dd.MM" in self.options or "de-DE" in self.options:
            expected = german_meaning(text, self.type)
        else:
            expected = plain_meaning(
                text, self.type, "Europe/Berlin" if BERLIN in self.options else "UTC"
            )
        if is_same(expected, self.outcome, self.type):
            return "right"
        return sentence_word(text, self.type, self.options, self.reader, self.outcome)

    @property
    def _is_trimmed(self) -> bool:
        return "white_space" in self.options or self.reader == "json unquoted"

    @property
    def _takes_null(self) -> bool:
        return "null_value" in self.options or self.reader == "json unquoted"


def is_same(expected: object, outcome: str | None, type_: str) -> bool:
    if isinstance(expected, float) and outcome is not None:
        if expected != expected:
            return outcome == "NaN"
        return math.isclose(expected, float(outcome), rel_tol=1e-6 if type_ == "float" else 1e-15)
    return expected is not NOTHING and expected == outcome


def write_values(reader: str, folder: Path) -> Path:
    path = folder / f"{reader.replace(' ', '_')}.txt"
    lines = {
        "csv": lambda k, v: f"{k},{csv_field(v)}",
        "json": lambda k, v: json.dumps({"k": k, "v": v}),
        "json unquoted": lambda k, v: f'{{"k":{k},"v":{v}}}',
    }
    path.write_text("".join(f"{lines[reader](k, v)}\n" for k, v in enumerate(VALUES)))
    return path


def csv_field(value: str) -> str:
    return f'"{value}"' if "," in value else value


@pytest.fixture(scope="module")
def read(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    """Every value that Spark reads as something, by one generated script."""
    folder = tmp_path_factory.mktemp("values")
    paths = {reader: write_values(reader, folder) for reader, _ in READINGS}
    readings = [(*key, type_) for key, types in READINGS.items() for type_ in types]
    text = ["pipeline rows { }"]
    for place, (reader, options, type_) in enumerate(readings):
        entries = [f'path = "{paths[reader]}"', f"schema = S{place}", options]
        entries += ["mode = permissive", 'column_name_of_corrupt_record = "_c"']
        text += [
            f"schema S{place} {{ k: int, v: {type_} }}",
            f"source s{place} from {reader.split()[0]} {{ {', '.join(filter(None, entries))} }}",
            f"sink s{place} to noop {{ }}",
        ]
    names = module("\n".join(text))
    return [
        Cell(*reading, value, outcome)
        for place, reading in enumerate(readings)
        for value, outcome in outcomes(names[f"s{place}"](SimpleNamespace(spark=spark)), reading[2])
    ]


def outcomes(frame: DataFrame, type_: str) -> Iterator[tuple[str, str | None]]:
    output = "hex(v)" if type_ == "binary" else "cast(v as string)"
    for row in frame.selectExpr("k", output, "_c").collect():
        if row[2] is None and row[0] is not None:
            yield VALUES[row[0]], row[1]


def without_today(text: str) -> str:
    """Where Spark takes today's date for a time alone, any day's run says the same."""
    now = datetime.now(UTC)
    for day in (now, now - timedelta(days=1)):
        text = text.replace(f"{day:%Y-%m-%d} ", "0000-00-00 ")
    return text


def test_what_is_read(read: list[Cell], pytestconfig: pytest.Config) -> None:
    """Every value that is not malformed is right, or the page has a sentence about it."""
    unknown = [str(tuple(cell)) for cell in read if cell.verdict not in ("right", *SENTENCES)]
    assert "\n".join(unknown) == ""
    text = without_today(recorded(read))
    if pytestconfig.getoption("update_snapshots"):
        RECORDED.write_text(text)
    assert text == RECORDED.read_text()


def recorded(cells: list[Cell]) -> str:
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for cell in cells:
        if cell[:3] != before:
            lines += [
                "",
                f"{cell.reader} as {cell.type}{': ' if cell.options else ''}{cell.options}",
            ]
            before = cell[:3]
        outcome = "null" if cell.outcome is None else json.dumps(cell.outcome, ensure_ascii=False)
        value = json.dumps(cell.value, ensure_ascii=False)
        lines.append(f"  {value:36} {outcome:36} {cell.verdict}")
    return "\n".join(lines).lstrip("\n") + "\n"


@pytest.mark.parametrize("name", ["csv", "json"])
def test_pages_have_the_sentences(read: list[Cell], name: str) -> None:
    page = " ".join((ROOT / "docs" / "connectors" / f"{name}.md").read_text().split()).lower()
    words = {cell.verdict for cell in read if cell.reader.startswith(name)} - {"right"}
    missing = [word for word in sorted(words) if SENTENCES[word].lower() not in page]
    assert not missing
