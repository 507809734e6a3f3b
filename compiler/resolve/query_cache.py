"""Queries that were resolved for an earlier version of a file, for an editor that looks at each.

The query of a `let` is resolved again only if its text has changed or moved, or what it reads has
other columns. A query that reaches for anything else of the program, such as a transform or a
Python module, is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from msgspec import Struct, field

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir import steps
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.query_context import ProgramLookup
from ssbt.compiler.resolve.report import SUGGESTIONS, Report
from ssbt.compiler.resolve.semantic_index import SemanticIndex
from ssbt.compiler.source import Span

if TYPE_CHECKING:
    from ssbt.compiler.resolve.query_context import QueryContext
    from ssbt.compiler.syntax.ast import declarations as d
    from ssbt.compiler.syntax.ast import steps as s
    from ssbt.compiler.syntax.ast.nodes import Name

P = ParamSpec("P")
R = TypeVar("R")
Inputs = dict[str, tuple[str, Relation]]
# A dataset by its lower-case name; None where there is none, or it is made from the one that asks.
FindResolvable = Callable[[str], "tuple[str, Relation] | None"]


class CachedQuery(Struct, frozen=True):
    """A query, what was found in it, and the datasets that it read, by lower-case name."""

    node: d.Let
    inputs: Inputs
    query: steps.Query
    findings: tuple[Diagnostic, ...]
    unguarded: tuple[Span, ...]
    index: SemanticIndex | None

    def add_to(self, report: Report) -> None:
        """Report again what was found when the query was resolved."""
        _add_findings(report, self.findings, self.unguarded, self.index)


class QueryRecording(Struct):
    """A query that is being resolved, with a report of its own.

    `is_closed` as long as nothing but `inputs` and the settings decides what comes of it.
    """

    report: Report
    unknown_names: int
    inputs: Inputs = field(default_factory=dict)
    is_closed: bool = True

    @classmethod
    def within(cls, report: Report) -> QueryRecording:
        """A recording of a part of what is reported there."""
        index = SemanticIndex() if report.index is not None else None
        count = report.unknown_names
        return cls(Report(index=index, unknown_names=count), count)

    def wrap_lookup(self, lookup: ProgramLookup, find_resolvable: FindResolvable) -> ProgramLookup:
        """The same way to the rest of the program, which notes what is asked for."""

        def find_input(
            use: s.DatasetUse, context: QueryContext
        ) -> tuple[steps.Input, Relation] | None:
            self._note_dataset(use.name, find_resolvable, is_plain=use.arguments is None)
            return lookup.find_input(use, context)

        def find_dataset(name: Name, context: QueryContext) -> tuple[str, Relation] | None:
            self._note_dataset(name, find_resolvable)
            return lookup.find_dataset(name, context)

        return ProgramLookup(
            find_input,
            self._opening(lookup.use_transform),
            self._opening(lookup.find_schema),
            self._opening(lookup.add_module),
            find_dataset,
        )

    def _note_dataset(
        self, name: Name, find_resolvable: FindResolvable, *, is_plain: bool = True
    ) -> None:
        key = name.text.casefold()
        dataset = find_resolvable(key) if is_plain else None
        if dataset is None:
            self.is_closed = False
        else:
            self.inputs[key] = dataset

    def _opening(self, look_up: Callable[P, R]) -> Callable[P, R]:
        """A way to look something up after which the query is not kept."""

        def look_up_openly(*arguments: P.args, **options: P.kwargs) -> R:
            self.is_closed = False
            return look_up(*arguments, **options)

        return look_up_openly

    def build_entry(self, node: d.Let, query: steps.Query) -> CachedQuery | None:
        """The entry of the query; None where it cannot be used again."""
        report = self.report
        # Whether an unknown name gets a suggestion depends on those of the whole program.
        has_suggestions = report.unknown_names != self.unknown_names
        if not self.is_closed or has_suggestions or self.unknown_names >= SUGGESTIONS:
            return None
        findings, unguarded = tuple(report.findings), tuple(report.unguarded)
        return CachedQuery(node, self.inputs, query, findings, unguarded, report.index)

    def add_to(self, report: Report) -> None:
        """Report what was found."""
        report.unknown_names += self.report.unknown_names - self.unknown_names
        _add_findings(report, self.report.findings, self.report.unguarded, self.report.index)


class QueryCache(Struct):
    """The queries of the last version of one pipeline; `settings` decides about all of them."""

    settings: Any = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    changed_parameters: frozenset[str] = frozenset()
    previous: dict[str, CachedQuery] = field(default_factory=dict)
    current: dict[str, CachedQuery] = field(default_factory=dict)

    def begin(self, settings: object, parameters: Mapping[str, object]) -> None:
        """Start on a new version of the pipeline.

        While a declaration is being typed, its name may be that of a parameter now and then.
        """
        self.previous = self.current if self.settings == settings else {}
        self.changed_parameters = frozenset(
            name
            for name in {*parameters, *self.parameters}
            if parameters.get(name) != self.parameters.get(name)
        )
        self.current, self.settings, self.parameters = {}, settings, parameters

    def find_entry(self, key: str, node: d.Let, text: str) -> CachedQuery | None:
        """The query that came of the same `let` before, whose text names no changed parameter."""
        entry = self.previous.get(key)
        if entry is None or entry.node is not node:
            return None
        # A backtick is written twice within a name in backticks.
        words = text.replace("``", "`").casefold() if self.changed_parameters else ""
        return None if any(name in words for name in self.changed_parameters) else entry


def _add_findings(
    report: Report,
    findings: Iterable[Diagnostic],
    unguarded: Iterable[Span],
    index: SemanticIndex | None,
) -> None:
    report.findings += findings
    report.unguarded += unguarded
    if index is not None and report.index is not None:
        report.index.merge(index)
