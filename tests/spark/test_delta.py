"""Tables of Delta Lake, as generated scripts write and read them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import re
from time import sleep
from typing import TYPE_CHECKING

from pyspark.sql.functions import udf
import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.runtime import Job, SchemaMismatchError
from tests.spark.lakes import ORDER, Lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def orders(*ids: int, day: str = "2026-01-01") -> str:
    """A query of an order each."""
    values = ", ".join(f"({each}L, date'{day}', {each}.50BD)" for each in ids)
    columns = "id, day, cast(amount AS decimal(12,2)) AS amount"
    return f"SELECT {columns} FROM VALUES {values} AS t(id, day, amount)"


def test_modes(lake: Lake) -> None:
    lake.write(orders(1), 'path = "LAKE/out"')
    with pytest.raises(Exception, match="DELTA_PATH_EXISTS"):
        lake.write(orders(2), 'path = "LAKE/out"')
    lake.write(orders(2), 'path = "LAKE/out", mode = ignore')
    assert lake.rows("out", "id") == [(1,)]
    lake.write(orders(2, 3), 'path = "LAKE/out", mode = append')
    assert lake.rows("out", "id") == [(1,), (2,), (3,)]
    lake.write(orders(4), 'path = "LAKE/out", mode = overwrite')
    assert lake.rows("out", "id") == [(4,)]
    read = lake.read('path = "LAKE/out"', steps="|> select id, amount")
    assert [(row[0], str(row[1])) for row in read] == [(4, "4.50")]


def test_tables_of_the_catalog(lake: Lake) -> None:
    lake.sql("CREATE DATABASE IF NOT EXISTS sales")
    try:
        for ids in ((1,), (2,)):
            lake.write(orders(*ids), 'table = "sales.orders", mode = append')
        assert lake.read('table = "sales.orders"', "id: bigint") == [(1,), (2,)]
        assert lake.read('table = "sales.orders", version = 0', "id: bigint") == [(1,)]
        lake.write(orders(3), 'table = "sales.placed", path = "LAKE/placed"')
        assert lake.rows("placed", "id") == [(3,)]
    finally:
        lake.sql("DROP DATABASE sales CASCADE")


def test_older_versions(lake: Lake) -> None:
    for ids in ((1,), (2,), (3,)):
        lake.write(orders(*ids), 'path = "LAKE/out", mode = append')
    assert lake.read('path = "LAKE/out", version = 1', "id: bigint") == [(1,), (2,)]
    history = lake.sql(f"DESCRIBE HISTORY {lake.table('out')}")
    times = {row[0]: str(row[1]) for row in history}
    assert lake.read(f'path = "LAKE/out", timestamp = "{times[0]}"', "id: bigint") == [(1,)]
    with pytest.raises(Exception, match="VERSION"):
        lake.read('path = "LAKE/out", version = 9', "id: bigint")
    with pytest.raises(Exception, match="TIMESTAMP"):
        lake.read('path = "LAKE/out", timestamp = "2001-01-01"', "id: bigint")


def test_the_table_is_held_to_the_schema(lake: Lake) -> None:
    lake.make("out", "", "id INT NOT NULL, Name STRING, at ARRAY<INT>, p STRUCT<a: INT, b: STRING>")
    lake.sql(f"INSERT INTO {lake.table('out')} VALUES (1, 'x', array(1), struct(1, 'y'))")
    path = 'path = "LAKE/out"'
    wider = "name: string, id: bigint not null, at: array<bigint>, p: struct<a: bigint, b: string>"
    assert lake.read(path, wider) == [("x", 1, [1], (1, "y"))]
    assert lake.read(path, "id: decimal(10,0)") == [(1,)]
    assert lake.read(path, "")[0][:2] == (1, "x")
    with pytest.raises(SchemaMismatchError) as caught:
        lake.read(path, "id: smallint, day: date, p: struct<a: int>")
    assert str(caught.value).splitlines() == [
        "the table that `rows` reads does not fit its schema:",
        "- `id` is int, and smallint is declared",
        "- it has no column `day`",
        "- `p` is struct<a:int,b:string>, and struct<a:int> is declared",
        "change the schema of the source, or the table",
    ]


def test_only_some_rows_are_replaced(lake: Lake) -> None:
    lake.write(orders(1, 2), 'path = "LAKE/out"')
    lake.write(orders(3, day="2026-01-02"), 'path = "LAKE/out", mode = append')
    param = "param day: date = date '2026-01-01'"
    replace = 'path = "LAKE/out", mode = overwrite, replace = day = ${day} and id < 10'
    lake.write(orders(4), replace, param=param)
    assert lake.rows("out", "id") == [(3,), (4,)]
    with pytest.raises(Exception, match="DELTA_REPLACE_WHERE_MISMATCH"):
        lake.write(orders(5, 11), replace, param=param)
    assert lake.rows("out", "id") == [(3,), (4,)]


@pytest.mark.parametrize("retries", [0, 2])
def test_an_overwrite_that_meets_another_writer(lake: Lake, retries: int) -> None:
    """While it computes its rows, for which they wait, somebody changes those that it replaces."""
    lake.write(orders(1), 'path = "LAKE/out"')
    module = lake.compile(
        f"schema Row {{ {ORDER} }}\n"
        'source rows from parquet { path = "LAKE/in", schema = Row }\n'
        'sink rows to delta as out { path = "LAKE/out", mode = overwrite,'
        f" replace = id < 10, conflict_retries = {retries} }}\n"
    )
    begun, changed = lake.folder / "begun", lake.folder / "changed"

    def wait(number: int) -> int:
        begun.touch()
        for _ in range(600):
            if changed.exists():
                break
            sleep(0.1)
        return number

    rows = lake.spark.sql(orders(2)).withColumn("id", udf(wait, "bigint")("id"))
    with ThreadPoolExecutor(1) as pool:
        write = pool.submit(module.write_out, rows, Job(lake.spark, None))
        while not begun.exists() and not write.done():
            sleep(0.1)
        lake.sql(f"UPDATE {lake.table('out')} SET amount = 9")
        changed.touch()
        if retries:
            write.result()
        else:
            with pytest.raises(Exception, match="DELTA_CONCURRENT"):
                write.result()
    assert lake.rows("out", "id") == [(2 if retries else 1,)]


def test_only_some_partitions_are_replaced(lake: Lake) -> None:
    options = 'path = "LAKE/out", partition_by = day'
    lake.write(orders(1), options)
    lake.write(orders(2, day="2026-01-02"), f"{options}, mode = append")
    dynamic = f"{options}, mode = overwrite, partition_overwrite_mode = dynamic"
    lake.write(orders(3, day="2026-01-02"), dynamic)
    assert lake.rows("out", "id") == [(1,), (3,)]


def test_new_columns(lake: Lake) -> None:
    lake.write(orders(1), 'path = "LAKE/out"')
    more = "SELECT 2L id, date'2026-01-01' day, cast(1 as decimal(12,2)) amount, 'x' note"
    columns = f"{ORDER}, note: string"
    with pytest.raises(Exception, match="DELTA_METADATA_MISMATCH"):
        lake.write(more, 'path = "LAKE/out", mode = append', columns)
    with pytest.raises(Exception, match="DELTA_METADATA_MISMATCH"):
        lake.write(more, 'path = "LAKE/out", mode = append, evolve = none', columns)
    lake.write(more, 'path = "LAKE/out", mode = append, evolve = add_columns', columns)
    assert lake.rows("out", "id, note") == [(1, None), (2, "x")]
    other = "SELECT 'a' id"
    lake.write(other, 'path = "LAKE/out", mode = overwrite, overwrite_schema = true', "id: string")
    assert lake.rows("out") == [("a",)]


def test_what_a_new_table_is_given(lake: Lake) -> None:
    options = 'path = "LAKE/out", user_metadata = "nightly"'
    kept = '"delta.logRetentionDuration" = "interval 60 days"'
    properties = f'properties {{ "delta.appendOnly" = true, {kept} }}'
    lake.write(orders(1), f"{options}, {properties}")
    detail = lake.spark.sql(f"DESCRIBE DETAIL {lake.table('out')}").collect()[0]
    assert detail.properties["delta.appendOnly"] == "true"
    assert detail.properties["delta.logRetentionDuration"] == "interval 60 days"
    history = lake.spark.sql(f"DESCRIBE HISTORY {lake.table('out')}").collect()[0]
    assert history.userMetadata == "nightly"
    # A table that is there keeps its own.
    lake.write(
        orders(2), 'path = "LAKE/out", mode = append, properties { "delta.appendOnly" = false }'
    )
    with pytest.raises(Exception, match="DELTA_CANNOT_MODIFY_APPEND_ONLY"):
        lake.sql(f"DELETE FROM {lake.table('out')}")


def test_a_table_may_be_overwritten_while_it_is_read(lake: Lake) -> None:
    lake.make("out", orders(1, 2))
    lake.run(
        f"schema Row {{ {ORDER} }}\n"
        'source rows from delta { path = "LAKE/out", schema = Row }\n'
        "let out = from rows |> where id > 1\n"
        'sink out to delta { path = "LAKE/out", mode = overwrite }\n'
    )
    assert lake.rows("out", "id") == [(2,)]


CHANGES_MERGED = """
schema Row { id: bigint, name: string }
source rows from delta {
  path = "LAKE/out", schema = Row, changes = true, starting_version = 1, ending_version = END
}
let events = from rows |> where _change_type <> 'update_preimage'
sink events to delta as copy {
  path = "LAKE/copy", mode = merge, keys = [id], sequence_by = _commit_version,
  delete_when = _change_type = 'delete', columns = [id, name, _commit_version]
}
"""


def test_merged_changes_give_the_table_again(lake: Lake) -> None:
    """As the guide says of merging: without the old rows, whose version is that of the new ones."""
    lake.make("out", "", "id BIGINT, name STRING", enableChangeDataFeed="true")
    lake.sql(f"INSERT INTO {lake.table('out')} VALUES (1, 'a'), (2, 'z'), (3, 'c')")
    lake.sql(f"UPDATE {lake.table('out')} SET name = 'b' WHERE id = 2")
    lake.sql(f"DELETE FROM {lake.table('out')} WHERE id = 1")
    changed = lake.read(
        'path = "LAKE/out", changes = true, starting_version = 2, ending_version = 2',
        "id: bigint, name: string",
        "|> select name, _change_type, _commit_version",
    )
    assert changed == [("b", "update_postimage", 2), ("z", "update_preimage", 2)]
    for last in (2, 3, 3):
        lake.run(CHANGES_MERGED.replace("END", str(last)))
    assert lake.rows("copy", "id, name") == lake.rows("out") == [(2, "b"), (3, "c")]


def test_changes(lake: Lake) -> None:
    lake.make("out", orders(1, 2), enableChangeDataFeed="true")
    lake.sql(f"UPDATE {lake.table('out')} SET amount = 9 WHERE id = 1")
    lake.sql(f"DELETE FROM {lake.table('out')} WHERE id = 2")
    steps = "|> select _change_type, _commit_version, id, string(amount) as amount"
    changes = 'path = "LAKE/out", changes = true, starting_version = '
    assert lake.read(f"{changes}1", steps=steps) == [
        ("delete", 2, 2, "2.50"),
        ("update_postimage", 1, 1, "9.00"),
        ("update_preimage", 1, 1, "1.50"),
    ]
    assert len(lake.read(f"{changes}0, ending_version = 0")) == 2
    assert lake.read('path = "LAKE/out"', "id: bigint") == [(1,)]
    lake.make("plain", orders(1))
    with pytest.raises(Exception, match="DELTA_MISSING_CHANGE_DATA"):
        lake.read('path = "LAKE/plain", changes = true, starting_version = 0')


# An expression of each type that a table may refuse, by its name in the specifications.
TYPES = {
    "INTERVAL": "make_interval(1)",
    "INTERVAL DAY TO SECOND": "interval '1' day",
    "INTERVAL YEAR TO MONTH": "interval '1' month",
    "VOID": "null",
    "TIME": "time'10:00:00'",
    "VARIANT": "parse_json('1')",
    "TIMESTAMP_NTZ": "timestamp_ntz'2026-01-31'",
    "BINARY": "X'00'",
    "MAP": "map('a', 1)",
    "ARRAY": "array(1)",
    "STRUCT": "struct(1)",
    "BOOLEAN": "true",
    "CHAR": "cast('a' AS char(3))",
}


def test_types_that_a_table_cannot_hold(lake: Lake) -> None:
    """Those of the specification, and no others."""
    connector = find_connector("delta")
    assert connector
    assert connector.sink
    assert connector.source
    refused = set()
    for name, expression in TYPES.items():
        try:
            frame = lake.spark.sql(f"SELECT 1 AS id, {expression} AS value")
            frame.write.format("delta").save(f"{lake.folder}/{name.replace(' ', '')}")
            assert lake.spark.read.format("delta").load(
                f"{lake.folder}/{name.replace(' ', '')}"
            ).columns == ["id", "value"]
        except Exception:
            refused.add(name)
    assert refused == set(connector.sink.rejects) == set(connector.source.rejects)


def test_deltas_parser_drops_the_parameters_of_sql(lake: Lake) -> None:
    """Why a `sql` step with parameters is refused where the session has it (SSBT0547)."""
    with pytest.raises(Exception, match="UNBOUND_SQL_PARAMETER"):
        lake.spark.sql("SELECT :low AS low", args={"low": 1}).collect()


def test_names_that_a_table_refuses(lake: Lake) -> None:
    """Each of the characters of the specification, and no other of a keyboard's (SSBT0558)."""
    connector = find_connector("delta")
    assert connector
    assert connector.sink
    keyboard = "\t\n !\"#$%&'()*+,-./:;<=>?@[\\]^_{|}~äß"
    pattern = connector.sink.column_names.pattern
    refused = [each for each in keyboard if not re.fullmatch(pattern, f"a{each}b")]
    assert refused
    for number, character in enumerate(refused):
        frame = lake.spark.range(1).withColumnRenamed("id", f"a{character}b")
        with pytest.raises(Exception, match="DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME"):
            frame.write.format("delta").save(f"{lake.folder}/{number}")
    one = lake.spark.range(1)
    allowed = one.select(*(one.id.alias(f"a{each}b") for each in keyboard if each not in refused))
    allowed.write.format("delta").save(f"{lake.folder}/allowed")
    mapped = one.select(*(one.id.alias(f"a{each}b") for each in keyboard)).write.format("delta")
    mapped.option("delta.columnMapping.mode", "name").save(f"{lake.folder}/mapped")


def test_names_that_a_change_feed_has_itself(lake: Lake) -> None:
    """Those of the specification, where the table has one (SSBT0558)."""
    connector = find_connector("delta")
    assert connector
    assert connector.sink
    for name in connector.sink.column_names.reserved:
        frame = lake.spark.range(1).withColumnRenamed("id", name).write.format("delta")
        frame.save(f"{lake.folder}/plain{name}")
        assert lake.rows(f"plain{name}") == [(0,)]
        with pytest.raises(Exception, match=name):
            frame.option(connector.sink.column_names.reserving_property, "true").save(
                f"{lake.folder}/fed{name}"
            )
