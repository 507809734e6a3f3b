"""What has changed in a table, from one version of it to another."""

from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession

from ssbt.runtime.catalogs.places import IcebergPlace


def read_changes(
    session: SparkSession,
    table: str,
    *,
    after_version: int | None = None,
    ending_version: int | None = None,
    after: int | str | None = None,
    until: int | str | None = None,
) -> DataFrame:
    """The changes of a table's rows, by Iceberg's changelog view.

    They are those after a snapshot up to another one, or between two times in milliseconds.
    """
    catalog, _, name = IcebergPlace(table).name(session).partition("`.")
    limits = {
        "start-snapshot-id": after_version,
        "end-snapshot-id": ending_version,
        "start-timestamp": after,
        "end-timestamp": until,
    }
    given = [f"'{key}', '{value}'" for key, value in limits.items() if value is not None]
    options = f", options => map({', '.join(given)})" if given else ""
    view = f"changes_{uuid4().hex}"
    quoted_name = name.replace("'", "\\'")
    session.sql(
        f"CALL {catalog}`.system.create_changelog_view("
        f"table => '{quoted_name}', changelog_view => '{view}'{options})"
    )
    try:
        return session.table(view)
    finally:
        session.catalog.dropTempView(view)
