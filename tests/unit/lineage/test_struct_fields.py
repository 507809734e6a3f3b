"""What the fields of structs are made from, through expressions, steps and queries."""

from __future__ import annotations

import json

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage import views
from ssbt.compiler.lineage.dependencies import DependencyKind
from ssbt.compiler.lineage.graph import Lineage, build_lineage
from ssbt.compiler.lineage.openlineage import build_record

HEAD = """
pipeline sample { checkpoint = "state" }
schema Person {
  id: bigint, raw: string, at: timestamp,
  home: struct<City: string, zip: struct<code: string, area: int>>,
  work: struct<City: string, zip: struct<code: string, area: int>>,
  items: array<struct<sku: string, price: double, qty: int>>,
  props: map<string, struct<a: int, b: int>>,
}
source people from parquet { path = "p", schema = Person }
stream source visits from parquet { path = "v", schema = Person }
transform at_home(a: Person) = from a |> extend home.City as town
"""


HOME = "STRUCT<City: STRING, zip: STRUCT<code: STRING, area: INT>>"


def trace(*lets: str, sink: str = "r") -> Lineage:
    text = f"{HEAD}{''.join(lets)}\nsink {sink} to noop {{ }}\n"
    result = check_pipeline("a.ssbt", lambda _: text.encode())
    assert result.pipeline is not None, result.findings
    return build_lineage(result.pipeline)


def place(text: str) -> Origin:
    dataset, column, *path = text.split(".")
    return Origin(dataset, column, tuple(path))


def sources(result: Lineage, text: str) -> set[str]:
    """The sources' columns and fields after the value of a column or a field."""
    upstream = result.upstream(place(text)).items()
    return {
        f"{each.column_path}"
        for each, kinds in upstream
        if result.nodes[each.dataset].is_source and DependencyKind.VALUE in kinds
    }


VALUES = {
    "home.city": {"home.City"},
    "people.home.zip.code": {"home.zip.code"},
    "home['zip']": {"home.zip"},
    "upper(home.city) || raw": {"home.City", "raw"},
    "home.city || string(home)": {"home"},
    "named_struct('a', id, 'b', home).b.zip.area": {"home.zip.area"},
    "named_struct('a', id, 'b', home).a": {"id"},
    "named_struct('a', id, 'b', home)": {"id", "home"},
    "struct(id, home as h).h.City": {"home.City"},
    "struct(*).raw": {"raw"},
    "(id, home.city).city": {"home.City"},
    "coalesce(home, work).City": {"home.City", "work.City"},
    "case when id > 1 then home when raw = 'a' then work end.City": {
        *("home.City", "work.City", "id", "raw"),
    },
    "if(at is null, home, work).zip.area": {"home.zip.area", "work.zip.area", "at"},
    "if(at is null, named_struct('City', raw, 'zip', home.zip), work).City": {
        *("raw", "work.City", "at"),
    },
    "cast(home as struct<City: string, zip: struct<code: string, area: bigint>>).zip.area": {
        "home.zip.area"
    },
    "cast(home as struct<x: string, y: struct<code: string, area: int>>).x": {"home"},
    "from_json(raw, 'a int, b int').a": {"raw"},
    "items.price": {"items.price"},
    "items[id].price": {"items.price", "id"},
    "element_at(items, 1).sku": {"items.sku"},
    "filter(items, i -> i.qty > 1).sku": {"items.sku", "items.qty"},
    "transform(items, i -> i.price * id)": {"items.price", "id"},
    "transform(items, i -> named_struct('k', i.sku, 'v', i.price * i.qty)).v": {
        *("items.price", "items.qty"),
    },
    "transform(items, i -> 1)": {"items"},
    "exists(items, i -> i.qty > 1)": {"items.qty"},
    "aggregate(items, 0D, (acc, i) -> acc + i.price)": {"items.price"},
    "array_sort(items, (l, r) -> l.qty - r.qty).sku": {"items.sku", "items.qty"},
    "zip_with(items, array(home), (i, h) -> struct(i.sku as a, h.City as b)).b": {"home.City"},
    "array(home, work).City": {"home.City", "work.City"},
    "props[raw].a": {"props.a", "raw"},
    "props.key.b": {"props.b"},
    "map_values(props).a": {"props.a"},
    "map_filter(props, (k, v) -> v.b > 1)['x'].a": {"props.a", "props.b"},
    "map_keys(props)": {"props"},
    "map('a', home, 'b', work).a.City": {"home.City", "work.City"},
    "lag(home) over (partition by id order by at).City": {"home.City", "id", "at"},
    "greatest(home, work).City": {"home", "work"},
}


