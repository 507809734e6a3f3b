"""Values as people have them in records of CSV and JSON, of every type, beside those in files.

`text_values.txt` has what files give, of which each is right or has a sentence. A record gives the
same or is malformed, and it is malformed where the file's row is not for the reasons of `STRICTER`.
A number in JSON for a column of texts is written again: the page of the format says how.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
import json
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.samples import sample
from tests.spark.test_connector_rows import module
from tests.spark.test_record_values import Records
from tests.spark.test_text_values import EVERY, RECORDED, csv_field
from tests.spark.text_values import VALUES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]

RECORDS = {
    "csv": lambda value: f"1,{csv_field(value)}",
    "json": lambda value: json.dumps({"k": 1, "v": value}),
    "json unquoted": lambda value: f'{{"k":1,"v":{value}}}',
}
# No column of these: the compiler says so.
REFUSED = {("csv", "binary")}
# Of which types a record is malformed where a file's row is not, and why.
STRICTER = {
    "date": "years outside of 1 to 9999",
    "timestamp": "years outside of 1 to 9999",
    "timestamp_ntz": "years outside of 1 to 9999",
    "decimal(12,2)": "`\u2019` between thousands, and places that the column has not",
    "decimal(38,18)": "`\u2019` between thousands",
    "float": "too large",
    "double": "too large",
}
READINGS = sample(
    [(reader, type_) for reader in RECORDS for type_ in EVERY if (reader, type_) not in REFUSED], 3
)
SOURCE = """
schema S{place} {{ k: int, v: {type} }}
source s{place} from kafka {{
  bootstrap_servers = "localhost:9092"
  subscribe         = "t"
  value             = {format}
  schema            = S{place}
  metadata          = [offset]
  on_error          = dead_letter
}}
sink s{place} to noop {{ }}
sink s{place}.dead_letter to noop as d{place} {{ }}
"""


def of_files() -> dict[tuple[str, str], dict[str, str | None]]:
    """What files give for each value that is not malformed, by reader and type."""
    result: dict[tuple[str, str], dict[str, str | None]] = {}
    for section in RECORDED.read_text().split("\n\n"):
        head, *lines = section.splitlines()
        reader, _, type_ = head.partition(" as ")
        cells = result.setdefault((reader, type_), {})
        for line in lines:
            value, end = json.JSONDecoder().raw_decode(line.strip())
            cells[value], _ = json.JSONDecoder().raw_decode(line.strip()[end:].strip())
    return result


def of_records(spark: SparkSession) -> Iterator[tuple[tuple[str, str], dict[str, str | None]]]:
    declared = [
        SOURCE.format(place=place, format=reader.split()[0], type=type_)
        for place, (reader, type_) in enumerate(READINGS)
    ]
    names = module("\n".join(["pipeline rows { }", *declared]))
    for place, (reader, type_) in enumerate(READINGS):
        values = [RECORDS[reader](value).encode() for value in VALUES]
        judged = names[f"s{place}_records"](SimpleNamespace(spark=Records(spark, values)))
        output = "hex(v)" if type_ == "binary" else "cast(v as string)"
        rows = judged.selectExpr("_offset", output, "_dead_letter.error").collect()
        assert len(rows) == len(VALUES)
        yield (reader, type_), {VALUES[row[0]]: row[1] for row in rows if row[2] is None}


def is_same(text: str | None, other: str | None) -> bool:
    """Whether the texts are of one number."""
    try:
        first, second = float((text or "").strip('"')), float(other or "")
    except ValueError:
        return False
    return first == second or (math.isnan(first) and math.isnan(second))


def has_places(text: str, places: int) -> bool:
    """Whether a number has more places than these, of which one of the next six is not zero."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return round(number, places + 6) != round(number, places)


def test_records_are_read_as_files_or_are_malformed(spark: SparkSession) -> None:
    files = of_files()
    stricter: dict[str, set[str]] = {}
    for (reader, type_), records in of_records(spark):
        # Of some types a file gives nothing: no text in JSON is a number.
        file = files.get((reader, type_), {})
        more = {value: records[value] for value in records if value not in file}
        other = {
            value: (text, file.get(value))
            for value, text in records.items()
            if text != file.get(value)
            and not (reader == "json unquoted" and type_ == "string" and is_same(text, file[value]))
        }
        assert (more, other) == ({}, {}), (reader, type_)
        if fewer := file.keys() - records.keys():
            stricter.setdefault(type_, set()).update(fewer)
    assert stricter.keys() <= STRICTER.keys(), stricter
    for type_, values in stricter.items():
        if type_.startswith("decimal"):
            assert all("\u2019" in each or has_places(each, 2) for each in values), (type_, values)
        elif type_ in ("float", "double"):
            assert all(each[-1].isdigit() and abs(float(each)) > 3.4e38 for each in values), values
        else:
            assert all(value.lstrip("+-")[:5].isdigit() or value[:4] == "0000" for value in values)
