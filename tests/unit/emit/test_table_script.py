"""The script behind `ssbtc table --pipeline`: a table, opened as the pipeline would."""

from __future__ import annotations

import ast

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.emit.table_script import emit_table_script, list_tables

TEXT = """\
pipeline shop { time_zone = "UTC" }

param lake: string = "s3a://lake"

secret catalog_password

connection warehouse: iceberg {
  catalog   = jdbc
  uri       = "jdbc:postgresql://localhost/catalog"
  warehouse = "${lake}/warehouse"
  username  = "etl"
  password  = catalog_password
  driver    = postgresql
}

schema Order { id: bigint, amount: decimal(12,2) }

source orders from delta { path = "${lake}/orders", schema = Order }

source files from json { path = "in", schema = Order }

sink orders to iceberg as stored_orders {
  connection = warehouse
  table      = "crm.orders"
  mode       = append
}

sink files to delta as by_name { table = "sales.files", mode = append }

sink files to json { path = "out" }
"""


def emit(name: str) -> str | None:
    result = check_pipeline("shop.ssbt", lambda path: TEXT.encode())
    assert result.pipeline is not None, [each.message for each in result.findings]
    return emit_table_script(result.pipeline, result.sources, name, 5, "/tmp/table.json")


def find_call(script: str) -> str:
    """The call that describes the table, on one line."""
    call = next(
        node
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "describe_into"
    )
    return ast.unparse(call).removeprefix("describe_into('/tmp/table.json', job.spark, ")


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("orders", "'delta', path=f'{job.params.lake}/orders', table=None, commits=5)"),
        ("by_name", "'delta', path=None, table='sales.files', commits=5)"),
        ("Stored_Orders", "'iceberg', path=None, table='warehouse.crm.orders', commits=5)"),
        (
            "warehouse.crm.customers",
            "'iceberg', path=None, table='warehouse.crm.customers', commits=5)",
        ),
    ],
)
def test_the_table_is_named_as_in_the_pipeline(name: str, call: str) -> None:
    script = emit(name)
    assert script is not None
    assert find_call(script) == call


def test_a_catalog_is_opened_with_its_secret_first() -> None:
    script = emit("warehouse.crm.orders")
    assert script is not None
    assert "    open_warehouse(job)\n    describe_into(" in script
    assert 'Secret("catalog_password")' in script
    by_path = emit("orders")
    assert by_path is not None
    assert "Secret(" not in by_path


@pytest.mark.parametrize("name", ["files", "nothing", "lake.orders", "warehouse"])
def test_what_is_no_table(name: str) -> None:
    assert emit(name) is None


def test_tables_are_sinks_and_sources() -> None:
    result = check_pipeline("shop.ssbt", lambda path: TEXT.encode())
    assert result.pipeline is not None
    assert list_tables(result.pipeline) == ["stored_orders", "by_name", "orders"]
