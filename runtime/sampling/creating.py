"""Writes a test from real rows: what it gives, and what comes of that."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.expectations.comparing import collect_rows, render_value
from ssbt.runtime.expectations.frames import given_frame, quote_name, rows_frame, with_columns
from ssbt.runtime.expectations.plan import Cell, ExpectedRows, GivenRows, Test
from ssbt.runtime.failures.telling import describe_failure
from ssbt.runtime.job import Job
from ssbt.runtime.sampling.choosing import Chooser
from ssbt.runtime.sampling.masking import Masks
from ssbt.runtime.sampling.plans import SamplingPlan, SourceRequest
from ssbt.runtime.scripts.loading import ParametersError, Script
from ssbt.runtime.testing.running import apply_settings, run_test

Event = dict[str, Any]
# Spark writes milliseconds by itself.
_JSON_OPTIONS = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}
_EMPTY = "no row of {} came of the first 1,000,000 rows of each source"
_MASKED = "no row of {} comes of the masked values, as a condition asks for a real one"
_UNSTEADY = "the rows of {} are others each time: the test will not pass"


class _BatchSession:
    """A session in which streams of files are read as they are now."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def __getattr__(self, name: str) -> Any:
        return getattr(self._spark, "read" if name == "readStream" else name)


def create_test(spark: SparkSession, plan: SamplingPlan, assignments: Mapping[str, str]) -> Event:
    """The event `create_test` with the rows of the test, or `not created` with a message."""
    with apply_settings(spark, plan.plan.settings):
        try:
            return _TestCreator(spark, plan, Script(plan.plan, assignments)).event()
        except ParametersError as error:
            return {"event": "not created", "message": "\n".join(error.args)}
        except Exception as error:
            return {
                "event": "not created",
                "message": describe_failure(error, plan.plan.script).message,
            }


class _TestCreator:
    """A test on its way."""

    def __init__(self, spark: SparkSession, plan: SamplingPlan, script: Script) -> None:
        self._spark, self._plan, self._script = spark, plan, script
        self._columns: list[str] = []
        self._types: dict[str, str] = {}

    def event(self) -> Event:
        chosen = Chooser(self._plan, self._read_source, self._make_dataset).rows()
        had_rows = not self._make_dataset(chosen).isEmpty()
        masks = Masks()
        given_rows = [
            self._build_given(each, chosen[each.name], masks) for each in self._plan.sources
        ]
        clock = self._current_time() if self._script.asks_time(self._plan.dataset) else None
        rows = self._unexpected_rows(given_rows, [], clock)
        test = {
            "clock": clock or "",
            "given": [
                _rows_record(each.dataset, each.columns, each.rows, self._given_lines(each))
                for each in given_rows
            ],
            "then": _rows_record(
                self._plan.dataset, self._then_columns(), rows, self._then_lines(rows)
            ),
            "notes": [
                note.format(f"`{self._plan.dataset}`")
                for note, holds in (
                    (_EMPTY, not rows and not had_rows and not self._plan.streaming),
                    (_MASKED, not rows and had_rows),
                    (
                        _UNSTEADY,
                        bool(rows) and bool(self._unexpected_rows(given_rows, rows, clock)),
                    ),
                )
                if holds
            ],
        }
        return {"event": "created", "created": test}

    def _read_source(self, source: SourceRequest) -> DataFrame:
        session: Any = _BatchSession(self._spark) if source.streaming else self._spark
        return self._script.source(source.name, Job(session, self._script.params))

    def _make_dataset(self, parts: Mapping[str, DataFrame]) -> DataFrame:
        """The dataset; from streams, as if all their rows had come at once."""
        frame = self._script.frame(self._plan.dataset, parts)
        self._columns = frame.columns
        self._types = {f.name: f.dataType.simpleString() for f in frame.schema}
        return frame

    def _then_columns(self) -> list[tuple[str, str | None]]:
        return [(name, self._types[name]) for name in self._columns]

    def _given_lines(self, given_rows: GivenRows) -> list[str]:
        frame = given_frame(self._spark, given_rows, self._script.text)
        return json_lines(with_columns(frame, [name for name, _ in given_rows.columns]))

    def _then_lines(self, rows: list[list[str]]) -> list[str]:
        cells: list[str | list[Cell]] = [[*row] for row in rows]
        then = ExpectedRows(self._plan.dataset, "", self._then_columns(), cells)
        return json_lines(rows_frame(self._spark, then, self._script.text))

    def _build_given(self, source: SourceRequest, chosen: DataFrame, masks: Masks) -> GivenRows:
        columns = source.columns or [(name, None) for name in chosen.columns]
        frame = with_columns(chosen, [name for name, _ in columns])
        types = [field.dataType for field in frame.schema]
        masked_names = {name.casefold() for name in source.masked}
        hide_flags = [name.casefold() in masked_names for name, _ in columns]
        rows: list[list[Cell]] = [
            [
                render_value(masks.mask(value, type_) if hides else value)
                for value, type_, hides in zip(row, types, hide_flags, strict=True)
            ]
            for row in collect_rows(frame)
        ]
        return GivenRows(
            source.name,
            "",
            columns,
            rows,
            schema=source.schema,
            is_open=source.is_open,
            streaming=source.streaming,
        )

    def _unexpected_rows(
        self, given_rows: Sequence[GivenRows], expected: list[list[str]], clock: str | None
    ) -> list[list[str]]:
        """The rows that come and are not expected."""
        plan = self._plan
        then = ExpectedRows(
            plan.dataset,
            "",
            [(name, None) for name in self._columns],
            [[*row] for row in expected],
            ordered=plan.ordered,
            streaming=plan.streaming,
        )
        clocks = [(clock, 1)] if clock is not None else []
        test = Test(0, "", "", [*given_rows], [then], None, None, [plan.dataset], clocks)
        differences = run_test(self._spark, self._script, test)["differences"]
        return [
            actual for each in differences for _, actual, _ in each["rows"] if actual is not None
        ]

    def _current_time(self) -> str:
        return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}+00:00"


def _rows_record(
    dataset: str, columns: Sequence[tuple[str, Any]], rows: Sequence[Any], lines: list[str]
) -> Event:
    names = [name for name, _ in columns]
    return {"dataset": dataset, "columns": names, "rows": rows, "lines": lines}


def json_lines(frame: DataFrame) -> list[str]:
    """The rows as a file of JSON Lines has them; none where it cannot hold them."""
    maps = frame.schema.simpleString().split("map<")[1:]
    if any(not each.startswith("string,") for each in maps):
        return []
    columns = (F.col(quote_name(name)) for name in frame.columns)
    try:
        return [
            row[0] for row in frame.select(F.to_json(F.struct(*columns), _JSON_OPTIONS)).collect()
        ]
    except PySparkException:
        return []
