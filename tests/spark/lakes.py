"""Tables in a folder, and pipelines that write and read them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ssbt.runtime import Job
from tests.spark.compiling import compiled_module, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    import pytest

ORDER = "id: bigint, day: date, amount: decimal(12,2)"


class Lake:
    """Compiles and runs pipelines over tables in one folder."""

    def __init__(self, spark: SparkSession, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.spark, self.folder, self._monkeypatch = spark, folder, monkeypatch

    def make(self, name: str, rows: str, columns: str = "", **properties: str) -> None:
        """A table by SQL, as somebody else may have made it."""
        listed = ", ".join(f"'delta.{key}' = '{value}'" for key, value in properties.items())
        listed = f" TBLPROPERTIES ({listed})" if listed else ""
        declared = f"({columns})" if columns else ""
        rows = f" AS {rows}" if rows else ""
        self.sql(f"CREATE TABLE {self.table(name)}{declared} USING delta{listed}{rows}")

    def table(self, name: str) -> str:
        return f"delta.`{self.folder}/{name}`"

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.spark.sql(text).collect()]

    def rows(self, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
        return sorted(self.sql(f"SELECT {columns} FROM {self.table(name)}"))

    def compile(self, text: str, head: str = "") -> ModuleType:
        return compiled_module(
            f"pipeline tables {{ {head} }}\n{text}".replace("LAKE", str(self.folder)),
            self.folder,
            self._monkeypatch,
        )

    def run(self, text: str, head: str = "", **params: object) -> None:
        run(self.compile(text, head), self.spark, **params)

    def write(self, rows: str, options: str, columns: str = ORDER, param: str = "") -> None:
        """Write what a query gives: the sink is called `out`."""
        self.spark.sql(rows).write.mode("overwrite").parquet(f"{self.folder}/in")
        self.run(
            f"{param}\nschema Row {{ {columns} }}\n"
            'source rows from parquet { path = "LAKE/in", schema = Row }\n'
            f"sink rows to delta as out {{ {options} }}\n"
        )

    def read(self, options: str, columns: str = ORDER, steps: str = "") -> list[tuple[Any, ...]]:
        """What a source reads, in order."""
        schema = f"schema Row {{ {columns} }}\n" if columns else ""
        options += ", schema = Row" if columns else ""
        module = self.compile(
            f"{schema}source rows from delta {{ {options} }}\n"
            f"let out = from rows {steps or '|> where true'}\nsink out to noop {{ }}\n"
        )
        frame = module.out(module.rows(Job(self.spark, None)))
        return sorted(tuple(row) for row in frame.collect())
