"""What changed in the columns of datasets: added, gone, called or made otherwise, retyped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
import re

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.impact import DownstreamImpact, ImpactAnalysis
from ssbt.compiler.compare.meaning import ColumnMeaning, Meaning
from ssbt.compiler.compare.proofs import Proofs
from ssbt.compiler.compare.rows import ALL_COLUMNS
from ssbt.compiler.compare.wording import describe_difference
from ssbt.compiler.ir.relations import Column

# The steps that decide about rows and make columns of the same.
_MAKING_STEPS = frozenset({"grouping", "explode"})
Pair = tuple[ColumnMeaning, ColumnMeaning]


class DatasetKind(Struct, frozen=True):
    """What a dataset is to its columns: a source, perhaps one that finds them by their places."""

    is_source: bool
    by_position: bool = False


class ColumnComparer:
    """The columns of the datasets of two versions, asked for in the order of the flow.

    What has been told of a dataset is not told again of those that have it from there. `renamed`
    are the columns found so far that are only called otherwise: dataset, old name and new.
    """

    def __init__(
        self,
        was: Mapping[str, Meaning],
        now: Mapping[str, Meaning],
        analyses: tuple[ImpactAnalysis, ImpactAnalysis],
        proofs: Proofs,
    ) -> None:
        self._was, self._now, self._proofs = was, now, proofs
        self._old_analysis, self._new_analysis = analyses
        self._one_sided = set[str]()
        self._retyped = set[str]()
        self._renulled = set[str]()
        self._renamed: dict[str, str] = {}
        self.renamed = set[tuple[str, str, str]]()

    def with_new_names(self, text: str) -> str:
        """An expression of the old version with the new names of columns."""
        for old, new in self._renamed.items():
            text = re.sub(rf"(?<![\w.`]){re.escape(old)}(?![\w`])", new.replace("\\", r"\\"), text)
        return text

    def changes(self, name: str, old_name: str, kind: DatasetKind) -> Iterator[Change]:
        """The differences of one dataset, by its name in both versions."""
        old, new = self._was[name].columns, self._now[name].columns
        removed = {key: each for key, each in old.items() if key not in new}
        added = {key: each for key, each in new.items() if key not in old}
        for key, new_key in self._find_renamed(removed, added) or _find_renamed_by_position(
            old, new, kind
        ):
            pair = removed.pop(key), added.pop(new_key)
            yield from self._renaming_changes(name, pair, kind)
            is_explained = kind.is_source or pair[0].column.type != pair[1].column.type
            if not is_explained and not self._proofs.is_same_column(
                old_name, name, new_key, was=key
            ):
                yield self._moved_change(name, [pair])
        for each in added.values():
            impact = self._new_analysis.of_columns(name, each.column.name)
            yield from self._one_sided_changes(name, each, impact, kind, is_new=True)
        for each in removed.values():
            impact = self._old_analysis.of_columns(old_name, each.column.name)
            yield from self._one_sided_changes(name, each, impact, kind, is_new=False)
        kept_pairs = [(old[key], each) for key, each in new.items() if key in old]
        for pair in kept_pairs:
            if not self._proofs.is_same_column(old_name, name, pair[1].column.name):
                yield from self._expression_changes(name, old_name, pair)
            yield from self._type_changes(name, pair, kind)
        yield from self._nullability_changes(name, kept_pairs, kind)
        yield from self._tag_changes(name, kept_pairs, kind)
        if kind.by_position and [*old] != [*new] and set(old) == set(new):
            yield self._reordering_change(name, kept_pairs[0])

    def _find_renamed(
        self, removed: Mapping[str, ColumnMeaning], added: Mapping[str, ColumnMeaning]
    ) -> list[tuple[str, str]]:
        """The columns that are only called otherwise: both made of the same, and of no other."""
        new_by_text = {each.text: key for key, each in added.items() if each.text}
        pairs = {
            key: new_by_text.get(self.with_new_names(each.text)) for key, each in removed.items()
        }
        renamed = [(key, new_key) for key, new_key in pairs.items() if new_key is not None]
        return renamed if len({new_key for _, new_key in renamed}) == len(renamed) else []

    def _renaming_changes(self, name: str, pair: Pair, kind: DatasetKind) -> Iterator[Change]:
        """A column of another name; it is no news where it is from a column that has it already."""
        old, new = pair
        is_news = old.text not in self._renamed
        self.renamed.add((name, old.column.name, new.column.name))
        self._proofs.rename(name, old.column.name, new.column.name)
        self._renamed[f"{name}.{old.column.name}"] = f"{name}.{new.column.name}"
        impact = self._new_analysis.of_columns(name, new.column.name)
        if is_news:
            yield Change(
                Severity.BREAKING if kind.is_source else Severity.NONE,
                Subject.COLUMN,
                f"{name}.{new.column.name}",
                f"the column `{old.column.name}` of `{name}` is called `{new.column.name}`",
                (old.span, new.span),
                impact.names,
            )

    def _one_sided_changes(
        self,
        name: str,
        definition: ColumnMeaning,
        impact: DownstreamImpact,
        kind: DatasetKind,
        *,
        is_new: bool,
    ) -> Iterator[Change]:
        """A column that one version has; it is no news where it is from a column that is none."""
        key = _column_key(name, definition)
        self._one_sided.add(key)
        if definition.text.casefold() in self._one_sided:
            return
        severity = Severity.NONE
        if kind.is_source:
            severity = Severity.BREAKING if kind.by_position else impact.severity
        change = "new" if is_new else "gone"
        message = f"the column `{definition.column.name}` of `{name}` is {change}"
        places = (None, definition.span) if is_new else (definition.span, None)
        dotted = f"{name}.{definition.column.name}"
        yield Change(severity, Subject.COLUMN, dotted, message, places, impact.names)

    def _expression_changes(self, name: str, old_name: str, pair: Pair) -> Iterator[Change]:
        old, new = pair
        old_text = self._with_new_input(name, self.with_new_names(old.text))
        same_rows = self._proofs.of(old_name, name).has_same_rows
        if old_text == new.text:
            return
        if not same_rows and self._is_explained_by_rows(name, old_text, new.text):
            return
        types, nulls = ("", ""), ""
        if old.column.type != new.column.type:
            self._retyped.add(_column_key(name, new))
            types = (f" ({old.column.type.sql})", f" ({new.column.type.sql})")
        if old.column.nullable != new.column.nullable:
            self._renulled.add(_column_key(name, new))
            nulls = ", and can be null" if new.column.nullable else ", and can no longer be null"
        message = f"{describe_difference(old_text, new.text, types)}{nulls}"
        yield self._column_change(name, pair, message)

    def moved_changes(
        self, name: str, old_name: str, reported: Collection[str]
    ) -> Iterator[Change]:
        """One for all columns that look the same and are computed where they may not be."""
        old, new = self._was[name].columns, self._now[name].columns
        pairs = [
            (old[key], each)
            for key, each in new.items()
            if key in old
            and f"{name}.{each.column.name}" not in reported
            and not self._proofs.is_same_column(old_name, name, each.column.name)
        ]
        if pairs:
            yield self._moved_change(name, pairs)

    def _moved_change(self, name: str, pairs: list[Pair]) -> Change:
        names = [each.column.name for _, each in pairs]
        listed = ", ".join(f"`{each}`" for each in names)
        be, they = ("is", "it") if len(names) == 1 else ("are", "they")
        message = (
            f"{listed} of `{name}` {be} computed at another place among the steps,"
            f" where {they} may see other rows"
        )
        impact = self._new_analysis.of_columns(name, *names)
        dotted = f"{name}.{names[0]}" if len(names) == 1 else name
        places = (pairs[0][0].span, pairs[0][1].span)
        return Change(impact.severity, Subject.COLUMN, dotted, message, places, impact.names)

    def _with_new_input(self, name: str, text: str) -> str:
        """An old expression as it would be of the new input, of which the rows tell."""
        old, new = (each[name].rows for each in (self._was, self._now))
        if not old or not new or old[0].text == new[0].text:
            return text
        return re.sub(rf"(?<![\w.`]){re.escape(old[0].text)}\.", lambda _: f"{new[0].text}.", text)

    def _is_explained_by_rows(self, name: str, old_text: str, new_text: str) -> bool:
        """Whether the change is one of a key or a generator, or of what a union adds."""
        if old_text.startswith(f"{new_text} or ") or new_text.startswith(f"{old_text} or "):
            return True
        sides = ((self._was, old_text), (self._now, new_text))
        return all(
            any(step.word in _MAKING_STEPS and text in step.text for step in version[name].rows)
            for version, text in sides
        )

    def _type_changes(self, name: str, pair: Pair, kind: DatasetKind) -> Iterator[Change]:
        old, new = pair
        key = _column_key(name, new)
        if old.column.type == new.column.type or key in self._retyped:
            return
        is_explained = not kind.is_source and bool(self._find_origins(new.column) & self._retyped)
        self._retyped.add(key)
        if is_explained or "${" in new.text:
            return
        message = f"was {old.column.type.sql} and is {new.column.type.sql}"
        yield self._column_change(
            name, pair, message, Severity.BREAKING if kind.is_source else None
        )

    def _nullability_changes(
        self, name: str, pairs: list[Pair], kind: DatasetKind
    ) -> Iterator[Change]:
        """One for all columns that may be null now, and one for everything that no longer may."""
        for nullable in (True, False):
            changed_pairs = [
                pair
                for pair in pairs
                if pair[0].column.nullable != pair[1].column.nullable == nullable
                and _column_key(name, pair[1]) not in self._renulled
            ]
            roots = [
                pair
                for pair in changed_pairs
                if kind.is_source or not self._find_origins(pair[1].column) & self._renulled
            ]
            self._renulled |= {_column_key(name, new) for _, new in changed_pairs}
            if not roots:
                continue
            names = [new.column.name for _, new in roots]
            listed = ", ".join(f"`{each}`" for each in names)
            can = "can be null" if nullable else "can no longer be null"
            message = f"{listed} of `{name}` {can}"
            impact = self._new_analysis.of_columns(name, *names)
            dotted = f"{name}.{names[0]}" if len(names) == 1 else name
            old, new = roots[0]
            places = (old.span, new.span)
            yield Change(impact.severity, Subject.COLUMN, dotted, message, places, impact.names)

    def _tag_changes(self, name: str, pairs: list[Pair], kind: DatasetKind) -> Iterator[Change]:
        """Personal data where it comes from; where it goes to is reported for the sinks."""
        for old, new in pairs if kind.is_source else ():
            for tag in sorted(old.column.tags ^ new.column.tags):
                has = "is" if tag in new.column.tags else "is no longer"
                message = f"{has} tagged `@{tag}`"
                change = self._column_change(name, (old, new), message, Severity.NONE)
                yield replace(change, subject=Subject.PERSONAL_DATA)

    def _reordering_change(self, name: str, first: Pair) -> Change:
        message = f"the columns of `{name}` are read in another order"
        impact = self._new_analysis.of_datasets(name)
        places = (first[0].span, first[1].span)
        return Change(Severity.BREAKING, Subject.DATASET, name, message, places, impact.names)

    def _column_change(
        self, name: str, pair: Pair, message: str, severity: Severity | None = None
    ) -> Change:
        old, new = pair
        column = new.column.name
        whole = any(step.text == ALL_COLUMNS for step in self._now[name].rows)
        impact = (
            self._new_analysis.of_datasets(name)
            if whole
            else self._new_analysis.of_columns(name, column)
        )
        return Change(
            impact.severity if severity is None else severity,
            Subject.COLUMN,
            f"{name}.{column}",
            f"the column `{column}` of `{name}` {message}",
            (old.span, new.span),
            impact.names,
        )

    def _find_origins(self, column: Column) -> set[str]:
        """The columns of datasets that both versions have, of which a column is made."""
        origins = set[str]()
        waiting = list(column.origins)
        while waiting:
            origin = waiting.pop()
            if origin.dataset in self._was:
                origins.add(f"{origin.dataset}.{origin.column}".casefold())
            elif origin.dataset in self._now:
                meaning = self._now[origin.dataset].columns.get(origin.column.casefold())
                waiting += meaning.column.origins if meaning is not None else ()
        return origins


def _find_renamed_by_position(
    old: Mapping[str, ColumnMeaning], new: Mapping[str, ColumnMeaning], kind: DatasetKind
) -> list[tuple[str, str]]:
    """The one column of a source that has another name, and is else where and what it was."""
    if not kind.is_source or len(old) != len(new):
        return []
    pairs = [(key, new_key) for key, new_key in zip(old, new, strict=True) if key != new_key]
    if len(pairs) != 1 or pairs[0][0] in new or pairs[0][1] in old:
        return []
    was, now = old[pairs[0][0]].column, new[pairs[0][1]].column
    return pairs if was.type == now.type else []


def _column_key(name: str, meaning: ColumnMeaning) -> str:
    return f"{name}.{meaning.column.name}".casefold()
