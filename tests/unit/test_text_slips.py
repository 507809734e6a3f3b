"""Slips with texts, by kinds: what is reported, and what is left alone because it is meant."""

from __future__ import annotations

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.formatting.files import format_file
from ssbt.compiler.syntax.parsing import parse_file
from tests.memory_files import read_files

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
        *("concat(month(d), '/', year(d)) > '1/2026'", "year(d) || '-' || month(d) < '2026-10'"),
        *("concat_ws('-', year(d), month(d)) > t", "string(quarter(d)) || year(d) < '4'"),
        *("greatest(upper(date_format(d, 'MMM')), t)", "trim(format_number(n, 2)) < t"),
    ),
    "SSBT0488": (
        *("rtrim('.0', s)", "trim('abc', s)", "ltrim('http://', s)", "trim(both 'kg' from s)"),
        *("trim(trailing '.csv' from s)", "btrim(s, 'id-')", "rtrim(' EUR', s)", "ltrim('00x', s)"),
    ),
    "SSBT0489": ("2 ^ 3", "a ^ 2", "10 ^ a", "1024 ^ 16", "a ^ (1 + 1)", "id ^ 3 + 1"),
    "SSBT0490": (
        *("ok || ok", "(a > 1) || (a < 0)", "ok || (s is null)", "isnull(s) || (a = 1)"),
        *("ok || ok || ok", "(a > 1) || s like 'x%'", "ok || s in ('x')", "ok || a > 1"),
        *("(a > 1) || ok || s = 'x'", "s = 'x' || t is null", "s = 'x' || t like 'y%'"),
        *(
            "s = 'x' || ok",
            "s = 'x' || (t = 'y')",
            "a between 1 and 2 || ok",
            "ok || t rlike 'x'",
            "s like 'x' || ok",
            "s is distinct from t || ok",
        ),
        *("not (ok || (a > 1))", "ok and ((a > 1) || ok)", "a != 1 || s is not null"),
        *("(a > 1) || s not between 'a' and 'b'", "not ok || ok"),
    ),
    "SSBT0491": (
        *("s rlike '^a|b$'", "s rlike '^a|b'", "s rlike 'a|b$'", "regexp_like(s, '^(a)|(b)|c$')"),
        *("s rlike r'(?i)^\\d+|x$'", "s regexp '^[|]a|b'"),
    ),
    "SSBT0493": (
        *("from_json(s, 'a int, a string')", "to_json(named_struct('a', 1, 'A', 2))"),
        *("to_json(array(struct(a, a)))", "from_json(s, 'o struct<a: int, a: int>')"),
    ),
}

