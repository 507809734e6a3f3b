"""Constant expressions made at random: our evaluator gives Spark's value, or fails where it does.

`AGREEMENT=20000` takes as many seeds; see `constants.py`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.types.folding.model import Failure, Value
from tests.agreement.asking import SparkProbe
from tests.agreement.constants import Judge, disagreement, expressions, our_answer
from tests.agreement.hostile import (
    LEFT_TO_SPARK,
    REFUSED_ON_PURPOSE,
    failures_of_spark,
    hostile_constants,
    our_verdict,
)
from tests.agreement.measured import case_count

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.mark.parametrize("ansi", [True, False], ids=["ansi", "legacy"])
def test_constants_have_the_values_that_spark_gives(spark: SparkSession, ansi: bool):
    texts = expressions(case_count(350 if ansi else 150))
    answers = {text: our_answer(text, ansi) for text in texts}
    ours = {text: outcome for text, (outcome, _) in answers.items()}
    refused = {text for text, (_, is_refused) in answers.items() if is_refused}
    decided = [text for text in texts if ours[text] is not None or text in refused]
    failing = {text for text in decided if isinstance(ours[text], Failure)} | refused
    theirs = Judge(spark, ansi).values(decided, failing)
    wrong = [f"{t} | {why}" for t in decided if (why := disagreement(ours[t], theirs[t]))]
    wrong += [
        f"{text} | refused, Spark: {theirs[text].text}"
        for text in refused
        if not theirs[text].error
    ]
    kinds = Counter(type(outcome) for outcome in ours.values())
    print(f"\n{len(texts):,} constants: {kinds[Value]:,} values, {kinds[Failure]:,} failures")
    assert wrong == []
    # What is not known agrees with anything, so it has to be the smaller part.
    assert len(decided) > len(texts) * 0.75
    assert not ansi or len(failing) > len(texts) * 0.08


def test_a_constant_that_cannot_be_meant_is_refused(spark: SparkSession):
    """Spark's own examples, one constant replaced: what fails with every row does not compile."""
    probe = SparkProbe(spark)
    ours = {text: our_verdict(text) for text in hostile_constants(probe, case_count(200))}
    texts = [text for text, verdict in ours.items() if verdict and not LEFT_TO_SPARK.search(text)]
    theirs = failures_of_spark(probe, texts)
    accepted = [f"{text} | {theirs[text]}" for text in theirs if ours[text] == "works"]
    refused = [
        text
        for text in texts
        if ours[text] == "fails" and text not in theirs and not REFUSED_ON_PURPOSE.search(text)
    ]
    print(f"\n{len(texts):,} hostile constants: Spark fails with {len(theirs):,}")
    assert (accepted, refused) == ([], [])
    assert len(theirs) > len(texts) * 0.2
