"""The notation of the catalogue: one row a function, read when the function is first asked for.

A row's parameters are written `str string, len int?, fmt string!, more any*`: a name and its type
or types (`int|bigint`), `?` for an optional one, `*` for any number of them, `!` for one that has
to be a constant, `lambda` for a lambda. `=` before a type says that Spark casts nothing to it by
itself, and `=` before all parameters says so of each.

A result is a rule, or a type: `string` is null if any argument is, `string?` always may be, and
`string!` never is. Inside a nested type `!` says that there is no null (`array<string!>`).
"""

from __future__ import annotations

from functools import cache
import re
from typing import NamedTuple

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types import type_sets
from ssbt.compiler.types.datatypes import (
    CALENDAR_INTERVAL,
    DAY_TIME,
    STRING,
    UNKNOWN,
    YEAR_MONTH,
    ArrayType,
    DataType,
    DecimalType,
    MapType,
    find_type,
)
from ssbt.compiler.types.expression_types import Result, Typed
from ssbt.compiler.types.functions.model import (
    Call,
    Function,
    FunctionKind,
    LambdaRule,
    Parameter,
    Rule,
)


class Row(NamedTuple):
    """A function of the catalogue; `flags` are words among `random` and `named`."""

    since: str
    parameters: str
    result: str | Rule
    flags: str = ""
    arities: tuple[int, ...] = ()
    lambdas: LambdaRule | None = None


_FAMILIES = {
    "any": type_sets.ANY,
    "numeric": type_sets.NUMERIC,
    "integral": type_sets.INTEGRAL,
    "decimal": type_sets.DECIMAL,
    "string": type_sets.ANY_STRING,
    "any_timestamp": type_sets.ANY_TIMESTAMP,
    "time": type_sets.ANY_TIME,
    "array": type_sets.ARRAY,
    "map": type_sets.MAP,
    "struct": type_sets.STRUCT,
    "ym": type_sets.YEAR_MONTH_FAMILY,
    "dt": type_sets.DAY_TIME_FAMILY,
}
_ABBREVIATIONS: dict[str, DataType] = {
    "ym": YEAR_MONTH,
    "dt": DAY_TIME,
    "interval": CALENDAR_INTERVAL,
    "unknown": UNKNOWN,
}
_PARAMETER = lazy_pattern(r"(\w+) ([^?!*]+)([?!*]*)$")


def build_function(name: str, kind: FunctionKind, row: Row) -> Function:
    """The function that a row of the catalogue describes."""
    text = row.parameters.removeprefix("=")
    pieces = re.split(r", ", text.strip()) if text.strip() else []
    exact = row.parameters.startswith("=")
    parameters = tuple(_parse_parameter(piece, exact) for piece in pieces)
    required = sum(not each.optional and not each.repeated for each in parameters)
    unlimited = any(each.repeated for each in parameters)
    flags = row.flags.split()
    return Function(
        name=name,
        kind=kind,
        since=row.since,
        parameters=parameters,
        rule=_constant_rule(row.result) if isinstance(row.result, str) else row.result,
        minimum=min(row.arities, default=required),
        maximum=None if unlimited else max(row.arities, default=len(parameters)),
        arities=row.arities,
        deterministic="random" not in flags,
        allows_named_arguments="named" in flags,
        lambdas=row.lambdas,
    )


def _parse_parameter(piece: str, exact: bool) -> Parameter:
    match = _PARAMETER.match(piece)
    if match is None:
        raise ValueError(f"the catalogue has a parameter that cannot be read: {piece!r}")
    name, type_text, marks = match.groups()
    exact = exact or type_text.startswith("=")
    expected = None if type_text == "lambda" else parse_type_set(type_text.removeprefix("="))
    return Parameter(name, expected, "?" in marks, "*" in marks, "!" in marks, exact)


@cache
def parse_type_set(text: str) -> type_sets.TypeSet:
    """The set of types that a parameter's notation describes."""
    choices = [_parse_choice(choice) for choice in text.split("|")]
    return choices[0] if len(choices) == 1 else type_sets.one_of(*choices)


def _parse_choice(text: str) -> type_sets.TypeSet:
    if text in _FAMILIES:
        return _FAMILIES[text]
    if text == "array<string>":
        return type_sets.ArrayOf("an array of strings", ArrayType(STRING), type_sets.ANY_STRING)
    return type_sets.exactly(parse_data_type(text))


@cache
def parse_data_type(text: str) -> DataType:
    """The type that a notation without a mark at its end describes."""
    if text.startswith("array<"):
        inner, null = _parse_inner(text[len("array<") : -1])
        return ArrayType(inner, null)
    if text.startswith("map<"):
        key, value = text[len("map<") : -1].split(",")
        inner, null = _parse_inner(value)
        return MapType(parse_data_type(key), inner, null)
    if text.startswith("decimal("):
        precision, scale = text[len("decimal(") : -1].split(",")
        return DecimalType(int(precision), int(scale))
    named = _ABBREVIATIONS.get(text) or find_type(text)
    if named is None:
        raise ValueError(f"the catalogue has a type that cannot be read: {text!r}")
    return named


def _parse_inner(text: str) -> tuple[DataType, bool]:
    return parse_data_type(text.removesuffix("!")), not text.endswith("!")


def _constant_rule(text: str) -> Rule:
    result_type = (
        parse_data_type(text.rstrip("?!")) if not text.endswith(">") else parse_data_type(text)
    )
    always_nullable, never_nullable = text.endswith("?"), text.endswith("!")

    def rule(call: Call) -> Result:
        return Typed(result_type, always_nullable or (not never_nullable and call.nullable))

    return rule
