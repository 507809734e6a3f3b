"""Runs tests and tells what comes of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from ssbt.runtime.expectations.comparing import (
    Difference,
    collect_rows,
    compare_rows,
    render_value,
    values_equal,
)
from ssbt.runtime.expectations.frames import (
    RowsError,
    cast_like,
    given_frame,
    rows_frame,
    with_columns,
)
from ssbt.runtime.expectations.plan import ExpectedRows, GivenRows, Plan, Test
from ssbt.runtime.failures.telling import describe_failure
from ssbt.runtime.scripts.clocks import instant
from ssbt.runtime.scripts.loading import ParametersError, Script
from ssbt.runtime.testing.coverage import Coverage
from ssbt.runtime.testing.streams import Query, Source

Event = dict[str, Any]
# A dataset that can be asked for its rows, or a stream that has been run.
ComputedDataset = DataFrame | Query
# Tests are small: one part is enough for each shuffle, whatever the pipeline asks for.
_TEST_SETTINGS = frozenset({"spark.sql.shuffle.partitions"})


def run_tests(spark: SparkSession, plan: Plan, assignments: Mapping[str, str]) -> Iterator[Event]:
    """What happens: for each test `started` and `ended`, with its outcome.

    The outcome is `passed`, `failed` where rows differ or a failure did not come, or `error`.
    """
    with apply_settings(spark, plan.settings):
        script: Script | None = None
        coverage = Coverage(plan)
        for test in plan.tests:
            yield {"event": "started", "test": test.number}
            started, run = time.monotonic(), None
            try:
                script = script or Script(plan, assignments)
                run = CaseRun(spark, script, test)
                result = run.result()
            except ParametersError as error:
                result = {"outcome": "error", "message": "\n".join(error.args)}
            except Exception as error:
                result = {
                    "outcome": "error",
                    "message": describe_failure(error, plan.script).message,
                }
            result["seconds"] = round(time.monotonic() - started, 3)
            if run is not None and result["outcome"] != "error":
                result |= coverage.measure_test(run.computed(), test, run.flags)
            yield {"event": "ended", "test": test.number, **result}


def run_test(spark: SparkSession, script: Script, test: Test) -> Event:
    """How a test ends: its outcome with what there is to say of it."""
    return CaseRun(spark, script, test).result()


@contextmanager
def apply_settings(spark: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    """The pipeline's own settings of SQL, as far as they can be changed in a session."""
    previous: dict[str, str | None] = {}
    for key, value in settings.items():
        if key not in _TEST_SETTINGS and spark.conf.isModifiable(key):
            previous[key] = spark.conf.get(key, None)
            spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, old_value in previous.items():
            if old_value is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, old_value)


