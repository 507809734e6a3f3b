"""What the filters of a query say of all rows that come through, from step to step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.ranges.cases import ANY_ROW, NO_ROW, Cases, intersect_cases, restrict
from ssbt.compiler.resolve.ranges.subjects import (
    COLUMN,
    Subject,
    SubjectKey,
    column_key,
    names_in,
)
from ssbt.compiler.source import Span
from ssbt.compiler.types.ranges.model import Remaining, ValueRange, type_range

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.conditions import ConditionAnalysis

_SINGLE_CASES = 8


class Facts(Struct):
    """The rows that are left, by what is known of subjects, whose columns have their names here.

    `filters` are the places of the conditions that say so. It `takes_over` what the filters of
    other datasets leave, except inside a transform, whose callers differ.
    """

    cases: Cases = field(default_factory=lambda: ANY_ROW)
    subjects: dict[SubjectKey, Subject] = field(default_factory=dict)
    filters: list[Span] = field(default_factory=list)
    takes_over: bool = False

    def begin(self, relation: Relation) -> None:
        """Take over what the filters of a dataset left of its columns."""
        self.takes_over = True
        self._take_over(relation.columns)

    def _take_over(self, columns: Iterable[Column]) -> None:
        for column in columns:
            if column.filtered is not None:
                self._restrict_column(column, column.filtered)

    def _restrict_column(self, column: Column, filtered: Remaining) -> None:
        key = column_key(column.qualifier, column.name)
        values = column.values or type_range(column.type) or ValueRange()
        self.subjects[key] = Subject(column.name, values, names_in(key))
        rows = restrict(key, self.subjects[key], filtered)
        if rows != NO_ROW:
            self.cases = intersect_cases(self.cases, rows, self.subjects)

    def excludes(self, cases: Cases, analysis: ConditionAnalysis) -> bool:
        """Whether none of these rows is left."""
        if cases == NO_ROW or self.cases == ANY_ROW:
            return False
        return intersect_cases(self.cases, cases, {**self.subjects, **analysis.subjects}) == NO_ROW

    def add(self, cases: Cases, analysis: ConditionAnalysis, span: Span) -> None:
        """Take over that these are all rows that are left."""
        if cases in (NO_ROW, ANY_ROW):
            return
        self.subjects |= analysis.subjects
        rows = intersect_cases(self.cases, cases, self.subjects)
        if rows == NO_ROW:
            # That has been reported, and begins again with the last.
            rows = cases
        if len(rows) <= _SINGLE_CASES:
            self.cases = rows
            self.filters.append(span)

    def follow(self, step: ir.Step | None, before: Relation, after: Relation) -> None:
        """Keep what is still true after a step: what is about columns that it leaves as they are.

        A step that leaves a column as it is leaves the very object.
        """
        if before is after:
            return
        if self.cases != ANY_ROW:
            self._rename_columns(step, before, after)
        if self.takes_over:
            kept = {id(column) for column in before.columns}
            self._take_over(column for column in after.columns if id(column) not in kept)

    def _rename_columns(self, step: ir.Step | None, before: Relation, after: Relation) -> None:
        names = _find_names(step, before, after)
        self.cases = [
            {
                renamed: remaining
                for key, remaining in case.items()
                if (renamed := _rename(key, self.subjects[key], names)) is not None
            }
            for case in self.cases
        ]
        subjects = {
            renamed: subject
            for key, subject in self.subjects.items()
            if (renamed := _rename(key, subject, names)) is not None
        }
        self.subjects = {
            key: replace(subject, names=names_in(key)) if key[0] == COLUMN else subject
            for key, subject in subjects.items()
        }
        if any(not case for case in self.cases):
            self.cases = ANY_ROW

    def apply(self, relation: Relation) -> Relation:
        """The columns with what is left of their values, for those who read the dataset."""
        if self.cases == ANY_ROW or len(self.cases) != 1:
            return relation
        (case,) = self.cases
        columns = tuple(
            replace(column, filtered=case[key])
            if (key := column_key(column.qualifier, column.name)) in case
            else column
            for column in relation.columns
        )
        return replace(relation, columns=columns)


def _rename(
    key: SubjectKey, subject: Subject, names: Mapping[tuple[str, str], tuple[str, str]]
) -> SubjectKey | None:
    """The key of a subject after a step; None where it is gone.

    What is computed of columns keeps its key only where all of them keep their names.
    """
    if any(name not in names for name in subject.names):
        return None
    if all(names[name] == name for name in subject.names):
        return key
    if key[0] == COLUMN and len(key) == 3:
        (name,) = subject.names
        return (COLUMN, *names[name])
    return None


def _find_names(
    step: ir.Step | None, before: Relation, after: Relation
) -> dict[tuple[str, str], tuple[str, str]]:
    """The qualifiers and names after a step of the columns that it leaves as they are."""
    pairs: list[tuple[Column, Column]] = []
    match step:
        case ir.RenameColumns() | ir.Alias() if len(before.columns) == len(after.columns):
            pairs = list(zip(before.columns, after.columns, strict=True))
        case ir.Project(columns=items) | ir.Aggregate(form="", keys=items):
            is_whole = len(items) == len(after.columns) or isinstance(step, ir.Aggregate)
            for item, column in zip(items, after.columns, strict=False) if is_whole else ():
                name = item.expression.column
                matches = [] if name is None else _find_plain(before, name)
                pairs += [(match, column) for match in matches]
        case _:
            kept = {id(column) for column in after.columns}
            pairs = [(column, column) for column in before.columns if id(column) in kept]
    return {_name(old): _name(new) for old, new in pairs}


def _find_plain(relation: Relation, name: str) -> list[Column]:
    """The one column that a plain name means."""
    columns = relation.find_columns(name)
    return columns if len(columns) == 1 else []


def _name(column: Column) -> tuple[str, str]:
    return (column.qualifier or "").casefold(), column.name.casefold()
