"""Slips with texts, by kinds: what is reported, and what is left alone because it is meant."""

from __future__ import annotations

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.formatting.files import format_file
from ssbt.compiler.syntax.parsing import parse_file

HEAD = """pipeline shop {
  time_zone = "UTC"
}

schema Order {
  id:   bigint not null
  a:    int
  n:    decimal(10,2)
  x:    double
  ok:   boolean
  s:    string
  t:    string
  d:    date
  at:   timestamp
  nums: array<int>
}

source orders from parquet {
  path   = "data/orders"
  schema = Order
}

let result =
  from orders
"""
TAIL = """
sink result to parquet {
  path = "out/result"
  mode = overwrite
}
"""

REPORTED = {
    "SSBT0439": (
        *("case s when 1 then a end", "if(ok, s, a)", "if(ok, s, d)", "array(s, a)", "array(s, d)"),
        *(
            "case when ok then s else a end",
            "case when ok then s else d end",
            "case d when s then a end",
        ),
        *("map('a', s, 'b', a)", "map(s, 1, 2, 3)", "-s", "+s", "not s", "abs(s)", "round(s)"),
        *(
            "mod(s, 2)",
            "s % 2",
            "s div 2",
            "s & 1",
            "coalesce(s, d)",
            "nvl(s, d)",
            "nvl2(ok, s, a)",
        ),
        *("ifnull(s, at)", "s = ok", "s in (1, 2)", "s in (a, 2)", "a between s and 10", "s + 1"),
        *("s is distinct from a", "s <=> a", "nullif(s, a)", "nullif(a, s)", "sqrt(s)", "year(s)"),
        *("date_add(s, 1)", "datediff(s, d)", "s - d", "s + interval 1 day", "a + s"),
        *("try_add(s, 1)", "lag(a, 1, s) over (order by id)", "s = a and ok"),
        *("array(s) || nums", "power(s, 2)", "last_day(s)", "a << s"),
        *("transform(nums, e -> e + s)", "s and ok", "s < current_date()", "greatest(-s, a)"),
    ),
    "SSBT0485": (
        *(
            "s in ('PAID' 'OPEN')",
            "s not in ('A', 'B' 'C')",
            "array('a' 'b')",
            "concat('a' 'b', s)",
        ),
        *("s in ('A'\n'B', 'C')", "s like any ('a%' 'b%')", "coalesce(s, 'a' 'b')", "('a' 'b', s)"),
        *("array(\n'a',\n'b'\n# the last\n'c')", "replace(s, 'a' 'b')", "map('a' 'b', 1, 'c', 2)"),
        *("s in (r'A' \"B\")", "s in (('A' 'B'), 'C')"),
    ),
    "SSBT0487": (
        *("date_format(at, 'dd.MM.yyyy') > '01.12.2025'", "cast(d as string) > '2026-1-1'"),
        *(
            "s between '2026-01-01' and '2026-1-31'",
            "format_number(n, 2) > '1000'",
            "s < '1/2/2026'",
        ),
        *("'01.12.2025' <= date_format(at, 'dd.MM.yyyy')", "d::string < '2026/01/01'"),
        *(
            "greatest(date_format(d, 'MMM'), 'Jan')",
            "string(d) >= '20260101'",
            "a::string > n::string",
        ),
        *("date_format(at, 'd.M.yyyy') > date_format(d, 'd.M.yyyy')",),
        *(
            "row_number() over (order by date_format(at, 'd.M.yyyy'), id)",
            "string(at) > '2026-01-31'",
        ),
        *("array_max(array(date_format(d, 'E')))", "from_unixtime(id, 'M/d/yyyy') > '1/1/2026'"),
        *("date_format(d, 'yyyy-MM-dd') between '1.1.2026' and '31.1.2026'", "least(string(a), t)"),
        *("sort_array(transform(nums, e -> string(e)))", "format_number(n, 2) > '100.00'"),
    ),
    "SSBT0488": (
        *("rtrim('.0', s)", "trim('abc', s)", "ltrim('http://', s)", "trim(both 'kg' from s)"),
        *("trim(trailing '.csv' from s)", "btrim(s, 'id-')", "rtrim(' EUR', s)", "ltrim('00x', s)"),
    ),
    "SSBT0489": ("2 ^ 3", "a ^ 2", "10 ^ a", "1024 ^ 16", "a ^ (1 + 1)", "id ^ 3 + 1"),
    "SSBT0490": ("ok || ok", "(a > 1) || (a < 0)", "ok || (s is null)", "isnull(s) || (a = 1)"),
    "SSBT0491": (
        *("s rlike '^a|b$'", "s rlike '^a|b'", "s rlike 'a|b$'", "regexp_like(s, '^(a)|(b)|c$')"),
        *("s rlike r'(?i)^\\d+|x$'", "s regexp '^[|]a|b'"),
    ),
    "SSBT0493": (
        *("from_json(s, 'a int, a string')", "to_json(named_struct('a', 1, 'A', 2))"),
        *("to_json(array(struct(a, a)))", "from_json(s, 'o struct<a: int, a: int>')"),
    ),
}

