"""Nullability where two datasets meet: never narrower than Spark's, whatever is cast to what.

The kind: a value that is never null may be null to Spark once it is cast to the common type of two
columns. Each pair of kinds of literals is a pair of columns of a union, an intersection and a
difference; those that can be compared are keys of every join by name, and are unpivoted.
"""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.types.coercion import wider_type, wider_type_without_strings
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.operators import infer_comparison
from tests.agreement import scripts
from tests.agreement.asking import SparkProbe, known_type
from tests.agreement.values import LITERALS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from ssbt.compiler.types.datatypes import DataType

pytestmark = pytest.mark.spark

HEAD = """
pipeline agreement {
  spark { "spark.sql.timeType.enabled" = true }
}
schema Row { id: bigint }
source rows from parquet { path = "rows", schema = Row }
"""
# Of each type a value that is never null, and a column that may be.
KINDS = {kind: texts[0] for kind, texts in LITERALS.items() if kind not in ("variant", "void")}
NULLABLE = {f"{kind}?": f"cast(null as {kind})" for kind in ("int", "string", "date", "double")}
VALUES = KINDS | NULLABLE
COMPARED = ("boolean", "int", "bigint", "double", "decimal(12,2)", "string", "date", "timestamp")
JOINS = ("", "left", "right", "full", "semi", "anti")


def _type(kind: str) -> DataType:
    return known_type(kind.removesuffix("?"))


def _selected(name: str, values: list[str]) -> str:
    columns = ", ".join(f"{value} as c{place}" for place, value in enumerate(values))
    return f"let {name} =\n  from rows\n  |> select {columns}\n\n"


def pipeline() -> str:
    """All pairs that we take, in as few plans as can be."""
    united = [(a, b) for a, b in permutations(VALUES, 2) if wider_type(_type(a), _type(b))]
    sorted_ = [pair for pair in united if not any(kind.startswith("map") for kind in pair)]
    text = ""
    for name, pairs in (("all", united), ("some", sorted_)):
        for side in (0, 1):
            text += _selected(f"{name}_{side}", [VALUES[pair[side]] for pair in pairs])
    for name, step in {
        "united": "from all_0 |> union all all_1",
        "met": "from some_0 |> intersect some_1",
        "taken": "from some_0 |> except some_1",
    }.items():
        text += f"let {name} =\n  {step}\n\n"
    for place, pair in enumerate(combinations_with_replacement((*COMPARED, *NULLABLE), 2)):
        one, other = map(_type, pair)
        if isinstance(infer_comparison("=", Typed(one), Typed(other)), Mismatch):
            continue
        text += _selected(f"l{place}", [VALUES[pair[0]]]) + _selected(
            f"r{place}", [VALUES[pair[1]]]
        )
        for kind in JOINS:
            query = f"from l{place} |> {kind} join r{place} using (c0)"
            text += f"let j{place}_{kind or 'inner'} =\n  {query}\n\n"
        if wider_type_without_strings(one, other):
            both = f"{VALUES[pair[0]]} as a, {VALUES[pair[1]]} as b"
            query = f"from rows |> select {both} |> unpivot include nulls v for k in (a, b)"
            text += f"let u{place} =\n  {query}\n\n"
    return text


def test_nullability_agrees(spark: SparkSession, tmp_path: Path) -> None:
    """Names, types and nullability of what flows out of each."""
    text = pipeline()
    names = [line.split()[1] for line in text.splitlines() if line.startswith("let ")]
    module, lets = scripts.loaded(HEAD + text + "".join(map(scripts.sink, names)), tmp_path)
    probe = SparkProbe(spark)
    frames: dict[str, DataFrame] = {"rows": probe.session.createDataFrame([], "id bigint")}
    wrong: dict[str, object] = {}
    with probe.active():
        for let in lets:
            function = getattr(module, let.name)
            taken = function.__code__.co_varnames[: function.__code__.co_argcount]
            frame = frames[let.name] = function(*(frames[name] for name in taken))
            different = scripts.differences(let.query.output.columns, frame)
            if different:
                wrong[let.name] = different
    assert wrong == {}
