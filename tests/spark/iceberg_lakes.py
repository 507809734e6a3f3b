"""Tables of Iceberg in a catalog of a test's own, and pipelines that write and read them."""

from __future__ import annotations

from typing import Any

from ssbt.runtime import Job
from tests.spark.lakes import ORDER, Lake

HADOOP = 'catalog = hadoop, warehouse = "LAKE/warehouse"'
JDBC = 'catalog = jdbc, uri = "jdbc:sqlite:LAKE/catalog.db", warehouse = "LAKE/warehouse"'


class IcebergLake(Lake):
    """Compiles and runs pipelines over tables of one catalog, called `lake`."""

    connection = HADOOP

    def head(self) -> str:
        return f"connection lake: iceberg {{ {self.connection} }}\n"

    def table(self, name: str) -> str:
        return f"lake.db.{name}"

    def make(self, name: str, rows: str, columns: str = "", **properties: str) -> None:
        listed = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
        listed = f" TBLPROPERTIES ({listed})" if listed else ""
        declared = f"({columns})" if columns else ""
        rows = f" AS {rows}" if rows else ""
        self.sql(f"CREATE TABLE {self.table(name)} {declared} USING iceberg{listed}{rows}")

    def open(self) -> None:
        """Make the catalog known, for a test that begins with SQL of its own."""
        module = self.compile(self.head() + self.source("x") + "sink rows to noop { }\n")
        module.open_lake(Job(self.spark, None))

    def source(self, name: str, options: str = "", columns: str = ORDER, kind: str = "") -> str:
        schema = f"schema Row {{ {columns} }}\n" if columns else ""
        options += ", schema = Row" if columns else ""
        entries = f'connection = lake, table = "db.{name}" {options}'
        return f"{schema}{kind}source rows from iceberg {{ {entries} }}\n"

    def sink(self, name: str, options: str = "", dataset: str = "rows") -> str:
        entries = f'connection = lake, table = "db.{name}" {options}'
        return f"sink {dataset} to iceberg as out {{ {entries} }}\n"

    def write(self, rows: str, options: str, columns: str = ORDER, param: str = "") -> None:
        """Write what a query gives into the table `out`."""
        self.spark.sql(rows).coalesce(1).write.mode("overwrite").parquet(f"{self.folder}/in")
        self.run(
            f"{param}\n{self.head()}schema Row {{ {columns} }}\n"
            'source rows from parquet { path = "LAKE/in", schema = Row }\n'
            f"{self.sink('out', options)}"
        )

    def read(self, options: str, columns: str = ORDER, steps: str = "") -> list[tuple[Any, ...]]:
        """What a source reads of the table `out`, in order."""
        module = self.compile(
            f"{self.head()}{self.source('out', options, columns)}"
            f"let out = from rows {steps or '|> where true'}\nsink out to noop {{ }}\n"
        )
        frame = module.out(module.rows(Job(self.spark, None)))
        return sorted((tuple(row) for row in frame.collect()), key=repr)
