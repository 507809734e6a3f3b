"""The 22 queries of TPC-H: what the compiled scripts yield is what Spark SQL makes of the texts of
the specification, and what the compiler says about every dataset is what Spark says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import module_from_spec, spec_from_file_location
import inspect
import os
from pathlib import Path
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.steps import Sort

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

pytestmark = pytest.mark.spark

ROOT = Path(__file__).resolve().parents[2]
QUERIES = ROOT / "tests" / "tpch"
EXAMPLE = ROOT / "examples" / "tpch_revenue" / "pipeline.ssbt"
SCALE = "0.01"
TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")
# Which query of the specification a dataset of the example answers.
ANSWERS = {"pricing_summary": "q01", "shipping_priority": "q03", "revenue_change": "q06"}


@dataclass(frozen=True)
class Compiled:
    """A pipeline, its script as a module, and every dataset that the script's functions made."""

    pipeline: Pipeline
    module: ModuleType
    frames: dict[str, DataFrame]

    def sort_keys(self, dataset: str) -> list[str]:
        """The columns that the dataset is sorted by in the end."""
        steps = next(item.query.steps for item in self.lets() if item.name == dataset)
        actual = [step for step in steps if isinstance(step, Sort)][-1:]
        return [key.expression.column or "" for step in actual for key in step.keys]

    def lets(self) -> list[Let]:
        return [item for item in self.pipeline.datasets if isinstance(item, Let)]


@pytest.fixture(scope="session")
def tables() -> Path:
    """The folder of the tables, which later runs find again."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "ssbt" / "tpch" / f"{version('tpchgen-cli')}-scale-{SCALE}"
    subprocess.run([EXAMPLE.parent / "data.sh", folder, SCALE], check=True)
    return folder


@pytest.fixture(scope="module")
def official(spark: SparkSession, tables: Path) -> Iterator[SparkSession]:
    """A Spark that knows the tables by their names."""
    for table in TABLES:
        spark.read.parquet(str(tables / f"{table}.parquet")).createOrReplaceTempView(table)
    yield spark
    for table in TABLES:
        spark.catalog.dropTempView(table)


def compiled(path: Path, spark: SparkSession, **params: str) -> Compiled:
    """A pipeline compiled, its script imported, and its functions called in their order."""
    from ssbt.runtime import Job

    names = check_pipeline(os.path.relpath(path, ROOT), lambda name: (ROOT / name).read_bytes())
    assert [finding.message for finding in names.findings] == []
    assert names.pipeline is not None
    script = emit_files(names)[0]
    module = ModuleType(f"tpch_{names.pipeline.name}")
    # dataclasses look a class's module up.
    sys.modules[module.__name__] = module
    exec(compile(script.content, script.path, "exec"), module.__dict__)
    job = Job(spark, module.Params(**params))
    frames: dict[str, Any] = {}
    for item in names.pipeline.datasets:
        function = getattr(module, item.name)
        inputs = {**frames, "job": job, "params": job.params}
        frames[item.name] = function(
            *(inputs[name] for name in inspect.signature(function).parameters)
        )
    return Compiled(names.pipeline, module, frames)


def assert_same_answer(ours: DataFrame, official: DataFrame, keys: list[str]) -> None:
    """Equal columns and rows; in the order of `keys`, among equals of which any order will do."""
    assert [field.dataType for field in ours.schema] == [f.dataType for f in official.schema]
    # The specification gives one column no name, and Spark calls it by its expression.
    names = [(one, other) for one, other in zip(ours.columns, official.columns, strict=True)]
    assert [one for one, other in names if "(" not in other] == [
        other for _, other in names if "(" not in other
    ]
    rows, expected = ours.collect(), official.collect()
    assert sorted(map(tuple, rows)) == sorted(map(tuple, expected))
    assert expected
    places = [ours.columns.index(key) for key in keys]
    assert in_order(rows, places) == in_order(expected, places)


def in_order(rows: list[Row], places: list[int]) -> list[tuple[object, ...]]:
    return [tuple(row[place] for place in places) for row in rows]


def official_text(query: str) -> str:
    return (QUERIES / "official" / f"{query}.sql").read_text(encoding="utf-8")


def disagreements(item: Source | Let, frame: DataFrame) -> list[str]:
    """Where the compiler and Spark see different columns in a dataset."""
    from pyspark.sql.types import DataType

    relation = (item.output if isinstance(item, Source) else item.query.output).columns
    ours = [(column.name, DataType.fromDDL(column.type.sql)) for column in relation]
    spark = [(field.name, field.dataType) for field in frame.schema]
    names = [] if ours == spark else [f"{item.name}: {ours}, in Spark {spark}"]
    return names + [
        f"{item.name}.{column.name} is never null, but Spark says that it may be"
        for column, field in zip(relation, frame.schema, strict=False)
        if field.nullable and not column.nullable
    ]


@pytest.mark.parametrize("query", sorted(path.stem for path in QUERIES.glob("q*.ssbt")))
def test_query(query: str, official: SparkSession, tables: Path) -> None:
    """The script's result is that of the official text; all datasets are as the compiler says."""
    result = compiled(QUERIES / f"{query}.ssbt", official, data=str(tables), out="unused")
    (sink,) = result.pipeline.sinks
    expected = official.sql(official_text(query))
    assert_same_answer(result.frames[sink.dataset], expected, result.sort_keys(sink.dataset))
    assert [
        text
        for item in result.pipeline.datasets
        for text in disagreements(item, result.frames[item.name])
    ] == []


def test_every_query_is_there() -> None:
    queries = [f"q{number:02}" for number in range(1, 23)]
    assert sorted(path.stem for path in QUERIES.glob("*.ssbt")) == queries
    assert sorted(path.stem for path in (QUERIES / "official").iterdir()) == queries


def test_plans_are_those_of_handwritten_pyspark(spark: SparkSession, tables: Path) -> None:
    """Spark does for the example just what it does for what a person would have written."""
    specification = spec_from_file_location("benchmark_tpch", ROOT / "benchmarks" / "tpch.py")
    assert specification is not None
    assert specification.loader is not None
    benchmark = module_from_spec(specification)
    specification.loader.exec_module(benchmark)
    by_hand = benchmark.handwritten(spark, tables)
    for name, query in benchmark.load_pipeline(spark, tables).items():
        assert benchmark.optimised_plan(query()) == benchmark.optimised_plan(by_hand[name]())


@pytest.fixture(scope="module")
def results(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `ssbtc run`, a process of its own, has let the example write."""
    folder = tmp_path_factory.mktemp("tpch_revenue")
    subprocess.run(
        [
            Path(sys.executable).parent / "ssbtc",
            "run",
            EXAMPLE,
            f"--set=data={tables}",
            f"--set=results={folder}/results",
            f"--out={folder}/build",
            "--",
            "--conf=spark.sql.shuffle.partitions=2",
            "--conf=spark.ui.enabled=false",
        ],
        cwd=folder,
        check=True,
    )
    return folder / "results"


@pytest.mark.parametrize("dataset", ANSWERS)
def test_example(dataset: str, results: Path, official: SparkSession) -> None:
    """The files that the example writes hold the answers to the queries of the specification."""
    ours = official.read.parquet(str(results / dataset))
    assert_same_answer(ours, official.sql(official_text(ANSWERS[dataset])), [])
