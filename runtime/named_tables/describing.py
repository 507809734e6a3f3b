"""What the session says of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
import re

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from ssbt.runtime.tables.places import quoted

# These list their files in folders: what they add, readers find there.
_FILES = ("parquet", "orc", "avro", "csv", "json", "text")
_NOT_FOUND = "[TABLE_OR_VIEW_NOT_FOUND]"
_DETAILS, _PARTITIONS = "# Detailed Table Information", "# Partition Information"
_OVERWRITE_MODE = re.compile(r"\bpartitionOverwriteMode=(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Description:
    """A table: its columns, by which of them it is partitioned, and what its catalog says.

    `format` is in lower case; `overwrites` is what it lets overwrites replace, where it says so.
    """

    name: str
    columns: StructType
    partitions: Sequence[str]
    format: str
    folder: str
    is_view: bool
    overwrites: str = ""

    @property
    def has_plain_files(self) -> bool:
        """Whether readers find its files in its folder, without a log of versions."""
        return self.format in _FILES and bool(self.folder)


def sql_name(session: SparkSession, table: str) -> str:
    """What SQL calls a table: the parts of its name, each of them quoted."""
    parser = session._jsparkSession.sessionState().sqlParser()
    parts = parser.parseMultipartIdentifier(table)
    return ".".join(quoted(parts.apply(place)) for place in range(parts.size()))


def describe_table(session: SparkSession, table: str) -> Description | None:
    """What the session says of a table or view; None where there is none."""
    name = sql_name(session, table)
    try:
        rows = session.sql(f"DESCRIBE TABLE EXTENDED {name}").collect()
    except AnalysisException as error:
        if _NOT_FOUND in str(error):
            return None
        raise
    heads = [row.col_name for row in rows]
    # A column may be called as one of the details, which come after all columns.
    begin = heads.index(_DETAILS) if _DETAILS in heads else len(rows)
    details = {row.col_name: row.data_type for row in rows[begin:]}
    partitions: list[str] = []
    if _PARTITIONS in heads:
        for row in rows[heads.index(_PARTITIONS) + 2 :]:
            if not row.col_name or row.col_name.startswith("#"):
                break
            partitions.append(row.col_name)
    overwrites = _OVERWRITE_MODE.search(details.get("Storage Properties", ""))
    return Description(
        name=table,
        columns=session.table(table).schema,
        partitions=partitions,
        format=details.get("Provider", "").casefold(),
        folder=details.get("Location", ""),
        # A temporary view has no details.
        is_view=details.get("Type") == "VIEW" or not details,
        overwrites=overwrites[1].casefold() if overwrites else "",
    )
