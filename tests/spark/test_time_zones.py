"""Which expressions depend on the time zone of the session: the compiler's word against Spark's.

The kind: what gives another value in another zone. Each expression is computed for the same
instants in five zones; an instant is compared as an instant, everything else as its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from pyspark.sql.types import DataType

pytestmark = pytest.mark.spark

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
COLUMNS = (
    "at: timestamp, later: timestamp, d: date, n: timestamp_ntz, s: string, z: string, i: bigint"
)
# Instants around the nights when clocks change in Europe, and at the ends of months and years.
ROWS = """SELECT timestamp_micros(a) AS at, timestamp_micros(b) AS later, d, n, s, z, i FROM VALUES
  (1774738800123456L, 1774828800000000L, date'2026-03-29', timestamp_ntz'2026-03-29 02:30:00',
   '2026-03-29 02:30:00', '2026-03-29 02:30:00Z', 1774738800L),
  (1792884600000000L, 1792971000000000L, date'2026-10-25', timestamp_ntz'2026-10-25 02:30:00',
   '2026-10-25 02:30:00', '2026-10-25T02:30:00+01:00', 1792884600L),
  (1781567999000000L, 1781654400000000L, date'2026-06-15', timestamp_ntz'2026-06-15 23:59:59',
   '2026-06-15 23:59:59', '2026-06-15 23:59:59.5 Europe/Berlin', 1781567999L),
  (1780264800000000L, 1780351200000000L, date'2026-06-01', timestamp_ntz'2026-06-01 00:00:00',
   '2026-06-01 00:00:00', '2026-06-01 00:00:00Z', 1780264800L),
  (1798759800000000L, 1798846200000000L, date'2027-01-01', timestamp_ntz'2027-01-01 00:30:00',
   '2027-01-01 00:30:00', '2027-01-01 00:30:00Z', 1798759800L)
  AS t(a, b, d, n, s, z, i)"""

DEPENDS = """
hour(at)|minute(at)|day(at)|dayofmonth(at)|dayofweek(at)|dayofyear(at)|weekday(at)
weekofyear(at)|month(later - interval 25 days)|date(at)|cast(at as date)|cast(at as string)
at::string|string(at)|try_cast(at as date)|cast(at as timestamp_ntz)|cast(d as timestamp)
cast(n as timestamp)|cast(s as timestamp)|timestamp(s)|timestamp(d)|to_date(at)|to_timestamp(s)
to_timestamp(d)|to_timestamp(s, 'yyyy-MM-dd HH:mm:ss')|to_timestamp_ntz(at)|to_timestamp_ltz(n)
try_to_timestamp(s)|to_unix_timestamp(s)|unix_timestamp(s, 'yyyy-MM-dd HH:mm:ss')
unix_timestamp(d)|from_unixtime(i)|date_format(at, 'yyyy-MM-dd HH')|date_trunc('day', at)
date_trunc('hour', at)|date_trunc('month', d)|trunc(at, 'week')|extract(hour from at)
extract(day from at)|date_part('doy', at)|last_day(at)|next_day(at, 'MON')|add_months(at, 1)
date_add(at, 1)|date_sub(at, 1)|datediff(later, at)|date_diff(later, d)
months_between(later, at)|dateadd(day, 1, at)|timestampadd(month, 1, at)
timestampdiff(day, at, later)|timestampdiff(hour, d, later)|at + interval 1 day
at - interval 1 month|at + interval 1 day 2 hours|later - at|at - d|at > d|at > s|at = n
d <= at|at > '2026-03-29 00:00:00'|at between '2026-03-29' and '2026-03-30'|at in (d, later)
at is distinct from n|'at ' || at|concat('at ', at)|concat_ws(' ', at, s)
date_format(n, 'yyyy-MM-dd HH')|coalesce(try_cast(null as timestamp), d)
coalesce(cast(at as string), s)|if(i > 1790000000, at, n)
nvl(n, at)|greatest(at, d)|least(at, n)|case when i > 1790000000 then at else d end|nullif(at, d)
array(at, d)|array_contains(array(at), d)|make_timestamp(2026, 3, 29, 1, 30, 0)
make_timestamp_ltz(2026, 3, 29, 1, 30, 0)|convert_timezone('Asia/Tokyo', n)
at > timestamp '2026-03-28 23:30:00'|timestamp '2026-03-29 12:00:00'|to_json(struct(at))
from_json('{"a":"2026-03-29 12:00:00"}', 'a timestamp').a|upper(at)|timestampdiff(minute, at, later)
from_utc_timestamp(s, 'Asia/Tokyo')|sequence(at, later, interval 1 day)|extract(dow from at)
localtimestamp()|current_timezone()|quarter(at)|substr(at, 1, 10)
at like '%12%'|to_csv(struct(at))|split(at, ' ')[1]|year(at)
unix_date(cast(at as date))|decode(i, 1774738800, at, d)
"""
FREE = """
at > later|at = later|at is null|unix_micros(at)|unix_seconds(at)|timestamp_seconds(i)
at + interval 10 minutes|at - interval 2 hours|second(at)|date_trunc('second', at)|year(d)
month(d)|date_format(d, 'yyyy-MM')|date_add(d, 1)
datediff(d, d)|d > s|d = '2026-03-29'|cast(s as date)|to_date(s)
to_date(s, 'yyyy-MM-dd HH:mm:ss')|cast(n as date)|hour(n)|n > d|cast(n as string)
cast(d as string)|to_timestamp_ntz(s)|extract(hour from n)|d + interval 1 day|n - n
coalesce(at, later)|greatest(at, later)|if(i > 1, at, later)|array(at, later)
at > '2026-03-29T00:00:00Z'|at > timestamp '2026-03-29 00:00:00 Europe/Berlin'
months_between(d, d)|try_to_timestamp(z, 'yyyy-MM-dd HH:mm:ssXXX') is null|unix_timestamp(at)
to_unix_timestamp(at)|make_timestamp(2026, 3, 29, 1, 30, 0, 'Asia/Tokyo')
convert_timezone('UTC', 'Asia/Tokyo', n)|timestampadd(minute, 3, at)
timestampadd(hour, 5, at)|from_utc_timestamp(at, 'Asia/Tokyo')
to_utc_timestamp(at, 'Asia/Tokyo')|window(at, '1 day').start|make_date(2026, 1, 31)|hash(at)
dayname(d)|i + 1|upper(s)|concat(s, z)|d between '2026-01-01' and '2026-12-31'|last_day(d)
trunc(d, 'month')
"""
# Of these the compiler cannot know better: the text or the pattern is only known to the run.
CAUTIOUS = frozenset(("cast(z as timestamp)", "to_timestamp(z)", "at > z"))


def split(text: str) -> list[str]:
    """Expressions between single bars; two bars are an operator."""
    plain = text.replace("||", "\0")
    return [
        part.replace("\0", "||").strip()
        for line in plain.splitlines()
        for part in line.split("|")
        if part.strip()
    ]


def is_told(expression: str) -> bool:
    """Whether the compiler warns about it."""
    text = (
        f"pipeline zones {{ }}\nschema Row {{ {COLUMNS} }}\n"
        'source data from parquet { path = "in", schema = Row }\n'
        f"let made = from data |> extend {expression} as made\nsink made to noop {{ }}\n"
    )
    findings = check_pipeline("zones.ssbt", lambda path: text.encode()).findings
    others = [each.message for each in findings if each.severity.value == "error"]
    assert not others, (expression, others)
    return any(each.code.number == "SSBT0340" for each in findings)


def comparable(expression: str, type_: DataType) -> str:
    sql = type_.simpleString()
    if sql == "timestamp":
        return f"cast(unix_micros({expression}) AS string)"
    if sql == "array<timestamp>":
        return f"cast(transform({expression}, x -> unix_micros(x)) AS string)"
    return f"cast({expression} AS string)"


@pytest.fixture(scope="module")
def dependent(spark: SparkSession) -> frozenset[str]:
    """The expressions that give different values in different zones."""
    inputs = [*split(DEPENDS), *split(FREE), *CAUTIOUS]
    answers: list[list[str]] = []
    for zone in ZONES:
        session = spark.newSession()
        session.conf.set("spark.sql.session.timeZone", zone)
        rows = session.sql(ROWS)
        items = [comparable(each, rows.selectExpr(each).schema[0].dataType) for each in inputs]
        actual = rows.selectExpr(*items).collect()
        answers.append([str([row[place] for row in actual]) for place in range(len(inputs))])
    columns = list(zip(*answers, strict=True))
    return frozenset(
        each for each, values in zip(inputs, columns, strict=True) if len(set(values)) > 1
    )


def test_what_depends_is_told(dependent: frozenset[str]) -> None:
    """No expression that depends on the zone goes unseen."""
    every = [*split(DEPENDS), *split(FREE), *CAUTIOUS]
    assert [each for each in every if each in dependent and not is_told(each)] == []


def test_what_does_not_depend_is_not_told(dependent: frozenset[str]) -> None:
    """No false alarm, but for texts that only the run knows."""
    every = [*split(DEPENDS), *split(FREE)]
    assert [each for each in every if each not in dependent and is_told(each)] == []
    assert [each for each in split(DEPENDS) if each not in dependent] == []
    assert all(is_told(each) for each in CAUTIOUS)


ZONED_DATA = {
    # A source or sink with timestamps, and whether they depend on the zone.
    'csv { path = "x", schema = Row }': True,
    'csv { path = "x", schema = Row, time_zone = "UTC" }': False,
    'csv { path = "x", schema = Row, timestamp_format = "yyyy-MM-dd\'T\'HH:mm:ssXXX" }': False,
    'csv { path = "x", schema = Row, timestamp_format = "yyyy-MM-dd\'T\'HH:mm:ss[XXX]" }': True,
    'json { path = "x", schema = Row }': True,
    'parquet { path = "x", schema = Row }': False,
    'orc { path = "x", schema = Row }': False,
}


@pytest.mark.parametrize("source", ZONED_DATA)
def test_texts_of_files(source: str) -> None:
    text = (
        "pipeline zones { }\nschema Row { at: timestamp }\n"
        f"source data from {source}\nsink data to noop {{ }}\n"
    )
    findings = check_pipeline("zones.ssbt", lambda path: text.encode()).findings
    assert any(each.code.number == "SSBT0340" for each in findings) is ZONED_DATA[source]
