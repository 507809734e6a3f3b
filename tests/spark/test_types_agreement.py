"""What the compiler says of an expression's type, against what real Spark says of it.

The ordinary run takes a fixed sample. With `AGREEMENT` in the environment, `pytest -s` of
this file takes every pair of types for every operator and cast, and prints what differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.types import casts, operators
from ssbt.compiler.types.cast_results import infer_cast, infer_try_cast
from ssbt.compiler.types.coercion import as_nullable
from ssbt.compiler.types.datatypes import BOOLEAN, NULL, DataType
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.functions import Function, FunctionKind, find_function, function_names
from ssbt.compiler.types.type_sets import implicit_cast
from tests.agreement.answers import Question, is_known
from tests.agreement.asking import SparkProbe, known_type
from tests.samples import FULL

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200 if FULL else 300)]
TYPES = (
    "void, boolean, tinyint, smallint, int, bigint, float, double, decimal(5,0), decimal(12,2),"
    " decimal(20,0), decimal(38,18), string, binary, date, timestamp, timestamp_ntz, time(6),"
    " time(3), interval year, interval month, interval year to month, interval day,"
    " interval day to second, interval hour to minute, interval second, interval, array<int>,"
    " array<string>, array<array<int>>, map<string,int>, map<int,string>,"
    " struct<a:int,b:string>, struct<a:bigint not null,b:string>, variant"
)
# Commas inside a type are not followed by a space.
NAMES = TYPES.split(", ")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "||", "&", "|", "^", "<<", ">>", ">>>")
BINARY = (*ARITHMETIC, "=", "<=>", "<", "and", "or")
# What cannot be asked for without a file, a Java class, a window or a setting.
NOT_ASKED = {
    "reflect",
    "java_method",
    "try_reflect",
    "from_avro",
    "to_avro",
    "schema_of_avro",
    "from_protobuf",
    "to_protobuf",
    "st_setsrid",
    "st_srid",
    "st_asbinary",
    "st_geogfromwkb",
    "st_geomfromwkb",
    "grouping",
    "grouping_id",
    "window_time",
    "timestampadd",
    "timestampdiff",
    "timediff",
    "mode",
}
CONSTANTS: dict[str, tuple[str, Any]] = {
    "string": ("'0.5'", "0.5"),
    "int": ("1", 1),
    "bigint": ("1L", 1),
    "double": ("0.5D", 0.5),
    "boolean": ("true", True),
}
# Spark checks these values when it analyses; here only their types are compared.
VALUE_ERRORS = (
    "CAST_INVALID_INPUT",
    "OUT_OF_RANGE",
    "INVALID_PARAMETER_VALUE",
    "INVALID_FORMAT",
    "CANNOT_PARSE",
    "INVALID_ARG_VALUE",
    "INPUT_SIZE_NOT_ONE",
    "FAILED_FUNCTION_CALL",
    "NON_FOLDABLE",
)


@dataclass(frozen=True)
class Column:
    """A column of the empty table that Spark is asked about."""

    text: str
    typed: Typed


@dataclass(frozen=True)
class Case:
    """An expression and what the compiler says of it."""

    text: str
    ours: Typed | Mismatch
    form: str = "select"


def columns() -> dict[str, tuple[Column, Column]]:
    """Of each type the column that can be null and the one that cannot."""
    kinds = [(place, name, known_type(name)) for place, name in enumerate(NAMES)]
    return {
        name: (
            Column(f"c{place}", Typed(kind, True)),
            # Of NULL there is no column that cannot be null.
            Column(f"c{place}" if kind == NULL else f"n{place}", Typed(kind, kind == NULL)),
        )
        for place, name, kind in kinds
    }


COLUMNS = columns()


def answers(probe: SparkProbe, table: Any, cases: Sequence[Case]) -> list[Typed | str]:
    """What Spark says of each: a type, or its error's text."""
    questions = {case: Question(case.text, case.form) for case in cases}
    alone = {q for case, q in questions.items() if isinstance(case.ours, Mismatch)}
    result = probe.answers(table, list(questions.values()), alone)
    theirs = [result[questions[case]] for case in cases]
    return [each.error if each.error is not None else each.columns[0] for each in theirs]


def not_narrower(ours: DataType, theirs: DataType) -> bool:
    """Whether everything that may be null inside for Spark may be for us."""
    return casts.can_cast(theirs, ours, ansi=True)


def verdict(case: Case, theirs: Typed | str) -> str:
    """How our answer stands to Spark's."""
    ours = case.ours
    if isinstance(theirs, str):
        if any(value in theirs for value in VALUE_ERRORS):
            return "value"
        if isinstance(ours, Mismatch):
            return "rejected"
        return "accepted falsely" if is_known(ours.type) else "unknown"
    if isinstance(ours, Mismatch):
        return "rejected falsely"
    if not is_known(ours.type):
        return "unknown"
    if as_nullable(ours.type) != as_nullable(theirs.type):
        return "another type"
    if (theirs.nullable and not ours.nullable) or not not_narrower(ours.type, theirs.type):
        return "null missed"
    return "same" if ours == theirs else "null added"


def agreement(title: str, probe: SparkProbe, table: Any, cases: Sequence[Case]) -> Counter[str]:
    """Counts the verdicts, prints them, and fails where they may not be."""
    cases = list(dict.fromkeys(cases))
    counts: Counter[str] = Counter()
    wrong = []
    for case, theirs in zip(cases, answers(probe, table, cases), strict=True):
        result = verdict(case, theirs)
        counts[result] += 1
        if result in ("rejected falsely", "another type", "null missed") or (
            FULL and result in ("accepted falsely", "null added")
        ):
            wrong.append(f"{result}: {case.text}: {case.ours} and Spark {theirs}"[:400])
    print(f"{title}: {dict(counts)}", *wrong, sep="\n  ")
    assert not counts["rejected falsely"] + counts["another type"] + counts["null missed"], wrong
    assert counts["accepted falsely"] <= len(cases) / 100
    return counts


