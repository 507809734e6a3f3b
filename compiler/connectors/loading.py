"""Connectors and formats by name: the built-in folders first, then what other packages install.

Only those that a pipeline names are ever read. Entry points are looked up only for a name that is
not built in, because finding them reads the metadata of every installed distribution.
"""

from __future__ import annotations

from functools import cache
import importlib
import os
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors import formats, reading
from ssbt.compiler.connectors.formats import Format, read_format
from ssbt.compiler.connectors.options import SNAKE_CASE
from ssbt.compiler.connectors.reading import read_connector
from ssbt.compiler.connectors.specification import Connector, ConnectorSpecificationError
from ssbt.compiler.connectors.toml_cache import built_in_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint


READING_TABLE = "reading.tsv"
FITTED_COLUMNS = "fitted_columns.tsv"


class PluginRegistry(Struct, frozen=True):
    """Where one kind of folders is found: in `ssbt.templates`, and through entry points."""

    folder: str
    file: str

    @property
    def entry_points(self) -> str:
        """The group of entry points by which other packages add to the shelf."""
        return f"ssbt.{self.folder}"

    def find(self, name: str) -> tuple[str, str] | None:
        """The folder called `name` and the package that it is of, "" for a built-in one."""
        # The name comes from a pipeline: never let it become `../somewhere`.
        if not SNAKE_CASE.fullmatch(name):
            return None
        folder = os.path.join(built_in_folder(self.folder), name)
        if os.path.isfile(os.path.join(folder, self.file)):
            return folder, ""
        for entry_point in self._installed_plugins():
            if entry_point.name == name:
                return self.package_folder(name, entry_point.value), entry_point.value
        return None

    def names(self) -> tuple[str, ...]:
        """All that are installed, sorted. This scans the disk: for messages and completion only."""
        return tuple(
            sorted(
                {
                    *self._built_in_names(),
                    *(entry_point.name for entry_point in self._installed_plugins()),
                }
            )
        )

    def template_path(self, connector: Connector, name: str) -> str:
        """The path of the template `name.py.j2`, which may not be there."""
        folder = os.path.join(built_in_folder(self.folder), connector.name)
        if connector.package:
            folder = self.package_folder(connector.name, connector.package)
        return os.path.join(folder, f"{name}.py.j2")

    def package_folder(self, name: str, package: str) -> str:
        """The folder of a package that another distribution brings."""
        try:
            return str(importlib.import_module(package).__path__[0])
        except (ImportError, AttributeError) as error:
            location = f"entry point `{name}` of {self.entry_points}"
            problem = f"`{package}` is no package that can be imported: {error}"
            raise ConnectorSpecificationError(location, "", problem) from error

    def _built_in_names(self) -> Iterator[str]:
        folder = built_in_folder(self.folder)
        for name in os.listdir(folder):
            if os.path.isfile(os.path.join(folder, name, self.file)):
                yield name

    def _installed_plugins(self) -> tuple[EntryPoint, ...]:
        from importlib.metadata import entry_points

        return tuple(entry_points(group=self.entry_points))


CONNECTORS = PluginRegistry("connectors", reading.SPECIFICATION)
FORMATS = PluginRegistry("formats", formats.SPECIFICATION)


@cache
def find_connector(name: str) -> Connector | None:
    """The connector called `name`, or nothing if none is installed.

    Raises ConnectorSpecificationError if it is there, but its `connector.toml` is broken.
    """
    location = CONNECTORS.find(name)
    built_in = built_in_folder(CONNECTORS.folder)
    return read_connector(name, location[0], built_in, location[1]) if location else None


@cache
def find_record_format(name: str) -> Format | None:
    """The format called `name`, or nothing if none is installed.

    Raises ConnectorSpecificationError if it is there, but its `format.toml` is broken.
    """
    location = FORMATS.find(name)
    return read_format(name, *location) if location else None


def connector_names() -> tuple[str, ...]:
    """All connectors that are installed, sorted."""
    return CONNECTORS.names()


def format_names() -> tuple[str, ...]:
    """All formats that are installed, sorted."""
    return FORMATS.names()


def read_template(plugin: Connector, name: str) -> str:
    """The text of a template of a connector or format: `read`, `write`, `decode` and so on."""
    with open(registry_of(plugin).template_path(plugin, name), encoding="utf-8") as file:
        return file.read()


def has_template(plugin: Connector, name: str) -> bool:
    """Whether there is such a template."""
    return os.path.isfile(registry_of(plugin).template_path(plugin, name))


def registry_of(plugin: Connector) -> PluginRegistry:
    """Where a connector or format is from."""
    return FORMATS if isinstance(plugin, Format) else CONNECTORS


@cache
def load_reading_table(name: str) -> str:
    """What readers of a connector or format make of other types than were written; "" if unknown.

    Each line has the type that was written, the one that is read, and what becomes of values. Where
    files and records have a format of the same name, it is that of both.
    """
    locations = [registry.find(name) for registry in (CONNECTORS, FORMATS)]
    paths = [os.path.join(each[0], READING_TABLE) for each in locations if each]
    connector = find_connector(name)
    if connector is not None and connector.source is not None and connector.source.fits_columns:
        paths.append(os.path.join(built_in_folder(CONNECTORS.folder), "_shared", FITTED_COLUMNS))
    tables = []
    for path in paths:
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                tables.append(file.read())
    return "".join(tables)
