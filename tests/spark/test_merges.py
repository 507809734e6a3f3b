"""`mode = merge`: the newest row of each key, in a table that is created if it does not exist."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import SchemaMismatchError, merge_rows
from tests.conftest import delta_session
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, name: string, op: string, at: int"
MERGE = 'path = "LAKE/out", mode = merge, keys = [id], sequence_by = at, '
DELETING = f"{MERGE}delete_when = op = 'D', columns = * except (op)"


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def events(*rows: tuple[int | None, str | None, str, int | None]) -> str:
    def literal(value: object) -> str:
        return "null" if value is None else repr(value)

    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    columns = "cast(id AS bigint) id, cast(name AS string) name, op, cast(at AS int) at"
    return f"SELECT {columns} FROM VALUES {values} AS t(id, name, op, at)"


def test_the_newest_row_of_each_key(lake: Lake) -> None:
    lake.write(events((1, "a", "I", 1), (2, "b", "I", 1), (1, "c", "U", 3)), DELETING, COLUMNS)
    assert lake.rows("out") == [(1, "c", 3), (2, "b", 1)]
    lake.write(events((1, "old", "U", 2), (2, None, "D", 2), (3, "new", "I", 1)), DELETING, COLUMNS)
    assert lake.rows("out") == [(1, "c", 3), (3, "new", 1)]
    # The delete of 2 counts for rows that come later and are older, and for no newer one.
    lake.write(events((2, "late", "U", 2), (4, None, "D", 9)), DELETING, COLUMNS)
    assert lake.rows("out") == [(1, "c", 3), (3, "new", 1)]
    assert lake.rows("out_deleted") == [(2, 2), (4, 9)]
    lake.write(events((2, "again", "I", 5), (4, "late", "I", 8)), DELETING, COLUMNS)
    assert lake.rows("out") == [(1, "c", 3), (2, "again", 5), (3, "new", 1)]


@pytest.mark.parametrize(
    ("row", "column"), [((None, "a", "I", 1), "id"), ((1, "a", "I", None), "at")]
)
def test_a_row_without_key_or_sequence_stops_the_job(
    lake: Lake, row: tuple[int | None, str, str, int | None], column: str
) -> None:
    with pytest.raises(Exception, match=f"a row has no `{column}`, by which rows are merged"):
        lake.write(events(row, (2, "b", "I", 1)), DELETING, COLUMNS)
    assert not (lake.folder / "out_deleted").exists() or lake.rows("out_deleted") == []


STREAM = f"""
schema Event {{ {COLUMNS} }}
stream source events from parquet {{ path = "LAKE/in", schema = Event, max_files_per_trigger = 1 }}
sink events to delta as out {{ {DELETING}, trigger = available now, require = effectively_once }}
"""


def test_a_stream_merges_its_batches(lake: Lake) -> None:
    """In several batches, of which the last one is written again."""
    parts = (
        events((1, "a", "I", 1), (2, "b", "I", 1)),
        events((2, None, "D", 3), (1, "c", "U", 2)),
        events((2, "late", "U", 2), (3, "d", "I", 1)),
    )
    for part in parts:
        lake.spark.sql(part).coalesce(1).write.mode("append").parquet(f"{lake.folder}/in")
    head = 'checkpoint = "LAKE/checkpoints"'
    lake.run(STREAM, head)
    expected = [(1, "c", 2), (3, "d", 1)]
    assert lake.rows("out") == expected
    commits = lake.folder / "checkpoints" / "out" / "commits"
    last = max(int(each.name) for each in commits.iterdir() if each.name.isdigit())
    for name in (str(last), f".{last}.crc"):
        (commits / name).unlink()
    lake.run(STREAM, head)
    assert lake.rows("out") == expected


def test_names_that_the_table_maps(lake: Lake) -> None:
    """A key of such a name is in the table that remembers deletes, too."""
    lake.spark.sql(
        "SELECT 1L `the id`, 'a' `a, b`, 1 at, false gone"
        " UNION ALL SELECT 2L, 'b', 1, false UNION ALL SELECT 2L, null, 2, true"
    ).write.mode("overwrite").option("delta.columnMapping.mode", "name").format("delta").save(
        f"{lake.folder}/in"
    )
    lake.run(
        "schema Row { `the id`: bigint, `a, b`: string, at: int, gone: boolean }\n"
        'source rows from delta { path = "LAKE/in", schema = Row }\n'
        'sink rows to delta as out { path = "LAKE/out", mode = merge, keys = [`the id`],'
        " sequence_by = at, delete_when = gone, columns = * except (gone)\n"
        'properties { "delta.columnMapping.mode" = "name" } }\n'
    )
    assert lake.rows("out") == [(1, "a", 1)]
    assert lake.rows("out_deleted") == [(2, 2)]


def test_two_writers_at_the_same_time(lake: Lake) -> None:
    """All change the same file: without another try, some of them fail."""
    lake.write(events(*((each, "old", "I", 0) for each in range(20))), DELETING, COLUMNS)
    statement = (
        "MERGE INTO target AS t USING changes AS c ON t.id = c.id"
        " WHEN MATCHED AND c._deleted AND c.at >= t.at THEN DELETE"
        " WHEN MATCHED AND NOT c._deleted AND struct(c.at, c.name) > struct(t.at, t.name)"
        " THEN UPDATE SET t.name = c.name, t.at = c.at"
        " WHEN NOT MATCHED AND NOT c._deleted"
        " THEN INSERT (id, name, at) VALUES (c.id, c.name, c.at)"
    )

    def merge(writer: int, retries: int) -> str:
        # Views belong to a session, of which each job has its own.
        session = delta_session(lake.spark)
        rows = events(
            *((each, f"by {writer}", "U", writer + 1) for each in range(20)),
            (100 + writer, None, "D", 9),
        )
        frame = session.sql(rows).selectExpr("id", "name", "at", "op = 'D' AS _deleted")
        try:
            merge_rows(
                frame,
                statement,
                keys=["id"],
                sequence="at",
                format="delta",
                conflict_retries=retries,
                path=f"{lake.folder}/out",
                deleted=f"{lake.folder}/out_deleted",
            )
        except Exception as error:
            return str(error)
        return ""

    def at_once(retries: int) -> list[str]:
        with ThreadPoolExecutor(3) as pool:
            return list(pool.map(merge, range(3), [retries] * 3))

    failures = [each for each in at_once(0) if each]
    assert failures
    # Or several have created the table of deletes.
    conflicts = ("DELTA_CONCURRENT", "DELTA_PROTOCOL_CHANGED", "DELTA_METADATA_CHANGED")
    assert [each for each in failures if not any(name in each for name in conflicts)] == []
    assert at_once(10) == [""] * 3
    assert lake.rows("out") == [(each, "by 2", 3) for each in range(20)]
    assert lake.rows("out_deleted") == [(each, 9) for each in range(100, 103)]


def test_a_table_that_lacks_a_column(lake: Lake) -> None:
    lake.write(events((1, "a", "I", 1), (2, "b", "I", 1)), DELETING, COLUMNS)
    more = "SELECT *, cast(at * 10 AS bigint) AS more FROM (EVENTS)"
    later = more.replace("EVENTS", events((1, "c", "U", 2), (3, "d", "I", 1)))
    columns = f"{COLUMNS}, more: bigint"
    with pytest.raises(SchemaMismatchError, match="has no column `more`, which is written into it"):
        lake.write(later, DELETING, columns)
    assert lake.rows("out") == [(1, "a", 1), (2, "b", 1)]
    lake.write(later, f"{DELETING}, evolve = add_columns", columns)
    assert lake.rows("out") == [(1, "c", 2, 20), (2, "b", 1, None), (3, "d", 1, 10)]
    # The same event, now with its column: the greater row counts, whichever comes first.
    again = more.replace("EVENTS", events((2, "b", "I", 1)))
    lake.write(again, f"{DELETING}, evolve = add_columns", columns)
    lake.write(events((2, "b", "I", 1)), DELETING, COLUMNS)
    assert lake.rows("out")[1] == (2, "b", 1, 10)
