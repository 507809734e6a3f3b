"""What changed in the columns of datasets: added, gone, called or made otherwise, retyped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
import re

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.meaning import MadeColumn, Meaning
from ssbt.compiler.compare.proofs import Proofs
from ssbt.compiler.compare.reach import Reach, Reached
from ssbt.compiler.compare.rows import EVERY
from ssbt.compiler.compare.wording import was_and_is
from ssbt.compiler.ir.relations import Column

# The steps that decide about rows and make columns of the same.
_MAKING = frozenset({"grouping", "explode"})
Pair = tuple[MadeColumn, MadeColumn]


class Kind(Struct, frozen=True):
    """What a dataset is to its columns: a source, perhaps one that finds them by their places."""

    is_source: bool
    by_position: bool = False


class Columns:
    """The columns of the datasets of two versions, asked for in the order of the flow.

    What has been told of a dataset is not told again of those that have it from there. `renamed`
    are the columns found so far that are only called otherwise: dataset, old name and new.
    """

    def __init__(
        self,
        was: Mapping[str, Meaning],
        now: Mapping[str, Meaning],
        reaches: tuple[Reach, Reach],
        proofs: Proofs,
    ) -> None:
        self._was, self._now, self._proofs = was, now, proofs
        self._old_reach, self._new_reach = reaches
        self._one_sided = set[str]()
        self._retyped = set[str]()
        self._nullable = set[str]()
        self._renamed: dict[str, str] = {}
        self.renamed = set[tuple[str, str, str]]()

    def text(self, text: str) -> str:
        """An expression of the old version with the new names of columns."""
        for old, new in self._renamed.items():
            text = re.sub(rf"(?<![\w.`]){re.escape(old)}(?![\w`])", new.replace("\\", r"\\"), text)
        return text

    def changes(self, name: str, old_name: str, kind: Kind) -> Iterator[Change]:
        """The differences of one dataset, by its name in both versions."""
        old, new = self._was[name].columns, self._now[name].columns
        gone = {key: each for key, each in old.items() if key not in new}
        come = {key: each for key, each in new.items() if key not in old}
        for key, other in self._same(gone, come) or _in_place(old, new, kind):
            pair = gone.pop(key), come.pop(other)
            yield from self._called(name, pair, kind)
            is_told = kind.is_source or pair[0].column.type != pair[1].column.type
            if not is_told and not self._proofs.is_same(old_name, name, other, was=key):
                yield self._moved_change(name, [pair])
        for each in come.values():
            reached = self._new_reach.of_columns(name, each.column.name)
            yield from self._alone(name, each, reached, kind, is_new=True)
        for each in gone.values():
            reached = self._old_reach.of_columns(old_name, each.column.name)
            yield from self._alone(name, each, reached, kind, is_new=False)
        both = [(old[key], each) for key, each in new.items() if key in old]
        for pair in both:
            if not self._proofs.is_same(old_name, name, pair[1].column.name):
                yield from self._made(name, old_name, pair)
            yield from self._typed(name, pair, kind)
        yield from self._nulls(name, both, kind)
        yield from self._tags(name, both, kind)
        if kind.by_position and [*old] != [*new] and set(old) == set(new):
            yield self._reordered(name, both[0])

    def _same(
        self, gone: Mapping[str, MadeColumn], come: Mapping[str, MadeColumn]
    ) -> list[tuple[str, str]]:
        """The columns that are only called otherwise: both made of the same, and of no other."""
        made = {each.text: key for key, each in come.items() if each.text}
        pairs = {key: made.get(self.text(each.text)) for key, each in gone.items()}
        found = [(key, other) for key, other in pairs.items() if other is not None]
        return found if len({other for _, other in found}) == len(found) else []

    def _called(self, name: str, pair: Pair, kind: Kind) -> Iterator[Change]:
        """A column of another name; it is no news where it is from a column that has it already."""
        old, new = pair
        is_news = old.text not in self._renamed
        self.renamed.add((name, old.column.name, new.column.name))
        self._proofs.rename(name, old.column.name, new.column.name)
        self._renamed[f"{name}.{old.column.name}"] = f"{name}.{new.column.name}"
        reached = self._new_reach.of_columns(name, new.column.name)
        if is_news:
            yield Change(
                Severity.BREAKING if kind.is_source else Severity.NONE,
                Subject.COLUMN,
                f"{name}.{new.column.name}",
                f"the column `{old.column.name}` of `{name}` is called `{new.column.name}`",
                (old.span, new.span),
                reached.told,
            )

    def _alone(
        self, name: str, each: MadeColumn, reached: Reached, kind: Kind, *, is_new: bool
    ) -> Iterator[Change]:
        """A column that one version has; it is no news where it is from a column that is none."""
        key = _key(name, each)
        self._one_sided.add(key)
        if each.text.casefold() in self._one_sided:
            return
        severity = Severity.NONE
        if kind.is_source:
            severity = Severity.BREAKING if kind.by_position else reached.severity
        change = "new" if is_new else "gone"
        message = f"the column `{each.column.name}` of `{name}` is {change}"
        places = (None, each.span) if is_new else (each.span, None)
        dotted = f"{name}.{each.column.name}"
        yield Change(severity, Subject.COLUMN, dotted, message, places, reached.told)

    def _made(self, name: str, old_name: str, pair: Pair) -> Iterator[Change]:
        old, new = pair
        before = self._as_input(name, self.text(old.text))
        same_rows = self._proofs.of(old_name, name).same_rows
        if before == new.text:
            return
        if not same_rows and self._told_with_rows(name, before, new.text):
            return
        types, nulls = ("", ""), ""
        if old.column.type != new.column.type:
            self._retyped.add(_key(name, new))
            types = (f" ({old.column.type.sql})", f" ({new.column.type.sql})")
        if old.column.nullable != new.column.nullable:
            self._nullable.add(_key(name, new))
            nulls = ", and can be null" if new.column.nullable else ", and can no longer be null"
        message = f"{was_and_is(before, new.text, types)}{nulls}"
        yield self._change(name, pair, message)

    def moved(self, name: str, old_name: str, told: Collection[str]) -> Iterator[Change]:
        """One for all columns that look the same and are computed where they may not be."""
        old, new = self._was[name].columns, self._now[name].columns
        pairs = [
            (old[key], each)
            for key, each in new.items()
            if key in old
            and f"{name}.{each.column.name}" not in told
            and not self._proofs.is_same(old_name, name, each.column.name)
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
        reached = self._new_reach.of_columns(name, *names)
        dotted = f"{name}.{names[0]}" if len(names) == 1 else name
        places = (pairs[0][0].span, pairs[0][1].span)
        return Change(reached.severity, Subject.COLUMN, dotted, message, places, reached.told)

    def _as_input(self, name: str, text: str) -> str:
        """An old expression as it would be of the new input, of which the rows tell."""
        old, new = (each[name].rows for each in (self._was, self._now))
        if not old or not new or old[0].text == new[0].text:
            return text
        return re.sub(rf"(?<![\w.`]){re.escape(old[0].text)}\.", lambda _: f"{new[0].text}.", text)

    def _told_with_rows(self, name: str, before: str, after: str) -> bool:
        """Whether the change is one of a key or a generator, or of what a union adds."""
        if before.startswith(f"{after} or ") or after.startswith(f"{before} or "):
            return True
        sides = ((self._was, before), (self._now, after))
        return all(
            any(step.word in _MAKING and text in step.text for step in version[name].rows)
            for version, text in sides
        )

    def _typed(self, name: str, pair: Pair, kind: Kind) -> Iterator[Change]:
        old, new = pair
        key = _key(name, new)
        if old.column.type == new.column.type or key in self._retyped:
            return
        is_known = not kind.is_source and bool(self._origins(new.column) & self._retyped)
        self._retyped.add(key)
        if is_known or "${" in new.text:
            return
        message = f"was {old.column.type.sql} and is {new.column.type.sql}"
        yield self._change(name, pair, message, Severity.BREAKING if kind.is_source else None)

    def _nulls(self, name: str, both: list[Pair], kind: Kind) -> Iterator[Change]:
        """One for all columns that may be null now, and one for all that no longer may."""
        for nullable in (True, False):
            found = [
                pair
                for pair in both
                if pair[0].column.nullable != pair[1].column.nullable == nullable
                and _key(name, pair[1]) not in self._nullable
            ]
            roots = [
                pair
                for pair in found
                if kind.is_source or not self._origins(pair[1].column) & self._nullable
            ]
            self._nullable |= {_key(name, new) for _, new in found}
            if not roots:
                continue
            names = [new.column.name for _, new in roots]
            listed = ", ".join(f"`{each}`" for each in names)
            can = "can be null" if nullable else "can no longer be null"
            message = f"{listed} of `{name}` {can}"
            reached = self._new_reach.of_columns(name, *names)
            dotted = f"{name}.{names[0]}" if len(names) == 1 else name
            old, new = roots[0]
            places = (old.span, new.span)
            yield Change(reached.severity, Subject.COLUMN, dotted, message, places, reached.told)

    def _tags(self, name: str, both: list[Pair], kind: Kind) -> Iterator[Change]:
        """Personal data where it comes from; where it goes to is told of the sinks."""
        for old, new in both if kind.is_source else ():
            for tag in sorted(old.column.tags ^ new.column.tags):
                has = "is" if tag in new.column.tags else "is no longer"
                message = f"{has} tagged `@{tag}`"
                found = self._change(name, (old, new), message, Severity.NONE)
                yield replace(found, subject=Subject.PERSONAL_DATA)

    def _reordered(self, name: str, first: Pair) -> Change:
        message = f"the columns of `{name}` are read in another order"
        reached = self._new_reach.of(name)
        places = (first[0].span, first[1].span)
        return Change(Severity.BREAKING, Subject.DATASET, name, message, places, reached.told)

    def _change(
        self, name: str, pair: Pair, message: str, severity: Severity | None = None
    ) -> Change:
        old, new = pair
        column = new.column.name
        whole = any(step.text == EVERY for step in self._now[name].rows)
        reached = self._new_reach.of(name) if whole else self._new_reach.of_columns(name, column)
        return Change(
            reached.severity if severity is None else severity,
            Subject.COLUMN,
            f"{name}.{column}",
            f"the column `{column}` of `{name}` {message}",
            (old.span, new.span),
            reached.told,
        )

    def _origins(self, column: Column) -> set[str]:
        """The columns of datasets that both versions have, of which a column is made."""
        found = set[str]()
        waiting = list(column.origins)
        while waiting:
            origin = waiting.pop()
            if origin.dataset in self._was:
                found.add(f"{origin.dataset}.{origin.column}".casefold())
            elif origin.dataset in self._now:
                made = self._now[origin.dataset].columns.get(origin.column.casefold())
                waiting += made.column.origins if made is not None else ()
        return found


def _in_place(
    old: Mapping[str, MadeColumn], new: Mapping[str, MadeColumn], kind: Kind
) -> list[tuple[str, str]]:
    """The one column of a source that has another name, and is else where and what it was."""
    if not kind.is_source or len(old) != len(new):
        return []
    pairs = [(key, other) for key, other in zip(old, new, strict=True) if key != other]
    if len(pairs) != 1 or pairs[0][0] in new or pairs[0][1] in old:
        return []
    was, now = old[pairs[0][0]].column, new[pairs[0][1]].column
    return pairs if was.type == now.type else []


def _key(name: str, made: MadeColumn) -> str:
    return f"{name}.{made.column.name}".casefold()
