"""Rows that are written into a table: whether it can take them, and as what columns."""

from collections.abc import Iterator, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField

from ssbt.runtime.fitting.columns import nullable_type
from ssbt.runtime.fitting.rows import find_column_problems, refuse_rows
from ssbt.runtime.named_tables.describing import Description, describe_table
from ssbt.runtime.schemas import SchemaMismatchError
from ssbt.runtime.tables.places import column


def find_table(rows: DataFrame, table: str, sink: str, format: str | None) -> Description:
    """The table that a sink writes, with the columns of the rows, and of that format.

    Otherwise raises `SchemaMismatchError` with every difference.
    """
    description = describe_table(rows.sparkSession, table)
    if description is None:
        raise SchemaMismatchError(
            f"there is no table {table}, to which `{sink}` writes: create it; or let the sink say"
            " its `format`, with which the script creates it"
        )
    if description.is_view:
        raise SchemaMismatchError(f"`{sink}` writes to {table}, which is a view: name its table")
    problems = [
        *_find_format_problems(description, format),
        *find_column_problems(rows.schema, description.columns),
    ]
    refuse_table(description, sink, problems)
    return description


def refuse_table(table: Description, sink: str, problems: Sequence[str]) -> None:
    """Raise `SchemaMismatchError` if there are any problems."""
    refuse_rows(table.name, sink, problems)


def fit_rows(
    rows: DataFrame, table: Description, sink: str, required: Sequence[str] = ()
) -> DataFrame:
    """The rows with the columns of the table, in their order and of their types.

    A null in one of the columns `required` stops the job: tables of files do not keep `not null`.
    """
    actual = {each.name.casefold(): each.name for each in rows.schema}
    folded = {name.casefold() for name in required}
    columns = []
    for field in table.columns:
        name = actual[field.name.casefold()]
        value = column(name)
        if field.name.casefold() in folded:
            value = _refuse_null(value, field, sink)
        columns.append(value.cast(nullable_type(field.dataType)).alias(field.name))
    return rows.select(*columns)


def _refuse_null(value: Column, field: StructField, sink: str) -> Column:
    text = f"a row of the sink `{sink}` has no `{field.name}`, which its schema says is not null"
    refusal = F.raise_error(F.lit(text)).cast(field.dataType)
    return F.when(value.isNull(), refusal).otherwise(value)


def _find_format_problems(table: Description, format: str | None) -> Iterator[str]:
    if format is not None and table.format != format:
        yield f"its format is {table.format}, not {format}"
