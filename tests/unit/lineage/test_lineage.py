"""What columns are made from, through every kind of step."""

from __future__ import annotations

import json

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage import views
from ssbt.compiler.lineage.dependencies import Dependency, DependencyKind
from ssbt.compiler.lineage.graph import Lineage, build_lineage

HEAD = """
pipeline sample { }
schema Order { id: bigint, customer: bigint, amount: decimal(9,2), day: date, tags: array<string> }
schema Customer { id: bigint, country: string, name: string }
source orders from parquet {
  path = "o"
  schema = Order
}
source customers from parquet {
  path = "c"
  schema = Customer
}
transform large(a: Order) = from a |> where amount > 100
"""


def trace(*lets: str, sink: str = "result") -> Lineage:
    text = f'{HEAD}{"".join(lets)}\nsink {sink} to parquet {{ path = "r" }}\n'
    result = check_pipeline("a.ssbt", lambda _: text.encode())
    assert result.pipeline is not None, result.findings
    return build_lineage(result.pipeline)


def dependencies(result: Lineage, name: str, column: str) -> set[str]:
    inputs = result.dependencies(Origin(name, column))
    return {f"{d.kind.value} {d.origin}" for d in inputs}


STEPS = {
    "|> where day > current_date()": {"value orders.amount", "filter orders.day"},
    "|> extend day as d": {"value orders.amount"},
    "|> set amount = cast(id as decimal(9,2))": {"value orders.id"},
    "|> rename amount as money |> rename money as amount": {"value orders.amount"},
    "|> order by day": {"value orders.amount", "ordering orders.day"},
    "|> limit 3": {"value orders.amount"},
    "|> deduplicate by id": {"value orders.amount", "grouping orders.id"},
    "|> select id, amount |> distinct": {
        *("value orders.amount", "grouping orders.id", "grouping orders.amount"),
    },
    "|> select distinct id, amount": {
        *("value orders.amount", "grouping orders.id", "grouping orders.amount"),
    },
    "|> aggregate max(amount) as amount group by customer": {
        *("value orders.amount", "grouping orders.customer"),
    },
    "|> aggregate count(*) as amount group by customer": {"grouping orders.customer"},
    "|> join customers as c on customer = c.id |> select amount": {
        *("value orders.amount", "join key orders.customer", "join key customers.id"),
    },
    "|> semi join customers using (id)": {
        *("value orders.amount", "join key orders.id", "join key customers.id"),
    },
    "|> explode tags as tag": {"value orders.amount", "filter orders.tags"},
    "|> select amount, explode(tags) as tag": {"value orders.amount", "filter orders.tags"},
    "|> extend explode(tags) as tag": {"value orders.amount", "filter orders.tags"},
    "|> select id |> unpivot amount for kind in (id as one)": {
        *("value orders.id", "filter orders.id"),
    },
    "|> select id |> unpivot include nulls amount for kind in (id as one)": {
        "value orders.id",
    },
    "|> large()": {"value orders.amount", "filter orders.amount"},
}


@pytest.mark.parametrize("steps", STEPS)
def test_steps(steps: str):
    assert (
        dependencies(trace(f"let result = from orders {steps}\n"), "result", "amount")
        == STEPS[steps]
    )


def test_both_sides_of_a_union_are_values():
    other = "let other = from customers |> select id, country as text\n"
    result = "let result = from orders |> select id, string(day) as text |> union all other\n"
    assert dependencies(trace(other, result), "result", "text") == {
        *("value orders.day", "value other.text"),
    }


def test_what_except_looks_at_decides_about_rows():
    other = "let other = from customers |> select id\n"
    result = "let result = from orders |> select id |> except other\n"
    assert dependencies(trace(other, result), "result", "id") == {
        *("value orders.id", "filter orders.id", "filter other.id"),
    }


def test_pivot():
    steps = "|> pivot sum(amount) as total for id in (1 as first) group by customer"
    assert dependencies(trace(f"let result = from orders {steps}\n"), "result", "first") == {
        *("value orders.amount", "value orders.id"),
        *("grouping orders.customer", "grouping orders.id"),
    }


def test_a_dataset_of_another_name_is_what_is_told():
    same = "let same = from orders\n"
    result = "let result = from same |> where id > 1\n"
    assert dependencies(trace(same, result), "result", "id") == {
        "value same.id",
        "filter same.id",
    }


