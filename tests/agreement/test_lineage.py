"""What Spark's analysed plans make columns from, our lineage names too: no source is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import dataclasses
from dataclasses import MISSING
from pathlib import Path
import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.ir.pipeline import Let, Source
from ssbt.compiler.lineage.graph import build_lineage
from tests.agreement import scripts
from tests.agreement.asking import SparkProbe
from tests.agreement.lineages import MissingLineage, find_missing
from tests.agreement.measured import case_count
from tests.agreement.pipelines import PipelineMaker, StructMaker
from tests.agreement.plans import Plan, tagged
from tests.agreement.test_pipelines import text_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

SEEDS = case_count(500) // 20
SLICE = 100


def frames(
    module: ModuleType, lets: Iterable[Let], result: dict[str, DataFrame]
) -> Iterator[tuple[Let, DataFrame]]:
    """The lets of a script over these sources, which are given by the names of their variables."""
    params = _params(module.Params) if hasattr(module, "Params") else None
    for let in lets:
        function = getattr(module, let.name)
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        result[let.name] = function(*(params if n == "params" else result[n] for n in names))
        yield let, result[let.name]


def _params(class_: type) -> object:
    """The parameters of a script; those that must be given are texts in the examples."""
    missing = {each.name: "x" for each in dataclasses.fields(class_) if each.default is MISSING}
    return class_(**missing)


def missing(spark: SparkSession, text: str, folder: Path) -> MissingLineage:
    """What is missing in the lineage of a pipeline over the sources of `scripts`."""
    module, lets = scripts.loaded(text, folder)
    pipeline = check_pipeline("agreement.ssbt", lambda _: text.encode()).pipeline
    assert pipeline is not None
    result = {name: tagged(spark, name, ddl) for name, ddl in scripts.SCHEMAS.items()}
    return find_missing(build_lineage(pipeline), frames(module, lets, result))


@pytest.mark.parametrize("maker", [PipelineMaker, StructMaker])
def test_no_source_column_is_missing(
    maker: type[PipelineMaker], spark: SparkSession, tmp_path: Path
) -> None:
    wrong: dict[str, object] = {}
    columns = fields = rows = 0
    probe = SparkProbe(spark)
    for start in range(0, SEEDS, SLICE):
        text, queries = text_of(range(start, min(start + SLICE, SEEDS)), maker)
        with probe.active():
            actual = missing(probe.session, text, tmp_path)
        columns, fields, rows = columns + actual.columns, fields + actual.fields, rows + actual.rows
        for name, each in actual.wrong.items():
            wrong[f"{queries[re.split('[. ]', name)[0]]} {name}"] = each
    print(
        f"\nlineage, {maker.__name__}: {columns:,} columns, {fields:,} fields behind them, "
        f"{rows:,} columns that decide about rows; {len(wrong)} are not told in full"
    )
    for query, gap in wrong.items():
        print(query, gap, sep="\n    ", end="\n\n")
    assert wrong == {}


TWO_SOURCES = """
let named = from customers |> select id, name as text, country
let both = from orders |> select id, status as text, string(amount) as country |> union all named
let matched = from both |> join sales on id = year |> select text, q1 + id as sum, country
let common = from both |> intersect named
"""


def test_no_source_of_a_union_or_join_is_missing(spark: SparkSession, tmp_path: Path) -> None:
    """The unions of generated pipelines have one source on both sides."""
    names = ("both", "matched", "common", "inferred")
    text = scripts.HEAD + TWO_SOURCES + "".join(map(scripts.sink, names))
    probe = SparkProbe(spark)
    with probe.active():
        assert missing(probe.session, text, tmp_path).wrong == {}


QUERIES = """
schema Two { id: bigint, text: string }
let windowed = from orders
  |> sql "select id, max(status) over (partition by amount) as text from {input}" returns Two
let with_names = from orders
  |> sql "with a as (select id, status as s from {input}) select id + 1 as id, s as text from a"
  returns Two
let beside = from orders
  |> sql "select o.id, c.name as text from {input} o left join {customers} c on o.id = c.id"
  returns Two
let under = from orders
  |> sql "select id, status as text from {input} union all select id, name from {customers}"
  returns Two
"""


def test_no_source_of_a_query_is_missing(spark: SparkSession, tmp_path: Path) -> None:
    names = ("windowed", "with_names", "beside", "under", "inferred")
    text = scripts.HEAD + QUERIES + "".join(map(scripts.sink, names))
    probe = SparkProbe(spark)
    with probe.active():
        assert missing(probe.session, text, tmp_path).wrong == {}


STRUCTS = """
schema Town { id: bigint, town: string }
schema Zip { id: bigint, z: struct<code: int> }
let renamed = from orders
  |> select id, named_struct('town', address.city, 'at', address.zip) as place
let paired = from renamed
  |> select id, place.at.code as code, struct(place.town as t, id) as two
let again = from paired |> select two.t as town, coalesce(two, two).t as same, code
let listed = from orders |> select items.sku as skus, items[0].qty as first, id
let opened = from orders
  |> explode items as item
  |> select item.sku as sku, struct(item.qty) as s
let grouped = from orders
  |> aggregate first(address) as one, collect_list(struct(id, address)) as many
     group by customer_id
  |> select one.city as city, many.address as all, many.id as ids
let changed = from orders
  |> select transform(items, i -> named_struct('n', i.qty + id, 's', i.sku)) as made
  |> select made.n as n, made.s as s
let kept = from orders
  |> select filter(items, i -> i.qty > 1).sku as skus, case when ok then address end.city as c
let joined = from renamed
  |> join paired on renamed.place.town = paired.two.t
  |> select paired.two, place.at.code
