"""What Spark makes of a changed stream on the checkpoint of the old one."""

from __future__ import annotations

import json
from pathlib import Path
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException, StreamingQueryException
import pytest

from ssbt.compiler.compare.values import RunValues, run_values
from ssbt.compiler.compare.verdicts import stream_verdicts
from ssbt.compiler.driver import CheckResult, emit_files
from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict
from ssbt.runtime import Job
from ssbt.runtime.streams.operation import OPERATION, Operation
from tests.samples import FULL
from tests.spark.restarts.matrix import Pair, pairs, recorded
from tests.spark.restarts.plain import compiled as compiled_version
from tests.spark.restarts.plain import outcomes
from tests.spark.restarts.single import COUNTING, FORMS, RESTARTS, Outcome, Restart, compiled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from ssbt.compiler.ir.pipeline import Pipeline

pytestmark = [
    pytest.mark.spark,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("interpreted"),
]

# One of each kind of answer; `make agreement` tries them all.
SAMPLE = (
    *("another key of the type", "a wider window", "left instead of inner"),
    *("another folder to write", "another key of the processor", "another side of a union"),
    "text instead of json",
)
# Of the matrix, what only Spark's optimizer tells; `make agreement` tries all of it.
MATRIX_SAMPLE = (
    *("a filter on a key behind an aggregation", "another result used"),
    *("a filter on a side behind a join", "another generator in select, deduplicate"),
    # The same in other words.
    *("two comparisons of a between, count", "nvl in a value, deduplicate"),
    *("count of one and of all", "mirrored sides of a join"),
)
EVENTS: list[list[tuple[Any, ...]]] = [
    [
        ("a", "x", 1, 10, 100, "2026-01-01T10:00:00Z"),
        ("a", "y", 2, 20, 200, "2026-01-01T10:00:20Z"),
        ("b", "x", 3, 30, 300, "2026-01-01T10:00:40Z"),
        ("b", "x", 4, 40, 400, "2026-01-01T10:00:40Z"),
        ("b", "y", None, 40, 400, "2026-01-01T10:00:05Z"),
    ],
    [
        ("a", "x", 5, 50, 500, "2026-01-01T10:00:30Z"),
        ("b", "x", 2, 60, 250, "2026-01-01T10:00:50Z"),
        ("c", "x", 2, 60, 600, "2026-01-01T10:01:10Z"),
        ("x", "a", 7, 70, 700, "2026-01-01T10:00:15Z"),
        ("z", "z", 9, 90, 900, "2026-01-09T10:00:00Z"),
    ],
]
OTHERS: list[list[tuple[Any, ...]]] = [
    [("a", 1, "2026-01-01T10:00:00Z"), ("x", 2, "2026-01-01T11:30:00Z")],
    [("b", 3, "2026-01-01T10:00:00Z"), ("z", 4, "2026-01-09T10:00:00Z")],
]
PLACES: list[tuple[Any, ...]] = [("a", "north"), ("x", "south")]


def lay(folder: Path, number: int) -> None:
    """Put the files of a batch where the streams read them."""
    names = ["k", "j", "v", "w", "l", "at"]
    for place in ("events", "moved"):
        write(folder / place / f"{number}.json", names, EVENTS[number])
    write(folder / "others" / f"{number}.json", ["name", "n", "since"], OTHERS[number])
    write(folder / "places" / "all.json", ["name", "room"], PLACES)


