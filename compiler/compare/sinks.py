"""What changed for those who read what a pipeline writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Places, Severity, Subject
from ssbt.compiler.compare.settings import Difference, differences, location
from ssbt.compiler.compare.verdicts import SinkVerdict
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.ir.fingerprints.dependences import Verdict
from ssbt.compiler.ir.guarantees import guarantees
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink
from ssbt.compiler.ir.relations import Column

_OF_READERS = frozenset(
    {Place.PATH, Place.TABLE, Place.LOAD, Place.MODE, Place.VALUE, Place.RECORD_KEY}
)
_OF_FORMATS = frozenset({Place.OPTION, Place.DIALECT})

_OTHER_FOLDERS = (
    "old and new files lie in folders of other columns, which no reader can put together: rows"
    " vanish, or reading fails"
)
_OTHER_FILES = (
    "old files stay beside new ones, and a reader that is told how to read these reads the old ones"
    " otherwise, or not at all"
)


class Sinks:
    """The sinks of two versions.

    `names` are the new names of datasets by the old ones; `renamed` are the columns of datasets
    that are only called otherwise.
    """

    def __init__(
        self,
        old: Pipeline,
        new: Pipeline,
        names: Mapping[str, str],
        renamed: Iterable[tuple[str, str, str]],
    ) -> None:
        self._pipelines = old, new
        self._names = names
        self._renamed = {(name, now): was for name, was, now in renamed}
        self._pairs = list(_matched(old, new, names))
        self._promises = guarantees(old), guarantees(new)
        self._columns = _columns(old), _columns(new)

    def changes(self) -> Iterator[Change]:
        """The differences in the order of the new version's sinks, gone ones last."""
        for old, new in self._pairs:
            if old is None and new is not None:
                message = f"the sink `{new.name}` is new"
                yield _change(Severity.BEHAVIOUR, new, message, (None, new.span))
            elif new is None and old is not None:
                message = f"the sink `{old.name}` is gone"
                yield _change(Severity.BREAKING, old, message, (old.span, None))
            elif old is not None and new is not None:
                yield from self._changed(old, new)

    @property
    def gone(self) -> frozenset[str]:
        """The names of the sinks that are gone, of which that is told and no more."""
        return frozenset(old.name for old, new in self._pairs if new is None and old is not None)

    def _changed(self, old: Sink, new: Sink) -> Iterator[Change]:
        places = (old.span, new.span)
        if old.name.casefold() != new.name.casefold():
            message = f"the sink `{old.name}` is called `{new.name}`"
            yield _change(Severity.NONE, new, message, places)
        if self._names.get(old.dataset, old.dataset) != new.dataset:
            message = f"the sink `{new.name}` had `{old.dataset}` and has `{new.dataset}`"
            yield _change(Severity.BEHAVIOUR, new, message, places)
        if (old.stream is None) != (new.stream is None):
            yield _streamed(old, new)
        if old.connector.name != new.connector.name:
            message = (
                f"the sink `{new.name}` was written to {old.connector.name}"
                f" and is written to {new.connector.name}"
            )
            yield _change(Severity.BREAKING, new, message, places)
        else:
            for each in differences(old.settings, new.settings, self._pipelines):
                # The mode of a stream is told in any case, whatever its sink is written to.
                if each.either.place is not Place.MODE or new.stream is None:
                    yield _option(old, new, each, joined=_joins_old_files(old, new))
        yield from self._stream_write(old, new)
        yield from self._promised(old, new)
        yield from self._contract(old, new)

    def _stream_write(self, old: Sink, new: Sink) -> Iterator[Change]:
        if old.stream is None or new.stream is None:
            return
        places = (old.stream.mode_span or old.span, new.stream.mode_span or new.span)
        if old.stream.mode is not new.stream.mode:
            was, now = old.stream.mode.value, new.stream.mode.value
            message = f"the sink `{new.name}`: the output mode was {was} and is {now}"
            yield _change(Severity.BREAKING, new, message, places)
        if old.stream.function != new.stream.function:
            function = new.stream.function
            now = f"{function.module}.{function.name}" if function else "no function"
            message = f"the sink `{new.name}`: batches go to {now}"
            yield _change(Severity.BEHAVIOUR, new, message, (old.span, new.span))

    def _promised(self, old: Sink, new: Sink) -> Iterator[Change]:
        was, now = self._promises[0].get(old.name), self._promises[1].get(new.name)
        if was is None or now is None or was.delivery is now.delivery:
            return
        message = (
            f"rows arrived at the sink `{new.name}` {was.delivery.phrase},"
            f" and arrive {now.delivery.phrase}"
        )
        weaker = now.is_less_than(was.delivery)
        severity = Severity.BREAKING if weaker else Severity.BEHAVIOUR
        places = (old.span, new.span)
        yield Change(severity, Subject.GUARANTEE, new.name, message, places, (), now.reason)

    def _contract(self, old: Sink, new: Sink) -> Iterator[Change]:
        """The columns that readers find."""
        before, after = self._columns[0][old.dataset], self._columns[1][new.dataset]
        by_place = _joins_old_files(old, new) and _is_read_by_place(new)
        now = {column.name.casefold(): column for column in after}
        called = {
            self._renamed[new.dataset, column.name]: column.name
            for column in after
            if (new.dataset, column.name) in self._renamed
        }
        # A column that is only called otherwise stands under its new name.
        was = {called.get(column.name, column.name).casefold(): column for column in before}
        for key in dict.fromkeys((*now, *was)):
            for found, message in _difference(was.get(key), now.get(key)):
                severity = Severity.BREAKING if by_place and key not in was else found
                yield _of_column(severity, old, new, now.get(key) or was[key], message)
            yield from _tags(old, new, was.get(key), now.get(key))
        if [key for key in was if key in now] != [key for key in now if key in was]:
            message = f"the sink `{new.name}`: the columns are in another order"
            places = (old.span, new.span)
            if by_place:
                yield replace(_change(Severity.BREAKING, new, message, places), why=_OTHER_FILES)
            else:
                yield _change(Severity.BEHAVIOUR, new, message, places)


