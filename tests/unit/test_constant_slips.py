"""Slips with constants, arguments and types, by kinds: what is reported, and what is meant."""

from __future__ import annotations

import pytest

from ssbt.compiler.driver import check_pipeline
from tests.memory_files import read_files

HEAD = """pipeline shop {{
  time_zone = "UTC"
}}

schema Row {{
  id:     bigint
  qty:    int
  ok:     boolean
  s:      string
  t:      string
  first:  string
  last:   string
  status: string
  d:      date
  small:  decimal(10,2)
  fine:   decimal(38,18)
  wide:   decimal(38,2)
}}

source rows from {source} {{
  path   = "data/rows"
  schema = Row{options}
}}

let result =
  from rows
  |> {steps}

sink result to parquet {{
  path = "out/result"
  mode = overwrite
}}
"""

TEXT_FUNCTIONS = (
    *("upper({})", "trim({})", "md5({})", "sha2({}, 256)", "length({})", "replace({}, 'a', 'b')"),
    *("substring({}, 1, 2)", "lpad({}, 9, '0')", "split({}, ',')", "concat({}, ' ')"),
    *("concat_ws('-', {}, 'x')", "{} || ''", "'a' || {}", "upper(lower({}))", "initcap({}) = 'X'"),
)
REPORTED = {
    "SSBT0434": [
        call.format(name) for call in TEXT_FUNCTIONS for name in ('"status"', "'first'", '"S"')
    ],
    "SSBT0444": [
        call.format(pattern)
        for call in ("split(s, {})", "regexp_replace(s, {}, '')", "s rlike {}")
        for pattern in ("'|;'", "',|'", "'a|'", "'|'", "'a||b'")
    ],
    "SSBT0446": [
        *("if(ok, fine, wide)", "nvl2(s, fine, wide)", "greatest(fine, wide)", "least(wide, fine)"),
        *("array(fine, wide)", "map('a', fine, 'b', wide)", "coalesce(fine, wide)", "fine = wide"),
        *("decode(s, 'a', fine, wide)", "nullif(fine, wide)", "fine in (1, wide)", "wide <=> fine"),
        *("case when ok then fine else wide end", "case fine when wide then 1 end", "fine > wide"),
        *("fine between 0 and wide", "array_contains(array(fine), wide)", "try_divide(fine, fine)"),
        *("try_multiply(fine, fine)", "fine * small", "wide + fine", "try_subtract(wide, fine)"),
        *("fine / 100", "fine / 8", "try_divide(fine, 20)", "fine / 0.03", "fine / 1e2BD"),
    ],
    "SSBT0447": [
        *("contains('@', s)", "translate('abc', s, t)", "try_to_date('yyyy-MM-dd', s)"),
        *("try_to_timestamp('yyyy-MM-dd', s)", "to_timestamp_ntz('yyyy', s)", "'%x%' like s"),
        *("to_timestamp_ltz('yyyy', s)", "concat_ws(s, ',')", "concat_ws(first, ' ', last)"),
        *("concat_ws(upper(s), ', ', t)", "get_json_object('$.a', s)", "'x%' ilike s"),
        *("startswith('x', s)", "endswith('x', s)", "to_unix_timestamp('yyyy', s)"),
    ],
    "SSBT0469": [
        f"{call}, {length}{rest})"
        for call, rest in (("repeat(s", ""), ("lpad(s", ", '0'"), ("rpad(s", ""), ("left(s", ""))
        for length in (0, -1)
    ],
    "SSBT0479": [
        *("if(ok, 'x', 'x')", "case when ok then s else s end", "nvl2(s, qty, qty)"),
        *("lag(qty, 0) over (order by id)", "lead(qty, 0, 1) over (order by id)"),
        "case when qty > 1 then upper(s) when ok then UPPER(s) else upper(`s`) end",
    ],
}
INTENDED = (
    *("'status'", "array('status', 'first')", "concat('status', ': ', s)", "map('s', s)"),
    *("upper('paid')", "concat('status', current_user())", "struct('s', s)", "'status' || s"),
    *("split(s, ',|;')", r"split(s, r'\|;')", "s rlike 'example.com'"),
    *("fine = 1", "fine > id", "coalesce(fine, 0)", "if(ok, small, wide)", "fine % wide"),
    *("small / 100", "wide / 8", "wide / 0.5", "100 / small", "fine div 100", "fine / 1e2D"),
    *("small = wide", "mod(fine, wide)", "least(small, 1)", "small * small", "wide = 0.50"),
    *("contains('PAID,OPEN', s)", "instr('A|B', s)", "concat_ws(s, first, last)", "'x' like s"),
    *("concat_ws(',', s, '-', t)", "concat_ws(s, 'x', t)", "contains(s, '@')", "'%' || s like t"),
    *("repeat(s, 2)", "lpad(s, 3, '0')", "repeat('-', 0)", "left(s, qty)"),
    *("if(ok, 'x', 'y')", "case when ok then s when qty > 1 then s end", "nvl2(s, qty, id)"),
    *("lag(qty) over (order by id)", "lag(qty, 1) over (order by id)"),
)


