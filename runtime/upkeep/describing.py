"""`python -m ssbt.runtime.upkeep.describing ENGINE TABLE COMMITS`: what a table is, as JSON.

ENGINE is a module beside this one, with a function `open_table`; TABLE is the JSON of a path or a
name; COMMITS says how many of the last commits are listed.
"""

from collections.abc import Mapping
from importlib import import_module
import json
import sys
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.errors.causes import find_cause
from ssbt.runtime.upkeep.sizes import find_small_files

_CONSTRAINTS = "delta.constraints."
_COUNTS = ("numOutputRows", "numAddedFiles", "numRemovedFiles", "numDeletedFiles", "numFiles")


class Table(Protocol):
    """A table of an engine."""

    name: str

    def exists(self) -> bool:
        """Whether there is such a table."""

    def read(self) -> DataFrame:
        """The table as it is now."""

    def detail(self) -> Any:
        """What the engine says of it as a whole."""

    def history(self) -> DataFrame:
        """Its commits, the newest first."""

    def files(self) -> DataFrame:
        """The files of its newest version, with `size` and `partitionValues`."""


def describe_table(table: Table, commits: int) -> dict[str, Any]:
    """Schema, layout, size, properties and the last commits; times are of UTC."""
    detail = table.detail()
    small, properties = find_small_files(table.files()), dict(detail.properties)
    constraints = {
        key.removeprefix(_CONSTRAINTS): properties.pop(key)
        for key in [*properties]
        if key.startswith(_CONSTRAINTS)
    }
    history = [*_describe_commits(table, commits)]
    return {
        "table": table.name,
        "id": detail.id,
        "description": detail.description,
        "location": detail.location,
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
        "partition_by": [*detail.partitionColumns],
        "cluster_by": [*(detail.asDict().get("clusteringColumns") or ())],
        "files": detail.numFiles,
        "bytes": detail.sizeInBytes,
        "small_files": {
            "files": small.files,
            "bytes": small.size,
            "partitions": small.partitions,
        },
        "properties": properties,
        "constraints": constraints,
        "features": [*(detail.asDict().get("tableFeatures") or ())],
        "history": history,
    }


def _describe_commits(table: Table, commits: int) -> Any:
    rows = table.history().limit(commits)
    time = F.date_format("timestamp", "yyyy-MM-dd'T'HH:mm:ss'Z'").alias("time")
    for row in rows.select("version", time, "operation", "operationMetrics").collect():
        metrics: Mapping[str, str] = row.operationMetrics or {}
        counts = {key: int(metrics[key]) for key in _COUNTS if key in metrics}
        yield {
            "version": row.version,
            "time": row.time,
            "operation": row.operation,
            "counts": counts,
        }


def main(engine: str, place: str, commits: str) -> None:
    """Print the description, or `problem` alone."""
    session = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    where = json.loads(place)
    try:
        module = import_module(f"ssbt.runtime.upkeep.{engine}")
        table: Table = module.open_table(session, where.get("path"), where.get("table"))
        if not table.exists():
            document: dict[str, Any] = {"problem": f"there is no table {table.name}"}
        else:
            document = describe_table(table, int(commits))
    except Exception as error:
        document = {"problem": find_cause(error).message}
    print(json.dumps(document))
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
