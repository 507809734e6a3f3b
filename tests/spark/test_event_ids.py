"""`event_id`: different typed values have different ids, equal ones the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.runtime import event_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

CHANCE = random.Random(15)
MOMENT = datetime(2026, 1, 31, 12)
SINGLE: dict[str, list[Any]] = {
    "string": [
        "",
        " ",
        "a",
        "A",
        "ab",
        "null",
        "null;",
        "text 1:a",
        "\0",
        "\u00e9",
        "e\u0301",
        ";",
    ],
    "int": [0, 1, -1, 2**31 - 1, -(2**31)],
    "bigint": [0, 10, 2**63 - 1, -(2**63)],
    "boolean": [True, False],
    "double": [0.0, 1.0, 0.1, 1e-320, 1e300, math.inf, -math.inf, math.nan, 0.1 + 0.2, 0.3],
    "float": [0.0, 0.5, math.nan],
    "decimal(20,10)": [
        Decimal(text) for text in ("0", "0.0000000001", "-1.5", "1.5", "9999999999")
    ],
    "decimal(38,18)": [Decimal(text) for text in ("0", "1E-18", "12345678901234567890")],
    "binary": [bytearray(b""), bytearray(b"\0"), bytearray(b"\xff"), bytearray(b"\0\0")],
    "date": [date(1, 1, 1), date(2026, 1, 31), date(9999, 12, 31)],
    "timestamp": [MOMENT + timedelta(microseconds=n) for n in (0, 1, 999, 1000, 1_000_000)],
    "timestamp_ntz": [MOMENT + timedelta(microseconds=n) for n in (0, 1, 1000)],
    "interval day to second": [timedelta(0), timedelta(days=1), timedelta(microseconds=1)],
}
NESTED: dict[str, Callable[[], Any]] = {
    "array<string>": lambda: _list(lambda: _one("string")),
    "array<array<int>>": lambda: _list(lambda: _list(lambda: _one("int"))),
    "map<string, int>": lambda: {
        _one("string") or "": _one("int") for _ in range(CHANCE.randrange(4))
    },
    "struct<a: string, b: string>": lambda: (_one("string"), _one("string")),
    "struct<a: map<string, double>, b: array<timestamp>>": lambda: (
        {_one("string") or "": _one("double") for _ in range(CHANCE.randrange(3))},
        _list(lambda: _one("timestamp")),
    ),
}


def _one(type_: str) -> Any:
    return CHANCE.choice([None, *SINGLE[type_]])


def _list(item: Callable[[], Any]) -> Any:
    return CHANCE.choice([None, [item() for _ in range(CHANCE.randrange(4))]])


def _key(value: Any) -> str:
    """A text that is the same for values that are equal, with no regard to how they were made."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{_key(k)}:{_key(v)}" for k, v in value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_key, value)) + "]"
    if isinstance(value, float):
        return repr(value + 0.0)
    return repr(value)


@pytest.mark.parametrize("columns", [1, 2])
def test_ids_are_those_of_typed_values(spark: SparkSession, columns: int) -> None:
    for type_ in [*SINGLE, *NESTED]:
        values = [None, *SINGLE.get(type_, []), *SINGLE.get(type_, [])]
        if type_ in NESTED:
            values += [NESTED[type_]() for _ in range(60)]
        rows: list[tuple[Any, ...]] = [(value,) for value in values]
        if columns == 2:
            rows = [(CHANCE.choice(values), CHANCE.choice(values)) for _ in range(80)]
        names = ("a", "b")[:columns]
        ddl = ", ".join(f"{name} {type_}" for name in names)
        actual = spark.createDataFrame(rows, ddl).select(event_id(ddl)).collect()
        by_key: dict[str, str] = {}
        for row, (id_,) in zip(rows, actual, strict=True):
            assert by_key.setdefault(_key(row), id_) == id_, (type_, row)
        assert len(set(by_key.values())) == len(by_key), type_


def test_what_is_equal_to_spark(spark: SparkSession) -> None:
    """Minus zero, every NaN, the order of a map, and rows of another run."""
    pairs = [
        ("double", "0.0D", "-0.0D"),
        ("double", "double('NaN')", "-double('NaN')"),
        ("map<string, int>", "map('a', 1, 'b', 2)", "map('b', 2, 'a', 1)"),
    ]
    for type_, one, other in pairs:
        rows = spark.sql(f"select {one} as a union all select {other} as a")
        (first,), (second,) = rows.select(event_id(f"a {type_}")).collect()
        assert first == second, type_
    # What a script of any later version must give, too.
    rows = spark.sql("select 7L as id, timestamp '2026-01-31 12:00:00.000001Z' as at, '' as s")
    ((id_,),) = rows.select(event_id("id bigint, at timestamp, s string")).collect()
    assert id_ == "3b6d9147889ca2313d8b195b44604298391912eda3f73af9f3e957cb87974b41"
