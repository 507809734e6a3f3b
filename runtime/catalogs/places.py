"""Tables of Iceberg and of files, by their names in a catalog."""

from collections.abc import Sequence
import re

from pyspark.sql import DataFrame, SparkSession

from ssbt.runtime.named_tables.describing import describe_table, sql_name
from ssbt.runtime.tables.places import Layout, Place, quoted

_PART, _COLUMNS = re.compile(r"Part \d+"), "# Partition Information"


class IcebergPlace(Place):
    """A table of Iceberg."""

    def __init__(self, table: str) -> None:
        super().__init__("iceberg", None, table)
        self._name = table

    def name(self, session: SparkSession) -> str:
        """What SQL calls it: the parts of its name, each of them quoted."""
        parser = session._jsparkSession.sessionState().sqlParser()
        parts = parser.parseMultipartIdentifier(self._name)
        return ".".join(quoted(parts.apply(place)) for place in range(parts.size()))

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

    def add_columns(self, rows: DataFrame, *, evolve: bool) -> None:
        lacking = self._find_lacking(rows, evolve=evolve)
        if lacking:
            session = rows.sparkSession
            types = {each.name: each.dataType.simpleString() for each in rows.schema}
            columns = ", ".join(f"{quoted(name)} {types[name]}" for name in lacking)
            session.sql(f"ALTER TABLE {self.name(session)} ADD COLUMNS ({columns})")


class NamedPlace(Place):
    """A table of files."""

    def __init__(self, format: str, table: str) -> None:
        super().__init__(format, None, table)
        self._name = table

    def name(self, session: SparkSession) -> str:
        return sql_name(session, self._name)

    def layout(self, session: SparkSession) -> Layout:
        found = describe_table(session, self._name)
        return Layout(found.partitions if found is not None else ())


def open_place(format: str, path: str | None, table: str | None) -> Place:
    """A table of Delta Lake, of Iceberg or of files."""
    if format == "iceberg" and table is not None:
        return IcebergPlace(table)
    if format != "delta" and table is not None:
        return NamedPlace(format, table)
    return Place(format, path, table)
