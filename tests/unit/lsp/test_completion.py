"""What is offered where."""

from __future__ import annotations

import pytest

from ssbt.compiler.lsp.completion import complete


def offered(project) -> dict[str, list[str]]:
    result = complete(project.workspace.best_analysis(project.path), project.path, project.offset)
    kinds: dict[str, list[str]] = {}
    for item in result.items if result is not None else ():
        kinds.setdefault(item.kind, []).append(item.label)
    return kinds


ORDER = ["id", "amount", "address"]
DATASETS = ["orders", "customers", "large"]


@pytest.mark.parametrize(
    ("replaced", "kind", "labels"),
    [
        ({"|> where amount >=": "|> where §"}, "column", ORDER),
        ({"|> where amount >=": "|> where amo§"}, "column", ORDER),
        ({"|> where amount >=": "|> where (1 + coalesce(§"}, "column", ORDER),
        ({"|> where amount >=": "|> dro )( |>\n  |> where §"}, "param", ["${minimum}"]),
        ({"|> where amount >=": "|> dro )( |>\n  |> where §"}, "column", ORDER),
        ({"amount * 2 as doubled": "amount * 2 as doubled, §"}, "column", [*ORDER, "doubled"]),
        ({"using (id)": "on §"}, "qualifier", ["c"]),
        ({"using (id)": "on c.§"}, "column", ["id", "country"]),
        ({"using (id)": "using (§)"}, "column", ["id"]),
        ({"address.city": "address.§"}, "field", ["city", "zip"]),
        ({"|> paid()": "|> drop §"}, "column", ORDER),
        ({"|> paid()": "|> §"}, "transform", ["paid"]),
        ({"from orders as o": "from §"}, "dataset", DATASETS[:2]),
        ({"join customers as c using (id)": "union §"}, "dataset", DATASETS),
        ({"sink large to": "sink § to"}, "dataset", DATASETS),
        ({"  from input\n": "  from §\n"}, "dataset", ["input"]),
        ({"input: Order": "input: §"}, "schema", ["Order", "Customer"]),
        ({"schema = Order": "schema = §"}, "schema", ["Order", "Customer"]),
        ({"customers from csv {": "customers from §"}, "connector", ["csv", "rate"]),
        ({"to parquet {": "to §"}, "connector", ["csv", "noop", "parquet"]),
        (
            {'from csv {\n  path   = "data/o': 'from §\n  path = "data/o'},
            "connector",
            ["csv", "rate"],
        ),
        ({"= overwrite": "= §"}, "choice", ["append", "overwrite", "ignore"]),
        ({"[country]": "[§]"}, "column", ["id", "doubled", "country", "city"]),
        ({"amount:  decimal(12,2)": "amount:  de§"}, "type", ["decimal"]),
        ({"data/orders": "${§"}, "param", ["minimum"]),
        ({"|> paid()": "|> le§"}, "keyword", ["left join"]),
        ({"# What": "§\n# What"}, "keyword", ["let", "source", "sink", "schema"]),
        ({"amount >=": "amount §"}, "keyword", ["and", "is", "between"]),
        ({"# What": "param few: int check few §\n# What"}, "keyword", ["in", "one of"]),
        ({"|> where amount > 0": "|> where §"}, "column", ORDER),
        ({'description = "A shop"': "§"}, "option", ["description", "owner", "target", "spark"]),
    ],
)
def test_offered(project, replaced, kind, labels):
    result = offered(project(replaced)).get(kind, [])
    if kind in ("keyword", "type", "option", "choice", "connector"):
        assert set(labels) <= set(result)
    else:
        assert result == labels


def test_one_of_is_for_checks(project):
    assert "one of" not in offered(project({"amount >=": "amount §"}))["keyword"]


def test_options_of_a_connector(project):
    result = offered(project({"  mode         =": "  §"}))
    assert {"path", "mode", "compression", "partition_by", "raw"} <= set(result["option"])
    assert set(result) == {"option"}


