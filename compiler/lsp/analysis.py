"""A pipeline, or a file that others import, with all that an editor asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.diagnostics.allowances import Allowance
from ssbt.compiler.diagnostics.codes.syntax import NO_PIPELINE
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.driver import Reader, check_resolved, configure_pipeline, pipeline_endpoints
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.descriptions import find_description
from ssbt.compiler.resolve.files import Parser
from ssbt.compiler.resolve.program import resolve_program
from ssbt.compiler.resolve.semantic_index import SemanticIndex
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Name
from ssbt.compiler.syntax.parsing import parse_file

_PIPELINE_DECLARATIONS = (d.Pipeline, d.SourceRead, d.Let, d.SinkWrite, d.Expect, d.Test)


@dataclass(frozen=True, eq=False)
class Analysis:
    """What is known of the file at `path` and of those that it imports."""

    path: str
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    declarations: tuple[d.Declaration, ...]
    comments: Mapping[str, tuple[d.Comment, ...]]
    imports: Mapping[Span, str]
    target: str
    semantic_index: SemanticIndex = field(repr=False)
    endpoints: tuple[Endpoint, ...] = ()
    allowances: tuple[Allowance, ...] = ()

    @property
    def is_library(self) -> bool:
        """Whether the file declares nothing but what others can import."""
        own_declarations = (each for each in self.declarations if each.span.path == self.path)
        return not any(isinstance(each, _PIPELINE_DECLARATIONS) for each in own_declarations)

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], d.Declaration]:
        """The first declaration of each kind and lower-case name; see `declaration_kind`."""
        by_key: dict[tuple[str, str], d.Declaration] = {}
        for node in self.declarations:
            name = getattr(node, "name", None)
            if isinstance(name, Name):
                by_key.setdefault((declaration_kind(node), name.text.casefold()), node)
        return by_key

    def relation(self, dataset: str) -> Relation:
        """The columns of a dataset, open where it is not known."""
        return self.semantic_index.datasets.get(dataset.casefold(), Relation((), True))

    def doc_comment(self, span: Span) -> str:
        """The comment above a declaration."""
        return find_description(span, self.sources, self.comments)


def analyze(path: str, read: Reader, parse: Parser = parse_file) -> Analysis:
    """Everything about the file at `path`; `read` gives the bytes of files or raises OSError.

    `parse` may be one that keeps what it knows of earlier versions of a file.
    """
    semantic_index = SemanticIndex()
    result = resolve_program(path, read, None, semantic_index, tests=True, parse=parse)
    files = result.files
    check_result = check_resolved(result)
    analysis = Analysis(
        path,
        check_result.findings,
        result.sources,
        tuple(files.declarations),
        files.comments,
        files.imports,
        result.target,
        semantic_index,
        pipeline_endpoints(configure_pipeline(check_result, path, read)),
        check_result.allowances,
    )
    if not analysis.is_library:
        return analysis
    return replace(
        analysis, findings=tuple(f for f in analysis.findings if f.code is not NO_PIPELINE)
    )


def declaration_kind(node: d.Declaration) -> str:
    """The kind of name that a declaration declares: sources and lets are datasets."""
    match node:
        case d.SourceRead() | d.Let():
            return "dataset"
        case d.SinkWrite():
            return "sink"
        case _:
            return type(node).__name__.lower()
