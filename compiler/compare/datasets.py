"""What changed in the datasets of a pipeline, and what comes out of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.columns import ColumnComparer, DatasetKind
from ssbt.compiler.compare.impact import ImpactAnalysis
from ssbt.compiler.compare.matching import match_datasets
from ssbt.compiler.compare.meaning import Meanings
from ssbt.compiler.compare.proofs import Proofs
from ssbt.compiler.compare.rows import ALL_COLUMNS, KeyedStep, RowStep, keyed_steps
from ssbt.compiler.compare.settings import OptionDifference, compare_options
from ssbt.compiler.compare.wording import describe_difference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source

_NOUNS = {Source: "source", Let: "dataset"}


class DatasetComparer:
    """The datasets of two versions, by their names in the new one."""

    def __init__(self, old: Pipeline, new: Pipeline) -> None:
        self.names = match_datasets(old, new)
        self._pipelines = old, new
        self._old_datasets = {self.names.get(each.name, each.name): each for each in old.datasets}
        self._new_datasets = {each.name: each for each in new.datasets}
        meanings = Meanings(old, self.names), Meanings(new, {n: n for n in self.names.values()})
        was = meanings[0].by_name()
        self._old_meanings = {self.names.get(name, name): meaning for name, meaning in was.items()}
        self._new_meanings = meanings[1].by_name()
        self.analyses = ImpactAnalysis(old), ImpactAnalysis(new)
        self._proofs = Proofs(meanings)
        self._columns = ColumnComparer(
            self._old_meanings, self._new_meanings, self.analyses, self._proofs
        )

    def changes(self) -> Iterator[Change]:
        """The differences in the order of the flow, what is gone last."""
        for name, item in self._new_datasets.items():
            old = self._old_datasets.get(name)
            if old is None:
                yield self._one_sided_change(item, is_new=True)
            else:
                yield from self._compare(old, item)
        for name, item in self._old_datasets.items():
            if name not in self._new_datasets:
                yield self._one_sided_change(item, is_new=False)

    @property
    def renamed(self) -> frozenset[tuple[str, str, str]]:
        """The columns that are only called otherwise, once all changes are found."""
        return frozenset(self._columns.renamed)

    @property
    def users_by_module(self) -> dict[str, list[str]]:
        """The datasets that use the user's modules, by module."""
        datasets: dict[str, list[str]] = {}
        for name, meaning in self._new_meanings.items():
            for module in sorted(meaning.modules):
                datasets.setdefault(module, []).append(name)
        return datasets

    def _one_sided_change(self, item: Source | Let, *, is_new: bool) -> Change:
        impact = self.analyses[is_new].of_datasets(item.name)
        severity = impact.severity if isinstance(item, Source) else Severity.NONE
        message = f"the {_NOUNS[type(item)]} `{item.name}` is {'new' if is_new else 'gone'}"
        places = (None, item.span) if is_new else (item.span, None)
        return Change(severity, Subject.DATASET, item.name, message, places, impact.names)

    def _compare(self, old: Source | Let, new: Source | Let) -> Iterator[Change]:
        if old.name != new.name:
            message = f"the {_NOUNS[type(new)]} `{old.name}` is called `{new.name}`"
            yield self._dataset_change(old, new, message, Severity.NONE)
        if type(old) is not type(new):
            message = f"`{new.name}` was a {_NOUNS[type(old)]} and is a {_NOUNS[type(new)]}"
            yield self._dataset_change(old, new, message)
        kind = DatasetKind(is_source=False)
        if isinstance(old, Source) and isinstance(new, Source):
            if new.part:
                return
            yield from self._reading_changes(old, new)
            kind = DatasetKind(
                True, new.connector.source is not None and new.connector.source.by_position
            )
        in_columns = list(self._columns.changes(new.name, old.name, kind))
        in_rows = list(self._row_changes(old, new))
        yield from in_columns
        yield from in_rows
        if isinstance(new, Let) and not self._has_retyped_inputs(old, new):
            yield from self._unproven_changes(old, new, in_columns, in_rows)

    def _unproven_changes(
        self,
        old: Source | Let,
        new: Let,
        in_columns: Sequence[Change],
        in_rows: Sequence[Change],
    ) -> Iterator[Change]:
        """What is not proven to be the same and shows no difference where it is written."""
        proof = self._proofs.of(old.name, new.name)
        if proof.has_same_rows:
            yield from self._columns.moved_changes(
                new.name, old.name, {each.name for each in in_columns}
            )
        elif not in_rows and not (in_columns and self._has_distinct_rows(new.name)):
            message = (
                f"the rows of `{new.name}` come from the same steps in another arrangement,"
                " which is not known to give the same"
            )
            yield self._dataset_change(old, new, message)
        if proof.has_same_rows and not proof.has_same_order and new.name in self._order_sensitive:
            message = (
                f"the rows of `{new.name}` come in another order, and something after it"
                " takes them as they come"
            )
            yield self._dataset_change(old, new, message)

    def _has_distinct_rows(self, name: str) -> bool:
        """Whether the columns of a dataset say which rows are once each."""
        return any(step.text == ALL_COLUMNS for step in self._new_meanings[name].rows)

    def _has_retyped_inputs(self, old: Source | Let, new: Let) -> bool:
        """Whether what flows in is of other types, which is reported for where it comes from."""
        if self._has_retyped_parameters(old, new):
            return True
        inputs = {
            *self._shared_inputs(self._old_datasets, old),
            *self._shared_inputs(self._new_datasets, new),
        }
        for name in inputs:
            was, now = self._old_meanings.get(name), self._new_meanings.get(name)
            if was is None or now is None:
                continue
            for key in was.columns.keys() & now.columns.keys():
                old_column, new_column = was.columns[key].column, now.columns[key].column
                if (old_column.type, old_column.nullable) != (new_column.type, new_column.nullable):
                    return True
        return False

    def _has_retyped_parameters(self, old: Source | Let, new: Let) -> bool:
        """Whether a parameter of both is of another type."""
        types = [
            {each.name: each.type for each in pipeline.parameters} for pipeline in self._pipelines
        ]
        names = {*(old.query.parameters if isinstance(old, Let) else ()), *new.query.parameters}
        shared = names & types[0].keys() & types[1].keys()
        return any(types[0][name] != types[1][name] for name in shared)

    def _shared_inputs(
        self, version: Mapping[str, Source | Let], item: Source | Let
    ) -> Iterator[str]:
        """The datasets of both versions that a dataset is made of, by their new names."""
        waiting = list(item.query.uses) if isinstance(item, Let) else []
        while waiting:
            name = waiting.pop()
            new_name = self.names.get(name, name)
            yield new_name
            inner = version.get(new_name)
            if new_name not in self._new_datasets and isinstance(inner, Let):
                waiting += inner.query.uses

    @cached_property
    def _order_sensitive(self) -> frozenset[str]:
        """The datasets whose order of rows decides about something in the new version."""
        sensitive = set[str]()
        for name in reversed(self._new_datasets):
            item = self._new_datasets[name]
            if isinstance(item, Let):
                query = self._proofs.new_query(name)
                sensitive |= query.by_order
                if name in sensitive:
                    sensitive |= query.leaves
        return frozenset(sensitive)

    def _dataset_change(
        self, old: Source | Let, new: Source | Let, message: str, severity: Severity | None = None
    ) -> Change:
        impact = self.analyses[True].of_datasets(new.name)
        return Change(
            impact.severity if severity is None else severity,
            Subject.DATASET,
            new.name,
            message,
            (old.span, new.span),
            impact.names,
        )

    def _reading_changes(self, old: Source, new: Source) -> Iterator[Change]:
        if old.output.streaming != new.output.streaming:
            now = "is read as a stream" if new.output.streaming else "is no longer read as a stream"
            yield self._dataset_change(old, new, f"the source `{new.name}` {now}")
        if old.connector.name != new.connector.name:
            message = (
                f"the source `{new.name}` was read from {old.connector.name}"
                f" and is read from {new.connector.name}"
            )
            yield self._dataset_change(old, new, message, Severity.BREAKING)
        for each in compare_options(old.settings, new.settings, self._pipelines):
            yield self._option_change(old, new, each)

    def _option_change(self, old: Source, new: Source, difference: OptionDifference) -> Change:
        impact = self.analyses[True].of_datasets(new.name)
        is_format = difference.either.place in (OptionPlacement.VALUE, OptionPlacement.RECORD_KEY)
        return Change(
            Severity.BREAKING if is_format else impact.severity,
            Subject.CREDENTIAL if difference.secret else Subject.OPTION,
            f"{new.name}.{difference.name}",
            f"the source `{new.name}`: {difference.message}",
            (difference.old_span or old.span, difference.new_span or new.span),
            impact.names,
        )

    def _row_changes(self, old: Source | Let, new: Source | Let) -> Iterator[Change]:
        proof = self._proofs.of(old.name, new.name)
        if proof.has_same_rows:
            return
        old_steps, new_steps = (
            list(keyed_steps(version[new.name].rows, queries))
            for version, queries in zip(
                (self._old_meanings, self._new_meanings), self._proofs.queries, strict=True
            )
        )
        impact = self.analyses[True].of_datasets(new.name)
        renamed = [
            KeyedStep(
                replace(each.step, text=self._columns.with_new_names(each.step.text)), each.key
            )
            for each in old_steps
        ]
        for was, now in _pair_steps(renamed, new_steps):
            message = f"the rows of `{new.name}`: {_describe_step_difference(was, now)}"
            places = (was.span if was else old.span, now.span if now else new.span)
            yield Change(impact.severity, Subject.DATASET, new.name, message, places, impact.names)