def test_words_of_a_history(project):
    table = {"to parquet {": "to delta {", "= overwrite": "= §"}
    assert {"append", "merge", "history"} <= set(offered(project(table))["choice"])
    table["= overwrite"] = "= history\n  §"
    options = {"keys", "sequence_by", "track", "valid_from", "valid_to", "hidden"}
    assert options <= set(offered(project(table))["option"])
    table["= overwrite"] = "= history\n  track = [§]"
    assert offered(project(table))["column"] == ["id", "doubled", "country", "city"]


def test_what_maintains_a_table(project):
    """Options of the connector's upkeep, and the columns of the sink."""
    table = "maintain large {{ {} }}\n\nsink large to delta {{"
    sink = "sink large to parquet {"
    options = offered(project({sink: table.format("§")}))["option"]
    assert options == ["compact", "z_order_by", "expire_snapshots", "remove_orphans"]
    assert offered(project({sink: table.format("compact = §")}))["choice"] == ["true", "false"]
    columns = offered(project({sink: table.format("z_order_by = [§]")}))["column"]
    assert columns == ["id", "doubled", "country", "city"]
    assert offered(project({sink: f"maintain §\n\n{sink}"}))["sink"] == ["large"]
    other = {sink: table.format("§").replace("delta", "iceberg")}
    assert {"sort_by", "compact_manifests", "keep_snapshots"} <= {
        *offered(project(other))["option"]
    }


def test_words_of_a_catalog(project):
    table = {"to parquet {": "to iceberg {\n  §\n"}
    result = offered(project(table))["option"]
    assert {"connection", "table", "partition_by", "branch"} <= set(result)
    assert "warehouse" not in result
    declared = {"sink ": "connection lake: iceberg {\n  catalog = §\n}\n\nsink "}
    assert {"hadoop", "jdbc", "rest"} <= set(offered(project(declared))["choice"])


def test_words_of_a_table_by_name(project):
    table = {"to parquet {": "to table {\n  §\n"}
    assert {"table", "format", "options", "properties"} <= set(offered(project(table))["option"])
    choices = {"to parquet {": "to table {\n  format = §\n"}
    assert {"parquet", "orc", "delta", "iceberg"} <= set(offered(project(choices))["choice"])


def test_options_of_streams_are_those_of_streams(project):
    batch = offered(project({"  schema = Customer": "  §"}))["option"]
    stream = {"source customers": "stream source customers", "  schema = Customer": "  §"}
    flowing = offered(project(stream))["option"]
    assert "max_files_per_trigger" in flowing
    assert "max_files_per_trigger" not in batch


def test_formats(project):
    source = {"source customers from csv {": "source customers from kafka {\n  value = §"}
    assert {"json", "string", "bytes"} <= set(offered(project(source))["choice"])


def test_functions_of_the_target(project):
    names = offered(project({"|> where amount >=": "|> where §"}))["function"]
    assert {"upper", "coalesce", "sum", "row_number"} <= set(names)
    older = {"|> where amount >=": "|> where §", '"A shop"': '"A shop", target = "3.5"'}
    fewer = offered(project(older))["function"]
    assert "listagg" in names
    assert "listagg" not in fewer


@pytest.mark.parametrize(
    "replaced",
    [
        {"# What": "# §What"},
        {'"A shop"': '"A §shop"'},
        {"as doubled": "as §"},
        {"let large": "let §"},
    ],
)
def test_nothing_is_offered(project, replaced):
    assert offered(project(replaced)) == {}


SHARED = """\
secret shop_login

connection shop: kafka {
  bootstrap_servers = "localhost:9092"
  sasl_jaas_config  = shop_login
}

source events from kafka {
  connection = shop
  subscribe  = "events"
}

# What"""


@pytest.mark.parametrize(
    ("old", "new", "kind", "labels"),
    [
        ("= shop_login", "= §", "secret", {"shop_login"}),
        ("connection = shop", "connection = §", "connection", {"shop"}),
        ("  sasl_jaas_config", "  §", "option", {"security_protocol", "raw"}),
        ("shop: kafka", "shop: §", "connector", {"kafka", "schema_registry"}),
    ],
)
def test_connections_and_secrets(project, old, new, kind, labels):
    result = offered(project({"# What": SHARED.replace(old, new)}))
    assert labels <= set(result[kind])
    assert "csv" not in result[kind]
