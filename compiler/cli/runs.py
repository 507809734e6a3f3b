"""A run of `ssbtc compile`: its results against the output folder, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
import os
import sys
from typing import TYPE_CHECKING

from ssbt.compiler.cli.compilation import Result
from ssbt.compiler.cli.console import put
from ssbt.compiler.cli.naming import clashes, unique
from ssbt.compiler.cli.outputs import BY_FORCE, OBSTACLES, OutputFolder, Planned, State, written
from ssbt.compiler.cli.writing import WriteError
from ssbt.compiler.diagnostics.cells import visible

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report

_Plan = tuple[Result, list[Planned]]


class Run:
    """The results of some pipelines; what was found in them is added to the report."""

    def __init__(
        self, results: Sequence[Result], out: str, report: Report, *, force: bool = False
    ) -> None:
        self._results = results
        self._out = out
        self._report = report
        self._force = force
        self._folder = OutputFolder(out, (result.name for result in results))
        self._plans = self._planned()

    def compared(self, *, diff: bool, orphans: bool) -> int:
        """Report what compiling would change, and show it for a `diff`; the exit code."""
        from ssbt.compiler.cli.output_findings import differences

        for _, plan in self._plans:
            self._report.add(differences(plan), {})
            if diff:
                self._show(plan)
        if orphans:
            from ssbt.compiler.cli.orphans import orphans as found_orphans

            names = (result.name for result in self._results)
            self._report.add(found_orphans(self._out, self._folder.records, names), {})
        code = self._report.print()
        if not self._report.findings and not self._report.machine:
            self._report.console.say(f"{_up_to_date(self._results)}")
        return code

    def written(self, *, summary: bool = True) -> int:
        """Write what differs, pipeline by pipeline; the exit code."""
        try:
            done = [result for result, plan in self._plans if self._write(plan)]
        except WriteError:
            self._report.print()
            raise
        code = self._report.print()
        if summary and not self._report.machine:
            self._summarise(done, failed=code != 0)
        return code

    def _planned(self) -> list[_Plan]:
        self._report.add(*clashes(self._results))
        plans = []
        for result in self._results:
            self._report.add(*result.shown())
            if result.raw and not self._report.machine:
                names = visible("; ".join(result.raw))
                path = visible(result.unit.input.path)
                self._report.console.note(f"{path}: raw options, not checked: {names}")
        for result in unique(self._results):
            if result.outputs is not None and not self._report.is_failure(
                (*result.findings, *result.shared)
            ):
                plans.append((result, self._folder.plan(result)))
        return plans

    def _write(self, plan: list[Planned]) -> bool:
        """Whether there was something to write, and nothing in its way."""
        if all(each.state is State.SAME for each in plan):
            return False
        allowed = BY_FORCE if self._force else frozenset[State]()
        blocked = [each for each in plan if each.state in OBSTACLES - allowed]
        if blocked:
            from ssbt.compiler.cli.output_findings import differences

            self._report.add(differences(blocked), {})
            return False
        written(plan)
        return True

    def _show(self, plan: Iterable[Planned]) -> None:
        from ssbt.compiler.cli.diffs import unified_diff

        stream = sys.stderr if self._report.machine else sys.stdout
        color = self._report.console.colored(stream)
        for each in plan:
            put(stream, unified_diff(each.path, each.old, each.new, color=color))

    def _summarise(self, done: list[Result], *, failed: bool) -> None:
        console = self._report.console
        if len(done) == 1:
            (result,) = done
            first, *others = [visible(file.path) for file in result.outputs or ()]
            files = ", ".join([visible(os.path.join(self._out, first)), *others])
            source = visible(result.unit.input.path)
            console.say(f"compiled {source} {console.arrow()} {files}")
        elif done:
            where = visible(os.path.join(self._out, ""))
            console.say(f"compiled {len(done)} pipelines {console.arrow()} {where}")
        elif not failed:
            console.say(f"nothing to do: {_up_to_date(self._results)}")
        for result in done:
            for promise in result.promises:
                console.say(f"  {visible(promise)}")


def _up_to_date(results: Sequence[Result]) -> str:
    if len(results) == 1:
        return f"{visible(results[0].unit.input.path)} is up to date"
    return f"{len(results)} pipelines are up to date"
