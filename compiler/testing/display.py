"""The progress and the outcome of a run, as pytest shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.cells import display_width, sanitize, wrap
from ssbt.compiler.diagnostics.style import Style, paint, paint_rows
from ssbt.compiler.testing.coverage import Coverage
from ssbt.compiler.testing.results import PASSING_OUTCOMES, Case, CaseResult, Outcome
from ssbt.compiler.testing.tables import heading, render_table

_LETTERS = {
    Outcome.PASSED: ".",
    Outcome.FAILED: "F",
    Outcome.ERROR: "E",
    Outcome.UPDATED: "U",
}
_STYLES = {
    Outcome.PASSED: Style.ADDED,
    Outcome.FAILED: Style.REMOVED,
    Outcome.ERROR: Style.REMOVED,
    Outcome.UPDATED: Style.NOTE,
}
_SLOW = 0.005


class Display:
    """Makes the text for a terminal of some width, piece by piece."""

    def __init__(self, total: int, width: int, *, verbose: bool, color: bool) -> None:
        self._total, self._width = total, width
        self._verbose, self.color = verbose, color
        self._file = ""
        self._used = 0
        self._done = 0

    def render_start(self, case: Case) -> str:
        """Said before a test runs."""
        if self._verbose:
            return f"{sanitize(case.title)} "
        if case.file == self._file:
            return ""
        end = self.line_end()
        self._file, self._used = case.file, display_width(sanitize(case.file)) + 1
        return f"{end}{sanitize(case.file)} "

    def render_end(self, result: CaseResult) -> str:
        """Said after it has run."""
        self._done += 1
        style = _STYLES[result.outcome]
        if self._verbose:
            outcome_text = paint(result.outcome.value.upper(), style, color=self.color)
            used = display_width(sanitize(result.case.title)) + 1 + len(result.outcome.value)
            return f"{outcome_text}{self._percent(used)}\n"
        letter = paint(_LETTERS[result.outcome], style, color=self.color)
        self._used += 1
        if self._used >= self._width - 8:
            percent, self._used = self._percent(self._used), 0
            return f"{letter}{percent}\n"
        return letter

    def line_end(self) -> str:
        """What ends the line of a file."""
        if self._verbose or not self._file or not self._used:
            return ""
        used, self._used = self._used, 0
        return f"{self._percent(used)}\n"

    def _percent(self, used: int) -> str:
        text = f"[{100 * self._done // max(self._total, 1):3d}%]"
        room = max(self._width - used - len(text), 1)
        return " " * room + paint(text, Style.ADDED, color=self.color)

    def rule(self, title: str, sign: str = "=", style: Style = Style.PLAIN) -> str:
        """A line across with a title in it."""
        room = max(self._width - display_width(title) - 2, 4)
        left_width = room // 2
        line = f"{sign * left_width} {title} {sign * (room - left_width)}"
        return f"{paint(line, style, color=self.color)}\n"

    def failures(self, results: Sequence[CaseResult]) -> Iterator[str]:
        """What went wrong, test by test."""
        wrong = [each for each in results if each.outcome not in PASSING_OUTCOMES]
        if wrong:
            yield "\n" + self.rule("FAILURES")
        for each in wrong:
            yield self.rule(sanitize(each.case.title), "_")
            yield f"{sanitize(each.case.place)}\n"
            for line in each.message.splitlines():
                yield from (f"  {part}\n" for part in wrap(sanitize(line), self._width - 2))
            for difference in each.differences:
                yield f"\n{sanitize(heading(difference))}\n"
                yield paint_rows(render_table(difference), color=self.color)
            yield "\n"

    def durations(self, results: Sequence[CaseResult], count: int) -> Iterator[str]:
        """The slowest tests, all for 0."""
        ranked = sorted(results, key=lambda each: -each.seconds)
        slow = [each for each in ranked if each.seconds >= _SLOW or not count]
        yield self.rule(f"slowest {count} durations" if count else "slowest durations")
        for each in slow[: count or None]:
            yield f"{each.seconds:7.2f}s {sanitize(each.case.title)}\n"

    def coverage(self, coverage: Coverage) -> Iterator[str]:
        """What the tests reach, and what they do not."""
        yield "\n" + self.rule("coverage", "-")
        yield from coverage.render_report(self._width)
        yield "\n"

    def summary(
        self, results: Sequence[CaseResult], deselected: int, seconds: float
    ) -> Iterator[str]:
        """The last lines."""
        wrong = [each for each in results if each.outcome not in PASSING_OUTCOMES]
        if wrong:
            yield self.rule("short test summary info")
        for each in wrong:
            word = paint(each.outcome.value.upper(), Style.REMOVED, color=self.color)
            yield f"{word} {sanitize(each.case.title)}\n"
        counts = [
            f"{number} {'error' + 's' * (number > 1) if word is Outcome.ERROR else word.value}"
            for word in (Outcome.FAILED, Outcome.UPDATED, Outcome.PASSED, Outcome.ERROR)
            if (number := sum(each.outcome is word for each in results))
        ]
        counts += [f"{deselected} deselected"] if deselected else []
        style = Style.REMOVED if wrong else Style.ADDED
        yield self.rule(f"{', '.join(counts) or 'no tests ran'} in {seconds:.2f}s", style=style)
