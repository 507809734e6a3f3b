"""A table of Iceberg: its procedures, and the tables of its metadata."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.catalogs.places import IcebergPlace
from ssbt.runtime.descriptions.summaries import TableSummary
from ssbt.runtime.tables.places import literal
from ssbt.runtime.upkeep.sizes import SmallFiles, find_small_files

MIN_INPUT_FILES = 5
"""This many small files of a partition are compacted, unless it is said otherwise."""

_DATA = 0
_SMALL_SHARE = 0.75
_TARGET, _DEFAULT_TARGET = "write.target-file-size-bytes", 512 << 20
# Others than those that somebody has set.
_SHOWN_ELSEWHERE = (
    *("comment", "current-snapshot-id", "format", "format-version", "location", "owner"),
    *("provider", "sort-order"),
)


class TableNameError(Exception):
    """A table of Iceberg that is named otherwise than by its catalog."""


class IcebergTable:
    """A table of Iceberg, by its name with the catalog's."""

    counts: Sequence[str] = (
        "added-records",
        "deleted-records",
        "added-data-files",
        "deleted-data-files",
        "added-delete-files",
        "removed-delete-files",
    )

    def __init__(self, spark: SparkSession, table: str) -> None:
        self.spark = spark
        self._place = IcebergPlace(table)
        self.name = self._place.name(spark)

    @classmethod
    def open(cls, spark: SparkSession, path: str | None, table: str | None) -> "IcebergTable":
        """The table of a name; one of Iceberg has no other place."""
        if table is None:
            raise TableNameError(
                f"{path}: a table of Iceberg is named by its catalog: `lake.sales.orders`"
            )
        return cls(spark, table)

    def exists(self) -> bool:
        """Whether there is such a table."""
        return self._place.exists(self.spark)

    def read(self) -> DataFrame:
        """The table as it is now."""
        return self.spark.table(self.name)

    @cached_property
    def _loader(self) -> Any:
        session: Any = self.spark
        return session._jvm.org.apache.iceberg.spark.Spark3Util

    def load(self) -> Any:
        """The table as Iceberg's own library has it, in its newest version."""
        session: Any = self.spark
        table = self._loader.loadIcebergTable(session._jsparkSession, self.name)
        table.refresh()
        return table

    def properties(self) -> dict[str, str]:
        """What is set of the table."""
        return dict(self._place.layout(self.spark).properties)

    def metadata(self, kind: str, snapshot: int | None = None) -> DataFrame:
        """A table of the metadata, such as `snapshots`; of the newest version, or another one."""
        self.spark.catalog.refreshTable(self.name)
        name = f"{self.name}.{kind}"
        if snapshot is None:
            return self.spark.table(name)
        return self.spark.sql(f"SELECT * FROM {name} VERSION AS OF {snapshot}")  # nosec B608

    def summary(self) -> TableSummary:
        """What Iceberg says of it as a whole."""
        table, properties = self.load(), self.properties()
        sizes = self.files().agg(F.count(F.lit(1)), F.sum("size")).collect()[0]
        version = properties.get("format-version")
        return TableSummary(
            id=table.uuid().toString(),
            description=properties.get("comment"),
            location=table.location(),
            files=sizes[0],
            size=sizes[1] or 0,
            partition_by=[*self._place.layout(self.spark).partitions],
            properties={k: v for k, v in properties.items() if k not in _SHOWN_ELSEWHERE},
            features=[f"format version {version}"] if version is not None else [],
            references=[*map(_describe_reference, self.references())],
        )

    def small_files(self) -> SmallFiles:
        """Those that a compaction would take, as far as the table says."""
        return self.find_small_files(self.target_size(), MIN_INPUT_FILES)

    def find_small_files(self, target: int, at_least: int) -> SmallFiles:
        """The files that are smaller than three quarters of a target."""
        return find_small_files(self.files(), int(target * _SMALL_SHARE), max(2, at_least))

    def target_size(self) -> int:
        """How large files are to be."""
        return int(self.properties().get(_TARGET, _DEFAULT_TARGET))

    def history(self) -> DataFrame:
        """Its snapshots, the newest first."""
        return (
            self.metadata("snapshots")
            .select(
                F.col("snapshot_id").alias("version"),
                F.col("committed_at").alias("timestamp"),
                "operation",
                F.col("summary").alias("operationMetrics"),
            )
            .orderBy(F.desc("timestamp"))
        )

    def references(self) -> list[Any]:
        """Its branches and tags."""
        return [*self.metadata("refs").orderBy("type", "name").collect()]

    def files(self) -> DataFrame:
        """The data files of its newest version, with `path`, `size` and `partitionValues`."""
        files = self.metadata("files").where(F.col("content") == _DATA)
        partition = F.col("partition") if "partition" in files.columns else F.struct(F.lit(0))
        return files.select(
            F.col("file_path").alias("path"),
            F.col("file_size_in_bytes").alias("size"),
            partition.alias("partitionValues"),
        )

    def statement(self, procedure: str, **arguments: str) -> str:
        """The call of a procedure of the catalog, with arguments in SQL."""
        catalog, _, _ = self.name.partition("`.")
        given = {"table": literal(self.name), **arguments}
        listed = ", ".join(f"{key} => {text}" for key, text in given.items())
        return f"CALL {catalog}`.system.{procedure}({listed})"

    def call(self, procedure: str, **arguments: str) -> Any:
        """The first row that a procedure gives."""
        return self.spark.sql(self.statement(procedure, **arguments)).collect()[0]

    def rows(self, procedure: str, **arguments: str) -> list[Any]:
        """All rows that a procedure gives."""
        return [*self.spark.sql(self.statement(procedure, **arguments)).collect()]


def _describe_reference(row: Any) -> str:
    """A branch or a tag, its snapshot, and how long it is kept."""
    text = f"{row.type.lower()} {row.name}: {row.snapshot_id}"
    days = (row.max_reference_age_in_ms or 0) / 86_400_000
    return f"{text}, for {days:g} days" if days else text
