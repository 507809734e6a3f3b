"""`examples/customer_changes`: changes of a database, from Kafka to a table and its history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.spark.compiling import compiled_module, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.spark.topics import Topics

pytestmark = pytest.mark.spark

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "customer_changes"


def test_the_example(
    delta: SparkSession, topics: Topics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run twice: without its checkpoint, the topic is read from its beginning again."""
    text = (EXAMPLE / "pipeline.ssbt").read_text().replace("shop.customers", topics.new())
    module = compiled_module(text, tmp_path, monkeypatch)
    params = {"brokers": topics.broker.address, "data": str(EXAMPLE / "data")}
    run(module, delta, results=str(tmp_path), **params)
    assert rows(delta, tmp_path, "customers", "id, name, city, changed.lsn") == [
        (1, "Ada", "Bonn", 141)
    ]
    history = rows(delta, tmp_path, "history", "id, city, valid_from.lsn, valid_to.lsn")
    assert history == [
        (1, "Graz", 100, 120),
        (1, "Wels", 120, 140),
        (1, "Rome", 140, 141),
        (1, "Bonn", 141, None),
        (2, "Wien", 110, 130),
    ]
    assert delta.read.json(f"{tmp_path}/broken").count() == 1
    for folder in ("checkpoints", "broken"):
        (tmp_path / folder).rename(tmp_path / f"old_{folder}")
    run(module, delta, results=str(tmp_path), **params)
    assert rows(delta, tmp_path, "history", "id, city, valid_from.lsn, valid_to.lsn") == history


def rows(spark: SparkSession, folder: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    selected = spark.sql(f"SELECT {columns} FROM delta.`{folder}/{table}`").collect()
    return sorted((tuple(row) for row in selected), key=lambda row: (row[0], row[2]))
