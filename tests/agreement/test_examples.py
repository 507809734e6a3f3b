"""Every example of Spark's function documentation: parsed, and typed as Spark types it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.functions import FunctionKind, find_function
from tests.agreement.answers import Question, ours, relation_of
from tests.agreement.asking import SparkProbe, columns_of, plain_errors
from tests.agreement.examples import Example, examples
from tests.agreement.measured import Measured, report

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def measure(probe: SparkProbe) -> tuple[Measured, list[str]]:
    """The verdicts of all examples, and the statements that hold no expression."""
    measured, without = Measured("examples of the documentation", "examples", True), []
    by_rows: dict[str, list[Example]] = defaultdict(list)
    for example in examples(probe):
        if example.questions:
            by_rows[example.rows].append(example)
        else:
            without.append(example.statement)
    for rows, over in by_rows.items():
        with plain_errors():
            table = probe.query(rows)
            columns = columns_of(table)
        relation = relation_of(dict(zip(list(table.columns()), columns, strict=True)))
        questions = [
            _shaped(question, rows, relation, probe) for each in over for question in each.questions
        ]
        measured.ask(questions, relation, probe, table)
    return measured, without


def _shaped(question: Question, rows: str, relation: Relation, probe: SparkProbe) -> Question:
    """The question in the step where it belongs, with as many names as it makes columns."""
    refusals = ours(question, relation).refusals
    if any(refusal.startswith("SSBT0404") for refusal in refusals):
        return replace(question, form="aggregate")
    function = find_function(question.text.partition("(")[0])
    if function is None or function.kind is not FunctionKind.GENERATOR:
        return question
    return replace(
        question, names=len(probe.query(f"select {question.text} from ({rows})").columns())
    )


# `set …` and functions that are tables.
WITHOUT_EXPRESSION = 21


def test_every_example_agrees(spark: SparkSession) -> None:
    """Every example that is an expression parses and has Spark's type."""
    measured, without = measure(SparkProbe(spark))
    report(measured)
    assert len(without) == WITHOUT_EXPRESSION, without
    measured.check()