@pytest.mark.parametrize("value", VALUES)
def test_values(value: str) -> None:
    assert sources(trace(f"let r = from people |> select {value} as x\n"), "r.x") == VALUES[value]


STEPS = {
    "|> select * |> rename home as h |> select h.City as x": {"home.City"},
    "|> select struct(home.zip as z, id as n) as s |> select s.z.code as x": {"home.zip.code"},
    "|> set home = named_struct('City', raw, 'zip', home.zip) |> select home.zip as x": {
        "home.zip"
    },
    "|> explode items as i |> select i.sku as x": {"items.sku"},
    "|> explode props as (k, v) |> select v.a as x": {"props.a"},
    "|> explode props as (k, v) |> select k as x": {"props"},
    "|> select explode(items) as i |> select i.qty as x": {"items.qty"},
    "|> select posexplode(items) as (n, i) |> select i.qty as x": {"items.qty"},
    "|> select inline(items) as (a, x, b)": {"items.price"},
    "|> aggregate max_by(home, id) as h group by raw |> select h.City as x": {"home.City", "id"},
    "|> aggregate collect_list(struct(id, home)) as l group by raw |> select l.home.City as x": {
        "home.City"
    },
    "|> aggregate first(home) filter (where id > 1) as h group by raw |> select h.City as x": {
        *("home.City", "id"),
    },
    "|> join people as o on people.id = o.id |> select o.home.City as x": {"home.City"},
    "|> at_home() |> select town as x": {"home.City"},
    "|> select id, home |> union all other |> select home.City as x": {"home.City", "work.City"},
    "|> unpivot place for kind in (home, work) |> select place.City as x": {
        *("home.City", "work.City"),
    },
}
OTHER = "let other = from people |> select id, work as home\nschema Made { x: string }\n"


@pytest.mark.parametrize("steps", STEPS)
def test_steps(steps: str) -> None:
    assert sources(trace(OTHER, f"let r = from people {steps}\n"), "r.x") == STEPS[steps]


QUERIES = {
    "select home.city as x from {input}": {"home.City"},
    "select upper(home.zip.code) || raw as x from {input}": {"home.zip.code", "raw"},
    "with a as (select named_struct('p', home, 'q', raw) as s from {input}) "
    "select s.P.City as x from a": {"home.City"},
    "select items[id].sku as x from {input}": {"items.sku", "id"},
    "select props['a'].b as x from {input}": {"props.b"},
    "select x.City as x from (select home as x from {input} union all select work from {input})": {
        *("home.City", "work.City"),
    },
    "select coalesce(home, work).City as x from {input}": {"home", "work"},
}


@pytest.mark.parametrize("query", QUERIES)
def test_queries(query: str) -> None:
    result = trace(OTHER, f'let r = from people |> sql "{query}" returns Made\n')
    assert sources(result, "r.x") == QUERIES[query]


def test_a_stream() -> None:
    steps = "|> watermark at delay 1 hour |> deduplicate by id, at |> select home.zip.area as x"
    result = trace(f"let r = from visits {steps}\n")
    assert sources(result, "r.x") == {"home.zip.area"}


STRUCT_PIPELINE = """
let mid = from people
  |> where home.City = 'Bonn'
  |> select id, named_struct('who', home, 'Area', work.zip.area) as s
let r = from mid |> order by s.area |> select s, s.who.zip.code as code
"""


def test_what_decides_about_rows_is_a_field() -> None:
    result = trace(STRUCT_PIPELINE)
    inputs = result.dependencies(place("r.code"))
    assert {f"{d.kind.value} {d.origin}" for d in inputs} == {
        *("value mid.s.who.zip.code", "ordering mid.s.Area"),
    }


