"""A run of `ssbtc test`: its progress as it goes, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
import sys
import time

from ssbt.compiler.cli.console import flush, put
from ssbt.compiler.cli.diffs import unified_diff
from ssbt.compiler.cli.testing.plans import Plans
from ssbt.compiler.cli.testing.session import BrokenSessionError
from ssbt.compiler.cli.testing.updates import Updates
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.testing.coverage import Coverage
from ssbt.compiler.testing.display import Display
from ssbt.compiler.testing.junit import junit
from ssbt.compiler.testing.results import FINE, Event, Outcome, Result, result_of


class TestRun:
    """The results so far; with `first_only` the run ends at the first that has not passed.

    With `updates`, tests that fail come to expect what came; `coverage` takes what they reach.
    """

    def __init__(
        self,
        plans: Plans,
        display: Display,
        updates: Updates | None = None,
        coverage: Coverage | None = None,
        *,
        first_only: bool,
    ) -> None:
        self._cases = {case.number: case for case in plans.cases}
        self._deselected = plans.deselected
        self._display = display
        self._updates, self._coverage = updates, coverage
        self._first_only = first_only
        self._begun = time.monotonic()
        self._seconds = 0.0
        self.results: list[Result] = []

    @property
    def passed(self) -> bool:
        """Whether all tests that have run have passed, or now expect what came."""
        return all(each.outcome in FINE for each in self.results)

    def follow(self, events: Iterable[Event]) -> None:
        """Show each event as it comes; what is left when the session breaks is an error."""
        self._say(self._display.rule("test session starts"))
        try:
            for event in events:
                self._take(event)
                if self._first_only and not self.passed:
                    break
        except BrokenSessionError as error:
            for case in [*self._cases.values()]:
                self._end(Result(case, Outcome.ERROR, 0.0, f"the session broke\n{error}"))
        self._say(self._display.line_end())
        self._seconds = time.monotonic() - self._begun

    def _take(self, event: Event) -> None:
        match event.event:
            case "session":
                count = len(self._cases)
                tests = f"{count} test{'s' * (count != 1)}"
                self._say(f"Spark {event.spark}, {tests}\n\n")
                self._begun = time.monotonic()
            case "started":
                self._say(self._display.started(self._cases[event.test]))
            case "ended":
                if self._coverage is not None:
                    self._coverage.take(event)
                self._end(result_of(self._cases[event.test], event))

    def _end(self, result: Result) -> None:
        if self._updates is not None:
            result = self._updates.revised(result)
        del self._cases[result.case.number]
        self.results.append(result)
        self._say(self._display.ended(result))

    def update(self) -> None:
        """Write the tests that expect now what came, and show what has changed in them."""
        files = self._updates.write() if self._updates is not None else ()
        if files:
            self._say("\n" + self._display.rule("UPDATED"))
        for file in files:
            self._say(unified_diff(*file, color=self._display.color))

    def tell(self, durations: int | None) -> None:
        """Show what went wrong, and the summary."""
        for text in self._display.failures(self.results):
            self._say(text)
        if durations is not None:
            for text in self._display.durations(self.results, durations):
                self._say(text)
        if self._coverage is not None:
            for text in self._display.coverage(self._coverage):
                self._say(text)
        for text in self._display.summary(self.results, self._deselected, self._seconds):
            self._say(text)

    def write_junit(self, path: str) -> None:
        """Write the results to a file."""
        write_all([(path, junit(self.results, self._seconds).encode())])

    def _say(self, text: str) -> None:
        put(sys.stdout, text)
        flush(sys.stdout)
