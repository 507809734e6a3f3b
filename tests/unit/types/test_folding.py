"""Constants are evaluated one operation at a time; what is not known is not guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    BYTE,
    DATE,
    DOUBLE,
    INT,
    LONG,
    STRING,
    TIMESTAMP,
    DataType,
    DecimalType,
)
from ssbt.compiler.types.folding.calls import can_evaluate, fold_call
from ssbt.compiler.types.folding.casts import cast_value, date_text
from ssbt.compiler.types.folding.comparisons import UNKNOWN_TRUTH, combine_truth, evaluate_in
from ssbt.compiler.types.folding.model import Failure, Value, opaque

FAILS = Failure("it fails")


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        (" 12\t", INT, 12),
        ("+7", BYTE, 7),
        ("1.5", INT, FAILS),
        ("128", BYTE, FAILS),
        ("1_000", LONG, FAILS),
        (" 1e3 ", DOUBLE, 1000.0),
        ("Infinity", DOUBLE, float("inf")),
        ("2.345", DecimalType(4, 2), Decimal("2.35")),
        ("100", DecimalType(4, 2), FAILS),
        ("Yes", BOOLEAN, True),
        ("maybe", BOOLEAN, FAILS),
        ("1970-1-2", DATE, 1),
        ("1970-01-02T99", DATE, 1),
        ("2026-02-30", DATE, FAILS),
        ("1970-01-01 00:00:01Z", TIMESTAMP, 1_000_000),
        ("2026-02-30 10:00", TIMESTAMP, FAILS),
    ],
)
def test_texts_are_cast_as_spark_casts_them(text: str, target: DataType, value: object):
    result = cast_value(Value(STRING, text), target)
    assert isinstance(result, Failure) if value is FAILS else result == Value(target, value)
    if value is FAILS:
        legacy = cast_value(Value(STRING, text), target, ansi=False)
        assert legacy is None or (isinstance(legacy, Value) and legacy.value in (None, 1))


def test_a_time_without_a_zone_depends_on_the_session():
    result = cast_value(Value(STRING, "2026-01-31 12:00:00"), TIMESTAMP)
    assert result == opaque(TIMESTAMP)


def test_dates_go_beyond_those_of_python():
    far = cast_value(Value(STRING, "123456-03-01"), DATE)
    assert isinstance(far, Value)
    assert date_text(int(str(far.value))) == "+123456-03-01"


def test_what_decides_first_keeps_the_rest_from_being_computed():
    false, true = Value(BOOLEAN, False), Value(BOOLEAN, True)
    assert combine_truth("and", false, FAILS) == false
    assert combine_truth("or", true, FAILS) == true
    assert combine_truth("and", true, FAILS) == FAILS
    assert combine_truth("and", None, false) is None
    assert evaluate_in(Value(INT, 1), [Value(INT, 1), FAILS], INT, ansi=True) == true
    assert (
        evaluate_in(Value(INT, 2), [Value(INT, None), Value(INT, 1)], INT, ansi=True)
        == UNKNOWN_TRUTH
    )


def test_a_function_that_is_not_known_gives_nothing():
    assert not can_evaluate("soundex")
    assert fold_call("soundex", [Value(STRING, "a")], STRING) is None
    assert fold_call("upper", [Value(STRING, "ß")], STRING) is None
    assert fold_call("upper", [opaque(STRING)], STRING) is None
    assert fold_call("upper", [Value(STRING, None)], STRING) == Value(STRING, None)
