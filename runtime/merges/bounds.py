"""Bounds of the keys that are merged: files of a table that have no such keys are not opened."""

from collections.abc import Collection, Sequence
import re
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ByteType,
    DataType,
    DateType,
    IntegerType,
    LongType,
    ShortType,
    StringType,
    StructField,
)

from ssbt.runtime.fitting.columns import CHAR_TYPE
from ssbt.runtime.tables.places import column, quoted
from ssbt.runtime.values.literals import literal

# Of these the text is the same in each session, and a condition on them skips files.
_TYPES: tuple[DataType, ...] = (
    *(ByteType(), ShortType(), IntegerType(), LongType()),
    *(DateType(), StringType()),
)
_INTEGER, _DATE = re.compile(r"-?\d+"), re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST = 200
_START = re.compile(r"\s*MERGE INTO \w+ AS t\s+USING \w+ AS \w+\s+ON\s")


class Bounds:
    """The least and the greatest value of each of the `keys` of some rows."""

    def __init__(self, rows: DataFrame, keys: Collection[str]) -> None:
        self._fields = [each for each in rows.schema if each.name in keys and _is_bounded(each)]

    @property
    def columns(self) -> list[Column]:
        """What finds them where the rows are aggregated, as texts."""
        names = [column(field.name) for field in self._fields]
        return [end(name).cast("string") for name in names for end in (F.min, F.max)]

    def find(self, rows: DataFrame) -> Sequence[Any]:
        """The values of `columns` for some rows."""
        return rows.agg(*self.columns).collect()[0] if self._fields else ()

    def condition(self, target: DataFrame, limits: Sequence[Any], alias: str = "") -> str:
        """What holds for each row of `target` with such a key, or nothing.

        `limits` are the values of `columns`.
        """
        actual = {field.name: field for field in target.schema}
        terms = []
        for number, field in enumerate(self._fields):
            least, greatest = (
                _literal(each, field) for each in limits[2 * number : 2 * number + 2]
            )
            other = actual.get(field.name)
            # Another type may have another order.
            if least is None or greatest is None or other is None or not _is_bounded(other):
                continue
            if other.dataType == field.dataType:
                # Not BETWEEN, which Spark 4 takes apart only after Delta has looked at conditions.
                name = f"{alias}{quoted(field.name)}"
                terms.append(f"{name} >= {least} AND {name} <= {greatest}")
        return " AND ".join(terms)


def restrict(statement: str, condition: str) -> str:
    """The MERGE, which only looks at rows of the table that meet the condition."""
    start = _START.match(statement)
    if start is None or not condition:
        return statement
    return f"{start[0]}{condition} AND {statement[start.end() :]}"


def _is_bounded(field: StructField) -> bool:
    # A column of CHAR is compared with the spaces that fill it up.
    return field.dataType in _TYPES and CHAR_TYPE not in field.metadata


def _literal(text: str | None, field: StructField) -> str | None:
    """A bound as SQL has it; None where it has none that is short and plain."""
    name = field.dataType.simpleString().upper()
    if text is None or len(text) > _LONGEST:
        return None
    if name == "DATE":
        return f"DATE'{text}'" if _DATE.fullmatch(text) else None
    if name == "STRING":
        return literal(text, "STRING")
    return literal(int(text), name) if _INTEGER.fullmatch(text) else None