def _describe_step_difference(old: RowStep | None, new: RowStep | None) -> str:
    if old is None and new is not None:
        return f"the {new.word} `{new.text}` is new"
    if new is None and old is not None:
        return f"the {old.word} `{old.text}` is gone"
    assert new is not None
    assert old is not None
    if old.text == new.text:
        return f"the {new.word} `{new.text}` stands elsewhere among the steps"
    return f"the {new.word} {describe_difference(old.text, new.text)}"


def _pair_steps(
    old: Sequence[KeyedStep], new: Sequence[KeyedStep]
) -> Iterator[tuple[RowStep | None, RowStep | None]]:
    """What of two sequences differs; steps of one word that are gone and new are one, changed."""
    numbers = _number_steps((*old, *new))
    old_numbers, new_numbers = numbers[: len(old)], numbers[len(old) :]
    matcher = SequenceMatcher(None, old_numbers, new_numbers, autojunk=False)
    removed: list[tuple[int, RowStep]] = []
    added: list[tuple[int, RowStep]] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            removed += [(old_numbers[i], old[i].step) for i in range(old_start, old_end)]
            added += [(new_numbers[i], new[i].step) for i in range(new_start, new_end)]
    for number, was in removed:
        alike = [each for each in added if each[1].word == was.word]
        now = next((each for each in alike if each[0] == number), (*alike, None)[0])
        if now is not None:
            added.remove(now)
        yield was, now[1] if now is not None else None
    yield from ((None, each) for _, each in added)


def _number_steps(steps: Iterable[KeyedStep]) -> list[int]:
    """A number for each step, the same for those that say the same or show the same."""
    number_by_key: dict[Hashable, int] = {}
    numbers = []
    for index, each in enumerate(steps):
        keys = ((each.step.word, "key", each.key), (each.step.word, "text", each.step.text))
        number = next((number_by_key[key] for key in keys if key in number_by_key), index)
        for key in keys:
            number_by_key.setdefault(key, number)
        numbers.append(number)
    return numbers
