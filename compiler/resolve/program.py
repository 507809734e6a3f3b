"""A file and what it imports, as one resolved pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from msgspec import Struct

from ssbt.compiler.connectors.settings import SchemaName, Settings
from ssbt.compiler.connectors.specification import Connector, Place, Role
from ssbt.compiler.diagnostics.codes import connections as connection_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import secrets as secret_codes
from ssbt.compiler.diagnostics.codes import unsupported
from ssbt.compiler.diagnostics.codes.records import NO_DEAD_LETTERS
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.records import DEAD_LETTER, dead_letter_relation
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.subjects import written_schemas
from ssbt.compiler.ir.tests import Test
from ssbt.compiler.resolve.datasets import Datasets
from ssbt.compiler.resolve.declarations import Declared, declared, the_pipeline
from ssbt.compiler.resolve.declarations import Settings as TypingSettings
from ssbt.compiler.resolve.descriptions import description
from ssbt.compiler.resolve.files import Loaded, Reader, loaded
from ssbt.compiler.resolve.modules import Modules, Purpose
from ssbt.compiler.resolve.options import Options, connection_names, secret_names
from ssbt.compiler.resolve.parameters import parameters
from ssbt.compiler.resolve.pipeline_block import PipelineBlock, pipeline_block
from ssbt.compiler.resolve.records import (
    check_dead_letters,
    dead_letters,
    decoded_columns,
    is_dead_letters,
    records,
)
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas import (
    REGISTRY_KIND,
    DeclaredSchema,
    registry_uses,
    schemas,
)
from ssbt.compiler.resolve.seen import Seen
from ssbt.compiler.resolve.sinks import allowed_tags, stream_write
from ssbt.compiler.resolve.used import Used
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Name
from ssbt.compiler.types.datatypes import UNKNOWN, named_type

_SHARED_NAMES = (
    codes.UNKNOWN_SCHEMA,
    codes.UNKNOWN_PARAM,
    codes.UNKNOWN_TRANSFORM,
    connection_codes.UNKNOWN_CONNECTION,
    secret_codes.UNKNOWN_SECRET,
)


class Resolved(Struct, frozen=True):
    """The pipeline, None where none is declared; what was found; the files read.

    With errors among the findings, parts of the pipeline are missing.

    `files` are the syntax trees, and `target` is the Spark line.
    """

    pipeline: ir.Pipeline | None
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    files: Loaded
    target: str


def resolved(
    path: str,
    read: Reader,
    target: str | None = None,
    seen: Seen | None = None,
    *,
    tests: bool = False,
) -> Resolved:
    """Read, parse and resolve the pipeline at `path`; what is `seen` on the way is noted.

    With `tests`, those in `orders_test.ssbt` beside `orders.ssbt` are read too.
    """
    report = Report(seen=seen)
    files = loaded(path, read, report, tests=tests)
    found = declared(files.declarations, report)
    # A file that could not be read at all has had its mistake told.
    found.has_broken = found.has_broken or path not in files.comments
    node = the_pipeline(found, path, report)
    program = Program(node, found, files, read, report, target)
    pipeline = program.pipeline()
    if files.is_partial:
        # The names may be declared in what could not be read.
        report.findings = [each for each in report.findings if each.code not in _SHARED_NAMES]
    sources = {**files.sources, **program.modules.sources, **program.schema_sources}
    return Resolved(pipeline, tuple(report.findings), sources, files, program.block.target)


class Program:
    """One resolution: the tables that all its parts look things up in."""

    def __init__(
        self,
        node: d.Pipeline | None,
        found: Declared,
        files: Loaded,
        read: Reader,
        report: Report,
        target: str | None,
    ) -> None:
        self.node = node
        self.declared = found
        self.files = files
        self.report = report
        self.parameters = parameters(found.params.values(), report)
        self.block: PipelineBlock = pipeline_block(
            node, target, self._spelling, found.secrets, report
        )
        self.modules = Modules(read, report, node.name.text if node else "")
        self.schema_sources: dict[str, Source] = {}
        nodes = found.schemas.values()
        self.schemas = schemas(nodes, found.broken, read, self.schema_sources, report)
        self.settings: dict[str, Settings] = {}
        self.connectors: dict[str, Connector] = {}
        self.used_schemas: set[str] = set()
        self.options = Options(found, self.parameters, self._spelling, self.block.target, report)
        for use in registry_uses(nodes, found.connections):
            self.options.connection(use, REGISTRY_KIND)
        typing = TypingSettings(
            self.block.target,
            self.block.ansi,
            self.block.legacy_formats,
            frozenset(found.secrets),
            frozenset(self.block.masking),
        )
        self.datasets = Datasets(self, typing)

    def describe(self, span: Span) -> str:
        """The comment above a declaration."""
        return description(span, self.files.sources, self.files.comments)

    # ---- sources and sinks

    def _spelling(self, name: str) -> str:
        """A parameter's name as it was declared."""
        known = self.parameters.get(name.casefold())
        return known.name if known is not None else name

    def source_relation(self, node: d.SourceRead) -> Relation:
        """The columns that a source yields; open where Spark infers them."""
        got = self.options.settings(
            Role.SOURCE, node.connector, node.entries, streaming=node.stream
        )
        if got is None:
            return Relation((), True, node.stream)
        connector, settings = got
        key = node.name.text.casefold()
        self.connectors[key], self.settings[key] = connector, settings
        specification = connector.source
        if specification is not None and specification.has(Place.VALUE):
            known = decoded_columns(settings, self.schema, self.report)
            return Relation(known or (), known is None, node.stream)
        schema = self.source_schema(settings)
        if schema is not None:
            columns = [*schema.when_read()]
        elif specification is not None and specification.columns:
            columns = [
                Column(each.name, named_type(each.type) or UNKNOWN, True)
                for each in specification.columns
                if not each.when or settings.is_true(each.when)
            ]
        else:
            return Relation((), True, node.stream)
        names = {column.name.casefold() for column in columns}
        for name, type_, span in settings.added_columns():
            if name.casefold() not in names:
                added = named_type(type_) or UNKNOWN
                columns.append(Column(name, added, True, declared=span))
        return Relation(tuple(columns), False, node.stream)

    def source_schema(self, settings: Settings) -> DeclaredSchema | None:
        """The schema that a source is given."""
        setting = settings.at(Place.SCHEMA)
        if setting is None or not isinstance(setting.value, SchemaName):
            return None
        return self.schema(setting.value.name, setting.value.span)

    def schema(self, name: str, span: Span) -> DeclaredSchema | None:
        """A declared schema; None, with a finding, where there is none."""
        known = self.schemas.get(name.casefold())
        if known is not None:
            self.used_schemas.add(name.casefold())
            return known
        if name.casefold() not in self.declared.broken:
            names = [each.name for each in self.schemas.values()]
            message = f"there is no schema `{name}`"
            self.report.unknown(codes.UNKNOWN_SCHEMA, span, message, name, names, "schemas")
        return None

    def _source(self, node: d.SourceRead) -> ir.Source | None:
        key = node.name.text.casefold()
        if key not in self.settings:
            return None
        settings = self.settings[key]
        setting = settings.at(Place.SCHEMA)
        name = None
        added: tuple[tuple[str, str], ...] = ()
        if setting is not None and isinstance(setting.value, SchemaName):
            schema = self.schemas.get(setting.value.name.casefold())
            if schema is None:
                return None
            name = schema.name
            given = {each.field.name.casefold() for each in schema.columns}
            added = tuple(
                (column, type_)
                for column, type_, _ in settings.added_columns()
                if column.casefold() not in given
            )
        return ir.Source(
            node.name.text,
            self.connectors[key],
            settings,
            name,
            added,
            self.datasets.relation(key),
            self.describe(node.span),
            node.span,
            records(settings, self.schemas),
        )

    def _sinks(self) -> list[ir.Sink]:
        sinks: list[ir.Sink] = []
        names: dict[str, d.SinkWrite] = {}
        for node in self.declared.sinks:
            if node.part is not None and not is_dead_letters(node):
                message = f"`{node.dataset.text}.{node.part.text}` needs `expect`"
                self.report.add(unsupported.EXPECT, node.part.span, message)
                continue
            dataset = self.datasets.named(node.dataset)
            if dataset is not None and is_dead_letters(node):
                dataset = self._dead_letters(node, *dataset)
            streaming = dataset is not None and dataset[1].streaming
            allow, entries = allowed_tags(node.entries, self.report)
            got = self.options.settings(Role.SINK, node.connector, entries, streaming=streaming)
            if got is not None:
                for named in written_schemas(got[1]):
                    self.schema(named.name, named.span)
            if dataset is None or got is None:
                continue
            name = node.name.text if node.name is not None else dataset[0]
            first = names.setdefault(name.casefold(), node)
            if first is not node:
                self._same_name(node, first)
            stream = stream_write(got[1], self.modules.add, self.report) if streaming else None
            description = self.describe(node.span)
            sinks.append(ir.Sink(name, dataset[0], *got, description, node.span, stream, allow))
        return sinks

    def _dead_letters(
        self, node: d.SinkWrite, name: str, relation: Relation
    ) -> tuple[str, Relation] | None:
        """The name and columns of a source's dead letters; None, with a finding, without any."""
        settings = self.settings.get(name.casefold())
        on_error = settings.at(Place.ON_ERROR) if settings is not None else None
        if on_error is not None and on_error.value == DEAD_LETTER:
            dead = dead_letter_relation(relation)
            return f"{name}.{DEAD_LETTER}", dead
        assert node.part is not None
        message = f"`{name}` has no dead letters"
        help_ = "they are those of a source with `on_error = dead_letter`"
        self.report.add(NO_DEAD_LETTERS, node.part.span, message, help=help_)
        return None

    def _same_name(self, node: d.SinkWrite, first: d.SinkWrite) -> None:
        name = node.name or node.dataset
        also = (Label((first.name or first.dataset).span, "the first one"),)
        message = f"two sinks are called `{name.text}`"
        help_ = f"name one: `sink {node.dataset.text} to {node.connector.text} as other_name`"
        self.report.add(codes.DUPLICATE_DECLARATION, name.span, message, also=also, help=help_)

    # ---- the whole

    def module(self, span: Span, path: str, wanted: str, purpose: Purpose) -> str | None:
        """The name to import for a Python module beside the file of `span`."""
        return self.modules.add(span, path, wanted, purpose)

    def pipeline(self) -> ir.Pipeline | None:
        """The pipeline; whatever is declared is looked at, used or not."""
        self.datasets.resolve_all()
        sinks = self._sinks()
        connections = self._connections()
        check_dead_letters(self.declared.sinks, self.settings, self.report)
        checkpoint = self.block.checkpoint
        if checkpoint is not None:
            self.options.parameters_in(checkpoint)
        if self.node is None:
            return None
        if not self.declared.sinks and not self.declared.has_broken:
            help_ = "add `sink NAME to parquet { … }`"
            message = "this pipeline writes nothing"
            self.report.add(codes.NO_SINK, self.node.name.span, message, help=help_)
        used = Used.by(sinks, self._sources(), self.datasets)
        parameters = self.options.used_parameters | used.parameters
        tests = self._tests(used, sinks, parameters)
        named, secrets = _wired([*(s.settings for s in sinks), *used.settings], connections)
        return ir.Pipeline(
            self.node.name.text,
            self.block.description,
            self.block.owner,
            self.block.target,
            self.block.spark,
            tuple(each for key, each in self.parameters.items() if key in parameters),
            tuple(s.resolved() for key, s in self.schemas.items() if key in used.schemas),
            used.transforms,
            used.datasets,
            tuple(sinks),
            tuple(self.modules.modules[name] for name in sorted(self.modules.modules)),
            self.node.span,
            self.block.schedule,
            tuple(self._unused(used, parameters)),
            checkpoint,
            tuple(each for key, each in connections.items() if key in named),
            tuple(n.name.text for key, n in self.declared.secrets.items() if key in secrets),
            ir.Shared(
                tuple(self.parameters.values()),
                tuple(connections.values()),
                tuple(node.name.text for node in self.declared.secrets.values()),
            ),
            tests,
        )

    def _tests(self, used: Used, sinks: list[ir.Sink], parameters: Set[str]) -> tuple[Test, ...]:
        """The tests, which most compilations of a pipeline have none of."""
        if not self.declared.tests:
            return ()
        from ssbt.compiler.resolve.tests import Scripted, tests

        unused = self.parameters.keys() - parameters
        scripted = Scripted(used, sinks, self.datasets, self.schemas, unused, self.report)
        return tests(self.declared.tests, scripted)

    def _sources(self) -> dict[str, ir.Source]:
        """The sources by name in lower case, and the dead letters of those that have some."""
        sources = {
            key: source
            for key, node in self.declared.datasets.items()
            if isinstance(node, d.SourceRead) and (source := self._source(node)) is not None
        }
        letters = {
            f"{key}.{DEAD_LETTER}": dead_letters(source)
            for key, source in sources.items()
            if source.records is not None
        }
        return sources | letters

    def _connections(self) -> dict[str, ir.Connection]:
        """The connections by name in lower case, those with an unknown kind left out."""
        found: dict[str, ir.Connection] = {}
        for key, node in self.declared.connections.items():
            got = self.options.settings(Role.CONNECTION, node.kind, node.entries)
            if got is not None:
                text = self.describe(node.span)
                found[key] = ir.Connection(node.name.text, *got, text, node.span)
        return found

    def _unused(self, used: Used, parameters: set[str]) -> Iterator[ir.Unused]:
        """The declarations of the main file that nothing uses."""
        keys = {each.name.casefold() for each in (*used.datasets, *used.transforms)}
        tables: tuple[tuple[str, Mapping[str, d.Declaration], set[str]], ...] = (
            ("dataset", self.declared.datasets, keys),
            ("transform", self.declared.transforms, keys),
            ("schema", self.declared.schemas, self.used_schemas),
            ("param", self.declared.params, parameters),
            ("connection", self.declared.connections, self.options.used_connections),
            ("secret", self.declared.secrets, self.options.used_secrets),
        )
        path = self.node.span.path if self.node is not None else ""
        for kind, table, known in tables:
            for key, node in table.items():
                if key not in known and node.span.path == path:
                    name: Name = node.name  # type: ignore[union-attr,assignment]
                    word = {d.SourceRead: "source", d.Let: "let"}.get(type(node), kind)
                    yield ir.Unused(word, name.text, name.span)


def _wired(
    settings: list[Settings], connections: Mapping[str, ir.Connection]
) -> tuple[set[str], set[str]]:
    """The connections and the secrets that settings reach, by names in lower case."""
    named = {key for key in connection_names(settings) if key in connections}
    reached = (*settings, *(connections[key].settings for key in named))
    return named, {*secret_names(reached)}
