"""Sinks: what is written where, and what a sink says of the stream that flows into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ssbt.compiler.connectors.settings import FunctionName, Settings
from ssbt.compiler.connectors.specification import Delivery, OptionPlacement, Role
from ssbt.compiler.connectors.triggers import Trigger
from ssbt.compiler.diagnostics.codes import connectors as codes_of_connectors
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.codes import unsupported
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.records import key_columns
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.streams import OutputMode, PythonFunction, StreamWrite
from ssbt.compiler.ir.subjects import find_table_schema, written_schemas
from ssbt.compiler.resolve.automatic_settings import without_unneeded_settings
from ssbt.compiler.resolve.column_settings import ColumnSettingResolver
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.modules import ModulePurpose
from ssbt.compiler.resolve.options import OptionResolver
from ssbt.compiler.resolve.records import is_dead_letters
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.names import SchemaLookup
from ssbt.compiler.resolve.sources import SourceResolver
from ssbt.compiler.resolve.steps.code import parse_python_target
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v

AddModule = Callable[[Span, str, str, ModulePurpose], str | None]


class SinkResolver:
    """Resolves the sinks of a program, with the tables that they look things up in."""

    def __init__(
        self,
        datasets: DatasetResolver,
        sources: SourceResolver,
        options: OptionResolver,
        schemas: SchemaLookup,
        report: Report,
        *,
        legacy_formats: bool,
    ) -> None:
        self._legacy_formats = legacy_formats
        self._datasets, self._sources, self._options = datasets, sources, options
        self._schemas, self._report = schemas, report
        self._columns = ColumnSettingResolver(datasets, options, report)

    def resolve_sinks(
        self,
        nodes: Iterable[d.SinkWrite],
        add_module: AddModule,
        describe: Callable[[Span], str],
    ) -> list[ir.Sink]:
        """The IR's sinks; one whose dataset or options have a mistake is left out."""
        sinks: list[ir.Sink] = []
        names: dict[str, d.SinkWrite] = {}
        for node in nodes:
            if node.part is not None and not is_dead_letters(node):
                message = f"`{node.dataset.text}.{node.part.text}` needs `expect`"
                self._report.add(unsupported.EXPECT, node.part.span, message)
                continue
            sink = self._resolve_sink(node, add_module, describe)
            if sink is None:
                continue
            first = names.setdefault(sink.name.casefold(), node)
            if first is not node:
                self._report_same_name(node, first)
            sinks.append(sink)
        return sinks

    def _resolve_sink(
        self, node: d.SinkWrite, add_module: AddModule, describe: Callable[[Span], str]
    ) -> ir.Sink | None:
        dataset = self._resolve_dataset(node)
        streaming = dataset is not None and dataset[1].streaming
        allow, entries = _split_allowed_tags(node.entries, self._report)
        resolved = self._options.resolve_settings(
            Role.SINK, node.connector, entries, streaming=streaming
        )
        if resolved is not None:
            for schema_name in written_schemas(resolved[1]):
                self._schemas.find(schema_name.name, schema_name.span)
            self._check_table_defaults(resolved[1])
        if dataset is None or resolved is None:
            return None
        connector, settings = resolved
        settings = self._columns.resolve(settings, node, dataset[1])
        key = key_columns(settings, dataset[1])
        settings = without_unneeded_settings(
            settings, dataset[1].columns, key, legacy=self._legacy_formats
        )
        name = node.name.text if node.name is not None else dataset[0]
        stream = _build_stream_write(settings, add_module, self._report) if streaming else None
        text = describe(node.span)
        return ir.Sink(
            name, dataset[0], connector, settings, text, node.span, stream=stream, allow=allow
        )

    def _check_table_defaults(self, settings: Settings) -> None:
        """Report defaults that a new table would not have."""
        name = find_table_schema(settings)
        schema = self._schemas.find(name.name, name.span) if name is not None else None
        if name is None or schema is None:
            return
        for column, default in schema.defaults.items():
            also = (Label(default.node.span, "the default"),)
            message = f"the table would not have the default of `{column}`"
            help_ = "let a schema of its own, without it, say what the table is created with"
            self._report.add(unsupported.COLUMN_DEFAULT, name.span, message, also=also, help=help_)

    def _resolve_dataset(self, node: d.SinkWrite) -> tuple[str, Relation] | None:
        """The name and columns of what is written."""
        dataset = self._datasets.resolve_dataset(node.dataset)
        if dataset is not None and is_dead_letters(node):
            return self._sources.resolve_dead_letters(node, *dataset)
        return dataset

    def _report_same_name(self, node: d.SinkWrite, first: d.SinkWrite) -> None:
        name = node.name or node.dataset
        also = (Label((first.name or first.dataset).span, "the first one"),)
        message = f"two sinks are called `{name.text}`"
        help_ = f"name one: `sink {node.dataset.text} to {node.connector.text} as other_name`"
        self._report.add(
            name_codes.DUPLICATE_DECLARATION, name.span, message, also=also, help=help_
        )


def _build_stream_write(settings: Settings, add_module: AddModule, report: Report) -> StreamWrite:
    """The stream side of a sink's settings."""
    mode, trigger = settings.at(OptionPlacement.MODE), settings.at(OptionPlacement.TRIGGER)
    require = settings.at(OptionPlacement.REQUIRE)
    if is_merged(settings):
        mode = settings.find("output_mode")
    return StreamWrite(
        OutputMode(mode.value) if mode is not None else OutputMode.APPEND,
        mode.span if mode is not None else None,
        trigger.value if trigger is not None and isinstance(trigger.value, Trigger) else None,
        Delivery(require.value) if require is not None else None,
        _resolve_function(settings, add_module, report),
    )


def _split_allowed_tags(
    entries: tuple[v.Entry, ...], report: Report
) -> tuple[tuple[str, ...], tuple[v.Entry, ...]]:
    """The tags in `allow = […]`, which every sink may say, and the entries without it."""
    tags: list[str] = []
    for entry in entries:
        if entry.name.text == "allow":
            items = entry.value.items if isinstance(entry.value, v.ListValue) else ()
            tags += [item.text.lower() for item in items if isinstance(item, v.WordValue)]
            if len(tags) != len(items) or not items:
                message = "`allow` is a list of tags such as `[pii]`"
                report.add(codes_of_connectors.WRONG_TYPE, entry.value.span, message)
    return tuple(tags), tuple(entry for entry in entries if entry.name.text != "allow")


def _resolve_function(
    settings: Settings, add_module: AddModule, report: Report
) -> PythonFunction | None:
    setting = settings.at(OptionPlacement.FUNCTION)
    if setting is None or not isinstance(setting.value, FunctionName):
        return None
    target = parse_python_target(setting.value.text)
    if target is None:
        message = f'"{setting.value.text}" names no function'
        help_ = 'write it as "module.py:function", the file relative to this one'
        report.add(codes.BAD_MODULE, setting.value.span, message, help=help_)
        return None
    path, name = target
    module = add_module(setting.value.span, path, name, ModulePurpose.BATCH_FUNCTION)
    return PythonFunction(module, name) if module is not None else None
