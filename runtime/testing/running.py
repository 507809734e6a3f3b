"""Runs tests and tells what comes of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from ssbt.runtime.expectations.comparing import Difference, collected, differences, same, shown
from ssbt.runtime.expectations.frames import (
    RowsError,
    cast_like,
    given_frame,
    rows_frame,
    with_columns,
)
from ssbt.runtime.expectations.plan import Given, Plan, Test, Then
from ssbt.runtime.failures.telling import failure
from ssbt.runtime.scripts.clocks import instant
from ssbt.runtime.scripts.loading import ParametersError, Script
from ssbt.runtime.testing.coverage import Coverage
from ssbt.runtime.testing.streams import Query, Source

Event = dict[str, Any]
# A dataset that can be asked for its rows, or a stream that has been run.
Made = DataFrame | Query
# Tests are small: one part is enough for each shuffle, whatever the pipeline asks for.
_OURS = frozenset({"spark.sql.shuffle.partitions"})


def events(spark: SparkSession, plan: Plan, assignments: Mapping[str, str]) -> Iterator[Event]:
    """What happens: for each test `started` and `ended`, with its outcome.

    The outcome is `passed`, `failed` where rows differ or a failure did not come, or `error`.
    """
    with settings_of(spark, plan.settings):
        script: Script | None = None
        coverage = Coverage(plan)
        for test in plan.tests:
            yield {"event": "started", "test": test.number}
            begun, run = time.monotonic(), None
            try:
                script = script or Script(plan, assignments)
                run = Run(spark, script, test)
                result = run.result()
            except ParametersError as error:
                result = {"outcome": "error", "message": "\n".join(error.args)}
            except Exception as error:
                result = {"outcome": "error", "message": failure(error, plan.script).message}
            result["seconds"] = round(time.monotonic() - begun, 3)
            if run is not None and result["outcome"] != "error":
                result |= coverage.of(run.computed(), test, run.flags)
            yield {"event": "ended", "test": test.number, **result}


def outcome(spark: SparkSession, script: Script, test: Test) -> Event:
    """How a test ends: its outcome with what there is to say of it."""
    return Run(spark, script, test).result()


@contextmanager
def settings_of(spark: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    """The pipeline's own settings of SQL, as far as they can be changed in a session."""
    before: dict[str, str | None] = {}
    for key, value in settings.items():
        if key not in _OURS and spark.conf.isModifiable(key):
            before[key] = spark.conf.get(key, None)
            spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, old in before.items():
            if old is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, old)


