"""Rows, held to the columns of the table that they are written to."""

from collections.abc import Iterator, Sequence

from pyspark.sql.types import StructType

from ssbt.runtime.fitting.columns import fits
from ssbt.runtime.schemas import SchemaMismatchError


def find_column_problems(rows: StructType, table: StructType) -> Iterator[str]:
    """The columns that only one of the two has, and those whose values may not fit."""
    fields = {each.name.casefold(): each for each in rows}
    for field in table:
        actual = fields.pop(field.name.casefold(), None)
        if actual is None:
            yield f"its column `{field.name}` is missing: the table would get null, or other values"
        elif not fits(actual.dataType, field.dataType):
            is_type, table_type = (each.dataType.simpleString() for each in (actual, field))
            yield f"`{field.name}` is {is_type}, and {table_type} in the table: cast it in a step"
    for extra in fields.values():
        yield f"it has no column `{extra.name}`"


def refuse_rows(table: str, sink: str, problems: Sequence[str]) -> None:
    """Raise `SchemaMismatchError` if there are any problems."""
    if problems:
        text = "".join(f"\n- {problem}" for problem in problems)
        raise SchemaMismatchError(f"`{sink}` cannot write to the table {table}:{text}")
