"""Tables of Iceberg and of files, by their names in a catalog."""

from collections.abc import Mapping, Sequence
import re
from typing import Any
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from ssbt.runtime.fitting.columns import nullable_type
from ssbt.runtime.named_tables.describing import describe_table, sql_name
from ssbt.runtime.schemas import SchemaMismatchError
from ssbt.runtime.tables.places import Layout, Place, literal, quoted
from ssbt.runtime.values.literals import option_text

_PART, _COLUMNS = re.compile(r"Part \d+"), "# Partition Information"


class IcebergPlace(Place):
    """A table of Iceberg, which has a `_deleted` of its own."""

    deletes = "_deletes"

    def __init__(self, table: str) -> None:
        super().__init__("iceberg", None, table)
        self._name = table

    def name(self, session: SparkSession) -> str:
        """What SQL calls it: the parts of its name, each of them quoted."""
        return ".".join(map(quoted, self._parts(session)))

    def _parts(self, session: SparkSession) -> list[str]:
        parser = session._jsparkSession.sessionState().sqlParser()
        parts = parser.parseMultipartIdentifier(self._name)
        return [parts.apply(place) for place in range(parts.size())]

    def exists(self, session: SparkSession) -> bool:
        # Spark asks for a view of that name as well, with which some catalogs fail.
        gateway: Any = session.sparkContext._gateway
        catalog, *namespace, table = self._parts(session)
        names = gateway.new_array(gateway.jvm.java.lang.String, len(namespace))
        for place, name in enumerate(namespace):
            names[place] = name
        identifier = gateway.jvm.org.apache.spark.sql.connector.catalog.Identifier.of(names, table)
        manager = session._jsparkSession.sessionState().catalogManager()
        return bool(manager.catalog(catalog).tableExists(identifier))

    def layout(self, session: SparkSession) -> Layout:
        rows = session.sql(f"DESCRIBE TABLE {self.name(session)}").collect()
        partitions = [row.data_type for row in rows if _PART.fullmatch(row.col_name)]
        # Where all are columns, Spark lists these.
        heads = [place for place, row in enumerate(rows) if row.col_name == _COLUMNS]
        for row in rows[heads[0] + 2 :] if heads else ():
            if not row.col_name:
                break
            partitions.append(row.col_name)
        listed = session.sql(f"SHOW TBLPROPERTIES {self.name(session)}").collect()
        return Layout(partitions, properties={row.key: row.value for row in listed})

    def partition_terms(self, partition_by: Sequence[str]) -> list[str]:
        return list(partition_by)

    def read(self, frame: DataFrame) -> DataFrame:
        # A catalog with a cache would give it as it was.
        frame.sparkSession.catalog.refreshTable(self.name(frame.sparkSession))
        return super().read(frame)

    def version(self, session: SparkSession) -> int:
        # Snapshots have no numbers that grow, but what they commit is numbered, in tables of
        # version 2 of the format and later.
        entries = f"{self.name(session)}.metadata_log_entries"
        session.catalog.refreshTable(self.name(session))
        number, snapshot = F.max("latest_sequence_number"), F.max("latest_snapshot_id")
        newest: Any = session.table(entries).agg(number, snapshot).collect()[0]
        # The snapshots of before have no number in a table that was made one of version 2.
        is_numbered = newest[0] or newest[1] is None
        if not is_numbered and self.layout(session).properties.get("format-version") == "1":
            raise SchemaMismatchError(
                f"the table {self.name(session)} has version 1 of Iceberg's format, in which two"
                " jobs that merge at the same time would not notice each other: `ALTER TABLE"
                f" {self.name(session)} SET TBLPROPERTIES ('format-version' = '2')`"
            )
        return int(newest[0] or 0)

    def hold(self, rows: DataFrame, *, eager: bool = True) -> DataFrame:
        # Not persisted: that is computed again from the newest version of a table it was read from,
        # as soon as that is written, and a MERGE does not find the table in a view of it.
        return self.checkpoint(rows, eager=eager)

    def offer(self, rows: DataFrame, view: str) -> None:
        # A view of what was read from a catalog has only the name of the table in it, which Spark
        # 4.1.1 does not look up in the source of a MERGE ("No plan for TableReference").
        super().offer(rows if _is_held(rows) else self.hold(rows), view)

    def merge(self, rows: DataFrame, statement: str, view: str = "target") -> None:
        # Iceberg merges into no view.
        session, into = rows.sparkSession, f"MERGE INTO {view} AS "
        text = statement.strip()
        assert text.startswith(into), statement
        session.sql(f"MERGE INTO {self.name(session)} AS {text.removeprefix(into)}")

    def create(
        self,
        rows: DataFrame,
        options: Mapping[str, str | bool | float] | None = None,
        partition_by: Sequence[str] = (),
    ) -> None:
        session, view = rows.sparkSession, f"rows_{uuid4().hex}"
        listed = ", ".join(
            f"{literal(key)} = {literal(option_text(value))}"
            for key, value in (options or {}).items()
        )
        parts = [
            f"CREATE TABLE IF NOT EXISTS {self.name(session)} USING iceberg",
            f"PARTITIONED BY ({', '.join(partition_by)})" if partition_by else "",
            f"TBLPROPERTIES ({listed})" if listed else "",
            f"AS TABLE {view}",
        ]
        # Not computed where the table is there.
        super().offer(self.hold(rows, eager=False), view)
        try:
            session.sql(" ".join(filter(None, parts)))
        finally:
            session.catalog.dropTempView(view)

    def add_columns(self, rows: DataFrame, *, evolve: bool) -> None:
        lacking = self._find_lacking(rows, evolve=evolve)
        if lacking:
            session = rows.sparkSession
            types = {each.name: nullable_type(each.dataType) for each in rows.schema}
            fields = StructType([StructField(name, types[name]) for name in lacking])
            columns = session._jsparkSession.parseDataType(fields.json()).toDDL()
            session.sql(f"ALTER TABLE {self.name(session)} ADD COLUMNS ({columns})")


class NamedPlace(Place):
    """A table of files."""

    def __init__(self, format: str, table: str) -> None:
        super().__init__(format, None, table)
        self._name = table

    def name(self, session: SparkSession) -> str:
        return sql_name(session, self._name)

    def layout(self, session: SparkSession) -> Layout:
        description = describe_table(session, self._name)
        return Layout(description.partitions if description is not None else ())


def _is_held(rows: DataFrame) -> bool:
    leaves = rows._jdf.queryExecution().analyzed().collectLeaves()
    names = (leaves.apply(place).getClass().getSimpleName() for place in range(leaves.size()))
    return all(name == "LogicalRDD" for name in names)


def open_place(format: str, path: str | None, table: str | None) -> Place:
    """A table of Delta Lake, of Iceberg or of files."""
    if format == "iceberg" and table is not None:
        return IcebergPlace(table)
    if format != "delta" and table is not None:
        return NamedPlace(format, table)
    return Place(format, path, table)
