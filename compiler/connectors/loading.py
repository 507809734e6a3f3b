"""Connectors by name: the built-in folders first, then what other distributions install.

Only the connectors that a pipeline names are ever read. Entry points are looked up only for a name
that is not built in, because finding them reads the metadata of every installed distribution.
"""

from __future__ import annotations

from functools import cache
import importlib.resources
from typing import TYPE_CHECKING

from ssbt.compiler.connectors.options import SNAKE_CASE
from ssbt.compiler.connectors.reading import SPECIFICATION, read_connector
from ssbt.compiler.connectors.specification import (
    Connector,
    ConnectorSpecificationError,
    Role,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from importlib.resources.abc import Traversable

ENTRY_POINT_GROUP = "ssbt.connectors"


@cache
def connector(name: str) -> Connector | None:
    """The connector called `name`, or nothing if none is installed.

    Raises ConnectorSpecificationError if it is there, but its `connector.toml` is broken.
    """
    # The name comes from a pipeline: never let it become `../somewhere`.
    if not SNAKE_CASE.fullmatch(name):
        return None
    built_in = _built_in_folder()
    if (built_in / name / SPECIFICATION).is_file():
        return read_connector(name, built_in / name, built_in, package="")
    for entry_point in _entry_points():
        if entry_point.name == name:
            folder = _package_folder(entry_point)
            return read_connector(name, folder, built_in, package=entry_point.value)
    return None


def connector_names() -> tuple[str, ...]:
    """All that are installed, sorted. This scans the disk: for messages and completion only."""
    built_in = [f.name for f in _built_in_folder().iterdir() if (f / SPECIFICATION).is_file()]
    return tuple(sorted({*built_in, *(found.name for found in _entry_points())}))


def template(of: Connector, role: Role) -> str:
    """The text of the template that reads or writes through a connector."""
    folder = importlib.resources.files(of.package) if of.package else _built_in_folder() / of.name
    file = "read.py.j2" if role is Role.SOURCE else "write.py.j2"
    return (folder / file).read_text(encoding="utf-8")


@cache
def _built_in_folder() -> Traversable:
    return importlib.resources.files("ssbt.templates") / "connectors"


def _entry_points() -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=ENTRY_POINT_GROUP))


def _package_folder(entry_point: EntryPoint) -> Traversable:
    try:
        return importlib.resources.files(entry_point.value)
    except ImportError as error:
        where = f"entry point `{entry_point.name}` of {ENTRY_POINT_GROUP}"
        problem = f"the package `{entry_point.value}` cannot be imported: {error}"
        raise ConnectorSpecificationError(where, "", problem) from error
