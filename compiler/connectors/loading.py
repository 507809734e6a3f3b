"""Connectors by name: the built-in folders first, then what other distributions install.

Only the connectors that a pipeline names are ever read. Entry points are looked up only for a name
that is not built in, because finding them reads the metadata of every installed distribution.
"""

from __future__ import annotations

from functools import cache
import importlib
import os
from typing import TYPE_CHECKING

from ssbt.compiler.connectors.options import SNAKE_CASE
from ssbt.compiler.connectors.reading import SPECIFICATION, read_connector
from ssbt.compiler.connectors.saved import built_in_folder
from ssbt.compiler.connectors.specification import (
    Connector,
    ConnectorSpecificationError,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "ssbt.connectors"


@cache
def connector(name: str) -> Connector | None:
    """The connector called `name`, or nothing if none is installed.

    Raises ConnectorSpecificationError if it is there, but its `connector.toml` is broken.
    """
    # The name comes from a pipeline: never let it become `../somewhere`.
    if not SNAKE_CASE.fullmatch(name):
        return None
    built_in = built_in_folder()
    if os.path.isfile(os.path.join(built_in, name, SPECIFICATION)):
        return read_connector(name, os.path.join(built_in, name), built_in, package="")
    for entry_point in _entry_points():
        if entry_point.name == name:
            folder = _folder(name, entry_point.value)
            return read_connector(name, folder, built_in, package=entry_point.value)
    return None


def connector_names() -> tuple[str, ...]:
    """All that are installed, sorted. This scans the disk: for messages and completion only."""
    folder = built_in_folder()
    built_in = (
        name
        for name in os.listdir(folder)
        if os.path.isfile(os.path.join(folder, name, SPECIFICATION))
    )
    return tuple(sorted({*built_in, *(found.name for found in _entry_points())}))


def template(of: Connector, name: str) -> str:
    """The text of a connector's template: `read`, `write` or `write_stream`."""
    if of.package:
        folder = _folder(of.name, of.package)
    else:
        folder = os.path.join(built_in_folder(), of.name)
    with open(os.path.join(folder, f"{name}.py.j2"), encoding="utf-8") as text:
        return text.read()


def _entry_points() -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=ENTRY_POINT_GROUP))


def _folder(name: str, package: str) -> str:
    """The folder of a package that holds a connector."""
    try:
        return str(importlib.import_module(package).__path__[0])
    except (ImportError, AttributeError) as error:
        where = f"entry point `{name}` of {ENTRY_POINT_GROUP}"
        problem = f"`{package}` is no package that can be imported: {error}"
        raise ConnectorSpecificationError(where, "", problem) from error
