"""What a difference between two versions of a pipeline is: its weight, place and reach."""

from __future__ import annotations

from enum import Enum, IntEnum

from msgspec import Struct

from ssbt.compiler.ir.fingerprints.dependences import Verdict
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
    """

    severity: Severity
    subject: Subject
    name: str
    message: str
    places: Places = (None, None)
    affects: tuple[str, ...] = ()
    why: str = ""
    verdict: Verdict | None = None