INTENDED = (
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
    # A long text over several lines, and neighbours outside lists.
    *("s = 'long '\n'text'", "s = 'a' 'b'", "s in ('long '\n'text', 'b')", "upper('a' 'b')"),
    *("regexp_extract(s, '^([a-z]+)'\n'x([0-9]+)', 1)", "concat('a'\n'b', s)", "s in ('a-'\n'b')"),
    *("date_format(at, 'yyyy-MM-dd') > '2026-01-01'", "cast(d as string) >= '2026-01'", "s > 'x'"),
    *("string(at) >= '2026-01-31'", "date_format(at, 'HH:mm') < '12:30'", "s > '2026-01-01'"),
    *("date_format(at, 'yyyyMMdd') >= '20260101'", "max(d) over ()", "date_format(d, 'MM') > '06'"),
    *("concat(year(d), 'Q', quarter(d)) > '2026'", "year(d) || lpad(month(d), 2, '0') > t"),
    *("greatest(s, t)", "lpad(a::string, 5, '0') > '00100'", "string(at) > '2026-01-31 10:00:00'"),
    *("trim(' \t' from s)", "trim('\"' from s)", "ltrim('0', s)", "rtrim('.,;', s)", "trim(s)"),
    *("rtrim('0123456789', s)", "trim('()[]', s)", "rtrim('xX', s)", "ltrim('0 ', s)"),
    *("a ^ 1", "a ^ id", "(a & 3) ^ 2", "a ^ 255", "~a ^ 2", "power(a, 2)", "'paid: ' || ok"),
    *(
        "s = ('x' || ok)",
        "'is ' || ok = s",
        "s || t = 'xy'",
        "(s || t) is null",
        "s || t like 'x%'",
    ),
    *("s = t || 'x'", "s between 'a' || t and 'b' || t", "s in (t || 'x')", "ok || 'x' is null"),
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
    read = read_files({"main.ssbt": text})
    return [each.code.number for each in check_pipeline("main.ssbt", read).findings]


@pytest.mark.parametrize(
    ("code", "expression"), [(code, each) for code, all_ in REPORTED.items() for each in all_]
)
def test_a_slip_is_reported(code: str, expression: str):
    assert set(codes(expression)) == {code}


@pytest.mark.parametrize("expression", INTENDED)
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


# What is made of a date or number by one step, and put in order by another.
WRITTEN = {
    "date_format(at, 'MM/yyyy')": True,
    "date_format(at, 'MMM')": True,
    "from_unixtime(id, 'dd.MM.yyyy')": True,
    "format_number(n, 2)": True,
    "to_char(n, '999.99')": True,
    "concat(year(d), '-', month(d))": True,
    "id::string": True,
    "coalesce(date_format(at, 'E'), 'none')": True,
    "date_format(at, 'yyyy-MM')": False,
    "d::string": False,
    "lpad(id, 12, '0')": False,
    "upper(s)": False,
}
# What steps between them do: they keep the texts, or make others of them.
BETWEEN = {
    "|> where id > 1": True,
    "|> select m": True,
    "|> select m as m2 |> rename m2 as m": True,
    "|> extend m as m2 |> drop m |> rename m2 as m": True,
    "|> aggregate count(*) as n group by m": True,
    "|> distinct": True,
    "|> as o": True,
    "|> left join others using (id)": True,
    "|> set m = concat('x', s)": False,
    "|> select s as m": False,
    "|> select m |> union all texts": False,
}
ORDERS = (
    "|> order by m",
    "|> order by m desc nulls last",
    "|> extend row_number() over (order by m) as place",
    "|> aggregate max(m) as y",
    "|> extend greatest(m, upper(m)) as y",
    "|> where m > upper(m)",
)


# Each text with each step between, and the orders in turn.
FOLLOWED = [
    (expression, between, ORDERS[(place + more) % len(ORDERS)])
    for place, expression in enumerate(WRITTEN)
    for more, between in enumerate(BETWEEN)
]


@pytest.mark.parametrize(("expression", "between", "order"), FOLLOWED)
def test_texts_are_followed_to_where_they_are_put_in_order(
    expression: str, between: str, order: str
):
    others = """schema Other { id: bigint }
source others from parquet { path = "data/others", schema = Other }
let texts =
  from orders
  |> select s as m
"""
    text = f"{others}{HEAD}  |> extend {expression} as m\n  {between}\n  {order}\n{TAIL}"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    codes = {each.code.number for each in findings} - {"SSBT0209"}
    assert ("SSBT0487" in codes) is (WRITTEN[expression] and BETWEEN[between])


@pytest.mark.parametrize(
    ("order", "is_reported"),
    [
        ("|> order by n, m", False),
        ("|> order by m, n", True),
        ("|> extend row_number() over (order by n, m) as place", False),
        ("|> order by n, id::string", True),
    ],
)
def test_a_number_as_text_may_decide_between_equals(order: str, is_reported: bool):
    text = f"{HEAD}  |> extend id::string as m\n  {order}\n{TAIL}"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert ("SSBT0487" in {each.code.number for each in findings}) is is_reported


@pytest.mark.parametrize(
    "step",
    [
        *("where (a > 1) || (n > 1)", "where ((a > 1) || ok || (n > 1))", "where ok || ok"),
        *("where s is null || a = 1", "where a in (1) || s in ('b')", "where !ok || !ok"),
        *("where s = 'x' || s = 'y'", "where (s is null) || (a = 1)"),
        *("extend case when (a > 1) || ok then 1 end as y", "extend if((a > 1) || ok, 1, 2) as y"),
        "extend filter(nums, e -> (e > 1) || (e < 0)) as y",
        "aggregate count(*) filter (where (a > 1) || ok) as y",
        "semi join orders as o on (orders.id = o.id) || (orders.a = o.a)",
    ],
)
def test_where_a_condition_is_needed_joining_texts_is_one_mistake(step: str):
    text = f"{HEAD}  |> {step}\n{TAIL}"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert [each.severity.name for each in findings] == ["ERROR"]
    assert "joined by `or`" in findings[0].help[0]
    assert {edit.text for edit in findings[0].fix} == {" or "}
    for edit in sorted(findings[0].fix, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert {each.code.number for each in findings} <= {"SSBT0435", "SSBT0209"}


def test_the_comma_is_the_fix_and_the_formatter_keeps_the_slip_in_view():
    steps = "  |> where s in ('A' 'B')\n  |> where t in (\n       'C'\n         'D'\n     )\n"
    text = f"{HEAD}{steps}{TAIL}"
    source = Source("main.ssbt", text)
    formatted = format_file(parse_file(source), source)
    assert "'A' 'B'" in formatted
    assert "'C'\n" in formatted
    again = Source("main.ssbt", formatted)
    assert format_file(parse_file(again), again) == formatted
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": formatted})).findings
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
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert {each.code.number for each in findings} == {"SSBT0439"}
