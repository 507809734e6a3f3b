"""Schemas as Spark DDL in constants."""

from __future__ import annotations

from ssbt.compiler.emit.docstrings import LINE_LENGTH
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.types.datatypes import StructField, StructType
from ssbt.compiler.types.quoting import quoted_name, quoted_string


def schema_constant(name: str, schema: StructType) -> str:
    """The assignment of a schema's DDL; a column a line where it does not fit in one."""
    columns = [column_ddl(field) for field in schema.fields]
    one_line = f"{name} = {python_literal(', '.join(columns))}"
    if len(one_line) <= LINE_LENGTH or len(columns) < 2:
        return one_line
    pieces = [f"{column}, " for column in columns[:-1]] + columns[-1:]
    return f"{name} = ({' '.join(map(python_literal, pieces))})"


def column_ddl(field: StructField) -> str:
    """A column as `schema` and `createDataFrame` read it."""
    null = "" if field.nullable else " NOT NULL"
    comment = "" if field.comment is None else f" COMMENT {quoted_string(field.comment)}"
    return f"{quoted_name(field.name)} {field.type.sql}{null}{comment}"
