"""Tables of a catalog that a connection describes."""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import Setting, Settings, Value, column_reference
from ssbt.compiler.connectors.specification import Connector, OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.merges import find_memory

Parts: TypeAlias = tuple[str | ParamUse, ...]


def catalog_name(connector: Connector, settings: Settings) -> str | None:
    """What the session calls the catalog of a source or sink, if it has one of its own.

    It is the name of the connection, in lower case, however that is written: Spark tells
    catalogs apart by their case.
    """
    specification, connection = connector.connection, settings.connection
    if specification is None or not specification.catalog or connection is None:
        return None
    return connection.name.casefold()


def catalog_statements(
    connector: Connector, settings: Settings, names: ScriptNames
) -> tuple[str, ...]:
    """What makes the catalog known to the session, before a table of it is named."""
    name = catalog_name(connector, settings)
    if name is None:
        return ()
    return (render_template("functions/opened_catalog", function=names.connections[name]),)


def with_catalog(connector: Connector, settings: Settings, *, written: bool = False) -> Settings:
    """The settings, with the whole names of tables; what is `written` may be a branch of one."""
    catalog = catalog_name(connector, settings)
    if catalog is None:
        return settings
    branch = settings.find("branch") if written else None
    before: Parts = (f"{column_reference(catalog)}.",)
    behind: Parts = (".branch_", *_parts(branch.value)) if branch is not None else ()
    memory = find_memory(settings)
    named: list[Setting] = []
    for each in settings.settings:
        if each.option.place is OptionPlacement.TABLE:
            value = _join((*before, *_parts(each.value), *behind), each.value)
            named.append(replace(each, value=value))
        elif memory is not None and each.option.name == memory[0]:
            named.append(replace(each, value=_join((*before, *_parts(each.value)), each.value)))
        else:
            named.append(each)
    return replace(settings, settings=tuple(named))


def _parts(value: Value) -> Parts:
    match value:
        case Text():
            return value.parts
        case ParamUse():
            return (value,)
        case _:
            return (str(value),)


def _join(parts: Parts, value: Value) -> Value:
    if all(isinstance(part, str) for part in parts):
        return "".join(map(str, parts))
    span = value.span if isinstance(value, Text | ParamUse) else None
    uses = (part.span for part in parts if isinstance(part, ParamUse))
    return Text(parts, span or next(uses))
