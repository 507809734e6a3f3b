"""Calls that need more than columns, against real Spark: lambdas, windows, generators."""

from __future__ import annotations

from collections.abc import Callable
import inspect
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.types import literals, operators
from ssbt.compiler.types.datatypes import DataType, StructType
from ssbt.compiler.types.ddl import parse_type
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.functions import find_function, function_names

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

Lambda = Callable[..., Typed | Mismatch]


def kind(name: str) -> DataType:
    names = parse_type(name)
    assert names is not None
    return names


COLUMNS = {
    "i": "int",
    "l": "bigint",
    "d": "decimal(12,2)",
    "s": "string",
    "t": "timestamp",
    "y": "date",
    "m": "interval year to month",
    "v": "variant",
    "ai": "array<int>",
    "as": "array<string>",
    "aa": "array<array<int>>",
    "ast": "array<struct<a:int not null,b:string>>",
    "ms": "map<string,int>",
    "mi": "map<int,bigint>",
    "st": "struct<a:int,b:string>",
}


def column(name: str) -> Typed:
    """A column: in capitals it cannot be null."""
    return Typed(kind(COLUMNS[name.lower()]), name.islower())


def number(text: str) -> Typed:
    result = literals.infer_number(text)
    assert isinstance(result, Typed)
    return result


def text(value: str) -> Typed:
    return Typed(kind("string"), False, value)


def called(
    name: str,
    *arguments: Typed | Lambda,
    within: Typed | None = None,
    names: tuple[str | None, ...] = (),
) -> Typed | Mismatch:
    """The result of a call, whose lambdas are Python's."""
    function = find_function(name)
    assert function is not None
    inputs: list[Typed] = []
    for place, argument in enumerate(arguments):
        if isinstance(argument, Typed):
            inputs.append(argument)
            continue
        parameters = function.lambda_parameters(place, inputs)
        assert parameters is not None
        body = argument(*parameters[: len(inspect.signature(argument).parameters)])
        if isinstance(body, Mismatch):
            return body
        inputs.append(body)
    return function.infer_result(inputs, names=names, within_group=within)


def plus(left: Typed, right: Typed) -> Typed | Mismatch:
    return operators.infer_binary("+", left, right)


def more(left: Typed, right: Typed) -> Typed | Mismatch:
    return operators.infer_binary(">", left, right)


i, d, s, t, ai, st = (column(name) for name in ("i", "d", "s", "t", "ai", "st"))
never, S, T, AI = (column(name) for name in ("I", "S", "T", "AI"))
MS, mi = column("MS"), column("mi")
one, half = number("1"), number("0.5")

