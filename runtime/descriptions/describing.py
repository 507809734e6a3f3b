"""`python -m ssbt.runtime.descriptions.describing ENGINE TABLE COMMITS FILE`.

What a table is, as JSON in a file. TABLE is the JSON of a path or a name; COMMITS says how many of
the last commits are listed.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
import json
import sys
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.descriptions.summaries import TableSummary
from ssbt.runtime.errors.causes import find_cause
from ssbt.runtime.upkeep.sizes import SmallFiles


class Table(Protocol):
    """A table of an engine; `counts` are those that a commit may have."""

    name: str
    counts: Sequence[str]

    def exists(self) -> bool:
        """Whether there is such a table."""

    def read(self) -> DataFrame:
        """The table as it is now."""

    def summary(self) -> TableSummary:
        """What the engine says of it as a whole."""

    def history(self) -> DataFrame:
        """Its commits, the newest first."""

    def small_files(self) -> SmallFiles:
        """The files of its newest version that a compaction would take."""


def describe_table(table: Table, commits: int) -> dict[str, Any]:
    """Schema, layout, size, properties and the last commits; times are of UTC."""
    summary, small = table.summary(), table.small_files()
    history = [*_describe_commits(table, commits)]
    return {
        "table": table.name,
        "id": summary.id,
        "description": summary.description,
        "location": summary.location,
        "version": history[0]["version"] if history else None,
        "columns": [
            {
                "name": field.name,
                "type": field.dataType.simpleString(),
                "nullable": field.nullable,
                "comment": field.metadata.get("comment"),
            }
            for field in table.read().schema
        ],
        "partition_by": [*summary.partition_by],
        "cluster_by": [*summary.cluster_by],
        "files": summary.files,
        "bytes": summary.size,
        "small_files": {
            "files": small.files,
            "bytes": small.size,
            "partitions": small.partitions,
        },
        "properties": dict(summary.properties),
        "constraints": dict(summary.constraints),
        "features": [*summary.features],
        "references": [*summary.references],
        "history": history,
    }


def _describe_commits(table: Table, commits: int) -> Any:
    rows = table.history().limit(commits)
    time = F.date_format("timestamp", "yyyy-MM-dd'T'HH:mm:ss'Z'").alias("time")
    for row in rows.select("version", time, "operation", "operationMetrics").collect():
        metrics: Mapping[str, str] = row.operationMetrics or {}
        yield {
            "version": row.version,
            "time": row.time,
            "operation": row.operation,
            "counts": {key: int(metrics[key]) for key in table.counts if key in metrics},
        }


def describe_into(
    file: str,
    spark: SparkSession,
    engine: str,
    *,
    path: str | None = None,
    table: str | None = None,
    commits: int,
) -> None:
    """Write to a file what a table is, as JSON; `problem` alone where that cannot be said.

    The engine is a module of `ssbt.runtime.upkeep`, with a function `open_table`.
    """
    document: dict[str, Any]
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        opened: Table = import_module(f"ssbt.runtime.upkeep.{engine}").open_table(
            spark, path, table
        )
        document = {"problem": f"there is no table {opened.name}"}
        if opened.exists():
            document = describe_table(opened, commits)
    except Exception as error:
        document = {"problem": find_cause(error).message}
    with open(file, "w", encoding="utf-8") as stream:
        json.dump(document, stream)


def main(engine: str, place: str, commits: str, file: str) -> None:
    """Describe a table, whose path or name is given in JSON, in a session of its own."""
    session = SparkSession.builder.getOrCreate()
    describe_into(file, session, engine, **json.loads(place), commits=int(commits))
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
