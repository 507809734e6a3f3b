"""What a pipeline declares, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import syntax as syntax_codes
from ssbt.compiler.diagnostics.codes import unsupported
from ssbt.compiler.diagnostics.codes.declarations import RESERVED_NAME
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.grammar.words import STEPS

Dataset = d.SourceRead | d.Let
N = TypeVar("N", bound=d.Declaration)


class TypingSettings(Struct, frozen=True):
    """What the pipeline block says, as far as typing and emission depend on it.

    `legacy_formats` tells that formats of dates are read and written as in Spark 2. `secrets` are
    names in lower case, `masking` functions whose results are no personal data,
    `time_zone` the session's where it is given.
    """

    target: str
    ansi: bool = True
    legacy_formats: bool = False
    secrets: frozenset[str] = frozenset()
    masking: frozenset[str] = frozenset()
    time_zone: str | None = None


class Declarations(Struct):
    """All declarations; names in lower case. `broken` are names whose declaration did not parse."""

    pipelines: list[d.Pipeline] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    transforms: dict[str, d.Transform] = field(default_factory=dict)
    schemas: dict[str, d.Schema] = field(default_factory=dict)
    params: dict[str, d.Param] = field(default_factory=dict)
    secrets: dict[str, d.Secret] = field(default_factory=dict)
    connections: dict[str, d.Connection] = field(default_factory=dict)
    sinks: list[d.SinkWrite] = field(default_factory=list)
    maintained: list[d.Maintain] = field(default_factory=list)
    tests: list[d.Test] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    has_broken: bool = False


def collect_declarations(nodes: Iterable[d.Declaration], report: Report) -> Declarations:
    """The declarations in their tables; findings for what comes twice or is not supported yet."""
    declarations = Declarations()
    names: dict[str, Name] = {}
    for node in nodes:
        match node:
            case d.Pipeline():
                declarations.pipelines.append(node)
            case d.SourceRead() | d.Let():
                if _is_new(node.name, names, report):
                    declarations.datasets[node.name.text.casefold()] = node
            case d.Transform():
                _check_transform_name(node, report)
                if _is_new(node.name, names, report):
                    declarations.transforms[node.name.text.casefold()] = node
            case d.Schema():
                _declare(declarations.schemas, node, report)
            case d.Param():
                _declare(declarations.params, node, report)
            case d.Secret():
                _declare(declarations.secrets, node, report)
            case d.Connection():
                _declare(declarations.connections, node, report)
            case d.SinkWrite():
                declarations.sinks.append(node)
            case d.Maintain():
                declarations.maintained.append(node)
            case d.Test():
                declarations.tests.append(node)
            case d.BrokenDeclaration():
                declarations.has_broken = True
                if node.name is not None:
                    declarations.broken.add(node.name.text.casefold())
            case d.Expect():
                _report_unsupported(node, report)
            case d.Import():
                # What it brings in is among the nodes.
                pass
    return declarations


def _declare(table: dict[str, N], node: N, report: Report) -> None:
    name: Name = node.name  # type: ignore[union-attr,assignment]
    first = table.setdefault(name.text.casefold(), node)
    if first is not node:
        _report_duplicate(name, first.name, report)  # type: ignore[union-attr,arg-type]


def _is_new(name: Name, names: dict[str, Name], report: Report) -> bool:
    first = names.setdefault(name.text.casefold(), name)
    if first is not name:
        _report_duplicate(name, first, report)
    return first is name


def _report_duplicate(name: Name, first: Name, report: Report) -> None:
    also = (Label(first.span, "declared here first"),)
    message = f"`{name.text}` is declared twice"
    help_ = () if name.text == first.text else "names that differ only in case are the same"
    report.add(codes.DUPLICATE_DECLARATION, name.span, message, also=also, help=help_)


def _check_transform_name(node: d.Transform, report: Report) -> None:
    if node.name.text.casefold() in STEPS:
        message = f"`{node.name.text}` is a step of the language"
        report.add(RESERVED_NAME, node.name.span, message, help="give it another name")


def _report_unsupported(node: d.Expect, report: Report) -> None:
    """Tell what is in the grammar and has no meaning yet."""
    keyword, code = "expect", unsupported.EXPECT
    span = Span(node.span.path, node.span.start, node.span.start + len(keyword))
    message = f"`{keyword}` is not supported yet"
    report.add(code, span, message, help=f"see `ssbtc explain {code.number}`")


def find_pipeline(declarations: Declarations, path: str, report: Report) -> d.Pipeline | None:
    """The one pipeline declaration of a compiled file."""
    if not declarations.pipelines:
        if "pipeline" not in declarations.broken and not declarations.has_broken:
            message = "this file declares no pipeline"
            help_ = 'begin it with `pipeline name { description = "…" }`'
            report.add(syntax_codes.NO_PIPELINE, Span(path, 0, 0), message, help=help_)
        return None
    first, *duplicates = declarations.pipelines
    for duplicate in duplicates:
        also = (Label(first.name.span, "the first one"),)
        message = "a file declares one pipeline"
        help_ = "move this one into a file of its own"
        report.add(
            syntax_codes.SEVERAL_PIPELINES, duplicate.name.span, message, also=also, help=help_
        )
    return first