def binary_cases(ansi: bool) -> Iterator[Case]:
    pairs = list(itertools.product(NAMES, NAMES))
    for operator in BINARY:
        for left, right in pairs if FULL else random.Random(operator).sample(pairs, 25):
            for a, b in zip(COLUMNS[left], COLUMNS[right], strict=True):
                ours = operators.infer_binary(operator, a.typed, b.typed, ansi)
                yield Case(f"{a.text} {operator} {b.text}", ours)
                if isinstance(ours, Mismatch):
                    break


def cast_cases(ansi: bool) -> Iterator[Case]:
    pairs = list(itertools.product(NAMES[1:], NAMES[1:]))
    for source, target in pairs if FULL else random.Random(7).sample(pairs, 120):
        for column in COLUMNS[source]:
            kind = known_type(target)
            text = f"({column.text} as {target})"
            yield Case(f"cast{text}", infer_cast(column.typed, kind, ansi))
            yield Case(f"try_cast{text}", infer_try_cast(column.typed, kind))


def other_cases(ansi: bool) -> Iterator[Case]:
    """Unary operators, between, in, like, case and coalesce."""
    maker = random.Random(11)
    for _ in range(1500 if FULL else 40):
        a, b, c = (maker.choice(COLUMNS[maker.choice(NAMES)]) for _ in range(3))
        x, y, z = a.typed, b.typed, c.typed
        yield Case(f"- {a.text}", operators.infer_unary("-", x, ansi))
        yield Case(f"~ {a.text}", operators.infer_unary("~", x, ansi))
        yield Case(f"not {a.text}", operators.infer_unary("not", x, ansi))
        between = operators.infer_between(x, y, z, ansi)
        yield Case(f"{a.text} between {b.text} and {c.text}", between)
        yield Case(f"{a.text} in ({b.text}, {c.text})", operators.infer_in(x, [y, z], ansi))
        yield Case(f"{a.text} like {b.text}", operators.infer_like(x, y, ansi))
        yield Case(
            f"coalesce({a.text}, {b.text}, {c.text})", operators.infer_coalesce([x, y, z], ansi)
        )
        test, flag = operators.infer_comparison("=", x, y, ansi), Typed(BOOLEAN, True)
        text = f"case when c1 then {a.text} when c1 then {b.text} else {c.text} end"
        yield Case(text, operators.infer_case([flag, flag], [x, y], z, ansi))
        yield Case(f"{a.text} = {b.text}", test)


def function_cases(function: Function, ansi: bool, count: int) -> Iterator[Case]:
    """Calls with arguments that fit, and with one that probably does not."""
    maker = random.Random(function.name)
    arities = [n for n in range(8) if function.arity_mismatch(n) is None][:4]
    for arity, number in itertools.product(arities, range(count)):
        broken = maker.randrange(arity) if arity and number % 12 == 11 else None
        arguments = [_argument(function, n, maker, ansi, n == broken) for n in range(arity)]
        inputs = [argument.typed for argument in arguments]
        called = [each.text if each.text[1:].isdigit() else None for each in arguments]
        text = f"`{function.name}`({', '.join(each.text for each in arguments)})"
        form = "aggregate" if function.kind is FunctionKind.AGGREGATE else "select"
        yield Case(text, function.infer_result(inputs, ansi, called), form)


def _argument(
    function: Function, place: int, maker: random.Random, ansi: bool, broken: bool
) -> Column:
    parameter = function.parameter(place)
    assert parameter is not None
    expected = parameter.expected
    assert expected is not None
    fitting = [n for n in NAMES if implicit_cast(known_type(n), expected, ansi) is not None]
    if parameter.constant:
        name = maker.choice([n for n in CONSTANTS if n in fitting] or ["int"])
        text, value = CONSTANTS[name]
        return Column(text, Typed(known_type(name), False, value))
    return maker.choice(COLUMNS[maker.choice(NAMES if broken or not fitting else fitting)])


def plain_functions() -> list[Function]:
    names = [function for name in function_names() if (function := find_function(name)) is not None]
    return [
        function
        for function in names
        if function.kind in (FunctionKind.SCALAR, FunctionKind.AGGREGATE)
        and function.name not in NOT_ASKED
        and all(parameter.expected for parameter in function.parameters)
    ]


@pytest.fixture(scope="module", params=[True, False], ids=["ansi", "legacy"])
def ansi(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def probe(spark: SparkSession, ansi: bool) -> SparkProbe:
    return SparkProbe(spark, ansi)


@pytest.fixture(scope="module")
def table(probe: SparkProbe) -> Any:
    """The empty table."""
    kinds = {f"c{n}": name for n, name in enumerate(NAMES)}
    return probe.table(kinds | {f"n{n}": f"{name} not null" for n, name in enumerate(NAMES)})


def test_operators_have_sparks_types(probe: SparkProbe, table: Any, ansi: bool) -> None:
    agreement("operators", probe, table, [*binary_cases(ansi), *other_cases(ansi)])


def test_casts_are_allowed_as_in_spark(probe: SparkProbe, table: Any, ansi: bool) -> None:
    agreement("casts", probe, table, list(cast_cases(ansi)))


def test_functions_have_sparks_types(probe: SparkProbe, table: Any, ansi: bool) -> None:
    count = 60 if FULL else 2
    cases = [c for function in plain_functions() for c in function_cases(function, ansi, count)]
    agreement("functions", probe, table, cases)
