"""Whether a DataFrame has the schema that the pipeline declares for it."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, MapType, StructType


class SchemaMismatchError(Exception):
    """A step gave another schema than the one declared for it."""


def checked(df: DataFrame, schema: str, what: str) -> DataFrame:
    """`df` as it is, if its columns are those of the DDL text `schema`.

    Names (in their case and order) and types must be equal, and what is declared NOT NULL must
    not be nullable; otherwise raises `SchemaMismatchError` with every difference. `what` names
    the step, such as `apply "scores.py:scored"`.
    """
    declared = df.sparkSession.createDataFrame([], schema).schema
    differences = list(_struct_differences(declared, df.schema, ""))
    if differences:
        lines = "".join(f"\n  - {difference}" for difference in differences)
        raise SchemaMismatchError(f"{what} returns another schema than declared:{lines}")
    return df


def _struct_differences(declared: StructType, found: StructType, prefix: str) -> Iterator[str]:
    names, other = declared.names, found.names
    yield from (f"`{prefix}{name}` is missing" for name in names if name not in other)
    yield from (
        f"`{prefix}{name}` ({found[name].dataType.simpleString()}) is not declared"
        for name in other
        if name not in names
    )
    if sorted(names) == sorted(other) and names != other:
        yield f"the order is {', '.join(other)} instead of {', '.join(names)}"
    for field in declared:
        if other.count(field.name) == 1:
            match = found[field.name]
            path = prefix + field.name
            if match.nullable and not field.nullable:
                yield f"`{path}` is declared NOT NULL, but can be null"
            yield from _differences(field.dataType, match.dataType, path)


def _differences(declared: DataType, found: DataType, path: str) -> Iterator[str]:
    if isinstance(declared, StructType) and isinstance(found, StructType):
        yield from _struct_differences(declared, found, f"{path}.")
    elif isinstance(declared, ArrayType) and isinstance(found, ArrayType):
        yield from _differences(declared.elementType, found.elementType, f"{path}.element")
    elif isinstance(declared, MapType) and isinstance(found, MapType):
        yield from _differences(declared.keyType, found.keyType, f"{path}.key")
        yield from _differences(declared.valueType, found.valueType, f"{path}.value")
    elif declared != found:
        yield f"`{path}` is {found.simpleString()} instead of {declared.simpleString()}"