def test_a_struct_is_made_of_its_fields() -> None:
    result = trace(STRUCT_PIPELINE)
    assert views.render_tree(result, place("mid.s")) == (
        f"mid.s (STRUCT<who: {HOME}, Area: INT>)\n"
        f"├─ mid.s.who ({HOME})\n"
        f"│  └─ people.home ({HOME}, source)\n"
        "├─ mid.s.Area (INT)\n"
        "│  └─ people.work.zip.area (INT, source)\n"
        "└─ filter: people.home.City\n"
    )
    assert sources(result, "r.s") == {"home", "work.zip.area"}
    assert sources(result, "r.s.who.zip") == {"home.zip"}


def test_downstream() -> None:
    result = trace(STRUCT_PIPELINE)
    used = {str(each): kinds for each, kinds in result.downstream(place("people.home.zip")).items()}
    assert used == {
        "mid.s.who.zip": {DependencyKind.VALUE},
        "r.s.who.zip": {DependencyKind.VALUE},
        "r.code": {DependencyKind.VALUE},
    }
    by_rows = result.downstream(place("people.home.City"))
    assert by_rows[place("mid.s")] == {DependencyKind.FILTER}
    assert by_rows[place("mid.s.who.City")] == {DependencyKind.VALUE, DependencyKind.FILTER}


def test_pictures() -> None:
    result = trace(STRUCT_PIPELINE)
    code = [place("r.code")]
    assert "mid__s__who__zip__code --> r__code" in views.render_mermaid(result, code)
    assert '"people.home.zip.code" -> "mid.s.who.zip.code"' in views.render_graphviz(result, code)
    assert '    "mid.s.who.zip.code" [label = "s.who.zip.code"]' in views.render_graphviz(
        result, code
    )


def test_json() -> None:
    document = json.loads(views.as_json(trace(STRUCT_PIPELINE), [place("r.code")]))
    assert {
        "from": {"dataset": "people", "column": "home", "path": ["zip", "code"]},
        "to": {"dataset": "mid", "column": "s", "path": ["who", "zip", "code"]},
        "kind": "value",
    } in document["dependencies"]
    columns = {each["name"]: each["columns"] for each in document["datasets"]}
    assert {"name": "home", "path": ["zip", "code"], "type": "STRING"} in columns["people"]


def test_openlineage_names_columns_and_their_fields_in_schemas() -> None:
    text = f"{HEAD}{STRUCT_PIPELINE}sink r to noop {{ }}\n"
    pipeline = check_pipeline("a.ssbt", lambda _: text.encode()).pipeline
    assert pipeline is not None
    result = build_record(pipeline, "1.0")
    facets = result["outputs"][0]["facets"]
    code = facets["columnLineage"]["fields"]["code"]["inputFields"]
    assert [(each["dataset"], each["field"]) for each in code] == [("people", "home")]
    s = facets["columnLineage"]["fields"]["s"]["inputFields"]
    assert [each["field"] for each in s] == ["home", "work"]
    decides = facets["columnLineage"]["dataset"]
    assert [(each["field"], each["transformations"][0]["subtype"]) for each in decides] == [
        ("home", "FILTER"),
        ("work", "SORT"),
    ]
    schema = {each["name"]: each for each in result["inputs"][0]["facets"]["schema"]["fields"]}
    assert schema["home"]["type"] == "struct"
    assert schema["home"]["fields"][0] == {"name": "City", "type": "STRING"}
    (element,) = schema["items"]["fields"]
    assert (element["name"], element["type"]) == ("_element", "struct")
    assert [each["name"] for each in schema["props"]["fields"]] == ["key", "value"]


def test_names_of_diagrams_differ() -> None:
    lets = "let r = from people |> select named_struct('b', id) as a, id as a__b\n"
    chart = views.render_mermaid(trace(lets), [place("r.a.b"), place("r.a__b")])
    (one, other) = (line.split("[")[0] for line in chart.splitlines() if 'b"]' in line)
    assert one != other
