"""A run of `ssbtc compile`: its results against the output folder, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
import os
import sys
from typing import TYPE_CHECKING

from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.console import put, transcript
from ssbt.compiler.cli.name_clashes import check_name_clashes, without_clashes
from ssbt.compiler.cli.outputs import (
    BLOCKING_STATES,
    FORCIBLE_STATES,
    OutputFolder,
    OutputState,
    PlannedOutput,
    write_plans,
)
from ssbt.compiler.cli.writing import WriteError
from ssbt.compiler.diagnostics.cells import sanitize

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report

_Plan = tuple[CompilationResult, list[PlannedOutput]]


class CompileRun:
    """The results of some pipelines; what was found in them is added to the report."""

    def __init__(
        self, results: Sequence[CompilationResult], out: str, report: Report, *, force: bool = False
    ) -> None:
        self._results = results
        self._out = out
        self._report = report
        self._force = force
        self._folder = OutputFolder(out, (result.name for result in results))
        self._plans = self._plan_outputs()
        self.is_settled = False
        """Whether the next run will have nothing to write; `said_again` is what it will say."""
        self.said_again: list[tuple[bool, str]] = []

    def compare_outputs(self, *, diff: bool, orphans: bool) -> int:
        """Report what compiling would change, and show it for a `diff`; the exit code."""
        from ssbt.compiler.cli.output_findings import check_outputs

        for _, plan in self._plans:
            self._report.add(check_outputs(plan), {})
            if diff:
                self._show_diff(plan)
        if orphans:
            from ssbt.compiler.cli.orphans import find_orphans

            names = (result.name for result in self._results)
            self._report.add(find_orphans(self._out, self._folder.records, names), {})
        code = self._report.print()
        if not self._report.findings and not self._report.is_for_machines:
            self._report.console.say(f"{_describe_up_to_date(self._results)}")
        return code

    def write_outputs(self, *, summary: bool = True) -> int:
        """Write what differs, pipeline by pipeline; the exit code."""
        try:
            plans = [(result, plan) for result, plan in self._plans if self._may_write(plan)]
            if plans:
                write_plans(plan for _, plan in plans)
        except WriteError:
            self._report.print()
            raise
        written_results = [result for result, _ in plans]
        written_ids = set(map(id, written_results))
        code = self._report.print()
        self.said_again = [*transcript]
        if summary and not self._report.is_for_machines:
            self.said_again.append((False, f"{self._describe_nothing_to_do()}\n"))
            self._summarise(written_results, failed=code != 0)
        self.is_settled = not any(result.shared for result in self._results) and all(
            id(result) in written_ids or _is_same(plan) for result, plan in self._plans
        )
        return code

    @property
    def outputs(self) -> dict[str, bytes]:
        """All that is in the output folder once everything was written, by path."""
        return {each.path: each.new for _, plan in self._plans for each in plan}

    def _plan_outputs(self) -> list[_Plan]:
        self._report.add(*check_name_clashes(self._results))
        plans = []
        for result in self._results:
            self._report.add(*result.user_findings())
            if result.raw and not self._report.is_for_machines:
                names = sanitize("; ".join(result.raw))
                path = sanitize(result.unit.input.path)
                self._report.console.note(f"{path}: raw options, not checked: {names}")
        for result in without_clashes(self._results):
            if result.outputs is not None and not self._report.is_failure(
                (*result.findings, *result.shared)
            ):
                plans.append((result, self._folder.plan_outputs(result)))
        return plans

    def _may_write(self, plan: list[PlannedOutput]) -> bool:
        """Whether there is something to write, and nothing in its way."""
        if _is_same(plan):
            return False
        allowed = FORCIBLE_STATES if self._force else frozenset[OutputState]()
        blocked = [each for each in plan if each.state in BLOCKING_STATES - allowed]
        if blocked:
            from ssbt.compiler.cli.output_findings import check_outputs

            self._report.add(check_outputs(blocked), {})
        return not blocked

    def _show_diff(self, plan: Iterable[PlannedOutput]) -> None:
        from ssbt.compiler.cli.diffs import unified_diff

        stream = sys.stderr if self._report.is_for_machines else sys.stdout
        color = self._report.console.has_color(stream)
        for each in plan:
            put(stream, unified_diff(each.path, each.old, each.new, color=color))

    def _describe_nothing_to_do(self) -> str:
        return f"nothing to do: {_describe_up_to_date(self._results)}"

    def _summarise(self, written_results: list[CompilationResult], *, failed: bool) -> None:
        console = self._report.console
        if len(written_results) == 1:
            (result,) = written_results
            first, *other_files = [sanitize(file.path) for file in result.outputs or ()]
            files = ", ".join([sanitize(os.path.join(self._out, first)), *other_files])
            source = sanitize(result.unit.input.path)
            console.say(f"compiled {source} {console.arrow()} {files}")
        elif written_results:
            folder = sanitize(os.path.join(self._out, ""))
            console.say(f"compiled {len(written_results)} pipelines {console.arrow()} {folder}")
        elif not failed:
            console.say(self._describe_nothing_to_do())
        for result in written_results:
            for promise in result.promises:
                console.say(f"  {sanitize(promise)}")


def _is_same(plan: Iterable[PlannedOutput]) -> bool:
    return all(each.state is OutputState.SAME for each in plan)


def _describe_up_to_date(results: Sequence[CompilationResult]) -> str:
    if len(results) == 1:
        return f"{sanitize(results[0].unit.input.path)} is up to date"
    return f"{len(results)} pipelines are up to date"
