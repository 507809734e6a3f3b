"""A pipeline, or a file that others import, with everything that an editor asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ssbt.compiler.driver import Reader, check_resolved, configure_pipeline, pipeline_endpoints
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.lsp.checking import CheckedFile, declares_library, without_missing_pipeline
from ssbt.compiler.resolve.descriptions import find_description
from ssbt.compiler.resolve.files import Parser
from ssbt.compiler.resolve.program import resolve_program
from ssbt.compiler.resolve.semantic_index import SemanticIndex
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.parsing import parse_file


@dataclass(frozen=True, eq=False, kw_only=True)
class Analysis(CheckedFile):
    """What is known of the file at `path` and of those that it imports."""

    declarations: tuple[d.Declaration, ...]
    comments: Mapping[str, tuple[d.Comment, ...]]
    imports: Mapping[Span, str]
    target: str
    semantic_index: SemanticIndex = field(repr=False)

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
    configured = configure_pipeline(check_resolved(result), path, read)
    check_result = configured.check_result
    is_library = declares_library(path, files.declarations)
    return Analysis(
        path=path,
        findings=without_missing_pipeline(check_result.findings, is_library),
        sources=check_result.sources,
        is_library=is_library,
        endpoints=pipeline_endpoints(configured),
        allowances=check_result.allowances,
        declarations=tuple(files.declarations),
        comments=files.comments,
        imports=files.imports,
        target=result.target,
        semantic_index=semantic_index,
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
