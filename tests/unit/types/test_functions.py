"""The catalogue of functions: that it is whole, and how it answers."""

from __future__ import annotations

import re

import pytest

from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    INT,
    LONG,
    NULL,
    STRING,
    UNKNOWN,
    ArrayType,
    DecimalType,
    StringType,
    StructField,
    StructType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.functions import Function, FunctionKind, find_function, function_names

TEXT, NUMBER = Typed(STRING), Typed(INT)


def function(name: str) -> Function:
    names = find_function(name)
    assert names is not None
    return names


def reason(result: Typed | Mismatch) -> str:
    assert isinstance(result, Mismatch), result
    return result.reason


@pytest.mark.parametrize("name", function_names())
def test_each_row_can_be_read(name: str) -> None:
    names = function(name)
    assert names.name == name
    assert re.fullmatch(r"\d\.\d\.\d", names.since)
    assert names.minimum <= len(names.parameters)
    assert len({each.name for each in names.parameters}) == len(names.parameters)
    assert all(not each.repeated for each in names.parameters[:-1])


@pytest.mark.parametrize("name", function_names())
def test_the_unknown_is_never_refused(name: str) -> None:
    names = function(name)
    if names.kind is FunctionKind.TABLE:
        return
    for count in range(names.minimum, len(names.parameters) + 1):
        if names.arity_mismatch(count) is None and name not in ("map", "named_struct"):
            result = names.infer_result([Typed(UNKNOWN)] * count)
            assert isinstance(result, Typed), result


def test_names_have_no_case() -> None:
    assert find_function("UPPER") is find_function("upper")
    assert find_function("no_such_function") is None
    assert list(function_names()) == sorted(function_names())
    assert len(function_names()) == 508


KINDS = {
    "upper": FunctionKind.SCALAR,
    "sum": FunctionKind.AGGREGATE,
    "row_number": FunctionKind.WINDOW,
    "explode": FunctionKind.GENERATOR,
    "range": FunctionKind.TABLE,
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_function_has_its_kind(name: str, kind: FunctionKind) -> None:
    assert function(name).kind is kind


ARITIES = {
    "pi": (1, "`pi` takes no arguments, not 1"),
    "upper": (2, "`upper` takes 1 argument, not 2"),
    "replace": (1, "`replace` takes 2 to 3 arguments, not 1"),
    "coalesce": (0, "`coalesce` takes at least 1 argument, not 0"),
    "make_timestamp_ntz": (3, "`make_timestamp_ntz` takes 2 or 6 arguments, not 3"),
}


@pytest.mark.parametrize(("name", "case"), ARITIES.items())
def test_a_wrong_number_of_arguments_is_told(name: str, case: tuple[int, str]) -> None:
    count, message = case
    wrong = function(name).arity_mismatch(count)
    assert wrong is not None
    assert wrong.reason == message


def test_a_wrong_argument_is_told_with_its_place() -> None:
    result = function("substring").infer_result([TEXT, Typed(ArrayType(INT))])
    assert result == Mismatch("`substring` does not take ARRAY<INT>", 1, "an INT")
    assert reason(function("array_contains").infer_result([Typed(ArrayType(INT)), TEXT])) == (
        "`array_contains` does not take STRING"
    )


def test_parameters_tell_what_has_to_be_constant() -> None:
    pattern = function("to_number").parameters[1]
    assert (pattern.name, pattern.constant, pattern.optional) == ("fmt", True, False)
    assert function("mask").allows_named_arguments
    assert not function("upper").allows_named_arguments
    assert not function("rand").deterministic


def test_lambdas_are_typed_by_what_stands_before_them() -> None:
    array = Typed(ArrayType(DATE, False))
    parameters = function("transform").lambda_parameters(1, [array])
    assert parameters == (Typed(DATE, False), Typed(INT, False))
    assert function("transform").lambda_parameters(0, []) is None
    merge = function("aggregate").lambda_parameters(2, [array, Typed(LONG, False)])
    assert merge == (Typed(LONG), Typed(DATE, False))
    wrong = function("filter").infer_result([array, Typed(DATE)])
    assert wrong == Mismatch("the lambda of `filter` returns DATE", 1, "a BOOLEAN")
    assert function("exists").infer_result(
        [Typed(array.type, False), Typed(BOOLEAN, False)]
    ) == Typed(BOOLEAN, False)


def test_a_constant_makes_the_type() -> None:
    money = Typed(DecimalType(12, 2))
    assert function("round").infer_result([money, Typed(INT, False, 1)]) == Typed(
        DecimalType(12, 1)
    )
    assert function("round").infer_result([money, Typed(INT, False)]) == Typed(UNKNOWN)
    unit = Typed(STRING, False, "century")
    assert (
        reason(function("extract").infer_result([unit, Typed(DATE)]))
        == "DATE has no part `century`"
    )


def test_the_mode_decides_about_null() -> None:
    days = [Typed(INT, False)] * 3
    assert function("make_date").infer_result(days) == Typed(DATE, False)
    assert function("make_date").infer_result(days, ansi=False) == Typed(DATE, True)


def test_collected_texts_are_plain() -> None:
    """Spark's `collect_set` compares bytes, and `listagg` brings no two collations together."""
    collated = StringType("UNICODE")
    for each in (collated, ArrayType(collated), StructType((StructField("f", collated),))):
        result = function("collect_set").infer_result([Typed(each)])
        assert isinstance(result, Mismatch)
        assert result.help == "collect plain text: `… collate UTF8_BINARY`"
    assert isinstance(function("collect_list").infer_result([Typed(collated)]), Typed)
    result = function("listagg").infer_result([Typed(collated), TEXT])
    assert isinstance(result, Mismatch)
    assert result.help == "say it of the delimiter, too: `… collate UNICODE`"
    for delimiters in ([], [Typed(collated)], [Typed(NULL)]):
        assert function("listagg").infer_result([Typed(collated), *delimiters]) == Typed(collated)


def test_defaults_of_windows_have_the_texts_of_the_value() -> None:
    """Spark fails with an error of its own where a struct or a map has other collations."""
    plain = StructType((StructField("f", STRING),))
    other = StructType((StructField("f", StringType("UNICODE")),))
    for name in ("lag", "lead"):
        infer = function(name).infer_result
        assert reason(infer([Typed(plain), Typed(INT, False, 1), Typed(other)]))
        assert infer([Typed(plain), Typed(INT, False, 1), Typed(plain)]) == Typed(plain)
        assert infer([Typed(other), Typed(INT, False, 1), Typed(NULL)]) == Typed(other)
