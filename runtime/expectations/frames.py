"""The rows of a test as DataFrames."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.expectations.plan import Cell, GivenRows, Rows

# Gives the SQL text of a cell.
Text = Callable[[Cell], str]


class RowsError(Exception):
    """The rows that a test needs cannot be had: not a failure of what is tested."""


def given_frame(spark: SparkSession, given_rows: GivenRows, text: Text) -> DataFrame:
    """The rows of a dataset with all its columns, each of which can be null, as when read."""
    try:
        frame = rows_frame(spark, given_rows, text)
    except PySparkException as error:
        message = (str(error).splitlines() or [""])[0]
        raise RowsError(
            f"the rows given for {given_rows.dataset} cannot be made: {message}"
        ) from error
    if not given_rows.schema:
        return frame
    columns_by_name = {name.casefold(): frame[quote_name(name)] for name in frame.columns}
    schema_names = [name.casefold() for name, _ in given_rows.schema]
    extra_names = [name for name in frame.columns if name.casefold() not in schema_names]
    if extra_names and given_rows.file and not given_rows.is_open:
        listed = ", ".join(extra_names)
        raise RowsError(
            f"{given_rows.file['path']} has columns that {given_rows.dataset} has not: {listed}"
        )
    default_columns = {name: F.expr(text(cell)) for name, cell in given_rows.defaults.items()}
    columns = [
        _cast(
            columns_by_name.get(name.casefold(), default_columns.get(name, F.lit(None))), type_
        ).alias(name)
        for name, type_ in given_rows.schema
    ]
    return frame.select(*columns, *(frame[quote_name(name)] for name in extra_names))


def rows_frame(spark: SparkSession, rows: Rows, text: Text) -> DataFrame:
    """The rows with the columns that the test names."""
    if rows.file is not None:
        return _file_frame(spark, rows)
    names = ", ".join(quote_name(name) for name, _ in rows.columns)
    # A row that is left out makes every column one that may be null.
    nulls = [_sql("NULL", type_) for _, type_ in rows.columns]
    lines = [["false", *nulls]]
    texts = []
    for row in rows.rows:
        if isinstance(row, str):
            texts.append(text(row))
            continue
        pairs = zip(row, rows.columns, strict=True)
        lines.append(["true", *(_sql(text(cell), type_) for cell, (_, type_) in pairs)])
    values = ", ".join(f"({', '.join(line)})" for line in lines)
    column_list = ", ".join(["`is given`", *([names] if names else [])])
    cast = ", ".join(["true", *(_sql(quote_name(name), type_) for name, type_ in rows.columns)])
    # The cells were compiled, and names are quoted.
    selects = [f"SELECT * FROM VALUES {values} AS rows({column_list})"]  # nosec B608
    # Each by itself: what is in one row must not change the types of another.
    selects += [f"SELECT {cast} FROM VALUES {row} AS rows({names})" for row in texts]  # nosec B608
    return spark.sql(" UNION ALL ".join(selects)).where("`is given`").drop("is given")


def _file_frame(spark: SparkSession, rows: Rows) -> DataFrame:
    """The rows of a file; those of a CSV file are texts until they are cast."""
    assert rows.file is not None
    path_text, kind = rows.file["path"], rows.file["kind"]
    path = str(Path(path_text).absolute())
    if not Path(path).exists():
        raise RowsError(f"there is no file {path_text}")
    match kind:
        case "csv":
            frame = spark.read.csv(path, header=True, multiLine=True, escape='"')
        case "json":
            schema = ", ".join(
                f"{quote_name(name)} {type_}" for name, type_ in rows.columns if type_
            )
            is_list = Path(path).read_text(encoding="utf-8").lstrip().startswith("[")
            frame = spark.read.json(path, schema or None, mode="FAILFAST", multiLine=is_list)
        case _:
            frame = spark.read.parquet(path)
    if not rows.columns:
        return frame
    missing = [name for name, _ in rows.columns if name not in frame.columns]
    if missing:
        raise RowsError(f"{path_text} has no column {', '.join(missing)}")
    columns = ((frame[quote_name(name)], name, type_) for name, type_ in rows.columns)
    return frame.select(*(_cast(column, type_).alias(name) for column, name, type_ in columns))


def cast_like(df: DataFrame, target: DataFrame) -> DataFrame:
    """The columns of `df` with the types and in the order of those of `target`."""
    return df.select(
        *(
            df[quote_name(field.name)].cast(field.dataType).alias(field.name)
            for field in target.schema
        )
    )


def with_columns(df: DataFrame, names: Iterable[str]) -> DataFrame:
    """These columns of `df` alone."""
    return df.select(*(df[quote_name(name)] for name in names))


def quote_name(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return f"`{name.replace('`', '``')}`"


def _sql(text: str, type_: str | None) -> str:
    return f"CAST({text} AS {type_})" if type_ else text


def _cast(column: Column, type_: str | None) -> Column:
    return column.cast(type_) if type_ else column
