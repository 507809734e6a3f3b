"""What `docs/guides/changing-tables.md` says, and the statements that it gives, on real tables."""

from __future__ import annotations

from pathlib import Path
import re
from typing import TYPE_CHECKING

import pytest

from tests.spark.iceberg_lakes import IcebergLake
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "changing-tables.md"
NARROW = "id: bigint, amount: decimal(12,2)"
WIDE = "id: bigint, amount: decimal(14,2)"


def statements(format: str) -> list[str]:
    """Those of the guide that widen a column."""
    blocks = re.findall(r"^```sql\n(.*?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)
    (block,) = (each for each in blocks if ("delta." in each) == (format == "delta"))
    return [each.strip() for each in block.split(";") if each.strip()]


@pytest.fixture(params=["delta", "iceberg"])
def lake(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    kind = Lake if request.param == "delta" else IcebergLake
    spark: SparkSession = request.getfixturevalue(request.param)
    return kind(spark, tmp_path, monkeypatch)


def options(lake: Lake, more: str = "") -> str:
    place = "" if isinstance(lake, IcebergLake) else 'path = "LAKE/out", '
    return f"{', ' if not place else ''}{place}mode = append{more}"


def test_a_column_is_widened_first(lake: Lake) -> None:
    lake.write("SELECT 1L AS id, 1.50BD AS amount", options(lake), NARROW)
    wide = "SELECT 2L AS id, CAST(123456789012.50 AS DECIMAL(14,2)) AS amount"
    with pytest.raises(Exception, match=r"(?i)amount"):
        lake.write(wide, options(lake), WIDE)
    format = "iceberg" if isinstance(lake, IcebergLake) else "delta"
    for statement in statements(format):
        for name in ("delta.`lake/orders`", "lake.db.orders"):
            statement = statement.replace(name, lake.table("out"))
        lake.sql(statement)
    lake.write(wide, options(lake), WIDE)
    assert [str(row[0]) for row in lake.rows("out", "amount")] == ["1.50", "123456789012.50"]


def test_columns_that_the_dataset_lacks_are_null(lake: Lake) -> None:
    lake.write("SELECT 1L AS id, 1.50BD AS amount", options(lake), NARROW)
    lake.write("SELECT 2L AS id", options(lake), "id: bigint")
    assert lake.sql(f"SELECT id FROM {lake.table('out')} WHERE amount IS NULL") == [(2,)]


def test_a_merge_leaves_columns_that_it_lacks(lake: Lake) -> None:
    """Of the row that it updates; the new one has null."""
    merging = options(lake).replace("mode = append", "mode = merge, keys = [id], sequence_by = at")
    lake.write(
        "SELECT 1L AS id, 1 AS at, 'a' AS name", merging, "id: bigint, at: int, name: string"
    )
    lake.write("SELECT * FROM VALUES (1L, 2), (2L, 2) AS t(id, at)", merging, "id: bigint, at: int")
    rows = lake.sql(f"SELECT id, at, name FROM {lake.table('out')} ORDER BY id")
    assert rows == [(1, 2, "a"), (2, 2, None)]
