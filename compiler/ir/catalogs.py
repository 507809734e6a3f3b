"""Tables in catalogs that connections describe: where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.ir.locations import fill_parameters, normalize_path
from ssbt.compiler.ir.pipeline import Connection

_MAIN_BRANCH = "main"


def find_catalog(settings: Settings, connections: Iterable[Connection]) -> Connection | None:
    """The connection of a source or sink, if it describes a catalog."""
    name = settings.connection.name.casefold() if settings.connection is not None else None
    for each in connections:
        role = each.connector.connection
        if role is not None and role.catalog and each.name.casefold() == name:
            return each
    return None


def find_named_catalog(table: str, connections: Iterable[Connection]) -> Connection | None:
    """The connection that the name of a table begins with, as the session knows its catalog."""
    first, separator, _ = table.partition(".")
    for each in connections if separator else ():
        role = each.connector.connection
        if (
            role is not None
            and role.catalog
            and each.name.casefold() == first.strip("`").casefold()
        ):
            return each
    return None


def catalog_place(catalog: Connection, parameters: Mapping[str, object]) -> str:
    """Where the tables of a catalog are: its warehouse, its address, or else its name."""
    for option in ("warehouse", "uri"):
        setting = catalog.settings.find(option)
        if setting is not None:
            return fill_parameters(setting.value, parameters)
    return f"{catalog.connector.name}://{catalog.name.casefold()}"


def table_place(
    catalog: Connection, settings: Settings, table: object, parameters: Mapping[str, object]
) -> str:
    """Where a table is, which identifies it; a branch of it is another place."""
    names = [name.strip("`") for name in fill_parameters(table, parameters).split(".")]
    branch = settings.find("branch")
    if branch is not None and branch.value != _MAIN_BRANCH:
        names[-1] += f".branch_{fill_parameters(branch.value, parameters)}"
    return normalize_path("/".join((catalog_place(catalog, parameters), *names)))
