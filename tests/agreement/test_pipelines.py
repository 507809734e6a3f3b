"""Generated pipelines that pass the check: the script runs through Spark's analyser, and agrees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agreement import scripts
from tests.agreement.asking import SparkProbe
from tests.agreement.measured import case_count
from tests.agreement.pipelines import PipelineMaker, tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

SEEDS = case_count(2_000) // 20
SLICE = 200


def text_of(seeds: range, maker: type[PipelineMaker] = PipelineMaker) -> tuple[str, dict[str, str]]:
    """A pipeline of a let for each seed, and the queries by the names of the lets."""
    sources = tables()
    queries: dict[str, str] = {}
    for seed in seeds:
        query = maker(seed, sources).query()
        if query is not None:
            queries[f"q{seed}"] = query
    lets = "".join(f"let {name} =\n  {query}\n\n" for name, query in queries.items())
    sinks = "".join(map(scripts.sink, queries))
    used = "".join(scripts.sink(name) for name in sources)
    return scripts.HEAD + lets + sinks + used, queries


def test_generated_pipelines_agree(spark: SparkSession, tmp_path: Path) -> None:
    """What we accept and emit, Spark analyses, and its schemas are those that we say."""
    wrong: dict[str, object] = {}
    count = 0
    probe = SparkProbe(spark)
    for start in range(0, SEEDS, SLICE):
        text, queries = text_of(range(start, min(start + SLICE, SEEDS)))
        module, lets = scripts.loaded(text, tmp_path)
        result = scripts.problems(probe, module, lets)
        count += len(queries)
        wrong |= {queries[name]: problem for name, problem in result.items()}
    print(f"\ngenerated pipelines: {count:,}, of which {len(wrong)} do not agree")
    for query, problem in wrong.items():
        print(query, problem, sep="\n    ", end="\n\n")
    assert wrong == {}
