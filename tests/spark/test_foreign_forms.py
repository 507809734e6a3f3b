"""What a call of another dialect becomes gives what that dialect documents for it.

The kind: a fix for a function of another dialect (`compiler/syntax/foreign/`). An example for each
that is more than a name is evaluated by real Spark; what is expected is from the pages of MySQL,
PostgreSQL, SQL Server, Oracle, Snowflake, BigQuery, Trino, DuckDB, ClickHouse, pandas and NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.foreign.forms import convert_call, find_forms
from ssbt.compiler.syntax.foreign.methods import convert_method
from ssbt.compiler.syntax.habits.interpolation import convert_format
from ssbt.compiler.syntax.parsing import parse_expression

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_AT = "timestamp '2026-03-15 13:45:30'"
SCALARS = {
    # ---- texts
    "mid('abcdef', 2, 3)": "bcd",
    "mid('abcdef', 4)": "def",
    "charindex('c', 'abcabc')": "3",
    "charindex('c', 'abcabc', 4)": "6",
    "replicate('ab', 2)": "abab",
    "stuff('abcdef', 2, 3, 'XY')": "aXYef",
    "insert('abcdef', 2, 3, 'XY')": "aXYef",
    "strip('  a ')": "a",
    "strip('xxaxx', 'x')": "a",
    "lstrip('xxaxx', 'x')": "axx",
    "rstrip('xxaxx', 'x')": "xxa",
    "substitute('a-b-c', '-', '+')": "a+b+c",
    "proper('anna MARIA')": "Anna Maria",
    "edit_distance('kitten', 'sitting')": "3",
    "starts_with('abc', 'ab')": "true",
    "ends_with('abc', 'bc')": "true",
    "contains_substr('Hello World', 'WORLD')": "true",
    "regexp_contains('abc', 'b.')": "true",
    "string_to_array('a,b,c', ',')": "[a, b, c]",
    "split_to_map('a=1;b=2', ';', '=')": "{a -> 1, b -> 2}",
    "byte_length('\u00e9')": "2",
    "codepoint('A')": "65",
    "unicode('\u20ac')": "8364",
    "to_base64(x'616263')": "YWJj",
    "base64_decode_string('YWJj')": "abc",
    "hex_decode_string('616263')": "abc",
    "from_utf8(x'616263')": "abc",
    "sha2_hex('abc')": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "url_extract_host('https://a.example/b?c=1')": "a.example",
    "url_extract_parameter('https://a.example/b?c=1', 'c')": "1",
    "json_value('{\"a\": \"x\"}', '$.a')": "x",
    "json_build_object('a', 1)": '{"a":1}',
    "exact('a', 'A')": "false",
    # ---- times
    "eomonth(date '2026-02-10')": "2026-02-28",
    "eomonth(date '2026-02-10', 1)": "2026-03-31",
    "edate(date '2026-01-31', 1)": "2026-02-28",
    "date_add(date '2026-02-28', interval 1 day)": "2026-03-01",
    "date_sub(date '2026-03-31', interval 1 month)": "2026-02-28",
    "date_diff(date '2026-03-01', date '2026-02-01', day)": "28",
    "timestamp_diff(timestamp '2026-03-15 13:45:30', timestamp '2026-03-15 11:46:00', hour)": "1",
    f"timestamp_trunc({_AT}, hour)": "2026-03-15 13:00:00",
    f"datetrunc(month, {_AT})": "2026-03-01 00:00:00",
    f"timeadd(hour, 2, {_AT})": "2026-03-15 15:45:30",
    "format_date('%d.%m.%Y', date '2026-03-15')": "15.03.2026",
    "parse_date('%d.%m.%Y', '15.03.2026')": "2026-03-15",
    "strptime('15/03/2026 13:45:30', '%d/%m/%Y %H:%M:%S')": "2026-03-15 13:45:30",
    "date_parse('2026-03-15', '%Y-%m-%d')": "2026-03-15 00:00:00",
    "str_to_date('15.03.2026', '%d.%m.%Y')": "2026-03-15",
    "isodow(date '2026-03-15')": "7",
    "week_of_year(date '2027-01-01')": "53",
    "year_of_week(date '2027-01-01')": "2026",
    "day_of_year(date '2026-03-15')": "74",
    "month_start(date '2026-03-15')": "2026-03-01",
    "previous_day(date '2026-03-15', 'Sunday')": "2026-03-08",
    "previous_day(date '2026-03-16', 'Sunday')": "2026-03-15",
    "datefromparts(2026, 3, 15)": "2026-03-15",
    "makedate(2026, 74)": "2026-03-15",
    f"epoch_ms({_AT})": "1773582330000",
    "toyyyymm(date '2026-03-15')": "202603",
    # ---- numbers
    "div0(6, 2)": "3.0",
    "div0(6, 0)": "0.0",
    "div0null(6, null)": "0.0",
    "safe_divide(1, 0)": "null",
    "quotient(7, 2)": "3",
    "bitand(6, 3)": "2",
    "bitwise_xor(6, 3)": "5",
    "bitwise_left_shift(1, 4)": "16",
    "np.round(2.5D, 0)": "2.0",
    "round_half_even(0.125D, 2)": "0.12",
    "atn2(1, 1)": "0.7853981633974483",
    "is_infinite(double('-Infinity'))": "true",
    "clip(15, 0, 10)": "10",
    # ---- arrays and conditions
    "generate_array(1, 5)": "[1, 2, 3, 4, 5]",
    "generate_array(10, 0, -5)": "[10, 5, 0]",
    "generate_date_array(date '2026-01-01', date '2026-01-03')": (
        "[2026-01-01, 2026-01-02, 2026-01-03]"
    ),
    "array_to_string(array('a', null, 'b'), ',')": "a,b",
    "array_to_string(array('a', null, 'b'), ',', '?')": "a,?,b",
    "array_replace(array(1, null, 2), null, 0)": "[1, 0, 2]",
    "list_unique(array(1, 1, 2))": "2",
    "list_extract(array('a', 'b'), 3)": "null",
    "array_last(array(1, 2))": "2",
    "none_match(array(1, 2), x -> x > 2)": "true",
    "list_prepend(0, array(1))": "[0, 1]",
    "np.where(1 > 2, 'a', 'b')": "b",
    "ifna(null, 'x')": "x",
    "convert(int, '12')": "12",
    "try_convert(int, 'a')": "null",
    "re.search('b.', 'abc')": "true",
}
AGGREGATES = {
    "group_concat(a)": "x,y",
    "group_concat(a, '; ')": "x; y",
    "countif(b > 1)": "1",
    "sumif(b, b > 1)": "2",
    "map_agg(a, b)": "{x -> 1, y -> 2}",
    "json_agg(b)": "[1,2]",
    "np.std(b)": "0.5",
    "stdev(b)": "0.7071067811865476",
    "uniqexact(a)": "2",
    "quantile_cont(b, 0.5)": "1.5",
    "countnull(a)": "0",
}
METHODS = {
    ("'  a '", "strip", ()): "a",
    ("'xxa'", "lstrip", ("'x'",)): "a",
    ("'a,b'", "split", ("','",)): "[a, b]",
    ("100D", "log", ()): "4.605170185988092",
    ("date '2026-03-15'", "month_name", ()): "March",
    ("5", "between", ("1", "10")): "true",
    ("'a'", "isin", ("['a', 'b']",)): "true",
}


def _convert(call: str) -> str:
    node = parse_expression(call)
    assert isinstance(node, e.Call), call
    texts = (convert_call(form, node) for form in find_forms(node.name.text) if form.is_same)
    text = next(filter(None, texts), None)
    assert text is not None, call
    return text


def _values(spark: SparkSession, texts: dict[str, str], source: str = "") -> dict[str, str]:
    columns = [f"coalesce(string({text}), 'null') as c{n}" for n, text in enumerate(texts.values())]
    (row,) = spark.sql(f"select {', '.join(columns)} {source}").collect()
    return dict(zip(texts, row, strict=True))


def test_functions(spark: SparkSession):
    assert _values(spark, {call: _convert(call) for call in SCALARS}) == SCALARS


def test_aggregates(spark: SparkSession):
    rows = "from values ('x', 1), ('y', 2) as t(a, b)"
    assert _values(spark, {call: _convert(call) for call in AGGREGATES}, rows) == AGGREGATES


def test_methods(spark: SparkSession):
    texts = {key: convert_method(*key) for key in METHODS}
    named = {str(key): text for key, text in texts.items() if text is not None}
    assert _values(spark, named) == {str(key): value for key, value in METHODS.items()}


def test_texts_with_values(spark: SparkSession):
    text = convert_format("'{} of {{{}}}, {}'", ("1 + 1", "'b'", "date '2026-01-31'"))
    assert text is not None
    assert _values(spark, {"": text}) == {"": "2 of {b}, 2026-01-31"}