CALLS: list[tuple[str, Typed | Mismatch]] = [
    ("transform(ai, x -> x + 1)", called("transform", ai, lambda x: plus(x, one))),
    ("transform(AI, (x, n) -> n)", called("transform", AI, lambda x, n: n)),
    ("transform(s, x -> x)", called("transform", s, lambda x: x)),
    ("filter(AI, x -> x > 1)", called("filter", AI, lambda x: more(x, one))),
    ("filter(AI, x -> x)", called("filter", AI, lambda x: x)),
    ("exists(AI, x -> x > 1)", called("exists", AI, lambda x: more(x, one))),
    ("forall(ai, x -> x > 1)", called("forall", ai, lambda x: more(x, one))),
    ("aggregate(AI, 0, (a, x) -> a + x)", called("aggregate", AI, one, plus)),
    ("aggregate(ai, 0L, (a, x) -> a + x)", called("aggregate", ai, number("0L"), plus)),
    ("aggregate(ai, 'a', (a, x) -> x)", called("aggregate", ai, text("a"), lambda a, x: x)),
    (
        "aggregate(AI, 0, (a, x) -> a + x, a -> a + 0.5)",
        called("aggregate", AI, one, plus, lambda a: plus(a, half)),
    ),
    ("array_sort(ai, (x, y) -> x - y)", called("array_sort", ai, lambda x, y: x)),
    ("array_sort(ai, (x, y) -> 's')", called("array_sort", ai, lambda x, y: text("s"))),
    ("zip_with(AI, AI, (x, y) -> x + y)", called("zip_with", AI, AI, plus)),
    ("map_filter(MS, (k, n) -> n > 1)", called("map_filter", MS, lambda k, n: more(n, one))),
    ("transform_keys(MS, (k, n) -> n)", called("transform_keys", MS, lambda k, n: n)),
    ("transform_values(mi, (k, n) -> k)", called("transform_values", mi, lambda k, n: k)),
    ("map_zip_with(mi, mi, (k, a, b) -> a)", called("map_zip_with", mi, mi, lambda k, a, b: a)),
    ("map_zip_with(MS, mi, (k, a, b) -> a)", called("map_zip_with", MS, mi, lambda k, a, b: a)),
    ("round(d, 1)", called("round", d, one)),
    ("round(d, -1)", called("round", d, Typed(kind("int"), False, -1))),
    ("bround(d, 5)", called("bround", d, number("5"))),
    ("ceil(d)", called("ceil", d)),
    ("floor(I, 1)", called("floor", never, one)),
    ("ceil(S, 1)", called("ceil", S, one)),
    ("d * 2", operators.infer_binary("*", d, number("2"))),
    ("d / 3", operators.infer_binary("/", d, number("3"))),
    ("12345 % d", operators.infer_binary("%", number("12345"), d)),
    ("d > 7", operators.infer_binary(">", d, number("7"))),
    ("to_number(S, '999.99')", called("to_number", S, text("999.99"))),
    ("to_number(s, 'S$9,999D9')", called("to_number", s, text("S$9,999D9"))),
    ("to_number(s, 'abc')", called("to_number", s, text("abc"))),
    ("extract(year from t)", called("extract", text("year"), t)),
    ("date_part('SECS', T)", called("date_part", text("SECS"), T)),
    ("date_part('month', m)", called("date_part", text("month"), column("m"))),
    ("date_part('day', m)", called("date_part", text("day"), column("m"))),
    ("date_part('hour', y)", called("date_part", text("hour"), column("y"))),
    ("from_json(s, 'a int, b array<int>')", called("from_json", s, text("a int, b array<int>"))),
    ("from_json(s, 'map<string, int>')", called("from_json", s, text("map<string, int>"))),
    ("from_csv(S, 'a int not null')", called("from_csv", S, text("a int not null"))),
    ("variant_get(v, '$.a', 'int')", called("variant_get", column("v"), text("$.a"), text("int"))),
    ("variant_get(v, '$.a')", called("variant_get", column("v"), text("$.a"))),
    ("named_struct('a', I, 'b', s)", called("named_struct", text("a"), never, text("b"), s)),
    ("arrays_zip(aa, ai)", called("arrays_zip", column("aa"), ai, names=("aa", "ai"))),
    ("struct(I, s, 1)", called("struct", never, s, one, names=("I", "s", None))),
    ("window(t, '1 hour')", called("window", t, text("1 hour"))),
    ("session_window(T, '1 hour')", called("session_window", T, text("1 hour"))),
    ("lag(I, 1, 0) over (order by i)", called("lag", never, one, number("0"))),
    ("lag(I) over (order by i)", called("lag", never)),
    ("lead(I, 1, y) over (order by i)", called("lead", never, one, column("y"))),
    ("lead(s, 1, 1) over (order by i)", called("lead", s, one, one)),
    ("ntile(3) over (order by i)", called("ntile", number("3"))),
    ("rank() over (order by i)", called("rank")),
    ("row_number() over (order by i)", called("row_number")),
    ("cume_dist() over (order by i)", called("cume_dist")),
    ("nth_value(I, 2) over (order by i)", called("nth_value", never, number("2"))),
    (
        "percentile_cont(0.5) within group (order by d)",
        called("percentile_cont", half, within=d),
    ),
    (
        "percentile_cont(0.5) within group (order by m)",
        called("percentile_cont", half, within=column("m")),
    ),
    ("mode() within group (order by s)", called("mode", within=s)),
    ("uniform(1, 5L)", called("uniform", one, number("5L"))),
    ("uniform(1, 5F)", called("uniform", one, number("5F"))),
    ("1e3BD", number("1e3BD")),
    ("0.05", number("0.05")),
    ("3000000000", number("3000000000")),
    ("timestampadd(hour, 1, y)", called("timestampadd", Typed(kind("int")), one, column("y"))),
]

