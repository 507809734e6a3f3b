"""The columns that an expression at a place can use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor
from ssbt.compiler.lsp.hover import typed
from ssbt.compiler.resolve.scopes import fields_of, requalified, same
from ssbt.compiler.resolve.seen import StepSeen
from ssbt.compiler.syntax.names import name_after_dot, name_text
from ssbt.compiler.types.datatypes import UNKNOWN

_JOINED = re.compile(
    r"\A(?:\w+\s+)*join\s+([^\W\d]\w*|`[^`]+`)(?:\s+as\s+([^\W\d]\w*|`[^`]+`))?", re.IGNORECASE
)
_EXTENDED = re.compile(r"\bas\s+([^\W\d]\w*)", re.IGNORECASE)
_ADDING = re.compile(r"\Aextend(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """What flows into the step, what a join brings besides, and the `path` before a dot."""

    before: Relation
    joined: Relation
    path: tuple[str, ...]

    def sides(self) -> tuple[Relation, Relation]:
        """What flows in, and what a join brings besides."""
        return self.before, self.joined

    @property
    def _all(self) -> tuple[Column, ...]:
        return (*self.before.columns, *self.joined.columns)

    def columns(self) -> Iterator[CompletionItem]:
        """All columns, qualified where a name alone fits several."""
        for column in self._all:
            twins = [each for each in self._all if same(each.name, column.name)]
            text = name_text(column.name)
            if len(twins) > 1 and column.qualifier:
                text = f"{name_text(column.qualifier)}.{name_after_dot(column.name)}"
            yield CompletionItem(text, "column", typed(column.name, column), _comes_from(column))

    def qualifiers(self) -> Iterator[CompletionItem]:
        """The aliases that can stand before a dot."""
        for name in dict.fromkeys(c.qualifier for c in self._all if c.qualifier):
            yield CompletionItem(name_text(name), "qualifier")

    def members(self) -> Iterator[CompletionItem]:
        """What can stand behind the dot: columns of an alias, or fields of a column."""
        first, *rest = self.path
        owned = [c for c in self._all if c.qualifier and same(c.qualifier, first)]
        if not rest:
            for column in owned:
                text = name_after_dot(column.name)
                yield CompletionItem(
                    text, "column", typed(column.name, column), _comes_from(column)
                )
        found = [c for c in owned if rest and same(c.name, rest[0])]
        found, names = (
            (found, rest[1:])
            if found
            else (
                [c for c in self._all if same(c.name, first)],
                rest,
            )
        )
        for column in found:
            type_ = column.type
            for name in names:
                type_ = next((f.type for f in fields_of(type_) if same(f.name, name)), UNKNOWN)
            for field in fields_of(type_):
                detail = f"{field.name}: {field.type.sql.lower()}"
                yield CompletionItem(name_after_dot(field.name), "field", detail)


def scope(of: Analysis, path: str, place: Cursor) -> Scope:
    """The scope of a place, empty where it is in no step."""
    step = _step(of, path, place)
    if step is None:
        return Scope(Relation(), Relation(), place.path)
    text = place.head[step.span.start - place.begin :].lstrip()
    before = _known_before(of, step, place)
    if _ADDING.match(text):
        before = _with_new(step, text)
    return Scope(before, _joined(of, text), place.path)


def _step(of: Analysis, path: str, place: Cursor) -> StepSeen | None:
    """The last step of the declaration that begins before the place."""
    pipe = place.begin + place.head.rfind("|>")
    inside = [
        step
        for step in of.seen.steps
        if step.span.path == path and place.begin <= step.span.start <= place.start
        if step.span.start >= pipe
    ]
    return max(inside, key=lambda step: step.span.start, default=None)


def _known_before(of: Analysis, step: StepSeen, place: Cursor) -> Relation:
    """The columns before the step, or before the first of those above it that do not parse."""
    if step.before.columns:
        return step.before
    above = [
        each
        for each in of.seen.steps
        if each.span.path == step.span.path
        and place.begin <= each.span.start < step.span.start
        and each.before.columns
    ]
    last = max(above, key=lambda each: each.span.start, default=step)
    return Relation(last.before.columns, True)


def _with_new(step: StepSeen, text: str) -> Relation:
    """The columns before `extend`, and those that it has made so far."""
    known = {column.name.casefold(): column for column in step.after.columns}
    names = {column.name.casefold() for column in step.before.columns}
    new = [
        known.get(name.casefold(), Column(name, UNKNOWN, True))
        for name in _EXTENDED.findall(text)
        if name.casefold() not in names
    ]
    return Relation((*step.before.columns, *new), step.before.is_open)


def _joined(of: Analysis, text: str) -> Relation:
    match = _JOINED.match(text)
    if match is None:
        return Relation()
    name, alias = (group and group.strip("`") for group in match.groups())
    return requalified(of.relation(name), alias or name)


def _comes_from(column: Column) -> str:
    listed = ", ".join(f"`{each}`" for each in column.origins)
    return f"Comes from {listed}." if listed else ""