def stream_changes(found: SinkVerdict) -> Iterator[Change]:
    """Why a stream cannot go on from its checkpoint, or may not."""
    for reason in found.reasons:
        if reason.verdict is not Verdict.SAFE:
            is_whole = "the stream `" in reason.message
            message = ("" if is_whole else f"the stream `{found.sink}`: ") + reason.message
            yield Change(
                Severity.CHECKPOINT,
                Subject.STREAM,
                found.sink,
                message,
                (reason.old, reason.new),
                why=reason.explanation,
                verdict=reason.verdict,
            )


def _matched(
    old: Pipeline, new: Pipeline, names: Mapping[str, str]
) -> Iterator[tuple[Sink | None, Sink | None]]:
    """Pairs by name, then by dataset and place for sinks that are called otherwise."""
    before = {each.name.casefold(): each for each in old.sinks}
    after = {each.name.casefold() for each in new.sinks}
    left = {key: each for key, each in before.items() if key not in after}
    for sink in new.sinks:
        found = before.get(sink.name.casefold())
        if found is None:
            key = next((k for k, each in left.items() if _alike(each, sink, names)), None)
            found = left.pop(key) if key is not None else None
        yield found, sink
    yield from ((each, None) for each in left.values())


def _alike(old: Sink, new: Sink, names: Mapping[str, str]) -> bool:
    same = names.get(old.dataset) == new.dataset and old.connector.name == new.connector.name
    return same and location(old.settings) == location(new.settings)


def _joins_old_files(old: Sink, new: Sink) -> bool:
    """Whether what the new version writes lies beside what the old one has written."""
    if location(old.settings) != location(new.settings):
        return False
    mode = new.settings.at(Place.MODE)
    parts = new.settings.named("partition_overwrite_mode")
    appends = mode is not None and mode.value == "append"
    return new.stream is not None or appends or (parts is not None and parts.value == "dynamic")


