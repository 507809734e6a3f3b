"""What changed in the datasets of a pipeline, and what comes out of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.columns import Columns, Kind
from ssbt.compiler.compare.matching import matched
from ssbt.compiler.compare.meaning import Meanings
from ssbt.compiler.compare.proofs import Proofs
from ssbt.compiler.compare.reach import Reach
from ssbt.compiler.compare.rows import EVERY, KeyedStep, RowStep, keyed_steps
from ssbt.compiler.compare.settings import Difference, differences
from ssbt.compiler.compare.wording import was_and_is
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source

_NOUNS = {Source: "source", Let: "dataset"}


class Datasets:
    """The datasets of two versions, by their names in the new one."""

    def __init__(self, old: Pipeline, new: Pipeline) -> None:
        self.names = matched(old, new)
        self._pipelines = old, new
        self._before = {self.names.get(each.name, each.name): each for each in old.datasets}
        self._after = {each.name: each for each in new.datasets}
        meanings = Meanings(old, self.names), Meanings(new, {n: n for n in self.names.values()})
        was = meanings[0].all()
        self._was = {self.names.get(name, name): meaning for name, meaning in was.items()}
        self._now = meanings[1].all()
        self.reaches = Reach(old), Reach(new)
        self._proofs = Proofs(meanings)
        self._columns = Columns(self._was, self._now, self.reaches, self._proofs)

    def changes(self) -> Iterator[Change]:
        """The differences in the order of the flow, what is gone last."""
        for name, item in self._after.items():
            before = self._before.get(name)
            if before is None:
                yield self._one_sided(item, is_new=True)
            else:
                yield from self._changed(before, item)
        for name, item in self._before.items():
            if name not in self._after:
                yield self._one_sided(item, is_new=False)

    @property
    def renamed(self) -> frozenset[tuple[str, str, str]]:
        """The columns that are only called otherwise, once all changes are found."""
        return frozenset(self._columns.renamed)

    @property
    def users(self) -> dict[str, list[str]]:
        """The datasets that use the user's modules, by module."""
        found: dict[str, list[str]] = {}
        for name, meaning in self._now.items():
            for module in sorted(meaning.modules):
                found.setdefault(module, []).append(name)
        return found

    def _one_sided(self, item: Source | Let, *, is_new: bool) -> Change:
        reached = self.reaches[is_new].of(item.name)
        severity = reached.severity if isinstance(item, Source) else Severity.NONE
        message = f"the {_NOUNS[type(item)]} `{item.name}` is {'new' if is_new else 'gone'}"
        places = (None, item.span) if is_new else (item.span, None)
        return Change(severity, Subject.DATASET, item.name, message, places, reached.told)

    def _changed(self, old: Source | Let, new: Source | Let) -> Iterator[Change]:
        if old.name != new.name:
            message = f"the {_NOUNS[type(new)]} `{old.name}` is called `{new.name}`"
            yield self._whole(old, new, message, Severity.NONE)
        if type(old) is not type(new):
            message = f"`{new.name}` was a {_NOUNS[type(old)]} and is a {_NOUNS[type(new)]}"
            yield self._whole(old, new, message)
        kind = Kind(is_source=False)
        if isinstance(old, Source) and isinstance(new, Source):
            if new.part:
                return
            yield from self._read_otherwise(old, new)
            kind = Kind(True, new.connector.source is not None and new.connector.source.by_position)
        in_columns = list(self._columns.changes(new.name, old.name, kind))
        in_rows = list(self._row_changes(old, new))
        yield from in_columns
        yield from in_rows
        if isinstance(new, Let) and not self._is_retyped(old, new):
            yield from self._unexplained(old, new, in_columns, in_rows)

    def _unexplained(
        self,
        old: Source | Let,
        new: Let,
        in_columns: Sequence[Change],
        in_rows: Sequence[Change],
    ) -> Iterator[Change]:
        """What is not proven to be the same and shows no difference where it is written."""
        proof = self._proofs.of(old.name, new.name)
        if proof.same_rows:
            yield from self._columns.moved(new.name, old.name, {each.name for each in in_columns})
        elif not in_rows and not (in_columns and self._has_distinct_rows(new.name)):
            message = (
                f"the rows of `{new.name}` come from the same steps in another arrangement,"
                " which is not known to give the same"
            )
            yield self._whole(old, new, message)
        if proof.same_rows and not proof.same_order and new.name in self._by_order:
            message = (
                f"the rows of `{new.name}` come in another order, and something behind it"
                " takes them as they come"
            )
            yield self._whole(old, new, message)

    def _has_distinct_rows(self, name: str) -> bool:
        """Whether the columns of a dataset say which rows are once each."""
        return any(step.text == EVERY for step in self._now[name].rows)

    def _is_retyped(self, old: Source | Let, new: Let) -> bool:
        """Whether what flows in is of other types, which is told of where it comes from."""
        if self._has_other_parameters(old, new):
            return True
        inputs = {*self._uses(self._before, old), *self._uses(self._after, new)}
        for name in inputs:
            was, now = self._was.get(name), self._now.get(name)
            if was is None or now is None:
                continue
            for key in was.columns.keys() & now.columns.keys():
                one, other = was.columns[key].column, now.columns[key].column
                if (one.type, one.nullable) != (other.type, other.nullable):
                    return True
        return False

    def _has_other_parameters(self, old: Source | Let, new: Let) -> bool:
        """Whether a parameter of both is of another type."""
        types = [{each.name: each.type for each in one.parameters} for one in self._pipelines]
        names = {*(old.query.parameters if isinstance(old, Let) else ()), *new.query.parameters}
        shared = names & types[0].keys() & types[1].keys()
        return any(types[0][name] != types[1][name] for name in shared)

    def _uses(self, version: Mapping[str, Source | Let], item: Source | Let) -> Iterator[str]:
        """The datasets of both versions that a dataset is made of, by their new names."""
        waiting = list(item.query.uses) if isinstance(item, Let) else []
        while waiting:
            name = waiting.pop()
            known = self.names.get(name, name)
            yield known
            inner = version.get(known)
            if known not in self._after and isinstance(inner, Let):
                waiting += inner.query.uses

    @cached_property
    def _by_order(self) -> frozenset[str]:
        """The datasets whose order of rows decides about something in the new version."""
        found = set[str]()
        for name in reversed(self._after):
            item = self._after[name]
            if isinstance(item, Let):
                query = self._proofs.new(name)
                found |= query.by_order
                if name in found:
                    found |= query.leaves
        return frozenset(found)

    def _whole(
        self, old: Source | Let, new: Source | Let, message: str, severity: Severity | None = None
    ) -> Change:
        reached = self.reaches[True].of(new.name)
        return Change(
            reached.severity if severity is None else severity,
            Subject.DATASET,
            new.name,
            message,
            (old.span, new.span),
            reached.told,
        )

    def _read_otherwise(self, old: Source, new: Source) -> Iterator[Change]:
        if old.output.streaming != new.output.streaming:
            now = "is read as a stream" if new.output.streaming else "is no longer read as a stream"
            yield self._whole(old, new, f"the source `{new.name}` {now}")
        if old.connector.name != new.connector.name:
            message = (
                f"the source `{new.name}` was read from {old.connector.name}"
                f" and is read from {new.connector.name}"
            )
            yield self._whole(old, new, message, Severity.BREAKING)
        for each in differences(old.settings, new.settings, self._pipelines):
            yield self._option(old, new, each)

    def _option(self, old: Source, new: Source, found: Difference) -> Change:
        reached = self.reaches[True].of(new.name)
        is_format = found.either.place in (Place.VALUE, Place.RECORD_KEY)
        return Change(
            Severity.BREAKING if is_format else reached.severity,
            Subject.CREDENTIAL if found.secret else Subject.OPTION,
            f"{new.name}.{found.name}",
            f"the source `{new.name}`: {found.message}",
            (found.old_span or old.span, found.new_span or new.span),
            reached.told,
        )

    def _row_changes(self, old: Source | Let, new: Source | Let) -> Iterator[Change]:
        proof = self._proofs.of(old.name, new.name)
        if proof.same_rows:
            return
        before, after = (
            list(keyed_steps(version[new.name].rows, queries))
            for version, queries in zip((self._was, self._now), self._proofs.queries, strict=True)
        )
        reached = self.reaches[True].of(new.name)
        renamed = [
            KeyedStep(replace(each.step, text=self._columns.text(each.step.text)), each.key)
            for each in before
        ]
        for was, now in _pairs(renamed, after):
            message = f"the rows of `{new.name}`: {_difference(was, now)}"
            places = (was.span if was else old.span, now.span if now else new.span)
            yield Change(reached.severity, Subject.DATASET, new.name, message, places, reached.told)


