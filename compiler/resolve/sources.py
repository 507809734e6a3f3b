"""What sources read: their settings and columns, and the dead letters of some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from ssbt.compiler.connectors.partition_folders import BASE_PATH, find_partition_folders
from ssbt.compiler.connectors.settings import SchemaName, Setting, Settings
from ssbt.compiler.connectors.specification import (
    Connector,
    OptionPlacement,
    Role,
    RoleSpecification,
)
from ssbt.compiler.diagnostics.codes.records import NO_DEAD_LETTERS
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.records import DEAD_LETTER, KEY, dead_letter_relation
from ssbt.compiler.ir.relations import NO_TAGS, Column, Relation
from ssbt.compiler.ir.traits import Trait
from ssbt.compiler.resolve.automatic_settings import without_unneeded_settings
from ssbt.compiler.resolve.options import OptionResolver
from ssbt.compiler.resolve.records import (
    build_records,
    check_defaults,
    dead_letter_source,
    resolve_record_columns,
)
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import DeclaredSchema
from ssbt.compiler.resolve.schemas.names import SchemaLookup
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.types.datatypes import UNKNOWN, StringType, find_type


class SourceResolver:
    """The sources of a program; `settings` has those of each, by its name in lower case."""

    def __init__(
        self,
        options: OptionResolver,
        schemas: Mapping[str, DeclaredSchema],
        names: SchemaLookup,
        report: Report,
        *,
        legacy_formats: bool,
    ) -> None:
        self._options, self._schemas, self._names, self._report = options, schemas, names, report
        self._legacy_formats = legacy_formats
        self._connectors: dict[str, Connector] = {}
        self.settings: dict[str, Settings] = {}

    def resolve_relation(self, node: d.SourceRead) -> Relation:
        """The columns that a source yields; open where Spark infers them."""
        resolved = self._options.resolve_settings(
            Role.SOURCE, node.connector, node.entries, streaming=node.stream
        )
        if resolved is None:
            return Relation((), True, node.stream)
        connector, settings = resolved
        key = node.name.text.casefold()
        self._connectors[key] = connector
        if connector.source is not None and connector.source.has_option_at(OptionPlacement.VALUE):
            columns = resolve_record_columns(settings, self._names.find, self._report)
        else:
            columns = self._read_columns(connector, settings)
        record_key = [column for column in columns or () if column.name == KEY]
        self.settings[key] = without_unneeded_settings(
            settings, columns or (), record_key, legacy=self._legacy_formats
        )
        return Relation(columns or (), columns is None, node.stream)

    def _read_columns(self, connector: Connector, settings: Settings) -> tuple[Column, ...] | None:
        """What a reader yields; None where only Spark knows."""
        specification, setting = connector.source, settings.at(OptionPlacement.SCHEMA)
        schema = None
        if setting is not None and isinstance(setting.value, SchemaName):
            schema = self._names.find(setting.value.name, setting.value.span)
        if schema is not None and setting is not None:
            fills = specification is not None and specification.fills_defaults
            check_defaults(schema, connector.name, setting.span, self._report, fills=fills)
            columns = _with_traits(schema, settings, specification)
        elif specification is not None and specification.columns:
            columns = [
                Column(each.name, find_type(each.type) or UNKNOWN, True)
                for each in specification.columns
                if not each.when or settings.is_true(each.when)
            ]
        else:
            return None
        for name, type_, span in _added_columns(settings, [column.name for column in columns]):
            added = find_type(type_) or UNKNOWN
            columns.append(Column(name, added, True, declared=span))
        return tuple(_with_tags_of_rows(settings, columns))

    def build_sources(
        self,
        nodes: Iterable[d.SourceRead],
        relation: Callable[[str], Relation],
        describe: Callable[[Span], str],
    ) -> dict[str, ir.Source]:
        """The IR's sources by name in lower case, and the dead letters of those that have some."""
        sources: dict[str, ir.Source] = {}
        dead_letter_sources: dict[str, ir.Source] = {}
        for node in nodes:
            source = self._build_source(node, relation, describe)
            if source is not None:
                key = source.name.casefold()
                sources[key] = source
                if source.records is not None:
                    dead_letter_sources[f"{key}.{DEAD_LETTER}"] = dead_letter_source(source)
        return sources | dead_letter_sources

    def _build_source(
        self,
        node: d.SourceRead,
        relation: Callable[[str], Relation],
        describe: Callable[[Span], str],
    ) -> ir.Source | None:
        key = node.name.text.casefold()
        settings = self.settings.get(key)
        if settings is None:
            return None
        setting = settings.at(OptionPlacement.SCHEMA)
        schema = None
        if setting is not None and isinstance(setting.value, SchemaName):
            schema = self._schemas.get(setting.value.name.casefold())
            if schema is None:
                return None
        schema_columns = [each.field.name for each in schema.columns] if schema is not None else []
        settings = _with_base_path(settings, self._connectors[key], schema_columns, node.stream)
        added = _added_columns(settings, schema_columns) if schema is not None else ()
        return ir.Source(
            node.name.text,
            self._connectors[key],
            settings,
            schema.name if schema is not None else None,
            tuple((column, type_) for column, type_, _ in added),
            relation(key),
            describe(node.span),
            node.span,
            build_records(settings, self._schemas, relation(key)),
        )

    def resolve_dead_letters(
        self, node: d.SinkWrite, name: str, relation: Relation
    ) -> tuple[str, Relation] | None:
        """The name and columns of a source's dead letters; None, with a finding, without any."""
        settings = self.settings.get(name.casefold())
        on_error = settings.at(OptionPlacement.ON_ERROR) if settings is not None else None
        if on_error is not None and on_error.value == DEAD_LETTER:
            return f"{name}.{DEAD_LETTER}", dead_letter_relation(relation)
        assert node.part is not None
        message = f"`{name}` has no dead letters"
        help_ = "they are those of a source with `on_error = dead_letter`"
        self._report.add(NO_DEAD_LETTERS, node.part.span, message, help=help_)
        return None


