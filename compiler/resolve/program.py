"""A file and what it imports, as one resolved pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Set

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.diagnostics.codes import connections as connection_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import secrets as secret_codes
from ssbt.compiler.diagnostics.codes.declarations import NO_SINK
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.tests import Test
from ssbt.compiler.ir.upkeep import Upkeep
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.declarations import (
    Declarations,
    TypingSettings,
    collect_declarations,
    find_pipeline,
)
from ssbt.compiler.resolve.descriptions import find_description
from ssbt.compiler.resolve.files import LoadedFiles, Parser, Reader, load_files
from ssbt.compiler.resolve.modules import ModuleLoader, ModulePurpose
from ssbt.compiler.resolve.options import OptionResolver, connection_names, secret_names
from ssbt.compiler.resolve.parameters import resolve_parameters
from ssbt.compiler.resolve.pipeline_block import PipelineBlock, resolve_pipeline_block
from ssbt.compiler.resolve.query_cache import QueryCache
from ssbt.compiler.resolve.reachability import ReachableDeclarations
from ssbt.compiler.resolve.records import check_dead_letters
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import REGISTRY_KIND, registry_uses, resolve_schemas
from ssbt.compiler.resolve.schemas.names import SchemaLookup
from ssbt.compiler.resolve.semantic_index import SemanticIndex
from ssbt.compiler.resolve.sinks import SinkResolver
from ssbt.compiler.resolve.sources import SourceResolver
from ssbt.compiler.resolve.unused_declarations import UsedNames, find_unused
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.parsing import parse_file

_SHARED_NAMES = (
    codes.UNKNOWN_SCHEMA,
    codes.UNKNOWN_PARAM,
    codes.UNKNOWN_TRANSFORM,
    connection_codes.UNKNOWN_CONNECTION,
    secret_codes.UNKNOWN_SECRET,
)


class ResolvedProgram(Struct, frozen=True):
    """The pipeline, None where none is declared; what was found; the files read.

    With errors among the findings, parts of the pipeline are missing.

    `files` are the syntax trees, and `target` is the Spark line.
    """

    pipeline: ir.Pipeline | None
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    files: LoadedFiles
    target: str


def resolve_program(
    path: str,
    read: Reader,
    target: str | None = None,
    index: SemanticIndex | None = None,
    *,
    tests: bool = False,
    parse: Parser = parse_file,
    query_cache: QueryCache | None = None,
) -> ResolvedProgram:
    """Read, parse and resolve the pipeline at `path`; what is `index` on the way is noted.

    With `tests`, those in `orders_test.ssbt` beside `orders.ssbt` are read too. `parse` may be
    one that keeps what it knows of earlier versions of a file; `query_cache` keeps their queries.
    """
    report = Report(index=index)
    files = load_files(path, read, report, tests=tests, parse=parse)
    declarations = collect_declarations(files.declarations, report)
    # A file that could not be read at all has had its mistake told.
    declarations.has_broken = declarations.has_broken or path not in files.comments
    node = find_pipeline(declarations, path, report)
    program = ProgramResolver(node, declarations, files, read, report, target, query_cache)
    pipeline = program.resolve_pipeline()
    if files.is_partial:
        # The names may be declared in what could not be read.
        report.findings = [each for each in report.findings if each.code not in _SHARED_NAMES]
    sources = {**files.sources, **program.modules.sources, **program.schema_sources}
    return ResolvedProgram(pipeline, tuple(report.findings), sources, files, program.block.target)


class ProgramResolver:
    """One resolution: the tables that all its parts look things up in."""

    def __init__(
        self,
        node: d.Pipeline | None,
        declarations: Declarations,
        files: LoadedFiles,
        read: Reader,
        report: Report,
        target: str | None,
        query_cache: QueryCache | None = None,
    ) -> None:
        self.node = node
        self.declarations = declarations
        self.files = files
        self.report = report
        self.parameters = resolve_parameters(declarations.params.values(), report)
        self.block: PipelineBlock = resolve_pipeline_block(
            node, target, self._spell_parameter, declarations.secrets, report
        )
        self.read = read
        self.modules = ModuleLoader(read, report, node.name.text if node else "")
        self.schema_sources: dict[str, Source] = {}
        self.schemas = resolve_schemas(
            declarations.schemas.values(), declarations.broken, read, self.schema_sources, report
        )
        self.schema_names = SchemaLookup(self.schemas, declarations.broken, report)
        self.options = self._build_option_resolver()
        tables = self.options, self.schemas, self.schema_names
        self.sources = SourceResolver(*tables, report, legacy_formats=self.block.legacy_formats)
        self.datasets = DatasetResolver(
            self, _typing_settings(self.block, declarations), query_cache
        )

    def _build_option_resolver(self) -> OptionResolver:
        """The resolver of options, which knows the connections of registries as used."""
        declarations = self.declarations
        options = OptionResolver(
            declarations,
            self.parameters,
            self._spell_parameter,
            self.block.target,
            self.report,
            legacy_formats=self.block.legacy_formats,
        )
        for use in registry_uses(declarations.schemas.values(), declarations.connections):
            options.look_up_connection(use, REGISTRY_KIND)
        return options

    def describe(self, span: Span) -> str:
        """The comment above a declaration."""
        return find_description(span, self.files.sources, self.files.comments)

    def _spell_parameter(self, name: str) -> str:
        """A parameter's name as it was declared."""
        parameter = self.parameters.get(name.casefold())
        return parameter.name if parameter is not None else name

    def add_module(self, span: Span, path: str, member: str, purpose: ModulePurpose) -> str | None:
        """The name to import for a Python module beside the file of `span`."""
        return self.modules.add(span, path, member, purpose)

    def resolve_pipeline(self) -> ir.Pipeline | None:
        """The pipeline; whatever is declared is looked at, used or not."""
        self.datasets.resolve_all()
        tables = self.datasets, self.sources, self.options, self.schema_names
        resolver = SinkResolver(*tables, self.report, legacy_formats=self.block.legacy_formats)
        sinks = resolver.resolve_sinks(self.declarations.sinks, self.modules.add, self.describe)
        connections = self._resolve_connections()
        check_dead_letters(self.declarations.sinks, self.sources.settings, self.report)
        if self.block.checkpoint is not None:
            self.options.look_up_parameters(self.block.checkpoint)
        if self.node is None:
            return None
        if not self.declarations.sinks and not self.declarations.has_broken:
            help_ = "add `sink NAME to parquet { … }`"
            message = "this pipeline writes nothing"
            self.report.add(NO_SINK, self.node.name.span, message, help=help_)
        if self.report.unguarded:
            from ssbt.compiler.resolve.traps.without_ansi import report_ansi_off

            report_ansi_off(self.node, self.report)
        return self._build_pipeline(self.node, sinks, connections)

    def _build_pipeline(
        self, node: d.Pipeline, sinks: list[ir.Sink], connections: Mapping[str, ir.Connection]
    ) -> ir.Pipeline:
        """The pipeline with everything that its sinks need."""
        reachable = self._find_reachable(sinks)
        upkeep = self._resolve_upkeep()
        parameters = self.options.used_parameters | reachable.parameters
        connection_keys, secrets = _collect_connections_and_secrets(
            [*(s.settings for s in sinks), *reachable.settings], connections
        )
        spark_secrets = {name.casefold() for _, name in self.block.spark_secrets}
        secrets |= spark_secrets
        self.options.used_secrets |= spark_secrets
        return ir.Pipeline(
            node.name.text,
            self.block.description,
            self.block.owner,
            self.block.target,
            self.block.spark,
            tuple(each for key, each in self.parameters.items() if key in parameters),
            tuple(s.to_ir() for key, s in self.schemas.items() if key in reachable.schemas),
            reachable.transforms,
            reachable.datasets,
            tuple(sinks),
            tuple(self.modules.modules[name] for name in sorted(self.modules.modules)),
            node.span,
            self.block.schedule,
            self._find_unused(reachable, parameters),
            self.block.checkpoint,
            tuple(each for key, each in connections.items() if key in connection_keys),
            tuple(n.name.text for key, n in self.declarations.secrets.items() if key in secrets),
            self._list_declarations(connections),
            self._resolve_tests(reachable, sinks, parameters),
            node.entries[-1].span if node.entries else None,
            self.block.refuses_implicit_flows,
            self.block.spark_secrets,
            upkeep,
        )

    def _resolve_upkeep(self) -> tuple[Upkeep, ...]:
        """What is said of the upkeep of tables."""
        nodes, sinks = self.declarations.maintained, self.declarations.sinks
        if not nodes:
            return ()
        from ssbt.compiler.resolve.upkeep import resolve_upkeep

        return resolve_upkeep(nodes, sinks, self.options, self.report, self.describe)

    def _find_reachable(self, sinks: list[ir.Sink]) -> ReachableDeclarations:
        """The declarations that the sinks need."""
        source_nodes = [
            n for n in self.declarations.datasets.values() if isinstance(n, d.SourceRead)
        ]
        sources = self.sources.build_sources(source_nodes, self.datasets.relation, self.describe)
        return ReachableDeclarations.from_sinks(
            sinks, sources, self.datasets, self.declarations.datasets
        )

    def _list_declarations(
        self, connections: Mapping[str, ir.Connection]
    ) -> ir.PipelineDeclarations:
        """Everything that is declared, used or not."""
        return ir.PipelineDeclarations(
            tuple(self.parameters.values()),
            tuple(connections.values()),
            tuple(node.name.text for node in self.declarations.secrets.values()),
        )

    def _resolve_tests(
        self, reachable: ReachableDeclarations, sinks: list[ir.Sink], parameters: Set[str]
    ) -> tuple[Test, ...]:
        """The tests, which most compilations of a pipeline have none of."""
        if not self.declarations.tests:
            return ()
        from ssbt.compiler.resolve.tests.declarations import ScriptContents, resolve_tests

        unused = self.parameters.keys() - parameters
        script = ScriptContents(
            reachable, sinks, self.datasets, self.schemas, unused, self.report, self.read
        )
        return resolve_tests(self.declarations.tests, script)

    def _resolve_connections(self) -> dict[str, ir.Connection]:
        """The connections by name in lower case, those with an unknown kind left out."""
        connections: dict[str, ir.Connection] = {}
        for key, node in self.declarations.connections.items():
            resolved = self.options.resolve_settings(Role.CONNECTION, node.kind, node.entries)
            if resolved is not None:
                text = self.describe(node.span)
                connections[key] = ir.Connection(node.name.text, *resolved, text, node.span)
        return connections

    def _find_unused(
        self, reachable: ReachableDeclarations, parameters: Set[str]
    ) -> tuple[ir.UnusedDeclaration, ...]:
        """The declarations of the main file that nothing uses."""
        used = UsedNames(
            {each.name.casefold() for each in (*reachable.datasets, *reachable.transforms)},
            self.schema_names.used,
            parameters,
            self.options.used_connections,
            self.options.used_secrets,
        )
        path = self.node.span.path if self.node is not None else ""
        return tuple(find_unused(path, self.declarations, used))


def _typing_settings(block: PipelineBlock, declarations: Declarations) -> TypingSettings:
    return TypingSettings(
        block.target,
        block.ansi,
        block.legacy_formats,
        frozenset(declarations.secrets),
        frozenset(block.masking),
        block.time_zone,
    )


def _collect_connections_and_secrets(
    settings: list[Settings], connections: Mapping[str, ir.Connection]
) -> tuple[set[str], set[str]]:
    """The connections and the secrets that settings reach, by names in lower case."""
    connection_keys = {key for key in connection_names(settings) if key in connections}
    all_settings = (*settings, *(connections[key].settings for key in connection_keys))
    return connection_keys, {*secret_names(all_settings)}
