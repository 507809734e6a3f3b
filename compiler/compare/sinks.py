"""What changed for those who read what a pipeline writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Places, Severity, Subject
from ssbt.compiler.compare.merges import is_same_table, weigh_merge_option
from ssbt.compiler.compare.settings import OptionDifference, compare_options, location
from ssbt.compiler.compare.sink_options import (
    OTHER_FILES,
    OTHER_FOLDERS,
    READER_PLACES,
    is_option_of_readers,
    is_read_by_place,
    joins_old_files,
)
from ssbt.compiler.compare.tables import NO_COLUMN, find_table_reason, refuses_new_columns
from ssbt.compiler.compare.verdicts import SinkVerdict
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict
from ssbt.compiler.ir.guarantees import guarantees
from ssbt.compiler.ir.merges import is_merged, stored_columns
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink
from ssbt.compiler.ir.relations import Column


class SinkComparer:
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
        self._pairs = list(_match_sinks(old, new, names))
        self._guarantees = guarantees(old), guarantees(new)
        self._columns = _columns_by_sink(old), _columns_by_sink(new)

    def changes(self) -> Iterator[Change]:
        """The differences in the order of the new version's sinks, gone ones last."""
        for old, new in self._pairs:
            if old is None and new is not None:
                message = f"the sink `{new.name}` is new"
                yield _sink_change(Severity.BEHAVIOUR, new, message, (None, new.span))
            elif new is None and old is not None:
                message = f"the sink `{old.name}` is gone"
                yield _sink_change(Severity.BREAKING, old, message, (old.span, None))
            elif old is not None and new is not None:
                yield from self._compare(old, new)

    @property
    def removed(self) -> frozenset[str]:
        """The names of the sinks that are gone, of which that is reported and no more."""
        return frozenset(old.name for old, new in self._pairs if new is None and old is not None)

    def _compare(self, old: Sink, new: Sink) -> Iterator[Change]:
        places = (old.span, new.span)
        if old.name.casefold() != new.name.casefold():
            message = f"the sink `{old.name}` is called `{new.name}`"
            yield _sink_change(Severity.NONE, new, message, places)
        if self._names.get(old.dataset, old.dataset) != new.dataset:
            message = f"the sink `{new.name}` had `{old.dataset}` and has `{new.dataset}`"
            yield _sink_change(Severity.BEHAVIOUR, new, message, places)
        if (old.stream is None) != (new.stream is None):
            yield _streaming_change(old, new)
        if old.connector.name != new.connector.name:
            message = (
                f"the sink `{new.name}` was written to {old.connector.name}"
                f" and is written to {new.connector.name}"
            )
            yield _sink_change(Severity.BREAKING, new, message, places)
        else:
            for each in compare_options(old.settings, new.settings, self._pipelines):
                # The mode of a stream is reported in any case, whatever its sink is written to.
                is_told = each.either.place is OptionPlacement.MODE and new.stream is not None
                if not is_told or is_merged(old.settings) or is_merged(new.settings):
                    yield self._option_change(old, new, each)
        yield from self._stream_write_changes(old, new)
        yield from self._guarantee_changes(old, new)
        yield from self._column_changes(old, new)

    def _option_change(self, old: Sink, new: Sink, difference: OptionDifference) -> Change:
        option, joined = difference.either, joins_old_files(old, new)
        splits = joined and option.place is OptionPlacement.PARTITION_BY and not new.is_versioned
        mixes = joined and not splits and is_option_of_readers(new, difference.name)
        stays = is_same_table(old, new)
        table = find_table_reason(old, new, difference, self._pipelines) if stays else ""
        why = table or (OTHER_FOLDERS if splits else OTHER_FILES if mixes else "")
        weighty = bool(why) or option.place in READER_PLACES or option.identity
        severity = Severity.BREAKING if weighty else Severity.BEHAVIOUR
        severity, merged = weigh_merge_option(old, new, difference.name) or (severity, "")
        return Change(
            severity,
            Subject.CREDENTIAL if difference.secret else Subject.OPTION,
            f"{new.name}.{difference.name}",
            f"the sink `{new.name}`: {difference.message}",
            (difference.old_span or old.span, difference.new_span or new.span),
            why=why or merged,
        )

    def _stream_write_changes(self, old: Sink, new: Sink) -> Iterator[Change]:
        if old.stream is None or new.stream is None:
            return
        places = (old.stream.mode_span or old.span, new.stream.mode_span or new.span)
        if old.stream.mode is not new.stream.mode:
            was, now = old.stream.mode.value, new.stream.mode.value
            message = f"the sink `{new.name}`: the output mode was {was} and is {now}"
            yield _sink_change(Severity.BREAKING, new, message, places)
        if old.stream.function != new.stream.function:
            function = new.stream.function
            now = f"{function.module}.{function.name}" if function else "no function"
            message = f"the sink `{new.name}`: batches go to {now}"
            yield _sink_change(Severity.BEHAVIOUR, new, message, (old.span, new.span))

    def _guarantee_changes(self, old: Sink, new: Sink) -> Iterator[Change]:
        was, now = self._guarantees[0].get(old.name), self._guarantees[1].get(new.name)
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

    def _column_changes(self, old: Sink, new: Sink) -> Iterator[Change]:
        """The columns that readers find."""
        old_columns, new_columns = self._columns[0][old.name], self._columns[1][new.name]
        by_place = joins_old_files(old, new) and is_read_by_place(new)
        stops = is_same_table(old, new) and refuses_new_columns(new)
        now = {column.name.casefold(): column for column in new_columns}
        new_names = {
            self._renamed[new.dataset, column.name]: column.name
            for column in new_columns
            if (new.dataset, column.name) in self._renamed
        }
        # A column that is only called otherwise stands under its new name.
        was = {new_names.get(column.name, column.name).casefold(): column for column in old_columns}
        for key in dict.fromkeys((*now, *was)):
            for weight, message in _column_differences(was.get(key), now.get(key)):
                is_new = key not in was
                severity = Severity.BREAKING if (by_place or stops) and is_new else weight
                change = _column_change(severity, old, new, now.get(key) or was[key], message)
                yield replace(change, why=NO_COLUMN if stops and is_new else "")
            yield from _tag_changes(old, new, was.get(key), now.get(key))
        if [key for key in was if key in now] != [key for key in now if key in was]:
            message = f"the sink `{new.name}`: the columns are in another order"
            places = (old.span, new.span)
            if by_place:
                yield replace(
                    _sink_change(Severity.BREAKING, new, message, places), why=OTHER_FILES
                )
            else:
                yield _sink_change(Severity.BEHAVIOUR, new, message, places)