GENERATORS: list[tuple[str, Typed | Mismatch]] = [
    ("explode(AI)", called("explode", AI)),
    ("explode_outer(ms)", called("explode_outer", column("ms"))),
    ("posexplode(ms)", called("posexplode", column("ms"))),
    ("posexplode_outer(ai)", called("posexplode_outer", ai)),
    ("inline(ast)", called("inline", column("ast"))),
    ("inline_outer(ast)", called("inline_outer", column("ast"))),
    ("stack(2, 1, 's', 2, 't', 3)", called("stack", number("2"), one, S, one, S, one)),
    ("stack(2, 1, 's', d, 't')", called("stack", number("2"), one, S, d, S)),
    ("json_tuple(s, 'a', 'b')", called("json_tuple", s, text("a"), text("b"))),
    ("json_tuple(i, 'a')", called("json_tuple", i, text("a"))),
    ("explode(st)", called("explode", st)),
]


@pytest.fixture(scope="module")
def table(spark: SparkSession) -> Any:
    """The empty table of all columns, as Spark's own object."""
    java: Any = spark.newSession()._jsparkSession
    ddl = ", ".join(f"`{n}` {k}, `{n.upper()}` {k} not null" for n, k in COLUMNS.items())
    java.sessionState().conf().setConfString("spark.sql.caseSensitive", "true")
    schema = java.sessionState().sqlParser().parseTableSchema(ddl)
    return java.createDataFrame(spark._jvm.java.util.ArrayList(), schema)  # type: ignore[union-attr]


def spark_says(spark: SparkSession, table: Any, expression: str) -> list[str] | None:
    """The result columns' types, with `!` where they are never null; None for an error."""
    texts = spark.sparkContext._gateway.new_array(spark._jvm.String, 1)  # type: ignore[union-attr]
    texts[0] = expression
    try:
        schema = table.selectExpr(texts).schema()
    except Exception:
        return None
    fields = [schema.apply(place) for place in range(schema.size())]
    return [f"{f.dataType().sql()}{'' if f.nullable() else '!'}" for f in fields]


@pytest.mark.parametrize(("expression", "ours"), CALLS, ids=[call[0] for call in CALLS])
def test_a_call_has_sparks_type(
    spark: SparkSession, table: Any, expression: str, ours: Typed | Mismatch
) -> None:
    message = None if isinstance(ours, Mismatch) else [f"{ours.type}{'' if ours.nullable else '!'}"]
    assert message == spark_says(spark, table, expression)


@pytest.mark.parametrize(("expression", "ours"), GENERATORS, ids=[call[0] for call in GENERATORS])
def test_a_generator_makes_sparks_columns(
    spark: SparkSession, table: Any, expression: str, ours: Typed | Mismatch
) -> None:
    message = None
    if isinstance(ours, Typed):
        assert isinstance(ours.type, StructType)
        message = [f"{field.type}{'' if field.nullable else '!'}" for field in ours.type.fields]
    assert message == spark_says(spark, table, expression)


def test_the_catalogue_is_sparks(spark: SparkSession) -> None:
    """Every function that Spark lists is there with its version, and no other but the units'."""
    java: Any = spark._jsparkSession
    catalog = java.sessionState().catalog()
    listed = {row[0] for row in spark.sql("show functions").collect()}
    words = {name for name in listed if name.isidentifier()} - {"case", "cast"}
    assert set(function_names()) - words == {"timestampadd", "timestampdiff", "timediff"}
    assert words - set(function_names()) == set()
    identifier = spark._jvm.org.apache.spark.sql.catalyst.FunctionIdentifier  # type: ignore[union-attr]
    since = {name: catalog.lookupFunctionInfo(identifier(name)).getSince() for name in words}
    assert {name: f.since for name in words if (f := find_function(name))} == since