def test_far_away():
    paid = "let paid = from orders |> where day > current_date()\n"
    result = "let result = from paid |> aggregate count(*) as n group by customer\n"
    actual = trace(paid, result)
    assert actual.upstream(Origin("result", "n")) == {
        Origin("paid", "customer"): {DependencyKind.GROUP},
        Origin("orders", "customer"): {DependencyKind.GROUP},
        Origin("orders", "day"): {DependencyKind.FILTER, DependencyKind.GROUP},
    }
    assert set(actual.downstream(Origin("orders", "day"))) >= {
        *(Origin("paid", "amount"), Origin("result", "n"), Origin("result", "customer")),
    }
    assert actual.downstream(Origin("orders", "tags")) == {
        Origin("paid", "tags"): {DependencyKind.VALUE}
    }


DIAMONDS = "".join(
    f"let l{i} = from {f'l{i - 1}' if i else 'orders'} "
    "|> select id + customer as id, id - customer as customer\n"
    for i in range(60)
)


def test_nothing_is_written_twice():
    result = trace(DIAMONDS, sink="l59")
    assert len(views.render_tree(result, Origin("l59", "id")).splitlines()) < 300
    assert len(result.upstream(Origin("l59", "id"))) == 2 * 60


def test_names_are_only_text_in_diagrams():
    odd = '`a"]; b`'
    result = trace(f"let result = from orders |> select id as {odd}, day as `end`\n")
    columns = [Origin("result", 'a"]; b'), Origin("result", "end")]
    chart = views.render_mermaid(result, columns)
    assert '["a&quot;]; b"]' in chart
    graph = views.render_graphviz(result, columns)
    assert r'"result.a\"]; b" [label = "a\"]; b"]' in graph


def test_json():
    result = trace("let result = from orders |> where id > 1 |> select amount\n")
    document = json.loads(views.as_json(result, [Origin("result", "amount")]))
    assert document["dependencies"] == [
        {
            "from": {"dataset": "orders", "column": "id"},
            "to": {"dataset": "result"},
            "kind": "filter",
        },
        {
            "from": {"dataset": "orders", "column": "amount"},
            "to": {"dataset": "result", "column": "amount"},
            "kind": "value",
        },
    ]
    assert [each["name"] for each in document["datasets"]] == ["orders", "result"]
    assert document["sinks"] == [{"name": "result", "dataset": "result"}]


def test_dependencies_can_be_compared():
    one, other = (
        Dependency(Origin("a", "b"), kind) for kind in (DependencyKind.VALUE, DependencyKind.JOIN)
    )
    assert one != other


QUERIES = {
    "select id, amount + customer as sum from {input} where day > '2026-01-01'": {
        *("value orders.amount", "value orders.customer", "filter orders.day"),
    },
    "with a as (select id, amount as sum, customer from {input}) select id, max(sum) as sum "
    "from a group by id order by id": {
        *("value orders.amount", "grouping orders.id", "ordering orders.id"),
    },
    "select o.id, o.amount as sum from {input} o join {customers} c on o.customer = c.id": {
        *("value orders.amount", "join key orders.customer", "join key customers.id"),
    },
    "select id, amount as sum from {input} union select id, 0 from {customers}": {
        *("value orders.amount", "grouping orders.id", "grouping orders.amount"),
        "grouping customers.id",
    },
    "select id, sum(amount) over (partition by customer order by day) as sum from {input}": {
        *("value orders.amount", "value orders.customer", "value orders.day"),
    },
}
EVERYTHING = {f"value orders.{name}" for name in ("id", "customer", "amount", "day", "tags")}


def of_query(query: str) -> set[str]:
    schema = "schema Sum { id: bigint, sum: decimal(19,2) }\n"
    result = trace(schema, f'let result = from orders |> sql "{query}" returns Sum\n')
    return dependencies(result, "result", "sum")


@pytest.mark.parametrize("query", QUERIES)
def test_queries(query: str):
    assert of_query(query) == QUERIES[query]


@pytest.mark.parametrize(
    "query",
    [
        "select id, amount as sum, tag from {input} lateral view explode(tags) as tag",
        "select id, (select max(amount) from {input}) as sum from {input}",
        "select id, explode(tags) as sum from {input}",
    ],
)
def test_a_query_that_is_not_understood_is_made_from_everything(query: str):
    result = of_query(query)
    assert result >= EVERYTHING
    assert result >= {each.replace("value", "filter") for each in EVERYTHING}
