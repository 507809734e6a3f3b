"""When the runtime of tests takes rows for equal, and how it shows their values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
import math

from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import Row as AnyRow
import pytest

from ssbt.runtime.expectations.comparing import Difference, compare_rows, render_value

Rows = list[tuple[int, int]]
# Its constructor is typed for names alone.
Row: Callable[..., AnyRow] = AnyRow


def different(
    expected: list[AnyRow], actual: list[AnyRow], *, ordered: bool = False
) -> list[Difference]:
    return compare_rows(expected, actual, ordered=ordered)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.1 + 0.2, 0.3),
        (1e300, 1e300 * (1 + 1e-9)),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (Decimal("1.50"), Decimal("1.5")),
        ([1.0, None], [1.0, None]),
        (Row("a", [0.3]), Row("a", [0.1 + 0.2])),
        ({"a": 1, "b": 0.3}, {"b": 0.1 + 0.2, "a": 1}),
        (bytearray(b"x"), bytearray(b"x")),
    ],
)
def test_equal(one: object, other: object):
    assert different([Row(one)], [Row(other)]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 1.0001),
        (0.0, math.nan),
        (math.inf, -math.inf),
        (None, 0),
        ("a", "A"),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ({"a": 1}, {"a": 1, "b": None}),
        (Row("a", None), Row("a", 1)),
        (Decimal("1.50"), Decimal("1.51")),
    ],
)
def test_different(one: object, other: object):
    assert different([Row(one)], [Row(other)]) == [Difference((one,), (other,), 0)] or different(
        [Row(one)], [Row(other)]
    ) == [Difference((one,), None, 0), Difference(None, (other,), None)]


def test_order_counts_where_it_is_told():
    one, two = Row(1), Row(2)
    assert different([one, two], [two, one]) == []
    assert different([one, two], [two, one], ordered=True) == [
        Difference(one, None, 0),
        Difference(None, one, 2),
    ]
    assert different([one], [one, two], ordered=True) == [Difference(None, two, 1)]


def test_rows_in_order_are_set_beside_their_own_kind():
    """One row that is missing at the top does not make everything that follow differ."""
    expected = [Row(n, f"name {n}", n * 10) for n in range(6)]
    actual = [*expected[1:3], Row(3, "other", 30), Row(9, "new", 90), *expected[4:]]
    assert different(expected, actual, ordered=True) == [
        Difference(expected[0], None, 0),
        Difference(expected[3], actual[2], 3),
        Difference(None, actual[3], 4),
    ]


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=7)


@given(ROWS, ROWS)
def test_differences_in_order_lead_from_one_side_to_the_other(expected: Rows, got: Rows):
    actual = compare_rows(expected, got, ordered=True)
    rows: list[object] = []
    for place in range(len(expected) + 1):
        rows += [
            each.actual for each in actual if each.expected is None and each.expected_index == place
        ]
        changed = [
            each for each in actual if each.expected is not None and each.expected_index == place
        ]
        rows += [each.actual for each in changed if each.actual is not None]
        rows += expected[place : place + 1] if not changed else []
    assert rows == got
    # Nothing is reported that is not needed: never more than to write all rows again.
    assert len(actual) <= len(expected) + len(got)


def test_rows_count_as_often_as_they_come():
    one = Row(1)
    assert different([one], [one, one]) == [Difference(None, one, None)]


def test_a_row_is_set_beside_the_one_most_like_it():
    expected = [Row(1, "a", 10), Row(2, "b", 20)]
    actual = [Row(2, "b", 21), Row(1, "a", 11), Row(9, "z", 0)]
    assert different(expected, actual) == [
        Difference(expected[0], actual[1], 0),
        Difference(expected[1], actual[0], 1),
        Difference(None, actual[2], None),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.5, "1.5"),
        (math.nan, "double('nan')"),
        (Decimal("1.50"), "1.50"),
        (Decimal("0E-10"), "0.0000000000"),
        ("ü 主 \x00 \u202e $", "'ü 主 \\u0000 \\u202e $'"),
        ("a ${b}", "concat('a $', '{b}')"),
        ("it's\n\\", "'it\\'s\\n\\\\'"),
        (bytearray(b"\x01\xff"), "x'01ff'"),
        ([1, None], "array(1, null)"),
        ({"a": [1]}, "map('a', array(1))"),
        (Row("a", 1), "('a', 1)"),
        (Row("a"), "struct('a')"),
    ],
)
def test_values_are_shown_as_a_test_has_them(value: object, text: str):
    assert render_value(value) == text
