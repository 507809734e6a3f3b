"""A run of `ssbtc test`: its progress as it goes, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
import sys
import time

from ssbt.compiler.cli.console import flush, put
from ssbt.compiler.cli.diffs import unified_diff
from ssbt.compiler.cli.testing.plans import PlannedTests
from ssbt.compiler.cli.testing.session import BrokenSessionError
from ssbt.compiler.cli.testing.updates import Updates
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.testing.coverage import Coverage
from ssbt.compiler.testing.display import Display
from ssbt.compiler.testing.junit import render_junit
from ssbt.compiler.testing.results import PASSING_OUTCOMES, CaseResult, Event, Outcome, result_of


class TestRun:
    """The results so far; with `first_only` the run ends at the first that has not passed.

    With `updates`, tests that fail come to expect what came; `coverage` takes what they reach.
    """

    def __init__(
        self,
        plans: PlannedTests,
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
        self._started_at = time.monotonic()
        self._seconds = 0.0
        self.results: list[CaseResult] = []

    @property
    def has_passed(self) -> bool:
        """Whether all tests that have run have passed, or now expect what came."""
        return all(each.outcome in PASSING_OUTCOMES for each in self.results)

    def follow(self, events: Iterable[Event]) -> None:
        """Show each event as it comes; what is left when the session breaks is an error."""
        self._print(self._display.rule("test session starts"))
        try:
            for event in events:
                self._handle_event(event)
                if self._first_only and not self.has_passed:
                    break
        except BrokenSessionError as error:
            for case in [*self._cases.values()]:
                self._finish_case(
                    CaseResult(case, Outcome.ERROR, 0.0, f"the session broke\n{error}")
                )
        self._print(self._display.line_end())
        self._seconds = time.monotonic() - self._started_at

    def _handle_event(self, event: Event) -> None:
        match event.event:
            case "session":
                count = len(self._cases)
                tests = f"{count} test{'s' * (count != 1)}"
                self._print(f"Spark {event.spark}, {tests}\n\n")
                self._started_at = time.monotonic()
            case "started":
                self._print(self._display.render_start(self._cases[event.test]))
            case "ended":
                if self._coverage is not None:
                    self._coverage.record_event(event)
                self._finish_case(result_of(self._cases[event.test], event))
            case _:
                pass

    def _finish_case(self, result: CaseResult) -> None:
        if self._updates is not None:
            result = self._updates.revise_result(result)
        del self._cases[result.case.number]
        self.results.append(result)
        self._print(self._display.render_end(result))

    def write_updates(self) -> None:
        """Write the tests that expect now what came, and show what has changed in them."""
        files = self._updates.write() if self._updates is not None else ()
        if files:
            self._print("\n" + self._display.rule("UPDATED"))
        for file in files:
            self._print(unified_diff(*file, color=self._display.color))

    def show_results(self, durations: int | None) -> None:
        """Show what went wrong, and the summary."""
        for text in self._display.failures(self.results):
            self._print(text)
        if durations is not None:
            for text in self._display.durations(self.results, durations):
                self._print(text)
        if self._coverage is not None:
            for text in self._display.coverage(self._coverage):
                self._print(text)
        for text in self._display.summary(self.results, self._deselected, self._seconds):
            self._print(text)

    def write_junit(self, path: str) -> None:
        """Write the results to a file."""
        write_all([(path, render_junit(self.results, self._seconds).encode())])

    def _print(self, text: str) -> None:
        put(sys.stdout, text)
        flush(sys.stdout)
