"""The comments of settings, where several connectors need the same one."""

from __future__ import annotations

from ssbt.compiler.connectors.loading import connector_names, find_connector

# A line has 88 columns, a setting of a connection's function 16 before it, and the comment a `# `.
_WIDEST = 88 - 16 - 2


def test_reasons_fit_into_a_line_of_a_script() -> None:
    """Those of connections stand deep in a function, and no layout breaks them."""
    long = [
        (name, option.name)
        for name in connector_names()
        if (connector := find_connector(name)) and connector.connection
        for option in connector.connection.options
        if option.compiler_default and len(option.compiler_default.reason) > _WIDEST
    ]
    assert not long