def write(path: Path, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    path.parent.mkdir(exist_ok=True)
    lines = (json.dumps(dict(zip(names, row, strict=True))) for row in rows)
    path.write_text("\n".join(lines) + "\n")


def run(spark: SparkSession, compiled: CheckResult, folder: Path, checkpoints: str) -> list[str]:
    """Run a version until it has read all, and return what it wrote, in an order of its own."""
    rows: list[str] = []

    def keep(batch: DataFrame, _: int) -> None:
        rows.extend(str(tuple(row)) for row in batch.collect())

    module, counting = ModuleType("kept"), ModuleType("counting")
    module.keep = keep  # type: ignore[attr-defined]
    exec(COUNTING, vars(counting))
    script = emit_files(compiled)[0].content.decode()
    script = script.replace('"checkpoints/result"', repr(f"{folder}/{checkpoints}"))
    space: dict[str, Any] = {"__name__": "restarts"}
    sys.modules |= {"kept": module, "counting": counting, "restarts": ModuleType("restarts")}
    # The runtime would refuse what Spark is asked about here.
    operation = OPERATION.set(Operation(accepted=frozenset({"result"})))
    try:
        exec(compile(script, "restarts.py", "exec"), space)
        space["run"](Job(spark, space["Params"](lake=str(folder))))
    finally:
        OPERATION.reset(operation)
        for name in ("kept", "counting", "restarts"):
            del sys.modules[name]
    return sorted(rows)


def outcome(spark: SparkSession, restart: Restart, folder: Path) -> Outcome:
    """What Spark makes of the new version on the checkpoint of the old one."""
    old, new = (compiled(restart, old=each) for each in (True, False))
    by_function = restart.new_sink == "function"
    lay(folder, 0)
    run(spark, old, folder, "checkpoint")
    if by_function:
        run(spark, new, folder, "fresh")
    lay(folder, 1)
    try:
        written = run(spark, new, folder, "checkpoint")
    except StreamingQueryException:
        return Outcome.STOPS
    if by_function:
        return Outcome.RIGHT if written == run(spark, new, folder, "fresh") else Outcome.WRONG
    is_right = (
        has_all_texts(spark, folder / "forms", restart.new_sink)
        if restart.new_sink in FORMS
        else has_all(spark, folder / restart.new_sink)
    )
    return Outcome.RIGHT if is_right else Outcome.WRONG


def has_all(spark: SparkSession, folder: Path) -> bool:
    """Whether the rows of both batches can be read there."""
    try:
        rows = spark.read.parquet(str(folder)).count()
    except (AnalysisException, Py4JJavaError):
        # Of batch 1 there is a log, of batch 0 there is none.
        return False
    return bool(rows == sum((row[2] or 0) > 0 for rows in EVENTS for row in rows))


def has_all_texts(spark: SparkSession, folder: Path, form: str) -> bool:
    """Whether who reads the folder in the new format finds the texts of both batches."""
    try:
        texts = [row[0] for row in spark.read.format(form).load(str(folder)).collect()]
    except (PySparkException, Py4JJavaError):
        return False
    kept = [row[0] for rows in EVENTS for row in rows if (row[2] or 0) > 0]
    return sorted(map(str, texts)) == sorted(map(str, kept))


@pytest.mark.parametrize(
    "restart",
    [each for each in RESTARTS if FULL or each.name in SAMPLE],
    ids=lambda each: each.name,
)
def test_spark(
    restart: Restart, spark: SparkSession, rocksdb: SparkSession, tmp_path: Path
) -> None:
    """What is written down in `restarts` is what Spark does."""
    session = rocksdb if "stateful" in restart.old else spark
    assert outcome(session, restart, tmp_path) is restart.expected[0]


def test_spark_on_the_matrix(spark: SparkSession, tmp_path: Path) -> None:
    """What is recorded is what plain Spark does with changes before and after state.

    Where nothing is recorded yet it must be right with what is called safe.
    """
    chosen = [pair for pair in pairs() if FULL or pair.name in MATRIX_SAMPLE]
    existing = recorded()
    results = dict(outcomes(spark, chosen, tmp_path))
    assert results == {name: existing.get(name, outcome) for name, outcome in results.items()}
    new = [pair for pair in chosen if pair.name not in existing and results[pair.name] != "right"]
    assert [pair.name for pair in new if is_safe(pair)] == []


def is_safe(pair: Pair) -> bool:
    """Whether the compiler says so."""
    versions = zip((pair.old, pair.new), pair.python, strict=True)
    old, new = (compiled_version(text, python).pipeline for text, python in versions)
    (stream,) = stream_verdicts(old, new, (defaults(old), defaults(new)))
    return stream.verdict is Verdict.SAFE


def defaults(pipeline: Pipeline | None) -> RunValues:
    return next(run_values(pipeline, ()))
