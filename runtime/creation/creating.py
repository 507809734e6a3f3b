"""Creating a table before it is written, with what a writer cannot say, or holding it to that."""

from collections.abc import Iterator, Mapping, Sequence
import re
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql.types import StructField, StructType

from ssbt.runtime.catalogs.places import NamedPlace, open_place
from ssbt.runtime.files.stores import Files
from ssbt.runtime.fitting.columns import nullable_type
from ssbt.runtime.schemas import SchemaMismatchError
from ssbt.runtime.tables.places import Layout, Place, literal, quoted
from ssbt.runtime.values.literals import option_text

_CONSTRAINT = "declared"
_PROPERTY = f"delta.constraints.{_CONSTRAINT}"


def create_table(
    rows: DataFrame,
    *,
    format: str,
    path: str | None = None,
    table: str | None = None,
    schema: str | None = None,
    partition_by: Sequence[str] = (),
    cluster_by: Sequence[str] = (),
    constraint: str | None = None,
    comment: str | None = None,
    properties: Mapping[str, str | bool | float] | None = None,
    options: Mapping[str, str | bool | float] | None = None,
    evolve: bool = False,
) -> None:
    """Create the table that rows will be written to, unless it is there.

    Its columns are those of the DDL text `schema`, or those of the rows, which can be null. A table
    that is there must be clustered and partitioned as is said, have the constraint, and no columns
    with nulls where the schema has none: otherwise raises `SchemaMismatchError` with every
    difference, and what to do about each. If it may `evolve`, columns that it lacks are added.
    """
    session = rows.sparkSession
    place = open_place(format, path, table)
    name = place.name(session)
    terms = ", ".join(place.partition_terms(partition_by))
    texts = {key: option_text(value) for key, value in (properties or {}).items()}
    given = {key: option_text(value) for key, value in (options or {}).items()}
    if constraint is not None:
        texts[_PROPERTY] = constraint
    parts = [
        f"CREATE TABLE IF NOT EXISTS {name} ({schema or _column_list(rows)})",
        f"USING {format}",
        f"OPTIONS ({_items(given)})" if given else "",
        f"PARTITIONED BY ({terms})" if partition_by else "",
        f"CLUSTER BY ({_names(cluster_by)})" if cluster_by else "",
        f"COMMENT {literal(comment)}" if comment is not None else "",
        f"LOCATION {literal(Files(session).absolute(path))}" if table and path else "",
        f"TBLPROPERTIES ({_items(texts)})" if texts else "",
    ]
    session.sql("\n".join(filter(None, parts)))
    layout = place.layout(session)
    problems = [
        *_find_layout_problems(name, layout, partition_by, cluster_by),
        *_find_constraint_problems(name, layout, constraint),
        *_find_null_problems(rows, place, schema),
    ]
    if problems:
        text = "".join(f"\n- {problem}" for problem in problems)
        raise SchemaMismatchError(
            f"the table {name} is there, and is not as the sink says:{text}\n"
            "change the table, or what the sink says of it"
        )
    if evolve:
        place.add_columns(rows, evolve=True)


def _find_layout_problems(
    name: str, layout: Layout, partition_by: Sequence[str], cluster_by: Sequence[str]
) -> Iterator[str]:
    if partition_by and _fold_names(layout.partitions) != _fold_names(partition_by):
        yield (
            f"it is partitioned by {_list(layout.partitions)}, not by {_list(partition_by)}:"
            " that takes a new table"
        )
    if cluster_by and _fold_names(layout.clusters) != _fold_names(cluster_by):
        way = f"`ALTER TABLE {name} CLUSTER BY ({_names(cluster_by)})`"
        if layout.partitions:
            way = f"it is partitioned by {_list(layout.partitions)}: that takes a new table"
        yield (f"it is clustered by {_list(layout.clusters)}, not by {_list(cluster_by)}: {way}")


def _find_constraint_problems(name: str, layout: Layout, constraint: str | None) -> Iterator[str]:
    actual = layout.properties.get(_PROPERTY)
    if constraint is None or (actual is not None and _words(actual) == _words(constraint)):
        return
    add = f"ALTER TABLE {name} ADD CONSTRAINT {_CONSTRAINT} CHECK ({constraint})"
    if actual is None:
        yield f"it has no constraint ({constraint}): `{add}`"
    else:
        drop = f"ALTER TABLE {name} DROP CONSTRAINT {_CONSTRAINT}"
        yield f"its constraint is ({actual}), not ({constraint}): `{drop}`, then `{add}`"


def _find_null_problems(rows: DataFrame, place: Place, schema: str | None) -> Iterator[str]:
    # A table of files does not keep `not null`.
    if schema is None or isinstance(place, NamedPlace):
        return
    declared = rows.sparkSession.createDataFrame([], schema).schema
    actual = {field.name.casefold(): field for field in place.read(rows).schema}
    for field in declared:
        existing = actual.get(field.name.casefold())
        if existing is not None and existing.nullable and not field.nullable:
            yield f"`{field.name}` can be null: that takes a new table"


def _column_list(rows: DataFrame) -> str:
    """The columns of the rows as DDL; each can be null, whatever is known of these rows."""
    fields = [StructField(each.name, nullable_type(each.dataType)) for each in rows.schema]
    session: Any = rows.sparkSession
    return str(session._jsparkSession.parseDataType(StructType(fields).json()).toDDL())


def _words(condition: str) -> str:
    """A condition as far as a table keeps it: not with its spaces."""
    return re.sub(r"\s+", "", condition).casefold()


def _items(texts: Mapping[str, str]) -> str:
    return ", ".join(f"{literal(key)} = {literal(value)}" for key, value in texts.items())


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _fold_names(names: Sequence[str]) -> list[str]:
    return [re.sub(r"[`\s]", "", name).casefold() for name in names]
