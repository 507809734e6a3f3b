"""What changed in the upkeep of tables."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.compare.changes import Change, Places, Severity, Subject
from ssbt.compiler.compare.settings import compare_options
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.upkeep import Upkeep

_RETENTION = "expire_snapshots"
_UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000))
_READERS = "Who reads an older version gets an error once its files are deleted."


def upkeep_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """Tables that are maintained now, no more, or otherwise; sinks that are gone are reported."""
    old_by_sink = {each.sink: each for each in old.upkeep}
    new_by_sink = {each.sink: each for each in new.upkeep}
    sinks = {each.name for each in new.sinks}
    for sink in dict.fromkeys((*new_by_sink, *old_by_sink)):
        was, now = old_by_sink.get(sink), new_by_sink.get(sink)
        places = (was.span if was else None, now.span if now else None)
        if was is not None and now is not None:
            yield from _compare(was, now, (old, new))
        elif now is not None:
            message = f"the table of `{sink}` is maintained now"
            why = _READERS if now.retention is not None else ""
            yield Change(Severity.BEHAVIOUR, Subject.SINK, sink, message, places, why=why)
        elif sink in sinks:
            message = f"the table of `{sink}` is no longer maintained"
            yield Change(Severity.BEHAVIOUR, Subject.SINK, sink, message, places)


def _compare(old: Upkeep, new: Upkeep, versions: tuple[Pipeline, Pipeline]) -> Iterator[Change]:
    for each in compare_options(old.settings, new.settings, versions):
        places: Places = (each.old_span or old.span, each.new_span or new.span)
        severity, message, why = Severity.BEHAVIOUR, each.message, ""
        if each.name == _RETENTION:
            was, now = old.retention, new.retention
            message = f"`{_RETENTION}` was {_describe(was)} and is {_describe(now)}"
            if now is not None and (was is None or now < was):
                severity, why = Severity.BREAKING, _READERS
        message = f"the upkeep of `{new.sink}`: {message}"
        yield Change(severity, Subject.SINK, new.sink, message, places, why=why)


def _describe(milliseconds: int | None) -> str:
    """A time in the largest unit of which it is a whole number."""
    if milliseconds is None:
        return "not set"
    for unit, length in _UNITS:
        if milliseconds % length == 0:
            count = milliseconds // length
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{milliseconds} milliseconds"
