"""The columns that an expression at a place can use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor
from ssbt.compiler.lsp.hover import format_typed_name
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.scopes import fields_of, is_same_name, requalify
from ssbt.compiler.resolve.semantic_index import StepRelations
from ssbt.compiler.syntax.names import name_after_dot, name_text
from ssbt.compiler.types.datatypes import UNKNOWN

_JOINED = lazy_pattern(
    r"\A(?:\w+\s+)*join\s+([^\W\d]\w*|`[^`]+`)(?:\s+as\s+([^\W\d]\w*|`[^`]+`))?", re.IGNORECASE
)
_EXTENDED = lazy_pattern(r"\bas\s+([^\W\d]\w*)", re.IGNORECASE)
_ADDING = lazy_pattern(r"\Aextend(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """What flows into the step, what a join brings besides, and the `path` before a dot."""

    input_relation: Relation
    joined_relation: Relation
    path: tuple[str, ...]

    def sides(self) -> tuple[Relation, Relation]:
        """What flows in, and what a join brings besides."""
        return self.input_relation, self.joined_relation

    @property
    def _all_columns(self) -> tuple[Column, ...]:
        return (*self.input_relation.columns, *self.joined_relation.columns)

    def columns(self) -> Iterator[CompletionItem]:
        """All columns, qualified where a name alone fits several."""
        for column in self._all_columns:
            namesakes = [each for each in self._all_columns if is_same_name(each.name, column.name)]
            text = name_text(column.name)
            if len(namesakes) > 1 and column.qualifier:
                text = f"{name_text(column.qualifier)}.{name_after_dot(column.name)}"
            yield CompletionItem(
                text, "column", format_typed_name(column.name, column), _describe_origins(column)
            )

    def qualifiers(self) -> Iterator[CompletionItem]:
        """The aliases that can stand before a dot."""
        for name in dict.fromkeys(c.qualifier for c in self._all_columns if c.qualifier):
            yield CompletionItem(name_text(name), "qualifier")

    def members(self) -> Iterator[CompletionItem]:
        """What can follow the dot: columns of an alias, or fields of a column."""
        first, *rest = self.path
        qualified = [
            c for c in self._all_columns if c.qualifier and is_same_name(c.qualifier, first)
        ]
        if not rest:
            for column in qualified:
                text = name_after_dot(column.name)
                yield CompletionItem(
                    text,
                    "column",
                    format_typed_name(column.name, column),
                    _describe_origins(column),
                )
        candidates = [c for c in qualified if rest and is_same_name(c.name, rest[0])]
        candidates, names = (
            (candidates, rest[1:])
            if candidates
            else (
                [c for c in self._all_columns if is_same_name(c.name, first)],
                rest,
            )
        )
        for column in candidates:
            type_ = column.type
            for name in names:
                type_ = next(
                    (f.type for f in fields_of(type_) if is_same_name(f.name, name)), UNKNOWN
                )
            for field in fields_of(type_):
                detail = f"{field.name}: {field.type.sql.lower()}"
                yield CompletionItem(name_after_dot(field.name), "field", detail)


def find_scope(analysis: Analysis, path: str, cursor: Cursor) -> Scope:
    """The scope of a place, empty where it is in no step."""
    step = _find_step(analysis, path, cursor)
    if step is None:
        return Scope(Relation(), Relation(), cursor.path)
    text = cursor.head[step.span.start - cursor.begin :].lstrip()
    input_relation = _input_relation(analysis, step, cursor)
    if _ADDING.match(text):
        input_relation = _with_new(step, text)
    return Scope(input_relation, _joined_relation(analysis, text), cursor.path)


def _find_step(analysis: Analysis, path: str, cursor: Cursor) -> StepRelations | None:
    """The last step of the declaration that begins before the place."""
    pipe = cursor.begin + cursor.head.rfind("|>")
    steps = [
        step
        for step in analysis.semantic_index.steps
        if step.span.path == path and cursor.begin <= step.span.start <= cursor.start
        if step.span.start >= pipe
    ]
    return max(steps, key=lambda step: step.span.start, default=None)


def _input_relation(analysis: Analysis, step: StepRelations, cursor: Cursor) -> Relation:
    """The columns before the step, or before the first of those above it that do not parse."""
    if step.input_relation.columns:
        return step.input_relation
    earlier_steps = [
        each
        for each in analysis.semantic_index.steps
        if each.span.path == step.span.path
        and cursor.begin <= each.span.start < step.span.start
        and each.input_relation.columns
    ]
    last = max(earlier_steps, key=lambda each: each.span.start, default=step)
    return Relation(last.input_relation.columns, True)


def _with_new(step: StepRelations, text: str) -> Relation:
    """The columns before `extend`, and those that it has made so far."""
    columns_by_name = {column.name.casefold(): column for column in step.output_relation.columns}
    names = {column.name.casefold() for column in step.input_relation.columns}
    new_columns = [
        columns_by_name.get(name.casefold(), Column(name, UNKNOWN, True))
        for name in _EXTENDED.findall(text)
        if name.casefold() not in names
    ]
    return Relation((*step.input_relation.columns, *new_columns), step.input_relation.is_open)


def _joined_relation(analysis: Analysis, text: str) -> Relation:
    match = _JOINED.match(text)
    if match is None:
        return Relation()
    name, alias = (group and group.strip("`") for group in match.groups())
    return requalify(analysis.relation(name), alias or name)


def _describe_origins(column: Column) -> str:
    listed = ", ".join(f"`{each}`" for each in column.origins)
    return f"Comes from {listed}." if listed else ""
