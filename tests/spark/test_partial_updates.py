"""`on_null = keep`: a null leaves the newest value, of whichever event that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import delta_session
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, name: string, city: string, op: string, at: int"
MERGE = (
    "mode = merge, keys = [id], sequence_by = at, delete_when = op = 'D', columns = * except (op), "
)
KEEPING = f'path = "LAKE/out", {MERGE}on_null = keep'


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def events(*rows: tuple[int | None, str | None, str | None, str, int | None]) -> str:
    def literal(value: object) -> str:
        return "null" if value is None else repr(value)

    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    columns = "cast(id AS bigint) id, cast(name AS string) name, cast(city AS string) city, op"
    return f"SELECT {columns}, cast(at AS int) at FROM VALUES {values} AS t(id, name, city, op, at)"


def test_a_null_leaves_the_newest_value(lake: Lake) -> None:
    """In a table whose rows came whole, before there was a table beside it."""
    lake.write(
        events((1, "a", "x", "I", 1), (2, "b", None, "I", 1)), MERGE + 'path = "LAKE/out"', COLUMNS
    )
    lake.write(events((1, None, "y", "U", 5), (2, None, None, "U", 3)), KEEPING, COLUMNS)
    assert lake.rows("out") == [(1, "a", "y", 5), (2, "b", None, 3)]
    # A late event has the newest name, and not the newest city.
    lake.write(events((1, "c", "z", "U", 3), (3, "n", None, "I", 1)), KEEPING, COLUMNS)
    expected = [(1, "c", "y", 5), (2, "b", None, 3), (3, "n", None, 1)]
    assert lake.rows("out") == expected
    # A late delete takes what came before it, and leaves the rest of the row.
    lake.write(events((1, None, None, "D", 4), (3, None, None, "D", 9)), KEEPING, COLUMNS)
    assert lake.rows("out") == [(1, None, "y", 5), expected[1]]
    lake.write(events((1, "late", None, "U", 4), (3, "late", "w", "U", 8)), KEEPING, COLUMNS)
    assert lake.rows("out") == [(1, None, "y", 5), expected[1]]
    more = "SELECT *, cast(at AS string) AS more FROM (EVENTS)"
    later = more.replace("EVENTS", events((2, None, "q", "U", 2)))
    lake.write(later, f"{KEEPING}, evolve = add_columns", f"{COLUMNS}, more: string")
    assert lake.rows("out") == [(1, None, "y", 5, None), (2, "b", "q", 3, "2")]


def test_another_job_between_the_two_tables(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes both when this one has read the first, and has not changed the second yet."""
    lake.write(events((1, "a", "x", "I", 1)), KEEPING, COLUMNS)
    other = Lake(delta_session(lake.spark), lake.folder, monkeypatch)
    run_sql = type(lake.spark).sql

    def meet(session: SparkSession, text: str, *args: Any, **kwargs: Any) -> Any:
        if "USING changes" in text:
            patch.undo()
            other.write(events((1, None, "newer", "U", 9)), KEEPING, COLUMNS)
        return run_sql(session, text, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(type(lake.spark), "sql", meet)
        lake.write(events((1, "b", "y", "U", 5)), KEEPING, COLUMNS)
    assert lake.rows("out") == [(1, "b", "newer", 9)]


STREAM = f"""
schema Event {{ {COLUMNS} }}
stream source events from parquet {{ path = "LAKE/in", schema = Event, max_files_per_trigger = 1 }}
sink events to delta as out {{ {KEEPING}, trigger = available now, require = effectively_once }}
"""


def test_a_stream_of_partial_rows(lake: Lake) -> None:
    parts = (events((1, "a", None, "I", 1)), events((1, None, "x", "U", 2)))
    for part in parts:
        lake.spark.sql(part).coalesce(1).write.mode("append").parquet(f"{lake.folder}/in")
    lake.run(STREAM, 'checkpoint = "LAKE/checkpoints"')
    assert lake.rows("out") == [(1, "a", "x", 2)]
