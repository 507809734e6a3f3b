"""What changed in the datasets of a pipeline, and what comes out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.columns import Columns, Kind
from ssbt.compiler.compare.matching import matched
from ssbt.compiler.compare.meaning import Meanings
from ssbt.compiler.compare.reach import Reach
from ssbt.compiler.compare.rows import RowStep
from ssbt.compiler.compare.settings import Difference, differences
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
        was = Meanings(old, self.names).all()
        self._was = {self.names.get(name, name): meaning for name, meaning in was.items()}
        self._now = Meanings(new, {name: name for name in self.names.values()}).all()
        self.reaches = Reach(old), Reach(new)
        self._columns = Columns(self._was, self._now, self.reaches)

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
        yield from self._columns.changes(new.name, old.name, kind)
        yield from self._row_changes(old, new)

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
        before, after = self._was[new.name].rows, self._now[new.name].rows
        reached = self.reaches[True].of(new.name)
        renamed = [RowStep(each.word, self._columns.text(each.text), each.span) for each in before]
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
    return f"the {new.word} was `{old.text}` and is `{new.text}`"


def _pairs(
    old: Sequence[RowStep], new: Sequence[RowStep]
) -> Iterator[tuple[RowStep | None, RowStep | None]]:
    """What of two sequences differs; steps of one word that are gone and new are one, changed."""
    texts = [[(each.word, each.text) for each in steps] for steps in (old, new)]
    matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
    gone: list[RowStep] = []
    come: list[RowStep] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            gone += old[old_start:old_end]
            come += new[new_start:new_end]
    for was in gone:
        alike = [each for each in come if each.word == was.word]
        now = next((each for each in alike if each.text == was.text), (*alike, None)[0])
        if now is not None:
            come.remove(now)
        yield was, now
    yield from ((None, each) for each in come)
