"""A file and what it imports, as one resolved pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.diagnostics.codes import connections as connection_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import secrets as secret_codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.tests import Test
from ssbt.compiler.resolve.datasets import Datasets
from ssbt.compiler.resolve.declarations import Declared, declared, the_pipeline
from ssbt.compiler.resolve.declarations import Settings as TypingSettings
from ssbt.compiler.resolve.descriptions import description
from ssbt.compiler.resolve.files import Loaded, Parser, Reader, loaded
from ssbt.compiler.resolve.modules import Modules, Purpose
from ssbt.compiler.resolve.options import Options, connection_names, secret_names
from ssbt.compiler.resolve.parameters import parameters
from ssbt.compiler.resolve.pipeline_block import PipelineBlock, pipeline_block
from ssbt.compiler.resolve.records import (
    check_dead_letters,
)
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declared import (
    REGISTRY_KIND,
    registry_uses,
    schemas,
)
from ssbt.compiler.resolve.schemas.names import SchemaNames
from ssbt.compiler.resolve.seen import Seen
from ssbt.compiler.resolve.sinks import Sinks
from ssbt.compiler.resolve.sources import Sources
from ssbt.compiler.resolve.used import Used
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Name
from ssbt.compiler.syntax.parsing import parsed

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
    parse: Parser = parsed,
) -> Resolved:
    """Read, parse and resolve the pipeline at `path`; what is `seen` on the way is noted.

    With `tests`, those in `orders_test.ssbt` beside `orders.ssbt` are read too. `parse` may be
    one that keeps what it knows of earlier versions of a file.
    """
    report = Report(seen=seen)
    files = loaded(path, read, report, tests=tests, parse=parse)
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
        self.read = read
        self.modules = Modules(read, report, node.name.text if node else "")
        self.schema_sources: dict[str, Source] = {}
        nodes = found.schemas.values()
        self.schemas = schemas(nodes, found.broken, read, self.schema_sources, report)
        self.schema_names = SchemaNames(self.schemas, found.broken, report)
        legacy = self.block.legacy_formats
        self.options = Options(
            found,
            self.parameters,
            self._spelling,
            self.block.target,
            report,
            legacy_formats=legacy,
        )
        for use in registry_uses(nodes, found.connections):
            self.options.connection(use, REGISTRY_KIND)
        self.sources = Sources(
            self.options,
            self.schemas,
            self.schema_names,
            report,
            legacy_formats=legacy,
        )
        typing = TypingSettings(
            self.block.target,
            self.block.ansi,
            legacy,
            frozenset(found.secrets),
            frozenset(self.block.masking),
        )
        self.datasets = Datasets(self, typing)

    def describe(self, span: Span) -> str:
        """The comment above a declaration."""
        return description(span, self.files.sources, self.files.comments)

    def _spelling(self, name: str) -> str:
        """A parameter's name as it was declared."""
        known = self.parameters.get(name.casefold())
        return known.name if known is not None else name

    def module(self, span: Span, path: str, wanted: str, purpose: Purpose) -> str | None:
        """The name to import for a Python module beside the file of `span`."""
        return self.modules.add(span, path, wanted, purpose)

    def pipeline(self) -> ir.Pipeline | None:
        """The pipeline; whatever is declared is looked at, used or not."""
        self.datasets.resolve_all()
        tables = self.datasets, self.sources, self.options, self.schema_names
        resolver = Sinks(*tables, self.report, legacy_formats=self.block.legacy_formats)
        sinks = resolver.made(self.declared.sinks, self.modules.add, self.describe)
        connections = self._connections()
        check_dead_letters(self.declared.sinks, self.sources.settings, self.report)
        if self.block.checkpoint is not None:
            self.options.parameters_in(self.block.checkpoint)
        if self.node is None:
            return None
        if not self.declared.sinks and not self.declared.has_broken:
            help_ = "add `sink NAME to parquet { … }`"
            message = "this pipeline writes nothing"
            self.report.add(codes.NO_SINK, self.node.name.span, message, help=help_)
        if self.report.unguarded:
            from ssbt.compiler.resolve.traps.without_ansi import report_ansi_off

            report_ansi_off(self.node, self.report)
        return self._made(self.node, sinks, connections)

    def _made(
        self, node: d.Pipeline, sinks: list[ir.Sink], connections: Mapping[str, ir.Connection]
    ) -> ir.Pipeline:
        """The pipeline with all that its sinks need."""
        read = [n for n in self.declared.datasets.values() if isinstance(n, d.SourceRead)]
        sources = self.sources.made(read, self.datasets.relation, self.describe)
        used = Used.by(sinks, sources, self.datasets)
        parameters = self.options.used_parameters | used.parameters
        named, secrets = _wired([*(s.settings for s in sinks), *used.settings], connections)
        of_spark = {name.casefold() for _, name in self.block.spark_secrets}
        secrets |= of_spark
        self.options.used_secrets |= of_spark
        return ir.Pipeline(
            node.name.text,
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
            node.span,
            self.block.schedule,
            tuple(self._unused(used, parameters)),
            self.block.checkpoint,
            tuple(each for key, each in connections.items() if key in named),
            tuple(n.name.text for key, n in self.declared.secrets.items() if key in secrets),
            ir.Shared(
                tuple(self.parameters.values()),
                tuple(connections.values()),
                tuple(node.name.text for node in self.declared.secrets.values()),
            ),
            self._tests(used, sinks, parameters),
            node.entries[-1].span if node.entries else None,
            self.block.refuses_implicit_flows,
            self.block.spark_secrets,
        )

    def _tests(self, used: Used, sinks: list[ir.Sink], parameters: Set[str]) -> tuple[Test, ...]:
        """The tests, which most compilations of a pipeline have none of."""
        if not self.declared.tests:
            return ()
        from ssbt.compiler.resolve.tests.declared import Scripted, tests

        unused = self.parameters.keys() - parameters
        scripted = Scripted(
            used, sinks, self.datasets, self.schemas, unused, self.report, self.read
        )
        return tests(self.declared.tests, scripted)

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
            ("schema", self.declared.schemas, self.schema_names.used),
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
