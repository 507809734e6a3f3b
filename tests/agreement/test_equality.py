"""Pairs of queries that `ssbtc diff` calls the same: run on random rows, they must be.

Each pair is a query and what chance made of it: written in another way, steps in each other's
place, a step that looks alike, one more or one less. Rows have nulls, duplicates and extremes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
import re
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.canonical.functions import aliases
from ssbt.compiler.ir.pipeline import Let
from ssbt.compiler.ir.row_orders import is_ordered
from tests.agreement import scripts
from tests.agreement.measured import case_count
from tests.agreement.rewritings import HEAD, Maker, Pair, lets, text_of
from tests.agreement.wider_rewritings import WideMaker

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

PAIRS = case_count(2_000) // 20
# One small job for each query; plans are shown whole.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.debug.maxToStringFields": "100000",
}
_QUERY = re.compile(r"q\d+_[01]$")
_NUMBER = re.compile(r"#\d+")
# Spark's memory holds the plans of this many pairs.
TOGETHER = 100
ROWS = (
    "id BIGINT, a INT, b INT, x DOUBLE, d DECIMAL(12,2), s STRING, t STRING, day DATE, ok BOOLEAN,"
    " tags ARRAY<STRING>"
)
OTHERS = "id BIGINT, name STRING, w INT, s STRING"


def side(query: str) -> PipelineVersion | None:
    """The pipeline of a query, if it compiles."""
    result = check_pipeline("pairs.ssbt", lambda path: text_of(query).encode())
    return PipelineVersion(result.pipeline) if result.pipeline is not None else None


def pairs(count: int) -> list[tuple[int, Pair, bool]]:
    """Pairs of which both compile, each with its seed and whether it is called the same."""
    result: list[tuple[int, Pair, bool]] = []
    seed = 0
    while len(result) < count:
        seed += 1
        # Every second one is of the tables.
        pair = (WideMaker if seed % 2 else Maker)(seed).pair()
        sides = [side(each) for each in (pair.old, pair.new)]
        if None in sides:
            continue
        reported = compare_pipelines(*sides).changes
        result.append((seed, pair, not reported))
    return result


def rows(random: Random, *, extreme: bool) -> Sequence[tuple[object, ...]]:
    """Rows with nulls and duplicates, and with what is at the ends of types."""
    whole = [0, 1, 2, 3, 4, 5, -3, None]
    wide = [2**31 - 1, -(2**31)] if extreme else []
    real = [0.0, -0.0, 1.5, 2.0, -1.0, None, float("nan")]
    far = [float("inf"), 1e308] if extreme else []
    exact = [Decimal(text) for text in ("0.01", "1.00", "2.50", "-7.00")]
    most = [Decimal("9999999999.99")] if extreme else []
    words = ["a", "b", "B", "", "ab", None]

    def of(*values: object) -> object:
        return random.choice(values)

    result = [
        (
            of(*range(9)),
            of(*whole, *wide),
            of(*whole, *wide),
            of(*real, *far),
            of(*exact, *most, None),
            of(*words),
            of(*words),
            of(date(2026, 1, 31), date(2026, 1, 31) - timedelta(days=random.randrange(90)), None),
            of(True, False, None),
            of([], None, ["a"], ["a", "b", None]),
        )
        for _ in range(28)
    ]
    return result + result[:6]


def outcome(frame: DataFrame, *, ordered: bool) -> object:
    """The rows, in their order where it counts; an error is one that the query always ends with."""
    try:
        actual = [repr(tuple(row)) for row in frame.collect()]
    except Exception as error:
        return f"fails: {type(error).__name__}"
    types = [(field.name, field.dataType) for field in frame.schema.fields]
    return types, actual if ordered else Counter(actual)


def frames(spark: SparkSession, seed: int, *, extreme: bool) -> dict[str, DataFrame]:
    """The sources, in several partitions."""
    random = Random(seed)
    others = [
        (random.choice((None, *range(7))), random.choice("xyz"), random.randrange(5), "a")
        for _ in range(9)
    ]
    result = spark.createDataFrame(rows(random, extreme=extreme), ROWS)
    actual = {
        "rows": result.repartition(3, "b").cache(),
        "others": spark.createDataFrame(others, OTHERS).coalesce(1).cache(),
    }
    for frame in actual.values():
        # Spark joins in another way, and orders ties in another, once it knows how large they are.
        frame.count()
    return actual


def test_what_is_called_the_same_is_the_same(spark: SparkSession, tmp_path: Path) -> None:
    tried = pairs(PAIRS)
    same = [(seed, pair) for seed, pair, is_same in tried if is_same and pair.old != pair.new]
    wrong: list[str] = []
    for start in range(0, len(same), TOGETHER):
        chunk = same[start : start + TOGETHER]
        folder = tmp_path / str(start)
        folder.mkdir()
        queries = {f"q{seed}_{place}": pair[place] for seed, pair in chunk for place in (0, 1)}
        text = HEAD + "".join(lets("\n".join(queries.values())))
        text += "".join(f"let {name} =\n  {query}\n" for name, query in queries.items())
        text += "".join(map(scripts.sink, ("rows", "others", *queries)))
        module, result = scripts.loaded(text, folder)
        wrong += disagreeing(spark, module, result, chunk)
    expected = [is_same for _, pair, is_same in tried if pair.meant == "same"]
    print(f"\npairs: {len(tried):,}, called the same {len(same):,}, of which {len(wrong)} are not")
    print(f"written anew {len(expected):,}, of which told as a change {expected.count(False)}")
    for each in wrong:
        print(each, end="\n\n")
    assert wrong == []
    assert expected.count(False) <= 0.03 * len(expected)


def disagreeing(
    spark: SparkSession, module: Any, result: tuple[Let, ...], same: list[tuple[int, Pair]]
) -> list[str]:
    """The pairs that give something else, on tame rows or on extreme ones."""
    session = spark.newSession()
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    wrong: dict[int, str] = {}
    ordered = {let.name: is_ordered(let.query, {}) for let in result}
    for extreme in (False, True):
        output = frames(session, 5, extreme=extreme)
        queries = {f"q{seed}_{place}" for seed, _ in same for place in (0, 1)}
        for let in result:
            if let.name in queries or not _QUERY.match(let.name):
                function = getattr(module, let.name)
                names = function.__code__.co_varnames[: function.__code__.co_argcount]
                output[let.name] = function(*(output[name] for name in names))
        if not extreme:
            # With other rows the plans are what they are.
            same = [each for each in same if not is_one_plan(output, each[0])]
        for seed, pair in same:
            names = [f"q{seed}_{place}" for place in (0, 1)]
            one, other = (outcome(output[name], ordered=ordered[name]) for name in names)
            if one != other:
                wrong[seed] = f"{seed}:\n  {pair.old}\n and\n  {pair.new}\n{one}\n{other}"
        for name in ("rows", "others"):
            output[name].unpersist()
    return list(wrong.values())


def is_one_plan(result: dict[str, DataFrame], seed: int) -> bool:
    """Whether Spark runs the very same plan for both, down to the order of conditions."""
    one, other = (result[f"q{seed}_{place}"] for place in (0, 1))
    return one.schema == other.schema and plan_of(one) == plan_of(other)


def plan_of(frame: DataFrame) -> str:
    """The optimized plan; its columns are numbered by their places in it."""
    text = frame._jdf.queryExecution().optimizedPlan().toString()
    numbers: dict[str, str] = {}
    return _NUMBER.sub(lambda result: numbers.setdefault(result[0], f"#{len(numbers)}"), text)


# Spark makes the other of these only when it has found the function.
REPLACED = {"ifnull", "nvl", "now", "curdate"}


def test_several_names_of_a_function_are_one_class(spark: SparkSession) -> None:
    def described(name: str) -> str:
        actual = spark.sql(f"describe function {name}").collect()
        return next(str(line[0]) for line in actual if line[0].startswith("Class:"))

    different = {one for one, other in aliases().items() if described(one) != described(other)}
    assert different == REPLACED