let ordered = from orders
  |> where address.city = 'x'
  |> order by address.zip.code
  |> select id, address
let united = from orders |> select id, address |> union all ordered
let asked = from orders
  |> sql "select id, address.city as town from {input} where items[0].qty > 1" returns Town
let made = from orders
  |> sql "with a as (select id, struct(address) s from {input}) select id, s.address.zip z from a"
  returns Zip
"""


def test_no_field_is_missing(spark: SparkSession, tmp_path: Path) -> None:
    """Of what generated pipelines have few: structs that are put together and taken apart."""
    lets = [line.split()[1] for line in STRUCTS.splitlines() if line.startswith("let")]
    sinks = (*lets, "customers", "sales", "inferred")
    text = scripts.HEAD + STRUCTS + "".join(map(scripts.sink, sinks))
    probe = SparkProbe(spark)
    with probe.active():
        actual = missing(probe.session, text, tmp_path)
    assert actual.wrong == {}
    assert actual.fields > 20


_PIVOT = (
    "|> pivot sum(amount) as total, count(weight) as notes for status in ('a', 'b') group by id"
)
_ONE = "|> unpivot one for kind in (a_total, b_total)"
_TWO = "|> unpivot two for other in (a_notes, b_notes)"
UNPIVOTS = f"""
let pivoted = from orders {_PIVOT}
let once = from orders {_PIVOT} {_ONE}
let twice = from orders {_PIVOT} {_ONE} {_TWO}
let nulls = from orders {_PIVOT} {_ONE.replace("unpivot", "unpivot include nulls")} {_TWO}
let named = from orders {_PIVOT} {_ONE.replace("a_total,", "a_total as t,")} {_TWO}
let apart = from pivoted {_ONE} {_TWO}
let again = from once {_TWO}
let of_values = from orders {_PIVOT} {_ONE} |> unpivot three for third in (one, a_notes, b_notes)
let before = from orders |> select id, amount, amount + 1 as more, status
  |> unpivot value for name in (amount, more)
  |> pivot max(value) as m for name in ('amount', 'more') group by id, status
  |> unpivot back for again in (amount, more)
let chosen = from orders {_PIVOT} {_ONE}
  |> where kind = 'a_total' {_TWO} |> select id, one + two as s
"""


def test_no_source_of_pivots_and_unpivots_is_missing(spark: SparkSession, tmp_path: Path) -> None:
    """The kind: rows of columns that a pivot has made, whose names say what was in a column."""
    lets = [line.split()[1] for line in UNPIVOTS.splitlines() if line.startswith("let")]
    text = scripts.HEAD + UNPIVOTS + "".join(map(scripts.sink, [*lets, *scripts.SCHEMAS]))
    probe = SparkProbe(spark)
    with probe.active():
        assert missing(probe.session, text, tmp_path).wrong == {}


EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/pipeline.ssbt"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_no_source_of_an_example_is_missing(
    path: Path, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples as they are, over empty sources of their schemas."""
    result = check_pipeline("pipeline.ssbt", lambda name: (path.parent / name).read_bytes())
    pipeline = result.pipeline
    assert pipeline is not None
    for file in emit_files(result):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_bytes(file.content)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = _module(tmp_path / f"{pipeline.name}.py", monkeypatch)
    probe = SparkProbe(spark)
    lets = [each for each in pipeline.datasets if isinstance(each, Let)]
    sources = [each for each in pipeline.datasets if isinstance(each, Source)]
    with probe.active():
        output = {each.name: tagged(probe.session, each.name, _ddl(each)) for each in sources}
        actual = find_missing(build_lineage(pipeline), frames(module, lets, output))
    assert actual.wrong == {}
    assert actual.columns >= len(lets)


def _ddl(source: Source) -> str:
    return ", ".join(f"`{each.name}` {each.type.sql}" for each in source.output.columns)


def _module(path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A compiled script."""
    module = ModuleType(path.stem)
    monkeypatch.setitem(sys.modules, path.stem, module)
    module.__dict__["__file__"] = str(path)
    exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)
    return module


def test_the_plan_is_read_in_full(spark: SparkSession) -> None:
    """The check is one: what a plan is made from is found."""
    columns = "id BIGINT, amount INT, tags ARRAY<STRING>, who STRUCT<name: STRING, n: INT>"
    orders = tagged(spark, "orders", columns)
    customers = tagged(spark, "customers", "id BIGINT, name STRING")
    joined = orders.join(customers, "id").selectExpr("id", "amount + id as sum", "name")
    union = joined.union(customers.selectExpr("id", "id", "name"))
    assert read(union) == {
        "id": {"orders.id", "customers.id"},
        "sum": {"orders.amount", "orders.id", "customers.id"},
        "name": {"customers.name"},
    }
    exploded = orders.selectExpr("explode(tags) as tag").groupBy("tag").count()
    assert read(exploded) == {"tag": {"orders.tags"}, "count": set()}
    assert Plan(exploded).rows() == {("filter", "orders.tags"), ("grouping", "orders.tags")}
    built = orders.selectExpr("named_struct('w', who, 'i', id) as s")
    fields = built.selectExpr("s.w.name as a", "s as b")
    assert read(fields) == {"a": {"orders.who.name"}, "b": {"orders.who", "orders.id"}}
    ordered = orders.where("who.n > 1").orderBy("amount").dropDuplicates(["id"])
    assert Plan(ordered).rows() == {
        *(("filter", "orders.who"), ("ordering", "orders.amount"), ("grouping", "orders.id")),
    }


def read(frame: DataFrame) -> dict[str, set[str]]:
    """What is read for each column, as text."""
    result = Plan(frame).sources().items()
    return {column: {".".join((each.of, *each.path)) for each in reads} for column, reads in result}
