"""Tables of a namespace of the session's own catalog, and pipelines that write and read them."""

from __future__ import annotations

from typing import Any

from ssbt.runtime import Job
from tests.spark.lakes import ORDER, Lake


class NamedLake(Lake):
    """Compiles and runs pipelines over tables by their names, in a namespace of the test's own."""

    @property
    def namespace(self) -> str:
        return f"n_{self.folder.parent.name}_{self.folder.name}".replace("-", "_")

    def open(self) -> None:
        self.sql(f"CREATE DATABASE {self.namespace} LOCATION '{self.folder}/warehouse'")

    def close(self) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {self.namespace} CASCADE")

    def table(self, name: str) -> str:
        return f"{self.namespace}.{name}"

    def sink(self, options: str, table: str = "out") -> str:
        options += "" if " mode" in options else ", mode = errorifexists"
        entries = f'table = "{self.table(table)}" {options}'
        return f"sink rows to table as out {{ {entries} }}\n"

    def write(
        self, rows: str, options: str, columns: str = ORDER, param: str = "", table: str = "out"
    ) -> None:
        """Write what a query gives into a table: the sink is called `out`."""
        self.spark.sql(rows).coalesce(1).write.mode("overwrite").parquet(f"{self.folder}/in")
        self.run(
            f"{param}\nschema Row {{ {columns} }}\n"
            'source rows from parquet { path = "LAKE/in", schema = Row }\n'
            + self.sink(options, table)
        )

    def read(
        self, options: str, columns: str = ORDER, steps: str = "", table: str = "out"
    ) -> list[tuple[Any, ...]]:
        """What a source reads of a table, in order."""
        schema = f"schema Row {{ {columns} }}\n" if columns else ""
        options += ", schema = Row" if columns else ""
        module = self.compile(
            f'{schema}source rows from table {{ table = "{self.table(table)}" {options} }}\n'
            f"let out = from rows {steps or '|> where true'}\nsink out to noop {{ }}\n"
        )
        frame = module.out(module.rows(Job(self.spark, None)))
        return sorted((tuple(row) for row in frame.collect()), key=repr)

    def details(self, name: str = "out") -> dict[str, tuple[str, str]]:
        """What the catalog says of a table: its columns, and what else there is."""
        rows = self.sql(f"DESCRIBE TABLE EXTENDED {self.table(name)}")
        return {row[0]: row[1:] for row in rows}
