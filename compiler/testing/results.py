"""What the runtime tells of the tests, line by line."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Outcome(Enum):
    """How a test ended; an error is a failure that no row and no expectation speaks of.

    A test is updated that failed, and expects now what came.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    UPDATED = "updated"


# How a test ends that gives no reason to look at it.
PASSING_OUTCOMES = frozenset({Outcome.PASSED, Outcome.UPDATED})


class Difference(Struct, frozen=True):
    """Rows of a dataset that are not as expected: an expected and a real one, as text.

    The third is the place of the expected row in its clause, from 0, or of the one before which a
    row belongs that came alone, None where no order counts. `equal` counts the rows that
    are as expected. `after` is the micro-batch, None for all; `then` the clause, from 0.
    """

    dataset: str
    place: str
    columns: list[str]
    rows: list[tuple[list[str] | None, list[str] | None, int | None]]
    equal: int
    then: int = 0
    after: int | None = None


class RowSet(Struct, frozen=True):
    """Rows of a dataset, as text for a test, and as lines of a JSON file if one can hold them."""

    dataset: str
    columns: list[str]
    rows: list[list[str]]
    lines: list[str] = []


class CreatedTest(Struct, frozen=True):
    """What a test from real rows gives and expects; `clock` is empty where the time plays no role.

    `notes` are for people.
    """

    clock: str
    given: list[RowSet]
    then: RowSet
    notes: list[str]


class Event(Struct, frozen=True):
    """`session` begins, a test has `started` or `ended`, or is `created` or `not created`.

    `reached` are the numbers of the points that no test before it has reached; of those that are
    `refused`, Spark cannot tell it, for the reason given.
    """

    event: str
    test: int = -1
    outcome: Outcome = Outcome.PASSED
    seconds: float = 0.0
    message: str = ""
    differences: list[Difference] = []
    spark: str = ""
    created: CreatedTest | None = None
    reached: list[int] = []
    refused: list[tuple[int, str]] = []


class Case(Struct, frozen=True):
    """A test: `file` is the path that the user knows, `place` its line in that file."""

    number: int
    file: str
    name: str
    place: str

    @property
    def title(self) -> str:
        """The test with its file, as reports name it."""
        return f"{self.file}::{self.name}"


class CaseResult(Struct, frozen=True):
    """A test that has ended."""

    case: Case
    outcome: Outcome
    seconds: float
    message: str = ""
    differences: tuple[Difference, ...] = ()


def result_of(case: Case, event: Event) -> CaseResult:
    """The result that an `ended` event tells."""
    differences = tuple(event.differences)
    return CaseResult(case, event.outcome, event.seconds, event.message, differences)
