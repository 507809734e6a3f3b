"""`ssbtc maintain` and `ssbtc table` as processes of their own, for tables of each engine."""

from __future__ import annotations

import json
import os
from pathlib import Path
import subprocess
import sys
import time
from typing import Any

import pytest

pytestmark = pytest.mark.spark

SSBTC = str(Path(sys.executable).with_name("ssbtc"))
SUBMIT = ("--", "--conf", "spark.ui.enabled=false", "--conf", "spark.driver.bindAddress=127.0.0.1")
PIPELINE = """\
pipeline orders { time_zone = "Europe/Berlin" }

param lake: string

connection shop: iceberg { catalog = hadoop, warehouse = "${lake}/warehouse" }

schema Order { id: bigint, name: string }

source arrivals from json { path = "${lake}/arrivals", schema = Order }

sink arrivals to delta as in_delta {
  path = "${lake}/delta", mode = append, repartition = 6, comment = "Orders of the shop"
}

sink arrivals to iceberg as in_iceberg {
  connection = shop, table = "crm.orders", mode = append, repartition = 6
}

maintain in_delta { compact = true, expire_snapshots = 7 days, remove_orphans = true }

maintain in_iceberg { compact = true, expire_snapshots = 7 days, remove_orphans = true }
"""
DAYS = 86_400


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipeline that has written six files into two tables, each with one that nobody needs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    (tmp_path / "orders.ssbt").write_text(PIPELINE)
    arrivals = tmp_path / "lake" / "arrivals"
    arrivals.mkdir(parents=True)
    lines = (json.dumps({"id": number, "name": f"n{number}"}) for number in range(60))
    (arrivals / "part.json").write_text("\n".join(lines))
    run("run", "orders.ssbt", "--set", "lake=lake")
    for folder in ("delta", "warehouse/crm/orders/data"):
        orphan = tmp_path / "lake" / folder / "left.parquet"
        orphan.write_text("x")
        os.utime(orphan, (time.time() - 30 * DAYS,) * 2)
    return tmp_path


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [SSBTC, *arguments, "--master", "local[2]", *SUBMIT],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def describe(*arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        run("table", *arguments, "--output-format", "json").stdout
    )
    return document


def test_tables_are_maintained_and_described(project: Path) -> None:
    given = ("orders.ssbt", "--set", "lake=lake")
    in_pipeline = ("--pipeline", *given)
    orphans = set((project / "lake").rglob("left.parquet"))
    before = {each for each in (project / "lake").rglob("*") if each.is_file()}
    # spark-submit sends both streams of a script to its own first one.
    dry = run("maintain", *given, "--dry-run", "--quiet")
    printed = {Path(line.removeprefix("file:")) for line in dry.stdout.splitlines()}
    assert printed == orphans
    assert run("maintain", *given, "--dry-run").stdout.count("6 small files") == 2
    assert {each for each in (project / "lake").rglob("*") if each.is_file()} == before

    first = describe("in_iceberg", *in_pipeline)
    assert (first["files"], first["small_files"]["files"]) == (6, 6)
    done = run("maintain", *given)
    assert done.stdout.count("6 files became 1") == 2
    assert not any(each.exists() for each in orphans)

    second = describe("shop.crm.orders", *in_pipeline)
    assert second["table"] == "`shop`.`crm`.`orders`"
    assert (second["files"], second["small_files"]["files"]) == (1, 0)
    assert [each["operation"] for each in second["history"]] == ["replace", "append"]
    assert second["history"][1]["counts"]["added-records"] == 60
    assert second["references"] == [f"branch main: {second['version']}"]
    third = describe("lake/delta")
    assert (third["files"], third["version"]) == (1, second_version(third))
    assert [each["name"] for each in third["columns"]] == ["id", "name"]
    text = run("table", "in_delta", *in_pipeline).stdout
    assert "Orders of the shop" in text
    assert "OPTIMIZE" in text


def second_version(document: dict[str, Any]) -> int:
    """The newest of the commits that are listed."""
    return max(int(each["version"]) for each in document["history"])


def test_a_table_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks for it says so, and nothing of the JVM."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    (tmp_path / "orders.ssbt").write_text(PIPELINE)
    given = ("--pipeline", "orders.ssbt", "--set", "lake=lake")
    missing = run("table", "in_iceberg", *given, code=2)
    assert "there is no table `shop`.`crm`.`orders`" in missing.stderr
    assert "\tat " not in missing.stderr + missing.stdout
    unknown = run("table", "nothing", *given, code=2)
    assert "`in_delta`, `in_iceberg`" in unknown.stderr
