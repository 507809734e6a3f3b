"""Steps that the compiler refuses: Spark's own pipe syntax refuses them, too.

Where it does not, the language has decided so, and `refused.toml` says why.
"""

from __future__ import annotations

from pathlib import Path
import tomllib
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.resolve import scopes
from tests.agreement.asking import SparkProbe, plain_errors
from tests.agreement.measured import case_count
from tests.agreement.pipelines import PipelineMaker, tables
from tests.agreement.scripts import SCHEMAS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

SEEDS = case_count(600)
# Words of steps that mean the same in both languages.
SHARED = ("select", "extend", "set", "drop", "where", "aggregate", "order", "rename", "as")
JOINS = ("join", "left", "right", "full", "semi", "anti", "cross")
REASONS: dict[str, str] = tomllib.loads(
    Path(__file__).with_name("refused.toml").read_text("utf-8")
)["refused"]


def _has_reason(query: str, codes: list[str]) -> bool:
    reasons = (reason.partition(" ") for reason in REASONS)
    return any(code in codes and word in query for code, _, word in reasons)


def refused() -> dict[str, list[str]]:
    """The queries of one step that the compiler refuses, with the codes of its findings."""
    sources = tables()
    result: dict[str, list[str]] = {}
    for seed in range(SEEDS):
        maker = PipelineMaker(seed, sources)
        base = maker.random.choice(list(sources))
        maker.relation = scopes.requalify(sources[base], base)
        step = maker.step()
        codes = maker.codes(step)
        if codes and step.split()[0] in (*SHARED, *JOINS):
            result[f"from {base} |> {step}"] = codes
    return result


def test_what_we_refuse_spark_refuses(spark: SparkSession) -> None:
    """Every refused step that Spark takes is refused by a rule of the language alone."""
    from py4j.protocol import Py4JJavaError

    probe = SparkProbe(spark)
    for name, ddl in SCHEMAS.items():
        probe.session.createDataFrame([], ddl).createOrReplaceTempView(name)
    questions = refused()
    taken: dict[str, list[str]] = {}
    with plain_errors():
        for query, codes in questions.items():
            try:
                probe.query(query)
            except Py4JJavaError:
                continue
            taken[query] = codes
    print(f"\nrefused steps: {len(questions):,}, of which Spark takes {len(taken):,}")
    wrong = {query: codes for query, codes in taken.items() if not _has_reason(query, codes)}
    for query, codes in wrong.items():
        print(" ", *codes, query)
    assert wrong == {}
