"""The tables `reading.tsv`: what readers make of other types than were written, asked of Spark.

The kind: each format with each type that is written and each other one that is read, 1,658 pairs.
A few of them by default, all with SSBT_ALL_PAIRS=1, which takes half an hour.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.contracts.verdicts import ReadVerdict, type_verdict
from ssbt.compiler.types.ddl import parse_type
from ssbt.runtime import SchemaMismatchError, fit_columns
from tests.spark.reading_verdicts import TYPES, ask_spark, pairs, same, together

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
ALL = bool(os.environ.get("SSBT_ALL_PAIRS"))
SAMPLE = pairs()[:: 1 if ALL else 331]


@pytest.mark.timeout(7200 if ALL else 600)
def test_spark_is_no_worse_than_the_tables_say(spark: SparkSession, tmp_path: Path) -> None:
    """A row holds for several types, such as all decimals: it says the worst that Spark does."""
    wrong = []
    for number, (form, one, other) in enumerate(SAMPLE):
        types = parse_type(one), parse_type(other)
        assert types[0] is not None
        assert types[1] is not None
        actual = ask_spark(spark, form, one, other, tmp_path / str(number))
        message = type_verdict(form, types[0], types[1])
        if actual > message or (actual.is_silent != message.is_silent and actual != 0):
            wrong.append(f"{form}: {one} as {other}: {actual.name}, {message.name}")
    assert not wrong, "\n".join(wrong)


def test_tables_of_delta_are_read_as_their_table_says(delta: SparkSession, tmp_path: Path) -> None:
    """All pairs: a script holds each table to its schema before it reads a row."""
    columns = [
        f"cast({[*values, *['null'] * row][row]} as {type_.replace(': ', ':')}) as c{n}"
        for row in range(max(map(len, TYPES.values())))
        for n, (type_, values) in enumerate(TYPES.items())
    ]
    width = len(TYPES)
    rows = [columns[start : start + width] for start in range(0, len(columns), width)]
    query = " union all ".join(f"select {', '.join(row)}" for row in rows)
    delta.sql(query).coalesce(1).write.format("delta").save(f"{tmp_path}/t")
    table = delta.read.format("delta").load(f"{tmp_path}/t")
    written = table.collect()
    wrong = []
    for number, one in enumerate(TYPES):
        column = table.selectExpr(f"c{number} as v").where("v is not null")
        values = [row[number] for row in written if row[number] is not None]
        # Contracts ask of arrays what they ask of their elements.
        for other in (
            each
            for each in TYPES
            if each != one and not (each.startswith("array") and one.startswith("array"))
        ):
            actual = ReadVerdict.FAILS
            try:
                read = fit_columns(column, f"v {other}", "t").collect()
            except SchemaMismatchError:
                pass
            else:
                pairs_ = zip(values, (row[0] for row in read), strict=True)
                right = {same(*each, one, "delta") for each in pairs_}
                actual = together(
                    {ReadVerdict.RIGHT if each else ReadVerdict.WRONG for each in right}
                )
            types = parse_type(one), parse_type(other)
            assert types[0] is not None
            assert types[1] is not None
            message = type_verdict("delta", types[0], types[1])
            if actual != message:
                wrong.append(f"{one} as {other}: {actual.name}, {message.name}")
    assert not wrong, "\n".join(wrong)