def stream_changes(sink_verdict: SinkVerdict) -> Iterator[Change]:
    """Why a stream cannot go on from its checkpoint, or may not."""
    for reason in sink_verdict.reasons:
        if reason.verdict is not Verdict.SAFE:
            is_whole = "the stream `" in reason.message
            message = ("" if is_whole else f"the stream `{sink_verdict.sink}`: ") + reason.message
            yield Change(
                Severity.CHECKPOINT,
                Subject.STREAM,
                sink_verdict.sink,
                message,
                (reason.old, reason.new),
                why=reason.explanation,
                verdict=reason.verdict,
            )


def _match_sinks(
    old: Pipeline, new: Pipeline, names: Mapping[str, str]
) -> Iterator[tuple[Sink | None, Sink | None]]:
    """Pairs by name, then by dataset and place for sinks that are called otherwise."""
    old_by_name = {each.name.casefold(): each for each in old.sinks}
    new_names = {each.name.casefold() for each in new.sinks}
    unmatched = {key: each for key, each in old_by_name.items() if key not in new_names}
    for sink in new.sinks:
        old_sink = old_by_name.get(sink.name.casefold())
        if old_sink is None:
            key = next(
                (k for k, each in unmatched.items() if _is_counterpart(each, sink, names)), None
            )
            old_sink = unmatched.pop(key) if key is not None else None
        yield old_sink, sink
    yield from ((each, None) for each in unmatched.values())


def _is_counterpart(old: Sink, new: Sink, names: Mapping[str, str]) -> bool:
    is_same_target = (
        names.get(old.dataset) == new.dataset and old.connector.name == new.connector.name
    )
    return is_same_target and location(old.settings) == location(new.settings)


def _streaming_change(old: Sink, new: Sink) -> Change:
    """A sink that has become a stream's or a batch's; of a folder readers see one or the other."""
    now = "is a stream" if new.stream is not None else "is no longer a stream"
    is_folder = new.settings.at(OptionPlacement.PATH) is not None and not new.is_versioned
    is_table = new.keeps_layout and not new.is_versioned
    loses_files = (is_folder or is_table) and joins_old_files(old, new)
    missed_files = "those of batches" if new.stream is not None else "what batches add there"
    place = "table" if is_table else "folder"
    why = f"readers of the {place} see the files of its stream and not {missed_files}"
    if is_table:
        why = f"{why}: the job stops"
    return Change(
        Severity.BREAKING if loses_files else Severity.BEHAVIOUR,
        Subject.SINK,
        new.name,
        f"the sink `{new.name}` {now}",
        (old.span, new.span),
        why=why if loses_files else "",
    )


def _column_differences(old: Column | None, new: Column | None) -> Iterator[tuple[Severity, str]]:
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


def _tag_changes(old: Sink, new: Sink, was: Column | None, now: Column | None) -> Iterator[Change]:
    old_tags, new_tags = (each.tags if each is not None else frozenset() for each in (was, now))
    column = now or was
    assert column is not None
    for tag in sorted(new_tags - old_tags):
        message = f"carries data tagged `@{tag}`"
        yield _column_change(Severity.BREAKING, old, new, column, message, Subject.PERSONAL_DATA)
    for tag in sorted(old_tags - new_tags if now is not None else ()):
        message = f"no longer carries data tagged `@{tag}`"
        yield _column_change(Severity.BEHAVIOUR, old, new, column, message, Subject.PERSONAL_DATA)


def _column_change(
    severity: Severity,
    old: Sink,
    new: Sink,
    column: Column,
    message: str,
    subject: Subject = Subject.SINK,
) -> Change:
    full_message = f"the sink `{new.name}`: the column `{column.name}` {message}"
    return Change(
        severity, subject, f"{new.name}.{column.name}", full_message, (old.span, new.span)
    )


def _sink_change(severity: Severity, sink: Sink, message: str, places: Places) -> Change:
    return Change(severity, Subject.SINK, sink.name, message, places)


def _columns_by_sink(pipeline: Pipeline) -> dict[str, tuple[Column, ...]]:
    """What each sink writes of its dataset."""
    outputs = {
        each.name: each.query.output if isinstance(each, Let) else each.output
        for each in pipeline.datasets
    }
    return {
        each.name: stored_columns(each.settings, outputs[each.dataset]) for each in pipeline.sinks
    }
