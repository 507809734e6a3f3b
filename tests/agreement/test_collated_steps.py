"""Collations behind whole steps: what groups, sets, joins, windows and pivots make of them.

The kind: a step where texts of two collations meet, or one that hands a text on, whose collation
then counts for what follows it. Steps, kinds of columns and sides are crossed; a part is
asked in each run, all of them where `AGREEMENT` is set. Spark is given the script of a step. Of one
that we refuse, it is given what the same step becomes over columns that we accept: names alone
decide about that.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.resolve import scopes
from tests.agreement import scripts
from tests.agreement.answers import Ours, Question, Theirs, ours, verdict
from tests.agreement.asking import SparkProbe, columns_of, plain_errors
from tests.agreement.collated_steps import (
    StepQuestion,
    ddl_of,
    name_of,
    pipeline,
    questions,
    relation_for,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

AGREED = ("same", "null added", "rejected", "rejected early")
ONE_IN = 1 if os.environ.get("AGREEMENT") else 29
# This many steps are one script.
TOGETHER = 400


def our_answer(question: StepQuestion) -> Ours:
    """What the compiler says of the steps."""
    one, *others = question.datasets
    relation = scopes.requalify(relation_for(one), "one")
    taken = {name_of(each): relation_for(each) for each in others}
    return ours(Question(question.text, "steps"), relation, others=taken)


def accepted_forms(every: list[StepQuestion], expected: set[str]) -> dict[str, StepQuestion]:
    """Of each of these forms one that the compiler accepts; there is one."""
    result: dict[str, StepQuestion] = {}
    for each in every:
        if each.form in expected - result.keys() and not our_answer(each).refusals:
            result[each.form] = each
    assert result.keys() == expected
    return result


def functions(questions: list[StepQuestion], folder: Path) -> dict[StepQuestion, Any]:
    """The functions of the script that the steps become."""
    result: dict[StepQuestion, Any] = {}
    for start in range(0, len(questions), TOGETHER):
        part = questions[start : start + TOGETHER]
        names = {f"q{number}": each for number, each in enumerate(part)}
        module, _ = scripts.loaded(pipeline(names), folder)
        result |= {each: getattr(module, name) for name, each in names.items()}
    return result


def their_answer(
    function: Any, question: StepQuestion, frames: dict[tuple[str, ...], DataFrame]
) -> Theirs:
    """What Spark says of a step's function over datasets of these kinds."""
    from py4j.protocol import Py4JJavaError

    inputs = [frames[each] for each in question.datasets]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    assert len(names) == len(inputs)
    try:
        return Theirs(tuple(columns_of(function(*inputs)._jdf)))
    except Py4JJavaError as error:
        return Theirs((), str(error.java_exception.getMessage()).replace("\n", " ")[:300])


def test_collations_behind_steps_agree(spark: SparkSession, tmp_path: Path) -> None:
    """Acceptance, types with their collations, and nullability."""
    every = questions()
    sample = every[::ONE_IN]
    answers = {each: our_answer(each) for each in sample}
    accepted = accepted_forms(every, {each.form for each in sample if answers[each].refusals})
    scripted = {*accepted.values(), *(each for each in sample if not answers[each].refusals)}
    result = functions([each for each in every if each in scripted], tmp_path)
    session = SparkProbe(spark)
    datasets = {dataset for each in sample for dataset in each.datasets}
    theirs: dict[StepQuestion, Theirs] = {}
    with session.active(), plain_errors():
        frames = {
            each: session.session.createDataFrame([], ddl_of(each).replace(":", ""))
            for each in datasets
        }
        for each in sample:
            function = result.get(each) or result[accepted[each.form]]
            theirs[each] = their_answer(function, each, frames)
    wrong = [
        (each.query, verdict(answers[each], theirs[each]), answers[each], theirs[each])
        for each in sample
        if verdict(answers[each], theirs[each]) not in AGREED
    ]
    refused = sum(bool(answers[each].refusals) for each in sample)
    print(f"\nsteps of collations: {len(sample):,}, of which we refuse {refused:,}")
    for query, how, one, other in wrong:
        print(f"{query}: {how}\n  {one.columns or one.refusals}\n  {other}")
    assert [query for query, *_ in wrong] == []
