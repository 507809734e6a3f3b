"""The function of a connection: its options, or the catalog that it makes known."""

from __future__ import annotations

from ssbt.compiler.emit.connectors import emit_connection_options
from ssbt.compiler.emit.docstrings import describe
from ssbt.compiler.emit.function import ScriptFunction
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import FunctionMapping
from ssbt.compiler.ir.pipeline import Connection


def emit_connection(
    connection: Connection, names: ScriptNames, code: SettingCode
) -> ScriptFunction:
    """The function of a connection."""
    specification = connection.connector.connection
    is_catalog = specification is not None and bool(specification.catalog)
    return ScriptFunction(
        mapping=FunctionMapping(
            names.connections[connection.name.casefold()],
            f"connection {connection.name}",
            connection.span,
        ),
        frames=(),
        returns="None" if is_catalog else "dict[str, str]",
        docstring=describe(connection.description),
        statements=(emit_connection_options(connection, code),),
        takes_job=True,
    )
