"""`group by` of several elements: the script has the rows that Spark SQL has for the same words.

The kind: `rollup`, `cube`, `grouping sets` and plain keys in any number, in and beside each other.
They
are made at random; `AGREEMENT` asks about more of them.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.agreement import scripts
from tests.agreement.asking import SparkProbe
from tests.agreement.measured import case_count

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

HEAD = """
pipeline agreement { }
schema O { a: int, b: int, c: int, v: int }
source o0 from parquet { path = "o", schema = O }
let o =
  from o0
  |> set a = coalesce(a, 0), b = coalesce(b, 0)
"""
ROWS = "values (1, 2, 3, 10), (1, 2, 4, 20), (2, 3, 3, 5), (2, null, 3, 6), (1, 3, null, 7)"
KEYS = ("a", "b", "c")
ALWAYS = (
    "a, rollup(b, c)",
    "rollup((a, b), c)",
    "rollup(a), cube(b, c)",
    "grouping sets (rollup(a, b), (c), grouping sets ((a, c), ()))",
    "grouping sets ((a, b), (a)), grouping sets ((c), ())",
    "b, rollup(b, a), c",
    "cube((a, b), (b, c))",
    "rollup(a, b, (a, b))",
    "c, cube(a, (a, b))",
)


class Maker:
    """Groupings at random, in the words of both languages."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def grouping(self) -> str:
        """One to three elements."""
        return ", ".join(self._element() for _ in range(self._random.randint(1, 3)))

    def _element(self) -> str:
        form = self._random.choice(("", "rollup", "cube", "grouping sets"))
        if not form:
            return self._key()
        inner = [self._member(form) for _ in range(self._random.randint(1, 3))]
        return f"{form} ({', '.join(inner)})" if " " in form else f"{form}({', '.join(inner)})"

    def _member(self, form: str) -> str:
        keys = [self._key() for _ in range(self._random.randint(1, 2))]
        if form != "grouping sets":
            return keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
        nested = self._random.random()
        if nested < 0.2:
            return f"{self._random.choice(('rollup', 'cube'))}({', '.join(keys)})"
        return "()" if nested < 0.3 else f"({', '.join(keys)})"

    def _key(self) -> str:
        return self._random.choice(KEYS)


def groupings() -> list[str]:
    """Those that the documentation names, and others."""
    result = [Maker(seed).grouping() for seed in range(case_count(1_500) // 100)]
    # Of plain keys alone Spark's `grouping_id()` is refused.
    return list(dict.fromkeys((*ALWAYS, *(each for each in result if "(" in each))))


def test_groupings_have_the_rows_of_spark_sql(spark: SparkSession, tmp_path: Path) -> None:
    """Names, types, nullability and rows."""
    texts = {f"g{place}": text for place, text in enumerate(groupings())}
    lets = {
        name: f"aggregate sum(v) as s, grouping_id() as g group by {text}"
        for name, text in texts.items()
    }
    lets["all_keys"] = "aggregate a, sum(v) as s, b + 1 as more group by all"
    text = "".join(f"let {name} =\n  from o\n  |> {step}\n\n" for name, step in lets.items())
    module, result = scripts.loaded(HEAD + text + "".join(map(scripts.sink, lets)), tmp_path)
    session = SparkProbe(spark)
    session.session.conf.set("spark.sql.shuffle.partitions", "1")
    with session.active():
        data = session.session.sql(f"select * from {ROWS} as t(a, b, c, v)")
        wrong: dict[str, object] = {}
        for let in result:
            frame = getattr(module, let.name)(data)
            if let.name == "o":
                frame.createOrReplaceTempView("o")
                data = frame
                continue
            columns = let.query.output.columns
            keys = ", ".join(column.name for column in columns[:-2])
            query = f"select {keys}, sum(v) as s, grouping_id() as g from o"
            query = f"{query} group by {texts.get(let.name)}"
            if let.name == "all_keys":
                query = "select a, b + 1 as more, sum(v) as s from o group by all"
            theirs = session.session.sql(query)
            rows, expected = (sorted(map(str, each.collect())) for each in (frame, theirs))
            problems: list[object] = [*scripts.differences(columns, frame)]
            if rows != expected or frame.schema.simpleString() != theirs.schema.simpleString():
                problems.append((frame.schema.simpleString(), rows, expected))
            if problems:
                wrong[texts.get(let.name, let.name)] = problems
    assert wrong == {}
