"""What a difference between two versions of a pipeline is: its weight, place and reach."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum

from msgspec import Struct
from msgspec.structs import replace

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
    the flow. `why` is a further sentence. `is_silent` where a stream would go on and be wrong.
    `also` are the other pipelines that have the very same change.
    """

    severity: Severity
    subject: Subject
    name: str
    message: str
    places: Places = (None, None)
    affects: tuple[str, ...] = ()
    why: str = ""
    is_silent: bool = False
    also: tuple[str, ...] = ()


def merged(changes: Iterable[Change]) -> list[Change]:
    """The changes of datasets, each place once: a transform may be used by many of them."""
    found: dict[object, Change] = {}
    for each in changes:
        old, new = each.places
        is_inside = each.subject in (Subject.DATASET, Subject.COLUMN) and old and new
        key = (each.subject, each.places, _column(each)) if is_inside else len(found)
        first = found.get(key)
        if first is None:
            found[key] = each
            continue
        others = tuple(name for name in (each.name, *each.affects) if name not in first.affects)
        severity = max(first.severity, each.severity)
        affects = tuple(name for name in (*first.affects, *others) if name != first.name)
        found[key] = replace(first, severity=severity, affects=affects)
    return list(found.values())


def _column(change: Change) -> str:
    """The column that a change is one of: several may be made at one place."""
    return change.name.partition(".")[2]
