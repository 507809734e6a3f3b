"""Rows that are written where rows of a condition are replaced."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def refuse_other_rows(rows: DataFrame, condition: str, sink: str) -> DataFrame:
    """The rows, of which each must meet the condition; another one stops the job."""
    text = f"a row of the sink `{sink}` does not meet its `replace`: {condition}"
    refusal = F.raise_error(F.lit(text)).cast("boolean")
    return rows.where(F.when(F.expr(condition), F.lit(True)).otherwise(refusal))
