"""What `from_json` and `from_csv` change silently is what the compiler warns of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.driver import check_pipeline

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

# Values by type, as JSON or CSV has them, with what each means as text: None, where it means none.
# What a type rounds, or has no room for, is not here: pages of formats say it.
JSON: dict[str, dict[str, str | None]] = {
    "decimal(5,2)": {
        '"12,5"': None,
        '"1,234"': None,
        '"1.5"': "1.50",
        "1.25": "1.25",
        "99999": None,
    },
    "date": {
        '"202603"': None,
        '"2026-03-10 25:99"': None,
        '"2026-03-10"': "2026-03-10",
        "20000": None,
    },
    "timestamp": {
        "1700000000000": None,
        '"202603"': None,
        '"10:15"': None,
        '"2026-03-10T10:00:00Z"': "2026-03-10 10:00:00",
    },
    "timestamp_ntz": {
        '"202603"': None,
        '"10:15"': None,
        '"2026-03-10T10:00"': "2026-03-10 10:00:00",
    },
    "tinyint": {"128": None, "255": None, "256": None, "1.5": None, "5": "5", '"5"': None},
    "smallint": {"32768": None, "70000": None, "1.5": None, "5": "5"},
    "int": {"2147483648": None, "1.5": None, '"5"': None, "1e2": None, '""': None, "5": "5"},
    "bigint": {"9223372036854775808": None, "1.5": None, '"5"': None, "5": "5"},
    "float": {'"1,5"': None, '""': None, "1.5": "1.5"},
    "double": {'"1,5"': None, "true": None, "1.5": "1.5"},
    "boolean": {'"true"': None, "1": None, '"yes"': None, "true": "true"},
    "string": {'"a"': "a", '"12,5"': "12,5", '"10:15"': "10:15"},
    "binary": {'"abc"': None, '"YWJj"': "abc"},
    "array<int>": {"1": None, "{}": None, "[1, 2]": "[1, 2]"},
    "array<date>": {'["202603"]': None, '["2026-03-10"]': "[2026-03-10]"},
    "map<string, decimal(5,2)>": {'{"a": "12,5"}': None, '{"a": 1.5}': "{a -> 1.50}"},
    "struct<t: timestamp>": {'{"t": 1700000000000}': None},
}
CSV: dict[str, dict[str, str | None]] = {
    "decimal(5,2)": {'"12,5"': None, '"1,234"': None, "1.5": "1.50", "99999": None},
    "date": {"202603": None, "2026-03-10 25:99": None, "20000": None, "2026-03-10": "2026-03-10"},
    "timestamp": {"1700000000000": None, "202603": None, "10:15": None},
    "timestamp_ntz": {"202603": None, "10:15": None, "2026-03-10T10:00": "2026-03-10 10:00:00"},
    "tinyint": {"128": None, "256": None, "1.5": None, "5": "5"},
    "smallint": {"32768": None, "1.5": None, "5": "5"},
    "int": {"2147483648": None, "1.5": None, "5": "5"},
    "bigint": {"9223372036854775808": None, "1.5": None, "5": "5"},
    "float": {'"1,5"': None, "1.5": "1.5"},
    "double": {'"1,5"': None, "1.5": "1.5"},
    "boolean": {"1": None, "yes": None, "true": "true"},
    "string": {"a": "a", '"12,5"': "12,5"},
}
# A null within an array, a map or a struct is one, too.
NOTHING = (None, "null", "[null]", "{a -> null}", "{null}")
FUNCTIONS = [("from_json", JSON), ("from_csv", CSV)]


def cases() -> Iterator[tuple[str, str, dict[str, str | None]]]:
    for function, types in FUNCTIONS:
        for type_, values in types.items():
            yield function, type_, values


def findings(call: str) -> tuple[str, list[Diagnostic]]:
    text = (
        'pipeline p { time_zone = "UTC" }\nschema T { text: string }\n'
        'source t from parquet { path = "t", schema = T }\n'
        f"let r = from t |> extend {call} as v\nsink r to noop {{ }}\n"
    )
    result = check_pipeline("p.ssbt", lambda _: text.encode())
    assert result.pipeline is not None, result.findings
    return text, [each for each in result.findings if each.code.number in ("SSBT0553", "SSBT0554")]


def read(spark: SparkSession, call: str, values: Iterable[str]) -> dict[str, str | None]:
    """What Spark makes of each value, as text."""
    wrap = '{"v": %s}' if call.startswith("from_json") else "%s"
    data = [(wrap % each, each) for each in values]
    rows = spark.createDataFrame(data, "text string, raw string")
    actual = rows.selectExpr("raw", f"cast({call}.v as string) as v").collect()
    return {row.raw: row.v for row in actual}


def changed(spark: SparkSession, call: str, values: dict[str, str | None]) -> set[str]:
    """The values that become others, neither what they mean nor null."""
    result = read(spark, call, values)
    return {raw for raw, text in result.items() if text not in NOTHING and text != values[raw]}


@pytest.mark.parametrize(("function", "type_", "values"), cases())
def test_what_is_changed_is_warned_of(
    spark: SparkSession, function: str, type_: str, values: dict[str, str | None]
) -> None:
    call = f"{function}(text, 'v {type_}')"
    lost = changed(spark, call, values)
    text, reported = findings(call)
    assert bool(reported) == bool(lost), lost
    lenient = [each for each in reported if each.code.number == "SSBT0553"]
    if not lenient:
        return
    # With the fix, numbers alone are left, and right values are read as before.
    fixed = apply_edits(text, lenient[0].fix)
    call = fixed.partition("extend ")[2].partition(" as v\n")[0]
    _, reported = findings(call)
    assert [each.code.number for each in reported if each.code.number == "SSBT0553"] == []
    left = changed(spark, call, values)
    assert bool(left) == bool(reported)
    assert all(each.strip('{"t: }').isdecimal() for each in left)
    expected = {raw: text for raw, text in values.items() if text is not None}
    assert read(spark, call, expected) == expected
