"""What a difference between two versions of a pipeline is: its weight, place and reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum, IntEnum

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict
from ssbt.compiler.source import Span


class Severity(IntEnum):
    """What a change asks for, the least first.

    NONE: nothing that is written differs. BEHAVIOUR: what is written, or how a run goes.
    CHECKPOINT: a stream cannot go on from its checkpoint. BREAKING: who reads what the pipeline
    writes, who delivers what it reads, or who starts it has to do something.
    """

    NONE = 0
    BEHAVIOUR = 1
    CHECKPOINT = 2
    BREAKING = 3

    @property
    def word(self) -> str:
        """As people and programs are told it."""
        return self.name.lower()


class Subject(Enum):
    """What kind of thing changed."""

    PIPELINE = "pipeline"
    DATASET = "dataset"
    COLUMN = "column"
    OPTION = "option"
    CODE = "code"
    SINK = "sink"
    GUARANTEE = "guarantee"
    STREAM = "stream"
    PERSONAL_DATA = "personal data"
    PARAMETER = "parameter"
    CREDENTIAL = "secret"
    CONNECTION = "connection"
    SETTING = "setting"
    PACKAGE = "package"
    ENVIRONMENT = "environment"
    TEST = "test"


Places = tuple[Span | None, Span | None]
"""Where a thing is in the old version and in the new, None in one that has nothing of it."""


class Change(Struct, frozen=True):
    """One difference; `name` is that of the thing, as `paid.amount` or `orders`.

    `affects` are the columns, datasets and sinks that something else comes out of, in the order of
    the flow. `why` is a further sentence. `verdict` is present where it is about a checkpoint.
    `also` are the other pipelines that have the very same change.
    """

    severity: Severity
    subject: Subject
    name: str
    message: str
    places: Places = (None, None)
    affects: tuple[str, ...] = ()
    why: str = ""
    verdict: Verdict | None = None
    also: tuple[str, ...] = ()


def merge_changes(changes: Iterable[Change]) -> list[Change]:
    """The changes of datasets, each place once: a transform may be used by many of them."""
    unique: dict[object, Change] = {}
    for key, each in number_changes(changes):
        first = unique.get(key) if _is_of_shared_step(each) else None
        if first is None:
            unique[key if _is_of_shared_step(each) else len(unique)] = each
            continue
        other_names = tuple(
            name for name in (each.name, *each.affects) if name not in first.affects
        )
        severity = max(first.severity, each.severity)
        affects = tuple(name for name in (*first.affects, *other_names) if name != first.name)
        unique[key] = replace(first, severity=severity, affects=affects)
    return list(unique.values())


def number_changes(changes: Iterable[Change]) -> Iterator[tuple[object, Change]]:
    """Changes with what tells them from others; one thing may change in several ways at a place."""
    count = Counter[object]()
    for each in changes:
        key = change_key(each)
        count[each.name, key] += 1
        yield (key, count[each.name, key]), each


def change_key(change: Change) -> object:
    """What tells a change from others: its place, where a transform may be used by many."""
    if _is_of_shared_step(change):
        # Several columns may be made at one place.
        return change.subject, change.places, change.name.partition(".")[2]
    return change.subject, change.name, change.message, change.places, change.why


def _is_of_shared_step(change: Change) -> bool:
    """Whether it is a change of a step, which both versions have."""
    is_step = change.subject in (Subject.DATASET, Subject.COLUMN)
    return is_step and None not in change.places
