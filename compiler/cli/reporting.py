"""The findings of a run: printed once, together, in the format that was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
import sys
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ssbt.compiler.cli.console import Console, flush, put, width
from ssbt.compiler.diagnostics.ordering import sort_diagnostics

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.formats import OutputFormat
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source

CLEAN, FINDINGS = 0, 1


class Report(Struct):
    """Collects findings; `strict` lets a warning count as an error for the exit code.

    Standard output holds the findings and nothing else, or with `results_on_stdout`, all but them:
    where the result of a command goes to standard output, findings go to standard error.
    People get `max_findings` of a file, 0 for all of them, and the number of the others.
    """

    console: Console
    output_format: OutputFormat
    strict: bool = False
    results_on_stdout: bool = False
    max_findings: int = 0
    findings: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)

    def add(self, findings: Iterable[Diagnostic], sources: Mapping[str, Source]) -> None:
        """Take findings whose places are in these sources."""
        self.findings += findings
        self.sources.update(sources)

    def is_failure(self, findings: Iterable[Diagnostic]) -> bool:
        """Whether these findings stop what they were found in."""
        return any(self.strict or _is_error(finding) for finding in findings)

    @property
    def is_for_machines(self) -> bool:
        """Whether a program reads standard output."""
        return self.output_format.value in ("json", "github", "sarif")

    def print(self) -> int:
        """Print all findings, a count of them to standard error, and return the exit code."""
        if self.findings or self.is_for_machines:
            self._print_findings()
        if self.findings and not self.is_for_machines:
            from ssbt.compiler.diagnostics.text import render_summary

            colored = self.console.has_color(sys.stderr)
            flush(sys.stdout)
            for path, count in self._count_unprinted().items():
                many = "1 more is" if count == 1 else f"{count} more are"
                self.console.say(f"{many} in {path}; --max-findings 0 prints all")
            self.console.say(f"found {render_summary(self.findings, color=colored)}")
        return FINDINGS if self.is_failure(self.findings) else CLEAN

    def _printed_findings(self) -> list[Diagnostic]:
        """The findings to print: the first of each file, errors before warnings."""
        if not self.max_findings or self.output_format.value in ("json", "sarif"):
            return self.findings
        counts = Counter[str]()
        selected: list[Diagnostic] = []
        for finding in sorted(
            sort_diagnostics(self.findings), key=lambda each: not _is_error(each)
        ):
            path = finding.primary.span.path
            counts[path] += 1
            if counts[path] <= self.max_findings:
                selected.append(finding)
        return selected

    def _count_unprinted(self) -> Counter[str]:
        """How many findings of each file are not printed."""
        counts = Counter(each.primary.span.path for each in sort_diagnostics(self.findings))
        return counts - Counter(
            each.primary.span.path for each in sort_diagnostics(self._printed_findings())
        )

    def _print_findings(self) -> None:
        from ssbt.compiler.diagnostics.formats import render_report
        from ssbt.compiler.emit.version import VERSION

        stream = sys.stderr if self.results_on_stdout else sys.stdout
        text = render_report(
            self.output_format,
            self._printed_findings(),
            self.sources,
            version=VERSION,
            width=width(stream),
            color=self.console.has_color(stream),
        )
        put(stream, f"{text}\n" if self.output_format.value == "text" else text)


def _is_error(finding: Diagnostic) -> bool:
    return finding.severity.value == "error"
