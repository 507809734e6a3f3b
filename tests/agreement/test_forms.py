"""Forms of literals, formats, stars and calls, in which one character decides what Spark takes.

The kind: a text that one rule of ours and one of Spark's read. Texts and places are crossed; a
fixed part is asked in each run, all of them where `AGREEMENT` is set.
"""

from __future__ import annotations

from itertools import product
import os
from typing import TYPE_CHECKING

import pytest

from tests.agreement.answers import Question, ours, verdict
from tests.agreement.asking import SparkProbe
from tests.agreement.wide import COLUMNS, wide

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

AGREED = ("same", "null added", "rejected", "rejected early")
ONE_IN = 1 if os.environ.get("AGREEMENT") else 7

INTERVALS = (
    *(
        "3 04:05:06.7",
        "3 04:05:06.1234567891",
        "3 04:05",
        "3 04",
        "3",
        "04:05:06.7",
        "04:05",
        "06.7",
    ),
    *("1-6", "1-12", "+1-6", "- 1-6", "-3 04:05", "3  04", "3 24:05:06", "3 04:60", "3 04:05:60"),
    *("99:05:06", "-\\t 3", " 3 ", "", "x", "3 4", "0003 04:05:06", "106751992 0", "178956970-8"),
)
UNITS = (
    *("year to month", "day to hour", "day to minute", "day to second", "hour to minute"),
    *("hour to second", "minute to second", "month to year", "second to day", "day to month"),
    *("year", "months", "week", "day", "hours", "minute", "second", "milliseconds"),
)
TIMES = (
    *("00:00:60", "23:59:59.9999999", "24:00", "12:60", "1:2:3", "12", "12:30 PM", "13:30 PM"),
    *(
        "0:30 AM",
        "12:30:00.",
        "00:00:59.1234567890",
        "-1:00",
        "T12:30",
        "12:30Z",
        "12:3:0",
        " 9:05 ",
    ),
)
TIMESTAMPS = (
    *("2020-01-31", "2020-1", "2020-01-31T", "20200131", "2020-02-30 10:00", "2020 10:00", "10:00"),
    *("2020-01-31 10", "2020-01-31 10:00:60", "2020-01-31 24:00", "2020-01-31 10:00:00.1234567891"),
    *(
        "2020-01-31 10:00 CET",
        "2020-01-31 10:00+2",
        "2020-01-31 10:00 +19:00",
        "2020-01-31 10:00 z",
    ),
    *(
        "2020-01-31T10:00:00Z",
        "2020-01-31 10:00 Mars/X",
        "2020-01-31 10:00 AM",
        "today Europe/Berlin",
    ),
    *("epoch x", "now", "294247-01-10", "294248-01-01", "999999-01-01", "-0044-03-15", "T10:00"),
    *("2020-01-31  10:00", "2020/01/31", "2020-01-31 1:2:3 UTC+01:30", "2020-01-31 10:60"),
)
FORMATS = (
    *("999G", "G99", "9,9", "9,,9", "9G9.9", "9.9,9", "$9", "9$", "S9", "9S", "S9S", "MI9", "9MI"),
    *(
        "MI9MI",
        "S9MI",
        "9PR",
        "PR9",
        "S9PR",
        ".9",
        "9.",
        "D9",
        "S$9",
        "$S9",
        "$,9",
        "",
        ".",
        "S",
        "0",
    ),
    *("9.9.9", "9 9", "B9", "$$9", "9.9$", "s9", "9g9", "9d9", "999,999.00"),
)
FORMS = (
    *("interval '-1' '2' day", "interval '1 ' '2' day to hour", "interval '1' day '2' '3' hours"),
    *("interval '1' '2' year to month", "interval '1' '-2' year to month"),
    *("(i as a, s)", "(i, s as b)", "(i + 1 as a, n_i)", "struct(st.*)", "struct(n_sn.*)"),
    *(
        "coalesce(st.*)",
        "hash(st.*)",
        "struct(ai.*)",
        "array(st.*)",
        "concat(st.*)",
        "greatest(st.*)",
    ),
    *("extract('year', y)", "extract('hour', t)", "extract('week', s)", "extract(s, t)"),
    *("map_contains_key(map(1, 'a'), 1.0)", "map_contains_key(mis, m)", "map_contains_key(msi, i)"),
    *("map_contains_key(map(m, 1), m38)", "map_contains_key(map(m, 1), d)", "ceil(2.5, null)"),
    *(
        "floor(m, null)",
        "ceil(m, '1')",
        "ceil(d, 1)",
        "round(m, null)",
        "round(m, '1')",
        "round(d, null)",
    ),
    *("mask(str => s)", "mask(s, otherChar => 'x')", "mask(s, zz => 'x')", "abs(expr => i)"),
    *(
        "window(t, '1 hour')",
        "window(st, '1 hour')",
        "window_time(st)",
        "window_time(window(t, '1 hour'))",
    ),
    *("window(window_time(window(t, '1 hour')), '2 hours')", "window_time(named_struct('end', t))"),
    *("struct(window(t, '1 hour').start, window(t, '1 hour').end)", "window(tn, '1 hour')"),
    *("struct(window(t, '1 hour'), window(t, '2 hours'))", "window(y, '1 hour').start"),
)
AGGREGATES = (
    *("count(distinct i, s)", "count(*)", "count(distinct *)", "count(*, i)", "count(st.*)"),
    *(
        "listagg(distinct s) within group (order by s)",
        "listagg(distinct i) within group (order by i)",
    ),
    *("listagg(distinct y) within group (order by y)", "listagg(i) within group (order by i)"),
    *("string_agg(distinct bin) within group (order by bin)", "max(window(t, '1 hour').start)"),
    *("count_min_sketch(s, epsilon => 0.5D, confidence => 0.9D, seed => 1)",),
    *("count_min_sketch(column => s, seed => 1, confidence => 0.9D, epsilon => 0.5D)",),
    *("count_min_sketch(s, eps => 0.5D, confidence => 0.9D, seed => 1)",),
    *("hll_sketch_agg(s, lgConfigK => 12)", "kll_sketch_agg_bigint(i, k => 200)"),
)


def questions() -> list[Question]:
    """All of them in a fixed order."""
    texts = [
        *(f"interval '{value}' {unit}" for value, unit in product(INTERVALS, UNITS)),
        *(f"time '{value}'" for value in TIMES),
        *(f"{kind} '{value}'" for value in TIMESTAMPS for kind in _KINDS),
        *(f"{name}({value}, '{form}')" for form in FORMATS for name, value in _FORMATTING),
    ]
    return [
        *(Question(text) for place, text in enumerate(texts) if place % ONE_IN == 0),
        *(Question(text) for text in FORMS),
        *(Question(text, "aggregate") for text in AGGREGATES),
    ]


_KINDS = ("date", "timestamp", "timestamp_ntz")
_FORMATTING = (("to_number", "s"), ("try_to_number", "s"), ("to_char", "m"))


def test_forms_agree(spark: SparkSession) -> None:
    """What we accept Spark accepts, and of the same type; what we refuse it refuses."""
    probe, relation = SparkProbe(spark), wide()
    answers = {question: ours(question, relation) for question in questions()}
    table = probe.table(COLUMNS)
    refused = [question for question, one in answers.items() if one.refusals or not one.parsed]
    theirs = probe.answers(table, list(answers), refused)
    wrong = [
        (question.text, verdict(one, theirs[question]), one.refusals, theirs[question])
        for question, one in answers.items()
        if verdict(one, theirs[question]) not in AGREED
    ]
    print(f"\nforms: {len(answers)}, of which {len(wrong)} do not agree")
    assert wrong == []
