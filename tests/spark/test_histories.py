"""`mode = history`: every version of each key, and the time in which it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import delta_session
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, name: string, seen: int, op: string, at: int"
HISTORY = (
    "path = \"LAKE/out\", mode = history, keys = [id], sequence_by = at, delete_when = op = 'D',"
    " columns = * except (op), "
)
TRACKING = f"{HISTORY}track = * except (seen)"


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def events(*rows: tuple[int | None, str | None, int | None, str, int | None]) -> str:
    def literal(value: object) -> str:
        return "null" if value is None else repr(value)

    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    columns = "cast(id AS bigint) id, cast(name AS string) name, cast(seen AS int) seen, op"
    return f"SELECT {columns}, cast(at AS int) at FROM VALUES {values} AS t(id, name, seen, op, at)"


def versions(lake: Lake, name: str = "out") -> list[tuple[Any, ...]]:
    return lake.sql(f"SELECT * FROM {lake.table(name)} ORDER BY 1, 4")


def count_commits(lake: Lake) -> int:
    return sum(len(lake.sql(f"DESCRIBE HISTORY {lake.table(n)}")) for n in ("out", "out_hidden"))


def test_versions_are_cut_anew_around_late_events(lake: Lake) -> None:
    first = events((1, "a", 1, "I", 10), (1, "b", 1, "U", 30), (2, None, 7, "D", 20))
    lake.write(first, TRACKING, COLUMNS)
    assert versions(lake) == [(1, "a", 1, 10, 30), (1, "b", 1, 30, None)]
    assert lake.rows("out_hidden") == [(2, 20, None, 7, True)]
    # Without a change that is tracked, in the middle, at the end, and before a delete.
    second = events((1, "a", 2, "U", 20), (1, "b", 5, "U", 40), (2, "x", 1, "I", 5))
    lake.write(second, TRACKING, COLUMNS)
    expected = [(1, "a", 2, 10, 30), (1, "b", 5, 30, None), (2, "x", 1, 5, 20)]
    assert versions(lake) == expected
    commits = count_commits(lake)
    lake.write(f"{first} UNION ALL {second}", TRACKING, COLUMNS)
    assert (versions(lake), count_commits(lake)) == (expected, commits)
    # The event at 20 opens a version now, the one at 30 no more.
    late = events((1, "b", 3, "U", 15), (1, "b", 9, "U", 25))
    others = events((3, "b", 5, "U", 40), (4, "b", 1, "U", 30), (4, "zz", 0, "U", 40))
    lake.write(f"{late} UNION ALL {others}", TRACKING, COLUMNS)
    assert versions(lake) == [
        (1, "a", 1, 10, 15),
        (1, "b", 3, 15, 20),
        (1, "a", 2, 20, 25),
        (1, "b", 5, 25, None),
        expected[-1],
        (3, "b", 5, 40, None),
        (4, "b", 1, 30, 40),
        (4, "zz", 0, 40, None),
    ]
    # Of two events at one time the greater one counts, and a delete more than any. With other
    # tracked columns, versions are split differently as soon as their key has an event.
    ties = events((3, "zz", 0, "U", 40), (3, "b", 6, "U", 40), (4, None, None, "D", 40))
    retracked = events((1, "c", 0, "I", 50))
    lake.write(f"{ties} UNION ALL {retracked}", HISTORY, COLUMNS)
    assert versions(lake) == [
        (1, "a", 1, 10, 15),
        (1, "b", 3, 15, 20),
        (1, "a", 2, 20, 25),
        (1, "b", 9, 25, 30),
        (1, "b", 1, 30, 40),
        (1, "b", 5, 40, 50),
        (1, "c", 0, 50, None),
        expected[-1],
        (3, "zz", 0, 40, None),
        (4, "b", 1, 30, 40),
    ]


def test_a_job_that_was_killed_between_its_two_tables(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.write(events((1, "a", 1, "I", 1), (2, "b", 1, "I", 1)), TRACKING, COLUMNS)
    run_sql = type(lake.spark).sql

    def kill(session: SparkSession, text: str, *args: Any, **kwargs: Any) -> Any:
        if "USING versions" in text:
            raise KeyboardInterrupt
        return run_sql(session, text, *args, **kwargs)

    killed = events((1, "a", 2, "U", 3), (2, None, None, "D", 2), (2, "c", 1, "I", 4))
    with monkeypatch.context() as patch:
        patch.setattr(type(lake.spark), "sql", kill)
        with pytest.raises(KeyboardInterrupt):
            lake.write(killed, TRACKING, COLUMNS)
    assert versions(lake) == [(1, "a", 1, 1, None), (2, "b", 1, 1, None)]
    assert len(lake.rows("out_hidden")) == 3
    lake.write(killed, TRACKING, COLUMNS)
    expected = [(1, "a", 2, 1, None), (2, "b", 1, 1, 2), (2, "c", 1, 4, None)]
    assert versions(lake) == expected


def test_another_job_that_changes_what_was_read(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its events are between those of this job, which has cut its versions without them, twice."""
    lake.write(events((1, "a", 1, "I", 1)), TRACKING, COLUMNS)
    other = Lake(delta_session(lake.spark), lake.folder, monkeypatch)
    news = {
        "USING events": events((1, "b", 1, "U", 3), (1, "a", 8, "U", 2)),
        "USING versions": events((1, "d", 1, "U", 6), (1, "c", 7, "U", 7)),
    }
    run_sql = type(lake.spark).sql

    def meet(session: SparkSession, text: str, *args: Any, **kwargs: Any) -> Any:
        moment = next((each for each in news if each in text), None)
        if moment and session is lake.spark:
            other.write(news.pop(moment), TRACKING, COLUMNS)
        return run_sql(session, text, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(type(lake.spark), "sql", meet)
        lake.write(events((1, "a", 2, "U", 4), (1, "c", 1, "U", 5)), TRACKING, COLUMNS)
    assert not news
    assert versions(lake) == [
        (1, "a", 8, 1, 3),
        (1, "b", 1, 3, 4),
        (1, "a", 2, 4, 5),
        (1, "c", 1, 5, 6),
        (1, "d", 1, 6, 7),
        (1, "c", 7, 7, None),
    ]


@pytest.mark.parametrize(
    ("row", "column"), [((None, "a", 1, "I", 1), "id"), ((1, "a", 1, "I", None), "at")]
)
def test_a_row_without_key_or_sequence_stops_the_job(
    lake: Lake, row: tuple[int | None, str, int, str, int | None], column: str
) -> None:
    with pytest.raises(Exception, match=f"a row has no `{column}`, by which rows are merged"):
        lake.write(events(row, (2, "b", 1, "D", 1)), TRACKING, COLUMNS)
    for name in ("out", "out_hidden"):
        assert not (lake.folder / name).exists() or lake.rows(name) == []


STREAM = f"""
schema Event {{ {COLUMNS} }}
stream source events from parquet {{ path = "LAKE/in", schema = Event, max_files_per_trigger = 1 }}
sink events to delta as out {{ {TRACKING}, trigger = available now, require = effectively_once }}
"""


def test_a_stream_keeps_the_history_of_its_batches(lake: Lake) -> None:
    """In several batches, of which the last one is written again."""
    parts = (
        events((1, "a", 1, "I", 1), (2, "b", 1, "I", 1)),
        events((2, None, None, "D", 3), (1, "c", 1, "U", 4)),
        events((2, "late", 1, "U", 2), (1, "a", 9, "U", 3)),
    )
    for part in parts:
        lake.spark.sql(part).coalesce(1).write.mode("append").parquet(f"{lake.folder}/in")
    head = 'checkpoint = "LAKE/checkpoints"'
    lake.run(STREAM, head)
    expected = [(1, "a", 9, 1, 4), (1, "c", 1, 4, None), (2, "b", 1, 1, 2), (2, "late", 1, 2, 3)]
    assert versions(lake) == expected
    commits = lake.folder / "checkpoints" / "out" / "commits"
    last = max(int(each.name) for each in commits.iterdir() if each.name.isdigit())
    for name in (str(last), f".{last}.crc"):
        (commits / name).unlink()
    lake.run(STREAM, head)
    assert versions(lake) == expected


def test_names_of_its_own(lake: Lake) -> None:
    """A table by its name; columns whose names have to be quoted; a sequence called as it is."""
    options = (
        'table = "out_by_name", path = "LAKE/out", mode = history, keys = [`select`],'
        ' sequence_by = at, valid_from = "at", valid_to = "from", hidden = "LAKE/before"'
    )
    columns = "`select`: bigint, `a.b`: string, at: date"
    text = "cast(1 AS bigint) `select`, '{}' `a.b`, date '2026-01-0{}' at"
    rows = " UNION ALL ".join(f"SELECT {text.format(*each)}" for each in ("x2", "x3", "y4"))
    try:
        lake.write(rows, options, columns)
        names = lake.sql(
            "SELECT `select`, `a.b`, day(at), day(`from`) FROM out_by_name ORDER BY at"
        )
        assert names == [(1, "x", 2, 4), (1, "y", 4, None)]
        assert len(lake.rows("before")) == 2
    finally:
        lake.sql("DROP TABLE IF EXISTS out_by_name")
