"""What the tests of pipelines reach, and what they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
import msgspec.json

from ssbt.compiler.diagnostics.cells import display_width, visible, wrapped
from ssbt.compiler.testing.results import Event

_VERSION = 1
_HIDDEN = "not measured: the function around it does not tell which values it asks for"


class Place(Struct, frozen=True, order=True):
    """A point by the place that the user knows; see `ssbt.compiler.ir.coverage.Point`."""

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
        self._places: set[Place] = set()
        self._reached: set[Place] = set()
        self._refused: dict[Place, str] = {}
        self._of_tests: dict[int, Sequence[Place]] = {}

    def add(self, places: Sequence[Place], tests: Iterable[int]) -> None:
        """Take the points of a pipeline, in the order of their numbers, and its tests."""
        self._places |= {*places}
        self._of_tests |= dict.fromkeys(tests, places)
        self._refused |= {each: _HIDDEN for each in places if not each.measured}

    def take(self, event: Event) -> None:
        """Note what a test has reached."""
        places = self._of_tests.get(event.test, ())
        self._reached |= {places[number] for number in event.reached}
        for number, reason in event.refused:
            self._refused.setdefault(places[number], f"not measured, Spark says: {reason}")

    @property
    def percent(self) -> int:
        """How much of all that is measured is reached."""
        return self._counts(self._places).percent

    def report(self, width: int) -> Iterator[str]:
        """The text for a terminal: a line for each file, and then for each point not reached."""
        files = sorted({place.file for place in self._places})
        rows = [(visible(file), self._counts(self._in(file))) for file in files]
        rows.append(("TOTAL", self._counts(self._places)))
        room = max(display_width(name) for name, _ in rows)
        yield f"{'file'.ljust(room)}  points  missed  cover\n"
        for name, counts in rows:
            missed = counts.points - counts.reached
            fill = " " * (room - display_width(name))
            yield f"{name}{fill}  {counts.points:6}  {missed:6}  {counts.percent:4}%\n"
        missing = sorted(self._places - self._reached)
        if missing:
            yield "\n"
        for place in missing:
            text = f"{place.file}:{place.line}: {self._said(place)}"
            first, *rest = wrapped(visible(text), width)
            yield f"{first}\n"
            yield from (f"    {line}\n" for line in rest)

    def json(self) -> bytes:
        """The same for programs, and what is reached too."""
        total = self._counts(self._places)
        document = {
            "version": _VERSION,
            "percent": total.percent,
            "points": total.points,
            "reached": total.reached,
            "files": [
                {
                    "file": file,
                    "percent": self._counts(self._in(file)).percent,
                    "points": [self._document(place) for place in sorted(self._in(file))],
                }
                for file in sorted({place.file for place in self._places})
            ],
        }
        return msgspec.json.format(msgspec.json.encode(document)) + b"\n"

    def _document(self, place: Place) -> dict[str, str | int]:
        state = "missed" if self._is_measured(place) else "unmeasured"
        return {
            "line": place.line,
            "column": place.column,
            "kind": place.kind,
            "what": place.what,
            "state": "reached" if place in self._reached else state,
        }

    def _in(self, file: str) -> set[Place]:
        return {place for place in self._places if place.file == file}

    def _said(self, place: Place) -> str:
        refused = self._refused.get(place)
        return f"`{place.what}` is {refused}" if refused is not None else place.missing

    def _is_measured(self, place: Place) -> bool:
        return place in self._reached or place not in self._refused

    def _counts(self, places: Iterable[Place]) -> _Counts:
        measured = [place for place in places if self._is_measured(place)]
        return _Counts(len(measured), len(self._reached.intersection(measured)))
