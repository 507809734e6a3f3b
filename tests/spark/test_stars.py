"""Stars after `join … using`: the script gives the columns that we say.

The kind: Spark keeps keys that a join by name has merged, for `side.*` alone, and knows columns by
the aliases of queries before. Every kind of join, by one key and by two, is followed by every star
and by further steps; a join on a condition, with each column named, is what the values are held to.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agreement import scripts
from tests.agreement.asking import SparkProbe
from tests.samples import FULL

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from ssbt.compiler.ir.relations import Column

pytestmark = pytest.mark.spark

HEAD = """
pipeline agreement { }
schema A { k: bigint, e: string, x: int, p: int }
schema B { e: string, q: int, k: bigint, p: int }
schema C { k: bigint, z: int, q: int }
source a0 from parquet { path = "a", schema = A }
source b0 from parquet { path = "b", schema = B }
source c from parquet { path = "c", schema = C }
let a =
  from a0
  |> set k = coalesce(k, 0), x = coalesce(x, 0)
let b =
  from b0
  |> set k = coalesce(k, 0), q = coalesce(q, 0)
let b1 =
  from b
  |> rename e as e2, p as p2
let b2 =
  from b
  |> rename p as p2
"""
ROWS = {
    "a0": ("k bigint, e string, x int, p int", [(1, "u", 1, 2), (2, "v", 3, 4), (2, "w", 5, 6)]),
    "b0": (
        "e string, q int, k bigint, p int",
        [("u", 10, 1, 11), ("y", 1, 2, 1), ("z", 1, 9, 2)],
    ),
    "c": ("k bigint, z int, q int", [(1, 20, 1), (9, 21, 2)]),
}
# Of one key a few ends are enough in each run.
KINDS = ("inner", "left", "right", "full", "semi", "anti")
ENDS = {
    "left": "select a.*",
    "all": "select *",
    "except": "select * except (x)",
    "struct": "select struct(a.*) as s |> select s.*",
    "left_later": "where x is not null |> order by x |> limit 9 |> select a.* except (p)",
}
ENDS_OF_TWO = {
    "right": "select b.*",
    "both": "select b.*, a.*",
    "later": "where x is not null or q is not null |> order by x |> select b.*",
    "distinct": "select b.* |> distinct |> extend 1 as one",
    "right_struct": "select struct(b.*) as s |> select s.*",
    "hash": "select coalesce(struct(a.*), null) as s, hash(b.*) as h",
    "renamed": "rename b.q as qq |> select b.*, qq",
    "computed": "set x = x + 1 |> extend q + 1 as more |> select a.*, b.*, more",
    "dropped": "drop p2 |> select a.*, b.*",
    "third": "left join c on x = c.z |> select b.*, c.z",
    "third_using": "full join c using (k) |> select a.*, b.*, c.z, k",
    "grouped": "aggregate max(struct(b.*)) as m group by x |> select m.*",
}
# A name that both sides have and that is no key; and queries whose columns Spark knows by an alias
# that the next query uses for another dataset.
MORE = {
    "twins": "from a |> join b using (k) |> select b.*",
    "twins_right": "from a |> right join b using (k) |> select a.*",
    "twins_full": "from a |> full join b using (k) |> select struct(a.*) as l, struct(b.*) as r",
    "d": "from a |> join b on a.k = b.k |> select a.k, b.q",
    "d1": "from d |> rename k as k1",
    "leak_star": "from d1 |> join b on k1 = b.k |> select b.*",
    "leak_name": "from d1 |> join b on k1 = b.k |> where b.q > 1 |> select k1, b.p",
    "leak_using": "from d |> join b using (k) |> select b.e, b.p",
    "u": "from a |> join b using (k, e) |> select k, x, b.q",
    "leak_key": "from u |> join b using (k) |> select b.e, x",
}


def queries() -> dict[str, str]:
    """Every kind of join by one key and by two, with every end."""
    result = {}
    for kind, (right, keys) in product(KINDS, (("b1", "k"), ("b2", "k, e"))):
        ends = ENDS if kind in ("semi", "anti") else ENDS | ENDS_OF_TWO
        if right == "b1" and not FULL:
            ends = {name: end for name, end in ends.items() if name in ("left", "right", "both")}
        for name, end in ends.items():
            query = f"from a |> {kind} join {right} as b using ({keys}) |> {end}"
            result[f"{kind}_{right}_{name}"] = query
    return result | MORE


def rows_on(frames: dict[str, DataFrame], kind: str, columns: Sequence[Column]) -> DataFrame:
    """The rows of these columns by a join on a condition, of which each column is named."""
    from pyspark.sql import functions as F

    keys = ("k", "e")
    sides = [
        frames[side].select([F.col(c).alias(f"{prefix}_{c}") for c in frames[side].columns])
        for side, prefix in (("a", "a"), ("b2", "b"))
    ]
    condition = " and ".join(f"a_{key} = b_{key}" for key in keys)
    joined = sides[0].join(
        sides[1], F.expr(condition), {"semi": "left_semi", "anti": "left_anti"}.get(kind, kind)
    )
    output = []
    for column in columns:
        if column.name not in keys:
            text = next(c for c in joined.columns if c[2:] == column.name)
        elif kind == "full":
            text = f"coalesce(a_{column.name}, b_{column.name})"
        else:
            text = f"{'b' if kind == 'right' else 'a'}_{column.name}"
        output.append(F.expr(text).alias(column.name))
    return joined.select(output)


def test_stars_behind_joins_by_name(spark: SparkSession, tmp_path: Path) -> None:
    """Names, types, nullability and values of what each star gives."""
    lets = "".join(f"let {name} =\n  {query}\n\n" for name, query in queries().items())
    text = HEAD + lets + "".join(map(scripts.sink, queries()))
    module, result = scripts.loaded(text, tmp_path)
    probe = SparkProbe(spark)
    probe.session.conf.set("spark.sql.shuffle.partitions", "1")
    frames: dict[str, DataFrame] = {
        name: probe.session.createDataFrame(rows, ddl) for name, (ddl, rows) in ROWS.items()
    }
    wrong: dict[str, object] = {}
    compared = 0
    with probe.active():
        for let in result:
            function = getattr(module, let.name)
            names = function.__code__.co_varnames[: function.__code__.co_argcount]
            frame = frames[let.name] = function(*(frames[name] for name in names))
            columns = let.query.output.columns
            different = scripts.differences(columns, frame)
            kind, _, end = let.name.partition("_b2_")
            if end in ("left", "right", "all") and not different:
                reference = rows_on(frames, kind, columns)
                actual, expected = (sorted(map(str, each.collect())) for each in (frame, reference))
                different = [f"{actual} and {expected}"] if actual != expected else []
                compared += 1
            if different:
                wrong[let.name] = different
    assert wrong == {}
    assert compared == 16
