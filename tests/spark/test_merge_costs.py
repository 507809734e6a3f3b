"""What merges and histories cost: jobs, commits and files, which a busy machine does not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import delta_session
from tests.spark.compiling import run
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, name: string, op: string, at: int"
MERGE = 'path = "LAKE/out", mode = merge, keys = [id], sequence_by = at'
DELETING = f"{MERGE}, delete_when = op = 'D', columns = * except (op)"
BY_HAND = """
MERGE INTO delta.`{table}` AS t
USING (
  SELECT id, name, op, at
  FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY at DESC) AS place FROM {events})
  WHERE place = 1
) AS c
ON t.id = c.id
WHEN MATCHED AND c.at > t.at THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *
"""


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def events(*rows: tuple[int, str, str, int]) -> str:
    columns = "cast(id AS bigint) id, name, op, cast(at AS int) at"
    return f"SELECT {columns} FROM VALUES {', '.join(map(str, rows))} AS t(id, name, op, at)"


def count_jobs(lake: Lake, run: Callable[[], object]) -> int:
    context = lake.spark.sparkContext
    context.setJobGroup("counted", "")
    before = len(context.statusTracker().getJobIdsForGroup("counted"))
    try:
        run()
    finally:
        context.setLocalProperty("spark.jobGroup.id", None)  # type: ignore[arg-type]
    return len(context.statusTracker().getJobIdsForGroup("counted")) - before


def count_commits(lake: Lake, name: str) -> int:
    log = lake.folder / name / "_delta_log"
    return len(list(log.glob("*.json"))) if log.exists() else 0


def files_by(lake: Lake, name: str, condition: str) -> list[Path]:
    rows = lake.sql(f"SELECT DISTINCT input_file_name() FROM {lake.table(name)} WHERE {condition}")
    return [lake.folder / row[0].partition(f"{lake.folder}/")[2] for row in rows]


def test_a_merge_takes_no_more_jobs_than_one_by_hand(lake: Lake) -> None:
    lake.write(events((1, "a", "I", 1), (2, "b", "I", 1)), MERGE, COLUMNS)
    lake.make("by_hand", f"SELECT * FROM {lake.table('out')}")
    later = events((1, "c", "U", 2), (3, "d", "I", 1))
    lake.spark.sql(later).write.mode("overwrite").parquet(f"{lake.folder}/in")
    statement = BY_HAND.format(table=f"{lake.folder}/by_hand", events=f"parquet.`{lake.folder}/in`")
    by_hand = count_jobs(lake, lambda: lake.sql(statement))
    pipeline = lake.compile(
        f"schema Row {{ {COLUMNS} }}\n"
        'source rows from parquet { path = "LAKE/in", schema = Row }\n'
        f"sink rows to delta as out {{ {MERGE} }}\n"
    )
    assert count_jobs(lake, lambda: run(pipeline, lake.spark)) <= by_hand
    assert lake.rows("out") == lake.rows("by_hand")


def test_no_table_of_deletes_before_a_row_deletes(lake: Lake) -> None:
    lake.write(events((1, "a", "I", 1), (2, "b", "I", 1)), DELETING, COLUMNS)
    lake.write(events((1, "c", "U", 2)), DELETING, COLUMNS)
    assert (count_commits(lake, "out"), count_commits(lake, "out_deleted")) == (3, 0)
    lake.write(events((2, "", "D", 5)), DELETING, COLUMNS)
    assert (lake.rows("out"), lake.rows("out_deleted")) == ([(1, "c", 2)], [(2, 5)])
    commits = count_commits(lake, "out_deleted")
    lake.write(events((2, "late", "U", 4), (3, "d", "I", 1)), DELETING, COLUMNS)
    assert lake.rows("out") == [(1, "c", 2), (3, "d", 1)]
    assert count_commits(lake, "out_deleted") == commits


@pytest.mark.parametrize("moment", ["MERGE INTO deleted", "MERGE INTO target"])
def test_a_job_that_was_killed_at_its_first_delete(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    lake.write(events((1, "a", "I", 1), (2, "b", "I", 1)), DELETING, COLUMNS)
    run_sql = type(lake.spark).sql

    def kill(session: SparkSession, text: str, *args: Any, **kwargs: Any) -> Any:
        if moment in text:
            raise KeyboardInterrupt
        return run_sql(session, text, *args, **kwargs)

    killed = events((1, "", "D", 3), (2, "c", "U", 2))
    with monkeypatch.context() as patch:
        patch.setattr(type(lake.spark), "sql", kill)
        with pytest.raises(KeyboardInterrupt):
            lake.write(killed, DELETING, COLUMNS)
    # Others come first: the late event knows of the delete as far as that is remembered.
    lake.write(events((1, "late", "U", 2)), DELETING, COLUMNS)
    lake.write(killed, DELETING, COLUMNS)
    assert lake.rows("out") == [(2, "c", 2)]


def test_another_job_that_deletes_the_first_row_meanwhile(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds nothing to delete yet, and this job has found no deletes that are remembered."""
    lake.write(events((1, "a", "I", 1)), DELETING, COLUMNS)
    other = Lake(delta_session(lake.spark), lake.folder, monkeypatch)
    run_sql = type(lake.spark).sql

    def meet(session: SparkSession, text: str, *args: Any, **kwargs: Any) -> Any:
        if "MERGE INTO target" in text:
            patch.undo()
            other.write(events((2, "", "D", 5)), DELETING, COLUMNS)
        return run_sql(session, text, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(type(lake.spark), "sql", meet)
        lake.write(events((2, "late", "U", 4), (3, "b", "I", 1)), DELETING, COLUMNS)
    assert lake.rows("out") == [(1, "a", 1), (3, "b", 1)]


def test_files_of_other_partitions_and_other_keys_are_not_opened(lake: Lake) -> None:
    """They are gone, so that whoever opens one fails."""
    columns = "id: bigint, day: date, name: string, at: int"
    rows = "SELECT cast({} AS bigint) id, date '2026-01-0{}' day, '{}' name, cast({} AS int) at"
    options = (
        'path = "LAKE/out", mode = merge, keys = [day, id], sequence_by = at, partition_by = [day]'
    )
    for day in (1, 2):
        lake.write(rows.format(1, day, "a", 1), options, columns)
    (gone,) = files_by(lake, "out", "day = date '2026-01-01'")
    gone.unlink()
    lake.write(rows.format(1, 2, "b", 2), options, columns)
    names = lake.sql(f"SELECT name FROM {lake.table('out')} WHERE day = date '2026-01-02'")
    assert names == [("b",)]
    # With `delete_when` the rows are looked at anyway: then by what the log says of any key.
    keys = DELETING.replace("LAKE/out", "LAKE/keys")
    for id_ in (1, 100):
        lake.write(events((id_, "a", "I", 1)), keys, COLUMNS)
    (gone,) = files_by(lake, "keys", "id = 100")
    gone.unlink()
    lake.write(events((1, "b", "U", 2), (2, "c", "I", 1)), keys, COLUMNS)
    names = lake.sql(f"SELECT id, name FROM {lake.table('keys')} WHERE id < 3 ORDER BY id")
    assert names == [(1, "b"), (2, "c")]


def test_keys_of_any_type_are_found_within_their_bounds(lake: Lake) -> None:
    """Of the columns of a table that somebody else made, one has another type."""
    lake.make("out", "", "day date, name string, place varchar(9), code int, n smallint, at int")
    columns = "day: date, name: string, place: string, code: string, n: smallint, at: int"
    options = (
        'path = "LAKE/out", mode = merge, sequence_by = at, delete_when = at < 0,'
        " keys = [day, name, place, code, n]"
    )
    rows = (
        "SELECT date '{}' day, {} name, 'p' place, '{}' code, cast({} AS smallint) n,"
        " cast({} AS int) at"
    )
    first = [("2026-01-01", "'it''s'", 9, -3), ("-0044-03-15", "'$x'", 10, 7)]
    for at in (1, 2):
        text = " UNION ALL ".join(rows.format(*each, at) for each in first)
        lake.write(text, options, columns)
    merged = lake.rows("out", "year(day), name, code, n, at")
    assert merged == [(-44, "$x", 10, 7, 2), (2026, "it's", 9, -3, 2)]


HISTORY = MERGE.replace("mode = merge", "mode = history")
ENDING = f"{HISTORY}, delete_when = op = 'D', columns = * except (op)"


def test_a_history_hides_nothing_before_it_has_to(lake: Lake) -> None:
    lake.write(events((1, "a", "I", 1), (2, "b", "I", 1)), ENDING, COLUMNS)
    lake.write(events((1, "c", "U", 2)), ENDING, COLUMNS)
    assert (count_commits(lake, "out"), count_commits(lake, "out_hidden")) == (3, 0)
    lake.write(events((2, "", "D", 5), (1, "d", "U", 3)), ENDING, COLUMNS)
    assert lake.rows("out_hidden") == [(2, 5, "", True)]
    assert lake.rows("out") == [
        (1, "a", 1, 2),
        (1, "c", 2, 3),
        (1, "d", 3, None),
        (2, "b", 1, 5),
    ]


def test_a_history_opens_no_files_of_other_keys(lake: Lake) -> None:
    for id_ in (1, 100):
        lake.write(events((id_, "a", "I", 1)), ENDING, COLUMNS)
    (gone,) = files_by(lake, "out", "id = 100")
    gone.unlink()
    lake.write(events((1, "b", "U", 2), (2, "", "D", 1)), ENDING, COLUMNS)
    versions = lake.sql(f"SELECT name, valid_to FROM {lake.table('out')} WHERE id < 3 ORDER BY 1")
    assert versions == [("a", 2), ("b", None)]
