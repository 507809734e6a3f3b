"""A pipeline, or a file that others import, with all that an editor asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ssbt.compiler.contracts.ends import End
from ssbt.compiler.diagnostics.allowances import Allowance
from ssbt.compiler.diagnostics.codes.syntax import NO_PIPELINE
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.driver import Reader, checked_by_rules, configured, ends_of
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.descriptions import description
from ssbt.compiler.resolve.files import Parser
from ssbt.compiler.resolve.program import resolved
from ssbt.compiler.resolve.seen import Seen
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Name
from ssbt.compiler.syntax.parsing import parsed

_OWN = (d.Pipeline, d.SourceRead, d.Let, d.SinkWrite, d.Expect, d.Test)


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
    seen: Seen = field(repr=False)
    ends: tuple[End, ...] = ()
    allowances: tuple[Allowance, ...] = ()

    @property
    def is_library(self) -> bool:
        """Whether the file declares nothing but what others can import."""
        own = (each for each in self.declarations if each.span.path == self.path)
        return not any(isinstance(each, _OWN) for each in own)

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], d.Declaration]:
        """The first declaration of each kind and lower-case name; see `kind_of`."""
        found: dict[tuple[str, str], d.Declaration] = {}
        for node in self.declarations:
            name = getattr(node, "name", None)
            if isinstance(name, Name):
                found.setdefault((kind_of(node), name.text.casefold()), node)
        return found

    def relation(self, dataset: str) -> Relation:
        """The columns of a dataset, open where it is not known."""
        return self.seen.datasets.get(dataset.casefold(), Relation((), True))

    def described(self, span: Span) -> str:
        """The comment above a declaration."""
        return description(span, self.sources, self.comments)


def analysis(path: str, read: Reader, parse: Parser = parsed) -> Analysis:
    """Everything about the file at `path`; `read` gives the bytes of files or raises OSError.

    `parse` may be one that keeps what it knows of earlier versions of a file.
    """
    seen = Seen()
    result = resolved(path, read, None, seen, tests=True, parse=parse)
    files = result.files
    checked = checked_by_rules(result)
    made = Analysis(
        path,
        checked.findings,
        result.sources,
        tuple(files.declarations),
        files.comments,
        files.imports,
        result.target,
        seen,
        ends_of(configured(checked, path, read)),
        checked.allowances,
    )
    if not made.is_library:
        return made
    return replace(made, findings=tuple(f for f in made.findings if f.code is not NO_PIPELINE))


def kind_of(node: d.Declaration) -> str:
    """The kind of name that a declaration declares: sources and lets are datasets."""
    match node:
        case d.SourceRead() | d.Let():
            return "dataset"
        case d.SinkWrite():
            return "sink"
        case _:
            return type(node).__name__.lower()
