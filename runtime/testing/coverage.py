"""What the tests of a script reach, told by its probes."""

from collections.abc import Callable, Collection
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import Row

from ssbt.runtime.expectations.plan import Plan, Probe, Test

# Gives the rows of a probe.
Flags = Callable[[str], list[Row]]


class Coverage:
    """The points that are reached so far; a probe that can tell nothing new is not asked."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._reached: set[int] = set()

    def measure_test(self, computed: Collection[str], test: Test, flags: Flags) -> dict[str, Any]:
        """What a test has reached besides, and the points of which Spark cannot tell it."""
        reached = {point for name in computed for point in self._plan.computed.get(name, ())}
        unmeasurable: dict[int, str] = {}
        for probe in self._plan.probes:
            if probe.of in computed and not self._reached.issuperset(probe.points):
                try:
                    reached |= _reached_points(probe, flags(probe.name))
                except Exception as error:
                    # Where a test expects a failure, its rows may not come as far as the probe.
                    if test.fails is None or isinstance(error, AnalysisException):
                        unmeasurable |= dict.fromkeys(probe.points, _first_line(error))
        newly_reached = reached - self._reached
        self._reached |= newly_reached
        return {"reached": sorted(newly_reached), "refused": [*unmeasurable.items()]}


def _reached_points(probe: Probe, rows: list[Row]) -> set[int]:
    """The points of whose columns one is true."""
    return {point for row in rows for point, flag in zip(probe.points, row, strict=True) if flag}


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
