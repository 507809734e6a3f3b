"""What sources read: their settings and columns, and the dead letters of some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from ssbt.compiler.connectors.partition_folders import BASE_PATH, partition_folders
from ssbt.compiler.connectors.settings import SchemaName, Setting, Settings
from ssbt.compiler.connectors.specification import Connector, Place, Role
from ssbt.compiler.diagnostics.codes.records import NO_DEAD_LETTERS
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.records import DEAD_LETTER, KEY, dead_letter_relation
from ssbt.compiler.ir.relations import NO_TAGS, Column, Relation
from ssbt.compiler.resolve.options import Options
from ssbt.compiler.resolve.records import (
    check_defaults,
    dead_letters,
    decoded_columns,
    records,
)
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declared import DeclaredSchema
from ssbt.compiler.resolve.schemas.names import SchemaNames
from ssbt.compiler.resolve.supplied import without_unneeded
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.types.datatypes import UNKNOWN, named_type


class Sources:
    """The sources of a program; `settings` has those of each, by its name in lower case."""

    def __init__(
        self,
        options: Options,
        schemas: Mapping[str, DeclaredSchema],
        names: SchemaNames,
        report: Report,
        *,
        legacy_formats: bool,
    ) -> None:
        self._options, self._schemas, self._names, self._report = options, schemas, names, report
        self._legacy_formats = legacy_formats
        self._connectors: dict[str, Connector] = {}
        self.settings: dict[str, Settings] = {}

    def relation(self, node: d.SourceRead) -> Relation:
        """The columns that a source yields; open where Spark infers them."""
        got = self._options.settings(
            Role.SOURCE, node.connector, node.entries, streaming=node.stream
        )
        if got is None:
            return Relation((), True, node.stream)
        connector, settings = got
        key = node.name.text.casefold()
        self._connectors[key] = connector
        if connector.source is not None and connector.source.has(Place.VALUE):
            known = decoded_columns(settings, self._names.found, self._report)
        else:
            known = self._read_columns(connector, settings)
        record_key = [column for column in known or () if column.name == KEY]
        self.settings[key] = without_unneeded(
            settings, known or (), record_key, legacy=self._legacy_formats
        )
        return Relation(known or (), known is None, node.stream)

    def _read_columns(self, connector: Connector, settings: Settings) -> tuple[Column, ...] | None:
        """What a reader yields; None where only Spark knows."""
        specification, setting = connector.source, settings.at(Place.SCHEMA)
        schema = None
        if setting is not None and isinstance(setting.value, SchemaName):
            schema = self._names.found(setting.value.name, setting.value.span)
        if schema is not None and setting is not None:
            fills = specification is not None and specification.fills_defaults
            check_defaults(schema, connector.name, setting.span, self._report, fills=fills)
            columns = [*schema.when_read()]
        elif specification is not None and specification.columns:
            columns = [
                Column(each.name, named_type(each.type) or UNKNOWN, True)
                for each in specification.columns
                if not each.when or settings.is_true(each.when)
            ]
        else:
            return None
        for name, type_, span in _added(settings, [column.name for column in columns]):
            added = named_type(type_) or UNKNOWN
            columns.append(Column(name, added, True, declared=span))
        return tuple(_with_tags_of_rows(settings, columns))

    def made(
        self,
        nodes: Iterable[d.SourceRead],
        relation: Callable[[str], Relation],
        describe: Callable[[Span], str],
    ) -> dict[str, ir.Source]:
        """The IR's sources by name in lower case, and the dead letters of those that have some."""
        sources: dict[str, ir.Source] = {}
        letters: dict[str, ir.Source] = {}
        for node in nodes:
            source = self._made(node, relation, describe)
            if source is not None:
                key = source.name.casefold()
                sources[key] = source
                if source.records is not None:
                    letters[f"{key}.{DEAD_LETTER}"] = dead_letters(source)
        return sources | letters

    def _made(
        self,
        node: d.SourceRead,
        relation: Callable[[str], Relation],
        describe: Callable[[Span], str],
    ) -> ir.Source | None:
        key = node.name.text.casefold()
        settings = self.settings.get(key)
        if settings is None:
            return None
        setting = settings.at(Place.SCHEMA)
        schema = None
        if setting is not None and isinstance(setting.value, SchemaName):
            schema = self._schemas.get(setting.value.name.casefold())
            if schema is None:
                return None
        given = [each.field.name for each in schema.columns] if schema is not None else []
        settings = _with_base_path(settings, self._connectors[key], given, node.stream)
        added = _added(settings, given) if schema is not None else ()
        return ir.Source(
            node.name.text,
            self._connectors[key],
            settings,
            schema.name if schema is not None else None,
            tuple((column, type_) for column, type_, _ in added),
            relation(key),
            describe(node.span),
            node.span,
            records(settings, self._schemas, relation(key)),
        )

    def dead_letters(
        self, node: d.SinkWrite, name: str, relation: Relation
    ) -> tuple[str, Relation] | None:
        """The name and columns of a source's dead letters; None, with a finding, without any."""
        settings = self.settings.get(name.casefold())
        on_error = settings.at(Place.ON_ERROR) if settings is not None else None
        if on_error is not None and on_error.value == DEAD_LETTER:
            return f"{name}.{DEAD_LETTER}", dead_letter_relation(relation)
        assert node.part is not None
        message = f"`{name}` has no dead letters"
        help_ = "they are those of a source with `on_error = dead_letter`"
        self._report.add(NO_DEAD_LETTERS, node.part.span, message, help=help_)
        return None


def _with_tags_of_rows(settings: Settings, columns: list[Column]) -> Iterator[Column]:
    """A column that holds whole rows, such as malformed ones, has the tags of all columns."""
    of_rows = {
        str(setting.value).casefold()
        for setting in settings.settings
        if setting.option.adds_column and isinstance(setting.value, str)
    }
    every = NO_TAGS.union(*(column.tags for column in columns))
    for column in columns:
        is_row = bool(every) and column.name.casefold() in of_rows
        yield replace(column, tags=every) if is_row else column


def _with_base_path(
    settings: Settings, connector: Connector, names: list[str], streaming: bool
) -> Settings:
    """The settings, with the folder below which folders count where the path names some itself."""
    option = connector.source.option(BASE_PATH) if connector.source is not None else None
    folders = partition_folders(settings, names, streaming=streaming) if option else None
    if option is None or folders is None or folders.base is None:
        return settings
    columns = " and ".join(f"`{name}`" for name in folders.columns)
    reason = f"Without it {columns} would be null: the path says the folder."
    base = Setting(option, folders.base, None, reason)
    return replace(settings, settings=(*settings.settings, base))


def _added(settings: Settings, names: Iterable[str]) -> Iterator[tuple[str, str, Span | None]]:
    """The columns that options add to those of the schema: name, type and place."""
    known = {name.casefold() for name in names}
    return (added for added in settings.added_columns() if added[0].casefold() not in known)
