"""`mode = merge` and `mode = history` on Iceberg: other writers, kills, and what a table may be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.runtime import Job, SchemaMismatchError
from tests.conftest import iceberg_session
from tests.spark.iceberg_lakes import JDBC, IcebergLake
from tests.spark.test_histories import events as tracked_events
from tests.spark.test_merges import events
from tests.spark.test_partial_updates import events as partial_events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, name: string, op: string, at: int"
KEYS = ", keys = [id], sequence_by = at, delete_when = op = 'D', columns = * except (op)"
DELETING = f"{KEYS}, mode = merge"
TRACKED = "id: bigint, name: string, seen: int, op: string, at: int"
TRACKING = f"{KEYS}, mode = history, track = * except (seen)"
PARTIAL = "id: bigint, name: string, city: string, op: string, at: int"
KEEPING = f"{KEYS}, mode = merge, on_null = keep"


class Meeting:
    """What happens just before statements of a session run: each once, by what is in the text."""

    def __init__(
        self, happenings: Mapping[str, Callable[[], object]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.awaited, self._monkeypatch = dict(happenings), monkeypatch

    def write(self, lake: IcebergLake, *args: str) -> None:
        run_sql = type(lake.spark).sql

        def meet(session: SparkSession, text: str, *rest: Any, **kwargs: Any) -> Any:
            moment = next((each for each in self.awaited if each in text), None)
            if moment and session is lake.spark:
                self.awaited.pop(moment)()
            return run_sql(session, text, *rest, **kwargs)

        with self._monkeypatch.context() as patch:
            patch.setattr(type(lake.spark), "sql", meet)
            lake.write(*args)


@pytest.fixture
def lake(iceberg: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    lake = IcebergLake(iceberg, tmp_path, monkeypatch)
    lake.connection = JDBC
    return lake


def open_other(lake: IcebergLake, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    """The same tables in another session, with files of its own to read from."""
    other = IcebergLake(iceberg_session(lake.spark), lake.folder, monkeypatch)
    other.connection = JDBC
    return other


def versions(lake: IcebergLake) -> list[tuple[Any, ...]]:
    return lake.sql("SELECT * FROM lake.db.out ORDER BY 1, 4")


def test_a_history_that_another_job_changes(
    lake: IcebergLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its events are between those of this job, which has cut its versions without them, twice."""
    lake.write(tracked_events((1, "a", 1, "I", 1)), TRACKING, TRACKED)
    other = open_other(lake, monkeypatch)
    earlier = tracked_events((1, "b", 1, "U", 3), (1, "a", 8, "U", 2))
    later = tracked_events((1, "d", 1, "U", 6), (1, "c", 7, "U", 7))
    meeting = Meeting(
        {
            "USING events": lambda: other.write(earlier, TRACKING, TRACKED),
            "USING versions": lambda: other.write(later, TRACKING, TRACKED),
        },
        monkeypatch,
    )
    rows = tracked_events((1, "a", 2, "U", 4), (1, "c", 1, "U", 5))
    meeting.write(lake, rows, TRACKING, TRACKED)
    assert not meeting.awaited
    assert versions(lake) == [
        (1, "a", 8, 1, 3),
        (1, "b", 1, 3, 4),
        (1, "a", 2, 4, 5),
        (1, "c", 1, 5, 6),
        (1, "d", 1, 6, 7),
        (1, "c", 7, 7, None),
    ]


