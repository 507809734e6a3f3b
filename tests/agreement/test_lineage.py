"""What Spark's analysed plans make columns from, our lineage names too: no source is missing."""

from __future__ import annotations

from pathlib import Path
import re
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.driver import checked
from ssbt.compiler.ir.pipeline import Let
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.steps import Pivot
from ssbt.compiler.lineage.graph import Kind, Lineage, lineage
from tests.agreement import scripts
from tests.agreement.asking import Asked
from tests.agreement.measured import asked_for
from tests.agreement.test_pipelines import text_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

SEEDS = asked_for(2_000) // 20
SLICE = 100
_ORIGIN = re.compile(r'"origin":"([^"]+)"')


def tagged(spark: SparkSession, name: str, ddl: str) -> DataFrame:
    """An empty source, each column with where it is from as metadata, which Spark hands on."""
    from pyspark.sql import functions as F

    empty = spark.createDataFrame([], ddl)
    columns = [F.col(c).alias(c, metadata={"origin": f"{name}.{c}"}) for c in empty.columns]
    return empty.select(*columns)


class Plan:
    """What the values of an analysed plan are made from."""

    def __init__(self, frame: DataFrame) -> None:
        self._made_from: dict[int, set[int]] = {}
        self._origins: dict[int, str] = {}
        self._root: Any = frame._jdf.queryExecution().analyzed()
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            self._read(node)
            waiting += items(node.children())

    def sources(self) -> dict[str, set[str]]:
        """The sources' columns behind each column of the result."""
        found = {}
        for attribute in items(self._root.output()):
            waiting, seen = [number(attribute)], set[int]()
            while waiting:
                each = waiting.pop()
                if each not in seen:
                    seen.add(each)
                    waiting += self._made_from.get(each, ())
            names = {self._origins[each] for each in seen if each in self._origins}
            found[str(attribute.name())] = names
        return found

    def _read(self, node: Any) -> None:
        kind = node.getClass().getSimpleName()
        output = items(node.output())
        for attribute in output:
            origin = _ORIGIN.search(attribute.metadata().json())
            if origin and not items(node.children()):
                self._origins[number(attribute)] = origin[1]
        if kind in ("Union", "Intersect"):
            for child in items(node.children()):
                self._add_pairs(output, items(child.output()))
        elif kind == "Except":
            self._add_pairs(output, items(node.left().output()))
        elif kind == "Generate":
            for attribute in items(node.generatorOutput()):
                self._add(attribute, node.generator())
        elif kind == "Expand":
            for projection in items(node.projections()):
                for attribute, expression in zip(output, items(projection), strict=True):
                    self._add(attribute, expression)
        waiting = items(node.expressions())
        while waiting:
            expression = waiting.pop()
            if expression.getClass().getSimpleName() == "Alias":
                self._add(expression, expression.child())
                origin = _ORIGIN.search(expression.metadata().json())
                if origin:
                    self._origins[number(expression)] = origin[1]
            waiting += items(expression.children())

    def _add_pairs(self, made: list[Any], given: list[Any]) -> None:
        for one, other in zip(made, given, strict=True):
            if number(one) != number(other):
                self._made_from.setdefault(number(one), set()).add(number(other))

    def _add(self, attribute: Any, expression: Any) -> None:
        references = items(expression.references().toSeq())
        self._made_from.setdefault(number(attribute), set()).update(map(number, references))


def items(sequence: Any) -> list[Any]:
    """A sequence of Scala as a list."""
    return [sequence.apply(index) for index in range(sequence.size())]


def number(expression: Any) -> int:
    """What Spark knows a column by."""
    return int(expression.exprId().id())


def ours(known: Lineage, let: Let) -> dict[str, set[str]]:
    """The sources' columns that the values of each column of a dataset are made from."""
    name, wanted = let.name, {Kind.VALUE}
    if any(isinstance(step, Pivot) for step in let.query.steps):
        # Spark picks the values of a group by the column that we say it is grouped by.
        wanted.add(Kind.GROUP)
    return {
        column: {
            f"{origin.dataset}.{origin.column}"
            for origin, kinds in known.upstream(Origin(name, column)).items()
            if known.nodes[origin.dataset].is_source and kinds & wanted
        }
        for column in known.nodes[name].columns
    }


def missing(spark: SparkSession, text: str, folder: Path) -> tuple[dict[str, object], int]:
    """What Spark's plans are made from and our lineage does not name, by dataset; columns asked."""
    module, lets = scripts.loaded(text, folder)
    pipeline = checked("agreement.ssbt", lambda _: text.encode()).pipeline
    assert pipeline is not None
    known = lineage(pipeline)
    made = {name: tagged(spark, name, ddl) for name, ddl in scripts.SCHEMAS.items()}
    params = module.Params() if hasattr(module, "Params") else None
    wrong: dict[str, object] = {}
    count = 0
    for let in lets:
        function = getattr(module, let.name)
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        made[let.name] = function(*(params if n == "params" else made[n] for n in names))
        told = ours(known, let)
        for column, sources in Plan(made[let.name]).sources().items():
            count += 1
            if column in told and not sources <= told[column]:
                wrong[f"{let.name}.{column}"] = sorted(sources - told[column])
    return wrong, count


def test_no_source_column_is_missing(spark: SparkSession, tmp_path: Path) -> None:
    wrong: dict[str, object] = {}
    columns = 0
    asked = Asked(spark)
    for start in range(0, SEEDS, SLICE):
        text, queries = text_of(range(start, min(start + SLICE, SEEDS)))
        with asked.active():
            found, count = missing(asked.session, text, tmp_path)
        columns += count
        wrong |= {f"{queries[name.split('.')[0]]} {name}": each for name, each in found.items()}
    print(f"\nlineage: {columns:,} columns of generated pipelines, {len(wrong)} lack a source")
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
    asked = Asked(spark)
    with asked.active():
        assert missing(asked.session, text, tmp_path)[0] == {}


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
    asked = Asked(spark)
    with asked.active():
        assert missing(asked.session, text, tmp_path)[0] == {}


def test_the_plan_is_read_in_full(spark: SparkSession) -> None:
    """The check is one: what a plan is made from is found."""
    orders = tagged(spark, "orders", "id BIGINT, amount INT, tags ARRAY<STRING>")
    customers = tagged(spark, "customers", "id BIGINT, name STRING")
    joined = orders.join(customers, "id").selectExpr("id", "amount + id as sum", "name")
    union = joined.union(customers.selectExpr("id", "id", "name"))
    assert Plan(union).sources() == {
        "id": {"orders.id", "customers.id"},
        "sum": {"orders.amount", "orders.id", "customers.id"},
        "name": {"customers.name"},
    }
    exploded = orders.selectExpr("explode(tags) as tag").groupBy("tag").count()
    assert Plan(exploded).sources() == {"tag": {"orders.tags"}, "count": set()}
