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
    declared, found = df.sparkSession.createDataFrame([], schema).schema, df.schema
    problems = list(_differences(_fields(declared), _fields(found)))
    if not problems and declared.names != found.names:
        problems = [f"the columns are {', '.join(found.names)}, not {', '.join(declared.names)}"]
    if problems:
        text = "".join(f"\n- {problem}" for problem in problems)
        raise SchemaMismatchError(f"{what} returns another schema than declared:{text}")
    return df


def _differences(declared: _Fields, found: _Fields) -> Iterator[str]:
    for path, (type_name, nullable) in declared.items():
        found_name, found_nullable = found.get(path, ("", False))
        if not found_name:
            yield f"`{path}` {type_name} is missing"
        elif found_name != type_name:
            yield f"`{path}` is {found_name}, not {type_name}"
        if found_nullable and not nullable:
            yield f"`{path}` can be null, but is declared NOT NULL"
    yield from (
        f"`{path}` {found[path][0]} is not declared" for path in found if path not in declared
    )


def _fields(data_type: DataType, prefix: str = "") -> _Fields:
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
        below = _fields(part, f"{prefix}{name}.")
        fields[prefix + name] = (part.typeName() if below else part.simpleString(), nullable)
        fields |= below
    return fields