def test_a_history_whose_job_was_killed_between_its_two_tables(
    lake: IcebergLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tracked_events((1, "a", 1, "I", 1), (2, "b", 1, "I", 1))
    lake.write(first, TRACKING, TRACKED)
    rows = tracked_events((1, "a", 2, "U", 3), (2, None, None, "D", 2), (2, "c", 1, "I", 4))

    def kill() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Meeting({"USING versions": kill}, monkeypatch).write(lake, rows, TRACKING, TRACKED)
    assert versions(lake) == [(1, "a", 1, 1, None), (2, "b", 1, 1, None)]
    assert len(lake.rows("out_hidden")) == 3
    lake.write(rows, TRACKING, TRACKED)
    assert versions(lake) == [(1, "a", 2, 1, None), (2, "b", 1, 1, 2), (2, "c", 1, 4, None)]


def test_partial_rows_that_another_job_merges_meanwhile(
    lake: IcebergLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes both tables when this one has read the first, and not yet changed the second."""
    lake.write(partial_events((1, "a", "x", "I", 1)), KEEPING, PARTIAL)
    other = open_other(lake, monkeypatch)
    met = partial_events((1, None, "newer", "U", 9))
    happens = {"USING changes": lambda: other.write(met, KEEPING, PARTIAL)}
    meeting = Meeting(happens, monkeypatch)
    meeting.write(lake, partial_events((1, "b", "y", "U", 5)), KEEPING, PARTIAL)
    assert lake.rows("out") == [(1, "b", "newer", 9)]
    more = (
        f"SELECT *, struct(at AS `a b`) AS more FROM ({partial_events((1, None, None, 'U', 10))})"
    )
    options, columns = f"{KEEPING}, evolve = add_columns", f"{PARTIAL}, more: struct<`a b`: int>"
    lake.write(more, options, columns)
    assert lake.rows("out", "name, city, at, more.`a b`") == [("b", "newer", 10, 10)]


def test_two_writers_at_the_same_time(lake: IcebergLake, monkeypatch: pytest.MonkeyPatch) -> None:
    """All change the same file, and each remembers a delete of its own."""
    lake.write(events(*((each, "old", "I", 0) for each in range(20))), DELETING, COLUMNS)
    head = f"schema Row {{ {COLUMNS} }}\n{lake.head()}"
    sink = lake.sink("out", f"{DELETING}, conflict_retries = RETRIES")
    others = [open_other(lake, monkeypatch) for _ in range(3)]
    modules = []
    for writer, other in enumerate(others):
        rows = [(each, f"by {writer}", "U", writer + 1) for each in range(20)]
        rows_and_delete = events(*rows, (100 + writer, None, "D", 9))
        lake.spark.sql(rows_and_delete).coalesce(1).write.parquet(f"{lake.folder}/in{writer}")
        source = f'source rows from parquet {{ path = "LAKE/in{writer}", schema = Row }}\n'
        modules.append((other, f"{head}{source}{sink}"))
    # One after another, as what is compiled is imported under one name.
    jobs = [
        {retries: other.compile(text.replace("RETRIES", str(retries))) for retries in (0, 10)}
        for other, text in modules
    ]

    def merge(writer: int, retries: int) -> str:
        try:
            other = others[writer]
            job = Job(other.spark, None)
            module = jobs[writer][retries]
            module.write_out(module.rows(job), job)
        except Exception as error:
            return str(error)
        return ""

    def at_once(retries: int) -> list[str]:
        with ThreadPoolExecutor(3) as pool:
            return list(pool.map(merge, range(3), [retries] * 3))

    failures = [each for each in at_once(0) if each]
    assert failures
    assert at_once(10) == [""] * 3
    assert lake.rows("out") == [(each, "by 2", 3) for each in range(20)]
    assert lake.rows("out_deleted") == [(each, 9) for each in range(100, 103)]


def test_a_format_that_does_not_number_its_versions(lake: IcebergLake) -> None:
    """Two jobs that merge at the same time would not notice each other."""
    lake.open()
    lake.make("out_deleted", "SELECT 1L AS id, 1 AS at", **{"format-version": "1"})
    with pytest.raises(SchemaMismatchError, match=r"has version 1 of Iceberg's format.*'2'"):
        lake.write(events((1, "late", "U", 1)), DELETING, COLUMNS)
    lake.sql("ALTER TABLE lake.db.out_deleted SET TBLPROPERTIES ('format-version' = '2')")
    lake.write(events((1, "late", "U", 1), (2, "b", "I", 1)), DELETING, COLUMNS)
    assert lake.rows("out") == [(2, "b", 1)]


@pytest.mark.parametrize(
    ("row", "column"), [((None, "a", "I", 1), "id"), ((1, "a", "I", None), "at")]
)
def test_a_row_without_key_or_sequence_stops_the_job(
    lake: IcebergLake, row: tuple[int | None, str, str, int | None], column: str
) -> None:
    with pytest.raises(Exception, match=f"a row has no `{column}`, by which rows are merged"):
        lake.write(events(row, (2, "b", "I", 1)), DELETING, COLUMNS)
    assert not lake.spark.catalog.tableExists("lake.db.out") or lake.rows("out") == []
