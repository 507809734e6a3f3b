"""Casts that Spark adds, and decimals, by the rules in Spark's documents; Spark is asked elsewhere.

They let `make mutants`, where no Spark runs, notice what the tests with Spark would.
"""

from __future__ import annotations

import pytest

from ssbt.compiler.types import operators
from ssbt.compiler.types.casts import can_cast, can_try_cast
from ssbt.compiler.types.collation_strength import Strength
from ssbt.compiler.types.datatypes import (
    DATE,
    INT,
    LONG,
    STRING,
    ArrayType,
    DecimalType,
    MapType,
)
from ssbt.compiler.types.decimals import result_type
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.promotion import cast_implicitly

# Operator, the operands' (precision, scale), and the result's with precision loss and without it.
DECIMALS = [
    ("+", (10, 2), (5, 4), (13, 4), (13, 4)),
    ("+", (5, 4), (10, 2), (13, 4), (13, 4)),
    ("-", (5, 0), (9, 8), (14, 8), (14, 8)),
    ("*", (10, 2), (5, 4), (16, 6), (16, 6)),
    ("/", (10, 2), (5, 4), (20, 8), (20, 8)),
    ("/", (5, 4), (10, 2), (18, 15), (18, 15)),
    ("%", (10, 2), (5, 4), (5, 4), (5, 4)),
    ("%", (5, 4), (10, 2), (5, 4), (5, 4)),
    ("%", (6, 1), (10, 2), (7, 2), (7, 2)),
    ("+", (38, 10), (38, 2), (38, 6), (38, 10)),
    ("*", (38, 10), (38, 10), (38, 6), (38, 20)),
    ("*", (20, 3), (20, 3), (38, 6), (38, 6)),
]


@pytest.mark.parametrize(("operator", "left", "right", "lossy", "exact"), DECIMALS)
def test_results_of_decimals(
    operator: str,
    left: tuple[int, int],
    right: tuple[int, int],
    lossy: tuple[int, int],
    exact: tuple[int, int],
):
    for loss, expected in ((True, lossy), (False, exact)):
        actual = result_type(operator, DecimalType(*left), DecimalType(*right), loss)
        assert (actual.precision, actual.scale) == expected


def test_a_tried_cast_has_other_rules_inside_of_a_value():
    assert not can_cast(DATE, INT)
    assert not can_try_cast(DATE, INT)
    assert can_try_cast(ArrayType(DATE), ArrayType(INT))
    assert can_try_cast(MapType(STRING, DATE), MapType(STRING, INT))
    assert not can_try_cast(ArrayType(DATE), INT)


def test_text_keeps_how_firmly_its_collation_was_chosen():
    explicit = Typed(STRING, strength=Strength.EXPLICIT)
    assert cast_implicitly(explicit, LONG).strength == Strength.EXPLICIT
    assert cast_implicitly(Typed(INT), STRING).strength == Strength.DEFAULT
    assert cast_implicitly(Typed(STRING), STRING).strength is None


@pytest.mark.parametrize("operator", ["<<", ">>", ">>>", "&", "|", "^", "+", "-", "*", "/", "%"])
def test_a_refused_operator_is_named(operator: str):
    result = operators.infer_binary(operator, Typed(MapType(STRING, INT)), Typed(INT))
    assert isinstance(result, Mismatch)
    assert f"`{operator}`" in result.reason