class CaseRun:
    """One test under way."""

    def __init__(self, spark: SparkSession, script: Script, test: Test) -> None:
        self._spark, self._script, self._test = spark, script, test

    def result(self) -> Event:
        """The outcome, with what there is to say of it."""
        self._set_time(1)
        if self._test.fails is not None:
            return self._check_failure(self._test.fails)
        with self._compute_datasets(
            dict.fromkeys(each.dataset for each in self._test.then)
        ) as datasets:
            results = [self._compare_rows(then, datasets[then.dataset]) for then in self._test.then]
        different = [{**each, "then": n} for n, each in enumerate(results) if each is not None]
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
        given_names = [each.dataset for each in self._test.given]
        return self._script.computed(self._test.runs, given_names)

    def flags(self, probe: str) -> list[Row]:
        """The rows of a probe."""
        with self._compute_datasets([probe]) as datasets:
            each = datasets[probe]
            return each.every_row() if isinstance(each, Query) else each.distinct().collect()

    def _streams(self) -> dict[str, list[GivenRows]]:
        """The micro-batches of each stream that is given."""
        batches_by_stream: dict[str, list[GivenRows]] = {}
        for each in self._test.given:
            if each.streaming:
                batches_by_stream.setdefault(each.dataset, []).append(each)
        return batches_by_stream

    @contextmanager
    def _compute_datasets(self, names: Iterable[str]) -> Iterator[dict[str, ComputedDataset]]:
        """The datasets, computed as far as streams go."""
        text, streams = self._script.text, self._streams()
        given_frames = {
            each.dataset: given_frame(self._spark, each, text)
            for each in self._test.given
            if not each.streaming
        }
        with TemporaryDirectory(prefix="ssbtc-test-") as name:
            folder = Path(name)
            sources = [
                Source(
                    folder / f"source{number}",
                    {each.batch: self._frame_at_time(each) for each in batches},
                )
                for number, batches in enumerate(streams.values())
            ]
            frames = (source.frame(self._spark) for source in sources)
            given_frames |= dict(zip(streams, frames, strict=True))
            datasets: dict[str, ComputedDataset] = {}
            for number, each in enumerate(names):
                frame = self._frame(each, given_frames)
                if frame.isStreaming:
                    checkpoint = folder / f"checkpoint{number}"
                    datasets[each] = Query(frame, *self._script.writing(each), checkpoint)
                else:
                    datasets[each] = frame
            queries = {name: each for name, each in datasets.items() if isinstance(each, Query)}
            self._advance(sources, queries, given_frames)
            yield datasets

    def _frame_at_time(self, given_rows: GivenRows) -> DataFrame:
        """The rows of a micro-batch, at its time."""
        self._set_time(given_rows.batch)
        return given_frame(self._spark, given_rows, self._script.text)

    def _advance(
        self,
        sources: Sequence[Source],
        queries: Mapping[str, Query],
        given_frames: Mapping[str, DataFrame],
    ) -> None:
        """Let the streams run over each micro-batch in turn, planned again where it has a time."""
        count = max((each.batch for each in self._test.given), default=0) if queries else 0
        for number in range(1, count + 1):
            time = self._set_time(number)
            time_ms = self._milliseconds(time) if time is not None else None
            for source in sources:
                source.put(number)
            for name, query in queries.items():
                query.advance(self._frame(name, given_frames), time_ms)

    def _milliseconds(self, time: str) -> int:
        row = self._spark.sql(f"SELECT unix_millis({instant(time)})").first()
        assert row is not None
        return int(row[0])

    def _frame(self, name: str, given_frames: Mapping[str, DataFrame]) -> DataFrame:
        if self._test.transform is not None:
            return self._script.apply_transform(name, given_frames)
        return self._script.frame(name, given_frames)

    def _check_failure(self, expected_text: str) -> Event:
        """Whether computing fails as it is expected to."""
        names = ", ".join(self._test.runs)
        try:
            with self._compute_datasets(self._test.runs) as datasets:
                for each in datasets.values():
                    _ = each.rows(None) if isinstance(each, Query) else collect_rows(each)
        except (ParametersError, RowsError):
            raise
        except Exception as error:
            message = describe_failure(error, self._script.path).message
            if expected_text in message:
                return {"outcome": "passed"}
            return {"outcome": "failed", "message": f"it failed otherwise: {message}"}
        return {"outcome": "failed", "message": f"computing {names} did not fail"}

    def _compare_rows(self, then: ExpectedRows, dataset: ComputedDataset) -> Event | None:
        """Where the rows differ from the expected ones; None where they do not."""
        self._set_time(then.after or max((each.batch for each in self._test.given), default=1))
        expected = rows_frame(self._spark, then, self._script.text)
        frame = dataset.frame if isinstance(dataset, Query) else dataset
        actual_frame = with_columns(frame, expected.columns)
        expected_rows = collect_rows(cast_like(expected, actual_frame))
        if isinstance(dataset, Query):
            names = actual_frame.columns
            actual_rows = [tuple(row[name] for name in names) for row in dataset.rows(then.after)]
        else:
            actual_rows = [tuple(row) for row in collect_rows(actual_frame)]
        row_differences = compare_rows(expected_rows, actual_rows, ordered=then.ordered)
        if not row_differences:
            return None
        rows = [[*_render_cells(each), each.expected_index] for each in row_differences]
        return {
            "dataset": then.dataset,
            "place": then.place,
            "after": then.after,
            "columns": actual_frame.columns,
            "rows": rows,
            "equal": len(expected_rows)
            - sum(each.expected is not None for each in row_differences),
        }


def _render_cells(rows: Difference) -> list[list[str] | None]:
    """The expected row and the one that came, as text; values that are equal look alike."""
    expected, actual = (
        [render_value(value) for value in row] if row is not None else None
        for row in (rows.expected, rows.actual)
    )
    if expected and actual:
        assert rows.expected is not None
        assert rows.actual is not None
        equal = map(values_equal, rows.expected, rows.actual)
        actual = [
            expected_cell if is_equal else actual_cell
            for expected_cell, actual_cell, is_equal in zip(expected, actual, equal, strict=True)
        ]
    return [expected, actual]