MEANT = (
    *("s = '1'", "concat(s, a)", "s || a", "upper(a)", "length(d)", "d > '2026-01-01'", "a = '1'"),
    *(
        "cast(s as int) = a",
        "try_cast(s as int) + a",
        "to_date(s)",
        "int(s) + 1",
        "coalesce(s, 'x')",
    ),
    *(
        "substring(d, 1, 4)",
        "concat_ws('-', s, a, d)",
        "md5(s)",
        "sha2(s, 256)",
        "s > date '2026-01-01'",
    ),
    *("to_timestamp(s, 'yyyy-MM-dd')", "format_string('%s %s', s, a)", "array(s, 'x')"),
    # A long text over several lines, and neighbours outside of lists.
    *("s = 'long '\n'text'", "s = 'a' 'b'", "s in ('long '\n'text', 'b')", "upper('a' 'b')"),
    *("regexp_extract(s, '^([a-z]+)'\n'x([0-9]+)', 1)", "concat('a'\n'b', s)", "s in ('a-'\n'b')"),
    *("date_format(at, 'yyyy-MM-dd') > '2026-01-01'", "cast(d as string) >= '2026-01'", "s > 'x'"),
    *("string(at) >= '2026-01-31'", "date_format(at, 'HH:mm') < '12:30'", "s > '2026-01-01'"),
    *("date_format(at, 'yyyyMMdd') >= '20260101'", "max(d) over ()", "date_format(d, 'MM') > '06'"),
    *("greatest(s, t)", "lpad(a::string, 5, '0') > '00100'", "string(at) > '2026-01-31 10:00:00'"),
    *("trim(' \t' from s)", "trim('\"' from s)", "ltrim('0', s)", "rtrim('.,;', s)", "trim(s)"),
    *("rtrim('0123456789', s)", "trim('()[]', s)", "rtrim('xX', s)", "ltrim('0 ', s)"),
    *("a ^ 1", "a ^ id", "(a & 3) ^ 2", "a ^ 255", "~a ^ 2", "power(a, 2)", "'paid: ' || ok"),
    *("s rlike '^(a|b)$'", "s rlike '^a$|^b$'", r"s rlike r'^\s+|\s+$'", "s rlike '^a|^b'"),
    *("s rlike '^a$|b'", "s rlike 'a|b'", "regexp_replace(s, '^a|b$', '')", r"s rlike r'a\|b$'"),
    *("from_csv(s, 'a int, b string').a", "struct(a, s).a"),
    *("max(struct(a, a)) over ()", "from_json(s, 'a int, b struct<a: int>')"),
)


def codes(expression: str, word: str = "extend") -> list[str]:
    text = f"{HEAD}  |> {word} {expression} as y\n{TAIL}"
    if word == "extend":
        # What it is made of does not reach the sink, which has rules of its own.
        text = text.replace(" as y\n", " as y\n  |> select typeof(y) as y\n")
    read = {"main.ssbt": text.encode()}.__getitem__
    return [each.code.number for each in check_pipeline("main.ssbt", read).findings]


@pytest.mark.parametrize(
    ("code", "expression"), [(code, each) for code, all_ in REPORTED.items() for each in all_]
)
def test_a_slip_is_reported(code: str, expression: str):
    assert set(codes(expression)) == {code}


@pytest.mark.parametrize("expression", MEANT)
def test_what_is_meant_is_left_alone(expression: str):
    assert codes(expression) == []


@pytest.mark.parametrize(
    ("code", "expression"),
    [
        *(("SSBT0486", each) for each in ("count(s, t)", "count(id, s)", "count(s, a, d)")),
        *(("SSBT0487", each) for each in ("max(string(a))", "min(date_format(d, 'd.M.yyyy'))")),
        *(("SSBT0487", each) for each in ("max_by(id, string(n))", "max(format_number(n, 2))")),
        ("SSBT0487", "listagg(s, ',') within group (order by date_format(d, 'MMM'))"),
        *(
            ("SSBT0439", each)
            for each in ("sum(s)", "avg(s)", "stddev(s)", "median(s)", "corr(s, x)")
        ),
    ],
)
def test_aggregates(code: str, expression: str):
    assert set(codes(expression, "aggregate")) == {code}


@pytest.mark.parametrize(
    "expression",
    [
        "count(s)",
        "count(*)",
        "count(1, 2)",
        "count(distinct struct(s, t))",
        "max(date_format(d, 'yyyy-MM'))",
        "max(s)",
    ],
)
def test_aggregates_that_are_meant(expression: str):
    assert codes(expression, "aggregate") == []


@pytest.mark.parametrize("expression", ["nullifzero('a')", "zeroifnull('7')", "nullif('a', 'b')"])
def test_constant_texts_have_ranges(expression: str):
    assert "SSBT0439" not in codes(expression)


def test_the_comma_is_the_fix_and_the_formatter_keeps_the_slip_in_view():
    steps = "  |> where s in ('A' 'B')\n  |> where t in (\n       'C'\n         'D'\n     )\n"
    text = f"{HEAD}{steps}{TAIL}"
    source = Source("main.ssbt", text)
    formatted = format_file(parse_file(source), source)
    assert "'A' 'B'" in formatted
    assert "'C'\n" in formatted
    again = Source("main.ssbt", formatted)
    assert format_file(parse_file(again), again) == formatted
    findings = check_pipeline("main.ssbt", {"main.ssbt": formatted.encode()}.__getitem__).findings
    assert [each.code.number for each in findings] == ["SSBT0485"] * 2
    assert [edit.text for each in findings for edit in each.fix] == [",", ","]


@pytest.mark.parametrize("step", ["union all others", "intersect others", "except others"])
@pytest.mark.parametrize("type_", ["int", "date", "timestamp", "boolean", "decimal(10,2)"])
@pytest.mark.parametrize("shape", ["{}", "array<{}>"])
def test_set_operations(step: str, type_: str, shape: str):
    other = f"""schema Other {{ id: bigint, x: {shape.format(type_)} }}
source others from parquet {{ path = "data/others", schema = Other }}
"""
    column = "s" if shape == "{}" else "array(s)"
    text = f"{other}{HEAD}  |> select id, {column} as x\n  |> {step}\n{TAIL}"
    found = check_pipeline("main.ssbt", {"main.ssbt": text.encode()}.__getitem__).findings
    assert {each.code.number for each in found} == {"SSBT0439"}
