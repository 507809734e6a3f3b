"""Ranges of values: sets of spans, and what follows from them for the steps of a query."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.types.ranges.spans import (
    Span,
    Spans,
    complement_of,
    intersect_spans,
    snap_spans,
    spans_of,
    unite_spans,
)
from tests.memory_files import read_files

KEYS = range(-6, 7)
bounds = st.one_of(st.none(), st.integers(-5, 5))
spans = st.lists(st.builds(Span, bounds, bounds, st.booleans(), st.booleans()), max_size=4).map(
    lambda listed: unite_spans(each for each in listed if not each.is_empty)
)


def holds(result: Spans, key: float) -> bool:
    return any(holds_one(span, key) for span in result)


def holds_one(span: Span, key: float) -> bool:
    low, high = cast("float | None", span.low), cast("float | None", span.high)
    above = low is None or low < key or (low == key and not span.low_open)
    return above and (high is None or key < high or (high == key and not span.high_open))


# Whole numbers, and what lies between them.
POINTS = [key / 2 for key in range(-13, 14)]


@given(spans, spans)
def test_sets_of_spans_are_sets(first: Spans, second: Spans):
    for key in POINTS:
        in_first, in_second = holds(first, key), holds(second, key)
        assert holds(intersect_spans(first, second), key) == (in_first and in_second)
        assert holds(unite_spans((*first, *second)), key) == (in_first or in_second)
        assert holds(complement_of(first), key) == (not in_first)


@given(spans, st.integers(1, 3))
def test_snapping_keeps_the_multiples(spans_: Spans, step: int):
    snapped = snap_spans(spans_, step)
    for key in KEYS:
        if key % step == 0:
            assert holds(snapped, key) == holds(spans_, key)
    assert all(span.low is None or span.low % step == 0 for span in snapped)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "=", "!="])
def test_an_operator_and_its_opposite(operator: str):
    opposites = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}
    assert complement_of(spans_of(operator, 3)) == spans_of(opposites[operator], 3)


HEAD = """
pipeline shop { description = "Conditions" }
schema Row {
  id: bigint not null
  a: int
  b: int
  n: decimal(10,2)
  x: double
  s: string
  t: string
  d: date
  at: timestamp_ntz
  ok: boolean
  tags: array<string>
}
source rows from parquet { path = "in", schema = Row }
source more from parquet { path = "others", schema = Row }
let result = from rows
"""
TAIL = '\nsink result to parquet { path = "out", mode = overwrite }\n'
CODES = ("SSBT0435", "SSBT0463", "SSBT0478", "SSBT0479", "SSBT0480", "SSBT0456", "SSBT0457")


def findings(steps: str, *, ansi: bool = True) -> list[str]:
    settings = "" if ansi else ", spark { spark.sql.ansi.enabled = false }"
    head = HEAD.replace('"Conditions"', f'"Conditions"{settings}')
    text = head + steps.replace(" |> ", "\n|> ")
    reported = check_pipeline("main.ssbt", read_files({"main.ssbt": text + TAIL})).findings
    assert [each.message for each in reported if each.severity.value == "error"] == []
    return [each.code.number for each in reported if each.code.number in CODES]


# Filters that no row passes which an earlier one has left.
EXCLUDED = """
|> where a > 1 |> where a < 1
|> where a > 1 |> order by b |> limit 5 |> where a = 0
|> where a = 1 |> deduplicate by b |> where a = 2
|> where a = 1 |> distinct |> where a = 2
|> where a % 2 = 0 |> where a % 2 = 1
|> where a > b |> extend a + b as c |> where a < b
|> where upper(s) = 'A' |> where upper(s) = 'B'
|> where a > 5 |> rename a as z |> where z < 3
|> where a > 5 |> select a as z, b |> where z < 3
|> where a > 5 |> as r |> where r.a < 3
|> where a > 5 |> aggregate count(*) as c group by a |> where a < 3
|> where a is not null |> where a is null
|> where a is null |> where a = 1
|> where a in (1, 2) |> join more on rows.id = more.id |> where rows.a = 3 |> select rows.id
|> where a in (1, 2) |> left join more on rows.id = more.id |> where rows.a = 3 |> select rows.id
|> where s like 'a%' |> where s = 'b'
|> where ok |> where not ok
|> where a = 1 or a = 2 |> where a = 3 or a = 4
|> where d > '2026-01-31' |> drop b |> where d < '2026-01-01'
"""
# What may well be true, or harms nobody.
HARMLESS = """
|> where a > 1 |> where a > 0
|> where a > 1 |> where a <= 1 or b > 2
|> where a > 5 |> set a = a - 10 |> where a < 3
|> where a > 5 |> right join more on rows.id = more.id |> where rows.a is null |> select more.id
|> where a > 5 |> full join more on rows.id = more.id |> where rows.a is null |> select more.id
|> where a > 5 |> union more |> where a < 3
|> where a > 5 |> rename a as b2, b as a |> where a < 3
|> where a > 5 |> select b as a |> where a < 3
|> where a > 5 |> aggregate sum(a) as a group by b |> where a < 3
|> where rand() > 0.5 |> where rand() < 0.5
|> where id is not null
|> where id is null
|> where 1 = 1 and a > 1
|> where a >= 1 and a <= 10
|> where month(d) >= 1 and month(d) <= 6
|> where month(d) between 1 and 12
|> extend row_number() over (partition by a order by id) as k |> where k >= 1 and k <= 10
|> extend case when ok then 1 when not ok then 2 else 3 end as k
|> extend case when a > 10 then 1 when a > 5 then 2 when true then 3 end as k
|> extend case when a = 1 then 1 when b = 1 then 2 end as k
|> extend coalesce(id, 0) as k
|> extend coalesce(s, t, 'none') as k
|> extend nvl2(a, null, 1) as k, if(ok, null, 1) as l, cast(null as int) as m
|> where a in (1, 1)
|> where d between '2026-01-01 00:00:00' and '2026-01-31 23:59:59'
|> where d = '2026-01-01'
|> where hex(a) = 'FF' or md5(s) = 'd41d8cd98f00b204e9800998ecf8427e'
|> where lpad(s, 3, '0') = '007' or s || 'x' = 'abx' or cast(n as string) = '1.50'
|> where trunc(d, 'week') = date '2026-01-05' or last_day(d) = '2024-02-29'
|> where size(tags) = 0 or length(s) = 0 or a % 10 = -9 or pmod(a, 7) = 6
|> where x = 0.1 or abs(x) = 0 or sqrt(x) > 1000
|> where s > 'a' and s < 'b'
|> where n > 1.00 and n < 1.02
|> where at >= '2026-01-01' and at < '2026-01-02'
|> where s like 'a%' and s like '%b'
|> where not (a = 1 and b = 2)
|> where a != 1 and a != 2
|> where a = 1 or a = 2
|> aggregate count(a) as c group by b |> where c = 0
|> aggregate count(*) as c |> where c = 0
|> where split_part(s, '-', 1) = '' or substring_index(s, '-', 2) like '%-%'
|> where array(s) = array(t)
"""


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize("steps", lines_of(EXCLUDED))
def test_a_filter_that_an_earlier_one_excludes(steps: str):
    assert "SSBT0435" in findings(steps)


@pytest.mark.parametrize("steps", lines_of(HARMLESS))
def test_what_may_be_true_is_not_reported(steps: str):
    assert findings(steps) == []


def test_filters_of_a_dataset_count_where_it_is_read():
    some = "let some = from rows |> where a > 5"
    text = HEAD.replace("let result = from rows", f"{some}\nlet result = from some")
    text += "|> where a < 3" + TAIL
    reported = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert [each.code.number for each in reported if each.code.number in CODES] == ["SSBT0435"]


def test_columns_keep_the_ranges_of_what_they_are_computed_from():
    assert findings("|> extend a % 10 as r |> rename r as q |> where q = 10") == ["SSBT0463"]
    assert findings("|> extend a % 10 as r |> set r = a |> where r = 10") == []


@pytest.mark.parametrize(
    "steps",
    [
        "|> where cast(pmod(a, 10) as smallint) < 0",
        "|> where pmod(a, 10) + 1 = 0",
    ],
)
def test_without_ansi_mode_numbers_that_fit_keep_their_range(steps: str):
    assert findings(steps, ansi=False) == ["SSBT0463"]


@pytest.mark.parametrize(
    "steps",
    [
        "|> where cast(pmod(a, 70000) as smallint) < 0",
        "|> where pmod(a, 100) + 2147483600 < 0",
    ],
)
def test_without_ansi_mode_numbers_that_do_not_fit_wrap_around(steps: str):
    assert findings(steps, ansi=False) == []
    assert findings(steps) == ["SSBT0463"]