class Run:
    """One test under way."""

    def __init__(self, spark: SparkSession, script: Script, test: Test) -> None:
        self._spark, self._script, self._test = spark, script, test

    def result(self) -> Event:
        """The outcome, with what there is to say of it."""
        self._set_time(1)
        if self._test.fails is not None:
            return self._failure(self._test.fails)
        with self._made(dict.fromkeys(each.dataset for each in self._test.then)) as made:
            found = [self._difference(then, made[then.dataset]) for then in self._test.then]
        different = [{**each, "then": n} for n, each in enumerate(found) if each is not None]
        return {"outcome": "failed" if different else "passed", "differences": different}

    def _set_time(self, batch: int) -> str | None:
        """Let the script see the time at a micro-batch, which is one and the same for batches."""
        clocks = self._test.clocks
        if not self._streams():
            clocks = clocks[:1]
            batch = max((each for _, each in clocks), default=batch)
        times = [time for time, first in clocks if first <= batch]
        self._script.set_time(times[-1] if times else None)
        return times[-1] if times else None

    def computed(self) -> set[str]:
        """The datasets, or the transform, that the test computes from what it gives."""
        if self._test.transform is not None:
            return {self._test.transform}
        given = [each.dataset for each in self._test.given]
        return self._script.computed(self._test.runs, given)

    def flags(self, probe: str) -> list[Row]:
        """The rows of a probe."""
        with self._made([probe]) as made:
            each = made[probe]
            return each.every_row() if isinstance(each, Query) else each.distinct().collect()

    def _streams(self) -> dict[str, list[Given]]:
        """The micro-batches of each stream that is given."""
        found: dict[str, list[Given]] = {}
        for each in self._test.given:
            if each.streaming:
                found.setdefault(each.dataset, []).append(each)
        return found

    @contextmanager
    def _made(self, names: Iterable[str]) -> Iterator[dict[str, Made]]:
        """The datasets, computed as far as streams go."""
        text, streams = self._script.text, self._streams()
        given = {
            each.dataset: given_frame(self._spark, each, text)
            for each in self._test.given
            if not each.streaming
        }
        with TemporaryDirectory(prefix="ssbtc-test-") as name:
            folder = Path(name)
            sources = [
                Source(
                    folder / f"source{number}",
                    {each.batch: self._timed(each) for each in batches},
                )
                for number, batches in enumerate(streams.values())
            ]
            frames = (source.frame(self._spark) for source in sources)
            given |= dict(zip(streams, frames, strict=True))
            made: dict[str, Made] = {}
            for number, each in enumerate(names):
                frame = self._frame(each, given)
                if frame.isStreaming:
                    checkpoint = folder / f"checkpoint{number}"
                    made[each] = Query(frame, *self._script.writing(each), checkpoint)
                else:
                    made[each] = frame
            queries = {name: each for name, each in made.items() if isinstance(each, Query)}
            self._advance(sources, queries, given)
            yield made

    def _timed(self, given: Given) -> DataFrame:
        """The rows of a micro-batch, at its time."""
        self._set_time(given.batch)
        return given_frame(self._spark, given, self._script.text)

    def _advance(
        self,
        sources: Sequence[Source],
        queries: Mapping[str, Query],
        given: Mapping[str, DataFrame],
    ) -> None:
        """Let the streams run over each micro-batch in turn, planned anew where it has a time."""
        count = max((each.batch for each in self._test.given), default=0) if queries else 0
        for number in range(1, count + 1):
            time = self._set_time(number)
            time_ms = self._milliseconds(time) if time is not None else None
            for source in sources:
                source.put(number)
            for name, query in queries.items():
                query.advance(self._frame(name, given), time_ms)

    def _milliseconds(self, time: str) -> int:
        row = self._spark.sql(f"SELECT unix_millis({instant(time)})").first()
        assert row is not None
        return int(row[0])

    def _frame(self, name: str, given: Mapping[str, DataFrame]) -> DataFrame:
        if self._test.transform is not None:
            return self._script.transformed(name, given)
        return self._script.frame(name, given)

    def _failure(self, wanted: str) -> Event:
        """Whether computing fails as it is expected to."""
        names = ", ".join(self._test.runs)
        try:
            with self._made(self._test.runs) as made:
                for each in made.values():
                    _ = each.rows(None) if isinstance(each, Query) else collected(each)
        except (ParametersError, RowsError):
            raise
        except Exception as error:
            message = failure(error, self._script.path).message
            if wanted in message:
                return {"outcome": "passed"}
            return {"outcome": "failed", "message": f"it failed otherwise: {message}"}
        return {"outcome": "failed", "message": f"computing {names} did not fail"}

    def _difference(self, then: Then, made: Made) -> Event | None:
        """Where the rows differ from the expected ones; None where they do not."""
        self._set_time(then.after or max((each.batch for each in self._test.given), default=1))
        expected = rows_frame(self._spark, then, self._script.text)
        frame = made.frame if isinstance(made, Query) else made
        got = with_columns(frame, expected.columns)
        wanted = collected(cast_like(expected, got))
        if isinstance(made, Query):
            names = got.columns
            came = [tuple(row[name] for name in names) for row in made.rows(then.after)]
        else:
            came = [tuple(row) for row in collected(got)]
        different = differences(wanted, came, ordered=then.ordered)
        if not different:
            return None
        rows = [[*_cells(each), each.place] for each in different]
        return {
            "dataset": then.dataset,
            "place": then.place,
            "after": then.after,
            "columns": got.columns,
            "rows": rows,
            "equal": len(wanted) - sum(each.expected is not None for each in different),
        }


def _cells(rows: Difference) -> list[list[str] | None]:
    """The expected row and the one that came, as text; values that are equal look alike."""
    expected, got = (
        [shown(value) for value in row] if row is not None else None
        for row in (rows.expected, rows.got)
    )
    if expected and got:
        assert rows.expected is not None
        assert rows.got is not None
        equal = map(same, rows.expected, rows.got)
        got = [one if e else other for one, other, e in zip(expected, got, equal, strict=True)]
    return [expected, got]