def _difference(old: RowStep | None, new: RowStep | None) -> str:
    if old is None and new is not None:
        return f"the {new.word} `{new.text}` is new"
    if new is None and old is not None:
        return f"the {old.word} `{old.text}` is gone"
    assert new is not None
    assert old is not None
    if old.text == new.text:
        return f"the {new.word} `{new.text}` stands elsewhere among the steps"
    return f"the {new.word} {was_and_is(old.text, new.text)}"


def _pairs(
    old: Sequence[KeyedStep], new: Sequence[KeyedStep]
) -> Iterator[tuple[RowStep | None, RowStep | None]]:
    """What of two sequences differs; steps of one word that are gone and new are one, changed."""
    numbers = _numbered((*old, *new))
    before, after = numbers[: len(old)], numbers[len(old) :]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    gone: list[tuple[int, RowStep]] = []
    come: list[tuple[int, RowStep]] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            gone += [(before[i], old[i].step) for i in range(old_start, old_end)]
            come += [(after[i], new[i].step) for i in range(new_start, new_end)]
    for number, was in gone:
        alike = [each for each in come if each[1].word == was.word]
        now = next((each for each in alike if each[0] == number), (*alike, None)[0])
        if now is not None:
            come.remove(now)
        yield was, now[1] if now is not None else None
    yield from ((None, each) for _, each in come)


def _numbered(steps: Iterable[KeyedStep]) -> list[int]:
    """A number for each step, the same for those that say the same or show the same."""
    known: dict[Hashable, int] = {}
    numbers = []
    for place, each in enumerate(steps):
        keys = ((each.step.word, "key", each.key), (each.step.word, "text", each.step.text))
        number = next((known[key] for key in keys if key in known), place)
        for key in keys:
            known.setdefault(key, number)
        numbers.append(number)
    return numbers
