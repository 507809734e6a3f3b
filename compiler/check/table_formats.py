"""The connector that knows the format in which a sink stores its columns."""

from __future__ import annotations

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import Connector
from ssbt.compiler.ir.pipeline import Sink


def find_storing_connector(sink: Sink) -> Connector:
    """The one of the `format` that a sink creates its table in, if it names one, or its own."""
    setting = sink.settings.find("format")
    named = find_connector(setting.value) if setting and isinstance(setting.value, str) else None
    return named if named is not None and named.sink is not None else sink.connector


def find_property(sink: Sink, name: str) -> object:
    """The value of a property that a new table is given; None where the sink names no such one."""
    properties = sink.settings.find("properties")
    items = properties.value if properties is not None else ()
    for each in items if isinstance(items, tuple) else ():
        if isinstance(each, tuple) and str(each[0]).casefold() == name.casefold():
            return each[1]
    return None
