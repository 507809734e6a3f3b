"""What operators give, and how a refusal is worded; that Spark agrees is tested with Spark."""

from __future__ import annotations

import pytest

from ssbt.compiler.types import literals, operators
from ssbt.compiler.types.cast_results import infer_cast
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    INT,
    LONG,
    STRING,
    UNKNOWN,
    ArrayType,
    DataType,
    DecimalType,
    MapType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed

INT_COLUMN, TEXT, DAY = Typed(INT), Typed(STRING), Typed(DATE)
ARRAY, MAP, MONEY = Typed(ArrayType(INT)), Typed(MapType(STRING, INT)), Typed(DecimalType(12, 2))
NOTHING_KNOWN = Typed(UNKNOWN)


def require_type(result: Typed | Mismatch) -> str:
    assert isinstance(result, Typed), result
    return result.type.sql


LITERALS = {
    "1": "INT",
    "2147483648": "BIGINT",
    "9223372036854775808": "DECIMAL(19,0)",
    "7L": "BIGINT",
    "7s": "SMALLINT",
    "7Y": "TINYINT",
    "0.05": "DECIMAL(2,2)",
    "12.50": "DECIMAL(4,2)",
    "1e3": "DOUBLE",
    "1.5D": "DOUBLE",
    "1.5f": "FLOAT",
    "12.50BD": "DECIMAL(4,2)",
    "1e3BD": "DECIMAL(4,0)",
}


@pytest.mark.parametrize(("text", "kind"), LITERALS.items())
def test_a_number_has_its_type(text: str, kind: str) -> None:
    assert require_type(literals.infer_number(text)) == kind


def test_a_minus_belongs_to_the_number() -> None:
    assert require_type(literals.infer_number("2147483648", negative=True)) == "INT"
    assert require_type(literals.infer_number("128Y", negative=True)) == "TINYINT"


OUT_OF_RANGE = {
    "128Y": "`128Y` is outside the range of TINYINT",
    "32768S": "`32768S` is outside the range of SMALLINT",
    "1e400D": "`1e400D` is outside the range of DOUBLE",
    "1" * 39: f"`{'1' * 39}` has more than 38 digits",
}


@pytest.mark.parametrize(("text", "reason"), OUT_OF_RANGE.items())
def test_a_number_out_of_range_is_told(text: str, reason: str) -> None:
    assert literals.infer_number(text) == Mismatch(reason)


INTERVALS = {
    "year": "INTERVAL YEAR",
    "years months": "INTERVAL YEAR TO MONTH",
    "WEEK": "INTERVAL DAY",
    "day seconds": "INTERVAL DAY TO SECOND",
    "milliseconds": "INTERVAL SECOND",
}


@pytest.mark.parametrize(("units", "kind"), INTERVALS.items())
def test_an_interval_has_the_type_of_its_units(units: str, kind: str) -> None:
    result = literals.infer_interval(units.split())
    assert isinstance(result, DataType)
    assert result.sql == kind


def test_units_of_two_families_do_not_mix() -> None:
    assert isinstance(literals.infer_interval(["year", "day"]), Mismatch)
    assert isinstance(literals.infer_interval(["fortnight"]), Mismatch)


def test_a_literal_keeps_a_decimal_narrow() -> None:
    two = literals.infer_number("2")
    assert isinstance(two, Typed)
    assert require_type(operators.infer_binary("*", MONEY, two)) == "DECIMAL(14,2)"
    assert require_type(operators.infer_binary("*", MONEY, INT_COLUMN)) == "DECIMAL(23,2)"


def test_precision_may_be_kept_at_the_cost_of_scale() -> None:
    wide = Typed(DecimalType(38, 18))
    assert require_type(operators.infer_binary("*", wide, wide)) == "DECIMAL(38,6)"
    kept = operators.infer_binary("*", wide, wide, allow_precision_loss=False)
    assert require_type(kept) == "DECIMAL(38,36)"


REFUSED = {
    "`+` does not take STRING and DATE": operators.infer_binary("+", TEXT, DAY),
    "`*` does not take ARRAY<INT> and INT": operators.infer_binary("*", ARRAY, INT_COLUMN),
    "`not` does not take DATE": operators.infer_unary("not", DAY),
    "`~` does not take STRING": operators.infer_unary("~", TEXT),
    "INT and DATE cannot be compared by `<`": operators.infer_binary("<", INT_COLUMN, DAY),
    "values of type MAP<STRING, INT> cannot be compared by `=`": operators.infer_binary(
        "=", MAP, MAP
    ),
    "`and` does not take INT": operators.infer_binary("and", Typed(BOOLEAN), INT_COLUMN),
    "`like` does not take ARRAY<INT>": operators.infer_like(ARRAY, TEXT),
    "`in` does not compare DATE with INT, STRING": operators.infer_in(DAY, [INT_COLUMN, TEXT]),
    "`when` does not take STRING": operators.infer_case([TEXT], [TEXT], None),
    "`coalesce` has no common type for DATE and INT": operators.infer_coalesce([DAY, INT_COLUMN]),
    "MAP<STRING, INT> cannot be cast to INT": infer_cast(MAP, INT),
}


@pytest.mark.parametrize(("reason", "result"), REFUSED.items(), ids=list(REFUSED))
def test_a_refusal_names_operator_and_types(reason: str, result: Typed | Mismatch) -> None:
    assert isinstance(result, Mismatch)
    assert result.reason == reason


def test_a_cast_that_only_legacy_mode_has_says_so() -> None:
    result = infer_cast(DAY, INT)
    assert isinstance(result, Mismatch)
    assert result.help == "only a pipeline with `spark.sql.ansi.enabled = false` allows this cast"
    assert require_type(infer_cast(DAY, INT, ansi=False)) == "INT"


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "%", "div", "&", "<<", "||"])
def test_the_unknown_stays_unknown(operator: str) -> None:
    for left, right in ((NOTHING_KNOWN, MAP), (MAP, NOTHING_KNOWN)):
        assert require_type(operators.infer_binary(operator, left, right)) == "UNKNOWN"


@pytest.mark.parametrize("operator", operators.COMPARISONS)
def test_a_comparison_is_boolean_even_of_the_unknown(operator: str) -> None:
    result = operators.infer_binary(operator, NOTHING_KNOWN, MAP)
    assert result == Typed(BOOLEAN, operator != "<=>")


def test_a_string_meets_a_number_otherwise_outside_ansi() -> None:
    assert require_type(operators.infer_binary("+", TEXT, Typed(INT))) == "BIGINT"
    assert require_type(operators.infer_binary("+", TEXT, Typed(INT), ansi=False)) == "DOUBLE"
    assert require_type(operators.infer_coalesce([TEXT, Typed(LONG)])) == "BIGINT"
    assert require_type(operators.infer_coalesce([TEXT, Typed(LONG)], ansi=False)) == "STRING"
