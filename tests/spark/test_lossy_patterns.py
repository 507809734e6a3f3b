"""SSBT0534: a pattern of a sink is reported exactly where two values have one text.

The kind: patterns put together of all their parts, with and without each, for each type. Spark
formats values that differ in one part alone.
"""

from __future__ import annotations

from itertools import product
import re
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.types.datetime_patterns import find_lost_parts
from ssbt.compiler.types.zones import has_repeated_hours, zone_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

# Values that differ from the first in one part.
DATES = ("2026-03-10", "2027-03-10", "2026-04-10", "2026-03-11", "1926-03-10")
TIMES = (
    *("2026-03-10 03:04:05.123456", "2026-03-10 04:04:05.123456", "2026-03-10 15:04:05.123456"),
    *("2026-03-10 03:05:05.123456", "2026-03-10 03:04:06.123456", "2026-03-10 03:04:05.123457"),
    "2026-03-10 03:04:05.124456",
)
YEARS, DAYS = ("", "yy", "y", "yyyy"), ("", "MM", "d", "MMM d", "L.dd", "DDD", "MMMM", "MM D")
CLOCKS = ("", "HH", "H:mm", "HH:mm:ss", "hh:mm:ss a", "kk:mm:ss.SSS", "HH:mm:ss.SSSSSS")
MORE_CLOCKS = ("K:mm:ss.SSSSSSSSS a", "mm:ss.SSSSSS", "HH:ss.SSSSSS", "HH:mm.SSSSSS", "[HH:mm:ss]")


def date_patterns() -> Iterator[str]:
    for year, day in product(YEARS, DAYS):
        yield f"{year} {day}".strip() or "'none'"


def time_patterns() -> Iterator[str]:
    for date, clock in product(
        ("yyyy-MM-dd", "yyyy DDD", "dd.MM.", "yyyyMM"), CLOCKS + MORE_CLOCKS
    ):
        yield f"{date} {clock}".strip()


@pytest.mark.parametrize(("type_", "values"), [("date", DATES), ("timestamp_ntz", DATES + TIMES)])
def test_what_is_lost_is_told(spark: SparkSession, type_: str, values: tuple[str, ...]) -> None:
    is_date = type_ == "date"
    patterns = [*dict.fromkeys(date_patterns() if is_date else time_patterns())]
    columns = [
        f"size(array_distinct(transform(v, x -> date_format(x, {pattern!r}))))"
        if "'" not in pattern
        else "1"
        for pattern in patterns
    ]
    output = values if is_date else TIMES + tuple(f"{day} 03:04:05.123456" for day in DATES[1:])
    literals = ", ".join(f"{type_} '{each}'" for each in output)
    row = spark.sql(f"select array({literals}) as v").selectExpr(*columns).first()
    assert row is not None
    wrong = [
        (pattern, count)
        for pattern, count in zip(patterns, row, strict=True)
        if (count < len(output))
        is not bool(find_lost_parts(pattern, has_date=True, has_time=not is_date))
    ]
    assert wrong == []


def codes(zone: str, options: str) -> set[str]:
    text = (
        f'pipeline p {{ time_zone = "{zone}" }}\nschema Row {{ at: timestamp }}\n'
        'source rows from parquet { path = "in", schema = Row }\n'
        f'sink rows to json {{ path = "out", {options} }}\n'
    )
    return {each.code.number for each in check_pipeline("p.ssbt", lambda _: text.encode()).findings}


@pytest.mark.parametrize(
    "zone",
    [
        *("UTC", "Europe/Berlin", "+01:00", "America/New_York", "Etc/GMT+3", "Asia/Tokyo"),
        *("Asia/Kolkata", "America/Phoenix", "Africa/Casablanca", "Australia/Lord_Howe", "JST"),
    ],
)
def test_an_offset_is_missed_where_clocks_are_set(spark: SparkSession, zone: str) -> None:
    pattern = "yyyy-MM-dd HH:mm:ss.SSSSSS"
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", zone)
    # Clocks of Lord Howe Island are set by half an hour.
    count = 366 * 48
    halves = f"sequence(0L, {count}L)"
    query = (
        f"size(array_distinct(transform({halves}, h -> date_format(timestamp_seconds(1767225600L"
    )
    row = session.sql(f"select {query} + h * 1800), '{pattern}')))) = {count + 1} as same").first()
    assert row is not None
    assert ("SSBT0534" in codes(zone, f'timestamp_format = "{pattern}"')) is not row.same
    assert "SSBT0534" not in codes(zone, f'timestamp_format = "{pattern} XXX"')
    assert "SSBT0534" not in codes(zone, f'timestamp_format = "{pattern}", time_zone = "UTC"')


def test_zones_in_which_an_hour_has_come_twice(spark: SparkSession) -> None:
    """Each zone that is accepted, by the rules that Java has of it, since the year 2000."""
    jvm = spark._jvm
    assert jvm is not None
    java = jvm.java.time.ZoneId
    names = {*zone_names(), "Etc/GMT-3", "SystemV/EST5EDT", "SystemV/EST5", "+05:30", "UTC+1"}
    repeated = set()
    for name in names:
        zone = java.of(name, java.SHORT_IDS)
        rules = zone.getRules()
        past = rules.getTransitions().toString()
        since_2000 = any(int(year) >= 2000 for year in re.findall(r"Overlap at (\d{4})", past))
        if since_2000 or len(rules.getTransitionRules()):
            repeated.add(name)
    assert {name for name in names if has_repeated_hours(name)} == repeated


def test_the_default_writes_all() -> None:
    assert codes("Europe/Berlin", "ignore_null_fields = true") & {"SSBT0534"} == set()
    assert find_lost_parts("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX", has_date=True, has_time=True) == ()