def _with_tags_of_rows(settings: Settings, columns: list[Column]) -> Iterator[Column]:
    """A column that holds whole rows, such as malformed ones, has the tags of all columns."""
    row_columns = {
        str(setting.value).casefold()
        for setting in settings.settings
        if setting.option.adds_column and isinstance(setting.value, str)
    }
    all_tags = NO_TAGS.union(*(column.tags for column in columns))
    for column in columns:
        is_row = bool(all_tags) and column.name.casefold() in row_columns
        yield replace(column, tags=all_tags) if is_row else column


def _with_base_path(
    settings: Settings, connector: Connector, names: list[str], streaming: bool
) -> Settings:
    """The settings, with the folder below which folders count where the path names some itself."""
    option = connector.source.option(BASE_PATH) if connector.source is not None else None
    folders = find_partition_folders(settings, names, streaming=streaming) if option else None
    if option is None or folders is None or folders.base is None:
        return settings
    columns = " and ".join(f"`{name}`" for name in folders.columns)
    reason = f"Without it {columns} would be null: the path says the folder."
    base = Setting(option, folders.base, None, reason)
    return replace(settings, settings=(*settings.settings, base))


def _with_traits(
    schema: DeclaredSchema, settings: Settings, specification: RoleSpecification | None
) -> list[Column]:
    """The columns of a schema, and that their texts are never empty where that means null."""
    columns = [*schema.columns_as_read()]
    null_value = settings.find("null_value")
    if (
        specification is None
        or specification.option("empty_value") is None
        or (null_value is not None and null_value.value != "")
    ):
        return columns
    return [
        replace(column, traits=frozenset({Trait.NEVER_EMPTY}))
        if isinstance(column.type, StringType) and column.name not in schema.defaults
        else column
        for column in columns
    ]


def _added_columns(
    settings: Settings, names: Iterable[str]
) -> Iterator[tuple[str, str, Span | None]]:
    """The columns that options add to those of the schema: name, type and place."""
    existing_names = {name.casefold() for name in names}
    return (
        column for column in settings.added_columns() if column[0].casefold() not in existing_names
    )