def codes(steps: str, source: str = "parquet", options: str = "") -> set[str]:
    text = HEAD.format(steps=steps, source=source, options=options)
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert not any(each.severity.name == "ERROR" for each in findings), findings
    return {each.code.number for each in findings} - {"SSBT0209"}


@pytest.mark.parametrize(
    ("code", "expression"), [(code, each) for code, all_ in REPORTED.items() for each in all_]
)
def test_a_slip_is_reported(code: str, expression: str):
    reported = codes(f"extend {expression} as y |> select typeof(y) as y")
    assert code in reported
    # What has no effect on any row may be reported as such, too.
    assert reported <= {code, "SSBT0435", "SSBT0463", "SSBT0490"}


@pytest.mark.parametrize("expression", INTENDED)
def test_what_is_meant_is_left_alone(expression: str):
    assert codes(f"extend {expression} as y |> select typeof(y) as y") == set()


@pytest.mark.parametrize("types", [("fine", "wide"), ("wide", "fine"), ("small", "wide")])
@pytest.mark.parametrize("operation", ["union", "intersect", "except"])
def test_set_operations_of_decimals(types: tuple[str, str], operation: str):
    left, right = types
    text = HEAD.format(steps=f"select {left} as x", source="parquet", options="")
    text = text.replace(
        "let result", f"let others = from rows |> select {right} as x\n\nlet result"
    )
    text = text.replace(f"select {left} as x\n", f"select {left} as x\n  |> {operation} others\n")
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    expected = set() if "small" in types else {"SSBT0446"}
    assert {each.code.number for each in findings} == expected


# Comparisons with the empty text, and whether no row of a CSV file is like that.
EMPTY = {
    "where s = ''": True,
    "where '' = s": True,
    "where length(s) = 0": True,
    "extend if(s = '', 'none', s) as y": True,
    "select s as y |> where y = ''": True,
    "where qty > 1 and s = ''": True,
    "where s = '' or s is null": False,
    "where isnull(s) or length(s) = 0": False,
    "where s != ''": False,
    "where trim(s) = ''": False,
    "set s = trim(s) |> where s = ''": False,
    "where coalesce(s, '') = ''": False,
    "set s = coalesce(s, '') |> where s = ''": False,
}


@pytest.mark.parametrize("steps", EMPTY)
@pytest.mark.parametrize(
    ("source", "options", "has_empty"),
    [
        ("csv", "", False),
        ("csv", '\n  null_value = ""', False),
        ("csv", '\n  null_value = "NA"', True),
        ("json", "", True),
        ("parquet", "", True),
    ],
)
def test_the_empty_text_of_a_source(steps: str, source: str, options: str, has_empty: bool):
    expected = EMPTY[steps] and not has_empty
    assert codes(steps, source, options) == ({"SSBT0463"} if expected else set())
