"""What the tests of pipelines reach, and what they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
import msgspec.json

from ssbt.compiler.diagnostics.cells import display_width, sanitize, wrap
from ssbt.compiler.testing.results import Event

_VERSION = 1
_NOT_MEASURED = "not measured: the function around it does not tell which values it asks for"


class LocatedTarget(Struct, frozen=True, order=True):
    """A point by the place that the user knows; see `ssbt.compiler.ir.coverage.CoverageTarget`."""

    file: str
    line: int
    column: int
    kind: str
    what: str
    missing: str
    measured: bool


class _Counts(Struct, frozen=True):
    """How many points are measured, and how many of them are reached."""

    points: int
    reached: int

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all."""
        return 100 * self.reached // self.points if self.points else 100


class Coverage:
    """The points of all pipelines of a run."""

    def __init__(self) -> None:
        self._targets: set[LocatedTarget] = set()
        self._reached: set[LocatedTarget] = set()
        self._unmeasured: dict[LocatedTarget, str] = {}
        self._targets_by_test: dict[int, Sequence[LocatedTarget]] = {}

    def add(self, targets: Sequence[LocatedTarget], tests: Iterable[int]) -> None:
        """Take the points of a pipeline, in the order of their numbers, and its tests."""
        self._targets |= {*targets}
        self._targets_by_test |= dict.fromkeys(tests, targets)
        self._unmeasured |= {each: _NOT_MEASURED for each in targets if not each.measured}

    def record_event(self, event: Event) -> None:
        """Note what a test has reached."""
        targets = self._targets_by_test.get(event.test, ())
        self._reached |= {targets[number] for number in event.reached}
        for number, reason in event.refused:
            self._unmeasured.setdefault(targets[number], f"not measured, Spark says: {reason}")

    @property
    def percent(self) -> int:
        """How much of all that is measured is reached."""
        return self._count_targets(self._targets).percent

    def render_report(self, width: int) -> Iterator[str]:
        """The text for a terminal: a line for each file, and then for each point not reached."""
        files = sorted({target.file for target in self._targets})
        rows = [(sanitize(file), self._count_targets(self._targets_in(file))) for file in files]
        rows.append(("TOTAL", self._count_targets(self._targets)))
        room = max(display_width(name) for name, _ in rows)
        yield f"{'file'.ljust(room)}  points  missed  cover\n"
        for name, counts in rows:
            missed = counts.points - counts.reached
            fill = " " * (room - display_width(name))
            yield f"{name}{fill}  {counts.points:6}  {missed:6}  {counts.percent:4}%\n"
        missed_targets = sorted(self._targets - self._reached)
        if missed_targets:
            yield "\n"
        for target in missed_targets:
            text = f"{target.file}:{target.line}: {self._describe_target(target)}"
            first, *rest = wrap(sanitize(text), width)
            yield f"{first}\n"
            yield from (f"    {line}\n" for line in rest)

    def render_json(self) -> bytes:
        """The same for programs, and what is reached too."""
        total = self._count_targets(self._targets)
        document = {
            "version": _VERSION,
            "percent": total.percent,
            "points": total.points,
            "reached": total.reached,
            "files": [
                {
                    "file": file,
                    "percent": self._count_targets(self._targets_in(file)).percent,
                    "points": [
                        self._target_record(target) for target in sorted(self._targets_in(file))
                    ],
                }
                for file in sorted({target.file for target in self._targets})
            ],
        }
        return msgspec.json.format(msgspec.json.encode(document)) + b"\n"

    def _target_record(self, target: LocatedTarget) -> dict[str, str | int]:
        state = "missed" if self._is_measured(target) else "unmeasured"
        return {
            "line": target.line,
            "column": target.column,
            "kind": target.kind,
            "what": target.what,
            "state": "reached" if target in self._reached else state,
        }

    def _targets_in(self, file: str) -> set[LocatedTarget]:
        return {target for target in self._targets if target.file == file}

    def _describe_target(self, target: LocatedTarget) -> str:
        reason = self._unmeasured.get(target)
        return f"`{target.what}` is {reason}" if reason is not None else target.missing

    def _is_measured(self, target: LocatedTarget) -> bool:
        return target in self._reached or target not in self._unmeasured

    def _count_targets(self, targets: Iterable[LocatedTarget]) -> _Counts:
        measured = [target for target in targets if self._is_measured(target)]
        return _Counts(len(measured), len(self._reached.intersection(measured)))
