"""What is called always false, always true or never reached: no row of Spark's says otherwise.

Conditions and expressions are made at random over columns of all types with an order, and asked of
rows that hold the edges of the types and the constants in the conditions. `AGREEMENT=20000` takes
as many seeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.resolve.ranges.cases import NO_ROW
from ssbt.compiler.resolve.ranges.conditions import Truth, conditions_of
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.functions.null_results import makes_null
from tests.agreement.asking import SparkProbe, plain_errors
from tests.agreement.conditions import comparisons, conditions, rows, view_of
from tests.agreement.measured import case_count
from tests.agreement.null_arguments import null_positions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
_BATCH = 40
_OUTCOMES = {
    Truth.TRUE: "({0}) is true",
    Truth.FALSE: "({0}) is false",
    Truth.NOT_TRUE: "({0}) is not true",
    Truth.NOT_FALSE: "({0}) is not false",
}


def _asked(spark: SparkSession) -> SparkProbe:
    probe = SparkProbe(spark)
    probe.query(rows()).createOrReplaceTempView("edges")
    return probe


def _counts(probe: SparkProbe, texts: list[str]) -> dict[str, int]:
    """For each condition the rows that meet it; those that fail are left out."""
    result: dict[str, int] = {}
    waiting = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    while waiting:
        batch = waiting.pop()
        columns = ", ".join(f"count_if({text})" for text in batch)
        try:
            row: Any = probe.query(f"select {columns} from edges").head()
        except Exception:  # Py4JJavaError: a row overflows
            if len(batch) > 1:
                half = len(batch) // 2
                waiting += [batch[:half], batch[half:]]
            continue
        result |= {text: int(row.getLong(place)) for place, text in enumerate(batch)}
    return result


def test_no_row_has_an_outcome_that_is_ruled_out(spark: SparkSession):
    """Of single conditions, and of a second one in rows that the first leaves or does not take."""
    ruled_out: list[str] = []
    asked_conditions = 0
    for first, second in conditions(case_count(150)):
        view = view_of(f"named_struct('f', {first}, 's', {second})")
        if view is None:
            continue
        asked_conditions += 1
        assert isinstance(view.root, e.Call)
        one, other = view.root.arguments[1].value, view.root.arguments[3].value
        for truth, form in _OUTCOMES.items():
            cases = conditions_of(view).cases(one, truth)
            if cases == NO_ROW:
                ruled_out.append(form.format(first))
            later = conditions_of(view).cases(other, Truth.TRUE)
            if later != NO_ROW and conditions_of(view).meet((cases, later)) == NO_ROW:
                ruled_out.append(f"{form.format(first)} and ({second})")
    print(f"\n{asked_conditions:,} conditions: {len(ruled_out):,} outcomes ruled out")
    # Little is proven of conditions made at random, but not nothing.
    assert _confirmed(spark, ruled_out) > asked_conditions * 0.2


def test_no_value_is_outside_its_range(spark: SparkSession):
    """Of each expression of which the compiler knows a range, around the ends of it."""
    ruled_out: list[str] = []
    conditions = comparisons(case_count(500))
    for text in conditions:
        view = view_of(text)
        for truth, form in _OUTCOMES.items() if view is not None else ():
            if view is not None and conditions_of(view).cases(view.root, truth) == NO_ROW:
                ruled_out.append(form.format(text))
    print(f"\n{len(conditions):,} comparisons: {len(ruled_out):,} outcomes ruled out")
    assert _confirmed(spark, ruled_out) > len(conditions) * 0.2


def _confirmed(spark: SparkSession, ruled_out: list[str]) -> int:
    """How many conditions no row meets, which has to be all of them but those that fail."""
    probe = _asked(spark)
    with plain_errors(), probe.active():
        counts = _counts(probe, list(dict.fromkeys(ruled_out)))
    assert {text: count for text, count in counts.items() if count} == {}
    return len(counts)


def test_a_null_makes_null_where_the_compiler_says_so(spark: SparkSession):
    positions = null_positions(SparkProbe(spark), case_count(40))
    wrong = [
        f"{name} {place}"
        for name, places in positions.items()
        for place, is_null in places.items()
        if makes_null(name, place) and not is_null
    ]
    unknown = [
        f"{name} {place}"
        for name, places in positions.items()
        for place, is_null in places.items()
        if is_null and not makes_null(name, place)
    ]
    print(f"\n{len(positions)} functions; not claimed: {' '.join(unknown)}")
    assert wrong == []
    assert len(positions) > 20
