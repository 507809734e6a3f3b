"""Schemas as Spark DDL in constants, and what readers are given of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from ssbt.compiler.emit.docstrings import LINE_LENGTH
from ssbt.compiler.emit.literals import PythonCode, f_string, python_literal
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.types.datatypes import StructField, StructType
from ssbt.compiler.types.quoting import quote_name, quote_string


class SchemaCode(Struct, frozen=True):
    """The schemas of a script: the names of their constants, and the defaults of their columns."""

    names: Mapping[str, str]
    defaults: Mapping[str, tuple[tuple[str, object], ...]]

    def emit_read_schema(self, schema: str, added: str = "") -> str:
        """The code of what a reader is given: the DDL with columns `added`, and the defaults."""
        code = self.names[schema]
        if added:
            code = f_string([PythonCode(code), added])
        if values := self.defaults.get(schema):
            return render_template("values/with_defaults", schema=code, defaults=dict(values))
        return code


def emit_schema_constant(name: str, schema: StructType) -> str:
    """The assignment of a schema's DDL; a column a line where it does not fit in one."""
    columns = [column_ddl(field) for field in schema.fields]
    pieces = [f"{column}, " for column in columns[:-1]] + columns[-1:]
    return emit_constant(name, "".join(pieces), pieces)


def emit_constant(name: str, text: str, pieces: Sequence[str]) -> str:
    """The assignment of a text, in its pieces where it does not fit in a line."""
    is_short = len(f"{name} = {python_literal(text)}") <= LINE_LENGTH or len(pieces) < 2
    return render_template("schema", name=name, text=text, pieces=[] if is_short else pieces)


def column_ddl(field: StructField) -> str:
    """A column as `schema` and `createDataFrame` read it."""
    null = "" if field.nullable else " NOT NULL"
    comment = "" if field.comment is None else f" COMMENT {quote_string(field.comment)}"
    return f"{quote_name(field.name)} {field.type.sql}{null}{comment}"
