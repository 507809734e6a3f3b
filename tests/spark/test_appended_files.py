"""What changes of a sink while older files stay in its folder: what readers lose.

The kind: files of two versions lie side by side, and no way of reading is right for both. Spark
reads what both versions have written, and `ssbtc diff` has to call breaking whatever is not whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
import pytest

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.driver import check_pipeline
from tests.spark.compiling import compiled_module, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

ROWS = "SELECT * FROM VALUES (1L, 'x', 'a', {0}), (2L, 'y', 'b', {0}) AS t(id, s, t, day)"
CHANGES = [
    ("", "[s]"),
    ("[s]", ""),
    ("[s]", "[t]"),
    ("[s]", "[s, t]"),
    ("[s, t]", "[s]"),
    ("[s, t]", "[t, s]"),
]
DYNAMIC = "overwrite, partition_overwrite_mode = dynamic"
STATIC = "overwrite, partition_overwrite_mode = static"
CASES = [
    ("parquet", "append", CHANGES),
    ("parquet", DYNAMIC, CHANGES[:3]),
    ("parquet", STATIC, CHANGES[:2]),
    ("json", "append", CHANGES[:2]),
]


def version(root: Path, connector: str, mode: str, columns: str) -> str:
    by = f", partition_by = {columns}" if columns else ""
    if not columns:
        # There are no partitions to overwrite.
        mode = "overwrite" if mode == STATIC else "append"
    return (
        "pipeline parts { }\n"
        "schema Row { id: bigint, s: string, t: string, day: int }\n"
        f'source rows from parquet {{ path = "{root}/in", schema = Row }}\n'
        f'sink rows to {connector} {{ path = "{root}/out", mode = {mode}{by} }}\n'
    )


def side(text: str) -> PipelineVersion:
    pipeline = check_pipeline("parts.ssbt", lambda path: text.encode()).pipeline
    assert pipeline is not None
    return PipelineVersion(pipeline)


def verdicts(old: str, new: str) -> set[Severity]:
    changes = compare_pipelines(side(old), side(new)).changes
    return {change.severity for change in changes if "partition_by" in change.message}


def ids(spark: SparkSession, connector: str, folder: Path) -> list[int] | None:
    """The ids that Spark finds there; None where it cannot read the folder."""
    try:
        result = spark.read.format(connector).load(str(folder))
        return sorted(row.id for row in result.select(result.id.cast("int").alias("id")).collect())
    except (PySparkException, Py4JJavaError):
        return None


@pytest.mark.parametrize(("connector", "mode", "changes"), CASES)
def test_partitions_that_change(
    connector: str,
    mode: str,
    changes: list[tuple[str, str]],
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stays = mode != STATIC
    for number, (was, now) in enumerate(changes):
        root = tmp_path / str(number)
        versions = [version(root, connector, mode, columns) for columns in (was, now)]
        for day, text in enumerate(versions):
            # Other ids each time, and other partitions, which a dynamic overwrite would replace.
            rows = spark.sql(ROWS.format(day)).selectExpr(
                f"id + {2 * day} as id", f"s || {day} as s", f"t || {day} as t", "day"
            )
            rows.coalesce(1).write.mode("overwrite").parquet(f"{root}/in")
            run(compiled_module(text, root, monkeypatch), spark)
        whole = [1, 2, 3, 4] if stays else [3, 4]
        is_whole = ids(spark, connector, root / "out") == whole
        assert is_whole is not stays, (was, now)
        message = verdicts(*versions)
        assert message == {Severity.BREAKING if stays else Severity.BEHAVIOUR}, (was, now)
