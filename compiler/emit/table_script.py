"""A script that describes a table of a pipeline, in the session that the pipeline has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.settings import column_reference
from ssbt.compiler.connectors.specification import Connector, OptionPlacement
from ssbt.compiler.emit.catalogs import catalog_name, catalog_statements, with_catalog
from ssbt.compiler.emit.connection_functions import emit_connection
from ssbt.compiler.emit.imports import Import, collect_names, parameter_imports
from ssbt.compiler.emit.layout import lay_out
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.parameters import params_fields
from ssbt.compiler.emit.script import build_script_parts, emit_main
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.templating import render_file, render_template
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.source import Source as SourceText

TABLE_SUFFIX = "_table"


class NamedTable(Struct, frozen=True):
    """A table of a connector; `path` and `table` are for `literal`, one of them None.

    `opening` are the statements that make its catalog known, and `catalog` the connection's name.
    """

    connector: Connector
    path: object
    table: object
    opening: tuple[str, ...] = ()
    catalog: str | None = None


def emit_table_script(
    pipeline: Pipeline, sources: Mapping[str, SourceText], name: str, commits: int, file: str
) -> str | None:
    """The script, which writes the description to a file; None where no table is called so.

    The name is that of a sink or source, or the table's in a catalog of the pipeline.
    """
    parts = build_script_parts(pipeline, sources)
    names = parts.context.names
    code = SettingCode(names, parts.context.parameter_types)
    table = next(_find_tables(pipeline, code, name, names), None)
    if table is None:
        return None
    fields = params_fields(pipeline.parameters, names)
    catalogs = [
        emit_connection(each, names, code)
        for each in pipeline.connections
        if each.name.casefold() == table.catalog
    ]
    main = emit_main(pipeline, parts.functions, TABLE_SUFFIX)
    used = collect_names((main, *(text for each in catalogs for text in each.statements)))
    standard, runtime = parameter_imports(fields, used)
    describing = Import("ssbt.runtime.descriptions.describing", ("describe_into",))
    script = render_file(
        "table",
        name=pipeline.name,
        import_groups=[each for each in (standard, (runtime, describing)) if each],
        params=render_template("params", fields=fields) if fields else "",
        catalogs=catalogs,
        opening=table.opening,
        engine=table.connector.name,
        path=table.path,
        table=table.table,
        commits=commits,
        file=file,
        main=main,
    )
    return lay_out(script)


def list_tables(pipeline: Pipeline) -> list[str]:
    """The sources and sinks that are tables."""
    return [each.name for each in _find_ends(pipeline)]


def _find_ends(pipeline: Pipeline) -> Iterator[Sink | Source]:
    """Sinks first: a source of the same name is what they are made of."""
    sources = (each for each in pipeline.datasets if isinstance(each, Source))
    ends: tuple[Sink | Source, ...] = (*pipeline.sinks, *sources)
    yield from (each for each in ends if each.connector.upkeep is not None)


def _find_tables(
    pipeline: Pipeline, code: SettingCode, name: str, names: ScriptNames
) -> Iterator[NamedTable]:
    for end in _find_ends(pipeline):
        if end.name.casefold() == name.casefold():
            settings = with_catalog(end.connector, end.settings)
            # A path is where a source loads from, and where a sink saves to.
            place = OptionPlacement.LOAD if isinstance(end, Source) else OptionPlacement.PATH
            table, path = (
                code.value(each.value) if each is not None else None
                for each in map(settings.at, (OptionPlacement.TABLE, place))
            )
            yield NamedTable(
                end.connector,
                path if table is None else None,
                table,
                catalog_statements(end.connector, end.settings, names),
                catalog_name(end.connector, end.settings),
            )
    catalog, _, rest = name.partition(".")
    for connection in pipeline.connections:
        role, key = connection.connector.connection, connection.name.casefold()
        if rest and role is not None and role.catalog and key == catalog.casefold():
            opening = (
                render_template("functions/opened_catalog", function=names.connections[key]),
            )
            whole = f"{column_reference(key)}.{rest}"
            yield NamedTable(connection.connector, None, whole, opening, key)
