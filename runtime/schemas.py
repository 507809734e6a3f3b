"""Whether a DataFrame has the schema that the pipeline declares for it."""

from collections.abc import Iterator

from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, MapType, StructType

# Type and nullability of every column, field and element, by its path.
_Fields = dict[str, tuple[str, bool]]


class SchemaMismatchError(Exception):
    """A step gave another schema than the one declared for it."""


def checked(df: DataFrame, schema: str, what: str) -> DataFrame:
    """`df` as it is, if its columns are those of the DDL text `schema`.

    Names (in their case and order) and types must be equal, and what is declared NOT NULL must
    not be nullable; otherwise raises `SchemaMismatchError` with every difference. `what` names
    the step, such as `apply "scores.py:scored"`.
    """
    declared_schema, actual_schema = df.sparkSession.createDataFrame([], schema).schema, df.schema
    problems = list(
        _find_differences(_flatten_fields(declared_schema), _flatten_fields(actual_schema))
    )
    if not problems and declared_schema.names != actual_schema.names:
        actual_names = ", ".join(actual_schema.names)
        problems = [f"the columns are {actual_names}, not {', '.join(declared_schema.names)}"]
    if problems:
        text = "".join(f"\n- {problem}" for problem in problems)
        raise SchemaMismatchError(f"{what} returns another schema than declared:{text}")
    return df


def _find_differences(declared: _Fields, actual: _Fields) -> Iterator[str]:
    for path, (type_name, nullable) in declared.items():
        actual_name, actual_nullable = actual.get(path, ("", False))
        if not actual_name:
            yield f"`{path}` {type_name} is missing"
        elif actual_name != type_name:
            yield f"`{path}` is {actual_name}, not {type_name}"
        if actual_nullable and not nullable:
            yield f"`{path}` can be null, but is declared NOT NULL"
    yield from (
        f"`{path}` {actual[path][0]} is not declared" for path in actual if path not in declared
    )


def _flatten_fields(data_type: DataType, prefix: str = "") -> _Fields:
    parts: list[tuple[str, DataType, bool]] = []
    match data_type:
        case StructType():
            parts = [(field.name, field.dataType, field.nullable) for field in data_type]
        case ArrayType():
            parts = [("element", data_type.elementType, True)]
        case MapType():
            parts = [("key", data_type.keyType, True), ("value", data_type.valueType, True)]
    fields: _Fields = {}
    for name, part, nullable in parts:
        nested = _flatten_fields(part, f"{prefix}{name}.")
        fields[prefix + name] = (part.typeName() if nested else part.simpleString(), nullable)
        fields |= nested
    return fields