def _streamed(old: Sink, new: Sink) -> Change:
    """A sink that has become a stream's or a batch's; of a folder readers see one or the other."""
    now = "is a stream" if new.stream is not None else "is no longer a stream"
    lost = new.settings.at(Place.PATH) is not None and _joins_old_files(old, new)
    seen = "those of batches" if new.stream is not None else "what batches add there"
    return Change(
        Severity.BREAKING if lost else Severity.BEHAVIOUR,
        Subject.SINK,
        new.name,
        f"the sink `{new.name}` {now}",
        (old.span, new.span),
        why=f"readers of the folder see the files of its stream and not {seen}" if lost else "",
    )


def _is_read_by_place(sink: Sink) -> bool:
    """Whether readers of the files find their columns by place."""
    return sink.connector.source is not None and sink.connector.source.by_position


def _is_told_to_readers(sink: Sink, option: str) -> bool:
    """Whether who reads the files has to be told the same as who writes them."""
    source = sink.connector.source
    return source is not None and any(
        each.name == option and each.changes_values and each.place in _OF_FORMATS
        for each in source.options
    )


def _option(old: Sink, new: Sink, found: Difference, *, joined: bool) -> Change:
    option = found.either
    splits = joined and option.place is Place.PARTITION_BY
    mixes = joined and not splits and _is_told_to_readers(new, found.name)
    weighty = splits or mixes or option.place in _OF_READERS or option.identity
    return Change(
        Severity.BREAKING if weighty else Severity.BEHAVIOUR,
        Subject.CREDENTIAL if found.secret else Subject.OPTION,
        f"{new.name}.{found.name}",
        f"the sink `{new.name}`: {found.message}",
        (found.old_span or old.span, found.new_span or new.span),
        why=_OTHER_FOLDERS if splits else _OTHER_FILES if mixes else "",
    )


def _difference(old: Column | None, new: Column | None) -> Iterator[tuple[Severity, str]]:
    if old is None:
        yield Severity.BEHAVIOUR, "is new"
    elif new is None:
        yield Severity.BREAKING, "is gone"
    else:
        if old.name != new.name:
            yield Severity.BREAKING, f"was called `{old.name}`"
        if old.type != new.type:
            yield Severity.BREAKING, f"was {old.type.sql} and is {new.type.sql}"
        if not old.nullable and new.nullable:
            yield Severity.BREAKING, "can be null"
        if old.nullable and not new.nullable:
            yield Severity.BEHAVIOUR, "can no longer be null"


def _tags(old: Sink, new: Sink, was: Column | None, now: Column | None) -> Iterator[Change]:
    before, after = (each.tags if each is not None else frozenset() for each in (was, now))
    column = now or was
    assert column is not None
    for tag in sorted(after - before):
        message = f"carries data tagged `@{tag}`"
        yield _of_column(Severity.BREAKING, old, new, column, message, Subject.PERSONAL_DATA)
    for tag in sorted(before - after if now is not None else ()):
        message = f"no longer carries data tagged `@{tag}`"
        yield _of_column(Severity.BEHAVIOUR, old, new, column, message, Subject.PERSONAL_DATA)


def _of_column(
    severity: Severity,
    old: Sink,
    new: Sink,
    column: Column,
    message: str,
    subject: Subject = Subject.SINK,
) -> Change:
    said = f"the sink `{new.name}`: the column `{column.name}` {message}"
    return Change(severity, subject, f"{new.name}.{column.name}", said, (old.span, new.span))


def _change(severity: Severity, sink: Sink, message: str, places: Places) -> Change:
    return Change(severity, Subject.SINK, sink.name, message, places)


def _columns(pipeline: Pipeline) -> dict[str, tuple[Column, ...]]:
    return {
        each.name: (each.query.output if isinstance(each, Let) else each.output).columns
        for each in pipeline.datasets
    }
