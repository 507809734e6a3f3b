"""Sinks of one pipeline whose folders are one, or lie in each other."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.folder_index import FolderIndex
from ssbt.compiler.ir.locations import is_same_place, normalize_path
from ssbt.compiler.ir.written_folders import contains
from tests.memory_files import read_files

PIPELINE = """pipeline p {{ {settings} }}
param root: string = "out"
schema R {{ id: bigint, day: date }}
source r from parquet {{ path = "in", schema = R }}
sink r to {first} {{ {first_options} }}
sink r to {second} as again {{ {second_options} }}
"""
OVERWRITE, APPEND = "mode = overwrite", "mode = append"
DYNAMIC = f"{OVERWRITE}, partition_by = day, partition_overwrite_mode = dynamic"
# Two paths and modes, and whether the sinks meet whichever comes first.
PLACES = [
    ("out", OVERWRITE, "out", OVERWRITE, True),
    ("out", APPEND, "./out/", APPEND, True),
    ("/out", APPEND, "file:///out", APPEND, True),
    ("out", APPEND, "${root}", APPEND, True),
    ("s3a://lake/out", APPEND, "s3://lake/out", APPEND, True),
    ("out", OVERWRITE, "out/daily", OVERWRITE, True),
    ("out", OVERWRITE, "out/daily", APPEND, True),
    ("out", OVERWRITE, "out/_daily", APPEND, True),
    ("${root}", OVERWRITE, "${root}/daily", APPEND, True),
    ("out", OVERWRITE, "${root}/a/b", APPEND, True),
    ("out", APPEND, "out/daily", OVERWRITE, False),
    ("out", "mode = ignore", "out/daily", APPEND, False),
    ("out", DYNAMIC, "out/daily", OVERWRITE, False),
    ("out", DYNAMIC, "out/day=2026-01-31", OVERWRITE, True),
    ("out", f"{APPEND}, partition_by = day", "out/day=2026-01-31", APPEND, True),
    ("out", OVERWRITE, "out_daily", OVERWRITE, False),
    ("out/a", OVERWRITE, "out/b", OVERWRITE, False),
    ("out", OVERWRITE, "/out/daily", OVERWRITE, False),
    ("/", OVERWRITE, "/out", APPEND, True),
]


def findings(**parts: str) -> list[str]:
    usual = {"settings": "", "first": "parquet", "second": "parquet"}
    text = PIPELINE.format(**(usual | parts))
    reported = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    return [each.code.number for each in reported if each.code.number != "SSBT0209"]


@pytest.mark.parametrize(("one", "mode", "other", "other_mode", "meet"), PLACES)
@pytest.mark.parametrize("swapped", [False, True])
def test_paths(one: str, mode: str, other: str, other_mode: str, meet: bool, swapped: bool):
    ends = [f'path = "{one}", {mode}', f'path = "{other}", {other_mode}']
    first, second = reversed(ends) if swapped else ends
    reported = findings(first_options=first, second_options=second)
    assert reported == (["SSBT0520"] if meet else [])


@pytest.mark.parametrize(
    ("settings", "table", "path", "meet"),
    [
        ("", 'table = "paid"', "spark-warehouse/paid", True),
        ("", 'table = "db.paid"', "spark-warehouse/db.db/paid", True),
        ("", 'table = "paid"', "spark-warehouse/paid/daily", True),
        ("", 'table = "paid"', "paid", False),
        ('spark { "spark.sql.warehouse.dir" = "/lake" }', 'table = "paid"', "/lake/paid", True),
        ("", 'table = "paid", path = "/data/paid"', "/data/paid", True),
        ("", 'table = "paid", path = "/data/paid"', "spark-warehouse/paid", False),
    ],
)
def test_tables(settings: str, table: str, path: str, meet: bool):
    first, second = f"{table}, {OVERWRITE}", f'path = "{path}", {APPEND}'
    reported = findings(settings=settings, first_options=first, second_options=second)
    assert reported == (["SSBT0520"] if meet else [])


def test_two_tables():
    options = f'table = "paid", {OVERWRITE}'
    assert findings(first_options=options, second_options=options) == ["SSBT0520"]
    other = f'table = "paid_2", {OVERWRITE}'
    assert findings(first_options=options, second_options=other) == []


def test_other_formats_share_folders():
    inner = f'path = "out/daily", {APPEND}'
    outer = f'path = "out", {OVERWRITE}'
    assert findings(first_options=inner, second_options=outer, second="csv") == ["SSBT0520"]
    assert findings(first_options=inner, second_options="", second="noop") == []


NAMES = st.sampled_from(["out", "a", "day=1", "..", "${root}"])
BELOW = st.lists(NAMES, max_size=3).map("/".join)
PATHS = st.builds(
    lambda root, below: normalize_path(f"{root}{below}" or "."),
    st.sampled_from(["", "/", "file:/", "hdfs:///", "s3a://lake/"]),
    BELOW,
)


@given(st.lists(PATHS, max_size=8), PATHS)
@example(paths=["."], path="out")
@example(paths=["out/a"], path=".")
@example(paths=["."], path="/out")
def test_the_index_finds_what_pairs_find(paths: list[str], path: str):
    index = FolderIndex()
    for number, each in enumerate(paths):
        index.add(number, each)
    meeting = [
        number
        for number, each in enumerate(paths)
        if is_same_place(each, path) or contains(each, path) or contains(path, each)
    ]
    assert index.find(path) == meeting
