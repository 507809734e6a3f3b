"""Writes a test from real rows: what it gives, and what comes of that."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.expectations.comparing import collected, shown
from ssbt.runtime.expectations.frames import given_frame, quoted, rows_frame, with_columns
from ssbt.runtime.expectations.plan import Cell, Given, Test, Then
from ssbt.runtime.failures.telling import failure
from ssbt.runtime.job import Job
from ssbt.runtime.sampling.choosing import Chooser
from ssbt.runtime.sampling.masking import Masks
from ssbt.runtime.sampling.wishes import Wanted, Wish
from ssbt.runtime.scripts.loading import ParametersError, Script
from ssbt.runtime.testing.running import outcome, settings_of

Event = dict[str, Any]
# Spark writes milliseconds by itself.
_WHOLE = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}
_EMPTY = "no row of {} came of the first 1,000,000 rows of each source"
_MASKED = "no row of {} comes of the masked values, as a condition asks for a real one"
_UNSTEADY = "the rows of {} are others each time: the test will not pass"


class _AsBatch:
    """A session in which streams of files are read as they are now."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def __getattr__(self, name: str) -> Any:
        return getattr(self._spark, "read" if name == "readStream" else name)


def created(spark: SparkSession, wish: Wish, assignments: Mapping[str, str]) -> Event:
    """The event `created` with the rows of the test, or `not created` with a message."""
    with settings_of(spark, wish.plan.settings):
        try:
            return _Creation(spark, wish, Script(wish.plan, assignments)).event()
        except ParametersError as error:
            return {"event": "not created", "message": "\n".join(error.args)}
        except Exception as error:
            return {"event": "not created", "message": failure(error, wish.plan.script).message}


class _Creation:
    """A test on its way."""

    def __init__(self, spark: SparkSession, wish: Wish, script: Script) -> None:
        self._spark, self._wish, self._script = spark, wish, script
        self._columns: list[str] = []
        self._types: dict[str, str] = {}

    def event(self) -> Event:
        chosen = Chooser(self._wish, self._read, self._made).rows()
        had_rows = not self._made(chosen).isEmpty()
        masks = Masks()
        given = [self._given(each, chosen[each.name], masks) for each in self._wish.sources]
        clock = self._now() if self._script.asks_time(self._wish.dataset) else None
        rows = self._came(given, [], clock)
        test = {
            "clock": clock or "",
            "given": [
                _told(each.dataset, each.columns, each.rows, self._given_lines(each))
                for each in given
            ],
            "then": _told(self._wish.dataset, self._then_columns(), rows, self._then_lines(rows)),
            "notes": [
                note.format(f"`{self._wish.dataset}`")
                for note, holds in (
                    (_EMPTY, not rows and not had_rows and not self._wish.streaming),
                    (_MASKED, not rows and had_rows),
                    (_UNSTEADY, bool(rows) and bool(self._came(given, rows, clock))),
                )
                if holds
            ],
        }
        return {"event": "created", "created": test}

    def _read(self, source: Wanted) -> DataFrame:
        session: Any = _AsBatch(self._spark) if source.streaming else self._spark
        return self._script.source(source.name, Job(session, self._script.params))

    def _made(self, parts: Mapping[str, DataFrame]) -> DataFrame:
        """The dataset; from streams, as if all their rows had come at once."""
        frame = self._script.frame(self._wish.dataset, parts)
        self._columns = frame.columns
        self._types = {f.name: f.dataType.simpleString() for f in frame.schema}
        return frame

    def _then_columns(self) -> list[tuple[str, str | None]]:
        return [(name, self._types[name]) for name in self._columns]

    def _given_lines(self, given: Given) -> list[str]:
        frame = given_frame(self._spark, given, self._script.text)
        return json_lines(with_columns(frame, [name for name, _ in given.columns]))

    def _then_lines(self, rows: list[list[str]]) -> list[str]:
        cells: list[str | list[Cell]] = [[*row] for row in rows]
        then = Then(self._wish.dataset, "", self._then_columns(), cells)
        return json_lines(rows_frame(self._spark, then, self._script.text))

    def _given(self, source: Wanted, chosen: DataFrame, masks: Masks) -> Given:
        columns = source.columns or [(name, None) for name in chosen.columns]
        frame = with_columns(chosen, [name for name, _ in columns])
        types = [field.dataType for field in frame.schema]
        masked = {name.casefold() for name in source.masked}
        hidden = [name.casefold() in masked for name, _ in columns]
        rows: list[list[Cell]] = [
            [
                shown(masks.masked(value, type_) if hides else value)
                for value, type_, hides in zip(row, types, hidden, strict=True)
            ]
            for row in collected(frame)
        ]
        return Given(
            source.name,
            "",
            columns,
            rows,
            schema=source.schema,
            is_open=source.is_open,
            streaming=source.streaming,
        )

    def _came(
        self, given: Sequence[Given], expected: list[list[str]], clock: str | None
    ) -> list[list[str]]:
        """The rows that come and are not expected."""
        wish = self._wish
        then = Then(
            wish.dataset,
            "",
            [(name, None) for name in self._columns],
            [[*row] for row in expected],
            ordered=wish.ordered,
            streaming=wish.streaming,
        )
        clocks = [(clock, 1)] if clock is not None else []
        test = Test(0, "", "", [*given], [then], None, None, [wish.dataset], clocks)
        differences = outcome(self._spark, self._script, test)["differences"]
        return [got for each in differences for _, got, _ in each["rows"] if got is not None]

    def _now(self) -> str:
        return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}+00:00"


def _told(
    dataset: str, columns: Sequence[tuple[str, Any]], rows: Sequence[Any], lines: list[str]
) -> Event:
    names = [name for name, _ in columns]
    return {"dataset": dataset, "columns": names, "rows": rows, "lines": lines}


def json_lines(frame: DataFrame) -> list[str]:
    """The rows as a file of JSON Lines has them; none where it cannot hold them."""
    maps = frame.schema.simpleString().split("map<")[1:]
    if any(not each.startswith("string,") for each in maps):
        return []
    columns = (F.col(quoted(name)) for name in frame.columns)
    try:
        return [row[0] for row in frame.select(F.to_json(F.struct(*columns), _WHOLE)).collect()]
    except PySparkException:
        return []
