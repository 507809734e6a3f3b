"""What people write for a parameter, and what becomes of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
import math
import time

import pytest

from ssbt.runtime.values.intervals import Months
from ssbt.runtime.values.types import parse_type, parse_value

GOOD = [
    ("STRING", "", ""),
    ("STRING", " 'a' \\ ${b}\n", " 'a' \\ ${b}\n"),
    ("BOOLEAN", "true", True),
    ("BOOLEAN", " FALSE ", False),
    ("BOOLEAN", True, True),
    ("TINYINT", "-128", -128),
    ("TINYINT", "127", 127),
    ("SMALLINT", "32767", 32767),
    ("INT", "-2147483648", -2147483648),
    ("INT", "+007", 7),
    ("BIGINT", str(2**63 - 1), 2**63 - 1),
    ("BIGINT", 5, 5),
    ("FLOAT", "1e-3", 0.001),
    ("DOUBLE", "-Infinity", -math.inf),
    ("DOUBLE", Decimal("0.1"), 0.1),
    ("DOUBLE", 3, 3.0),
    ("DECIMAL(12,2)", "0.01", Decimal("0.01")),
    ("DECIMAL(12,2)", "1e3", Decimal("1000.00")),
    ("DECIMAL(12,2)", "9999999999.990", Decimal("9999999999.99")),
    ("decimal( 3 , 3 )", "-.999", Decimal("-0.999")),
    ("DECIMAL", "5", Decimal(5)),
    ("DECIMAL(38,38)", "0", Decimal(0)),
    ("DECIMAL(12,2)", Decimal("0.1"), Decimal("0.10")),
    ("DECIMAL(12,2)", 7, Decimal("7.00")),
    ("DATE", "2024-02-29", date(2024, 2, 29)),
    ("TIMESTAMP", "2026-01-31", datetime(2026, 1, 31)),
    ("TIMESTAMP", "2026-01-31 10:05", datetime(2026, 1, 31, 10, 5)),
    ("TIMESTAMP", "2026-01-31T10:05:00.25Z", datetime(2026, 1, 31, 10, 5, 0, 250_000, UTC)),
    (
        "TIMESTAMP",
        "2026-01-31 10:05:00+02:00",
        datetime(2026, 1, 31, 10, 5, tzinfo=timezone(timedelta(hours=2))),
    ),
    ("TIMESTAMP_NTZ", "2026-01-31 10:05:00", datetime(2026, 1, 31, 10, 5)),
    ("BINARY", "cafe", b"\xca\xfe"),
    ("BINARY", "", b""),
    ("INTERVAL DAY TO SECOND", "1 day 12 hours", timedelta(days=1, hours=12)),
    ("interval day  to second", "-1 12:30:00.5", -timedelta(days=1, hours=12, seconds=1800.5)),
    ("INTERVAL HOUR TO MINUTE", "90 minutes", timedelta(minutes=90)),
    ("INTERVAL DAY", "2 weeks", timedelta(days=14)),
    ("INTERVAL YEAR TO MONTH", "1-6", Months(18)),
    ("INTERVAL YEAR", "36 months", Months(36)),
    ("MAP<INTERVAL DAY, INTERVAL MONTH>", '{"1 day": "2-0"}', {timedelta(days=1): Months(24)}),
    ("ARRAY<STRING>", '["a", "b,c"]', ("a", "b,c")),
    ("ARRAY<STRING>", [], ()),
    ("ARRAY<DECIMAL(4,1)>", '[0.1, "2"]', (Decimal("0.1"), Decimal("2.0"))),
    ("ARRAY<ARRAY<INT>>", "[[1], []]", ((1,), ())),
    ("MAP<STRING, DECIMAL(4,1)>", '{"a": 0.1, "b": "2"}', {"a": Decimal("0.1"), "b": Decimal("2")}),
    ("MAP<DATE, ARRAY<INT>>", {"2026-01-31": [1]}, {date(2026, 1, 31): (1,)}),
    ("MAP<BIGINT, MAP<STRING, INT>>", '{"7": {}}', {7: {}}),
]


@pytest.mark.parametrize(("spark_type", "raw", "value"), GOOD)
def test_reads(spark_type: str, raw: object, value: object) -> None:
    parsed = parse_value(raw, parse_type(spark_type))
    assert (parsed, type(parsed)) == (value, type(value))


BAD = [
    ("STRING", 5, 'not written like "text"'),
    ("STRING", None, 'not written like "text"'),
    ("BOOLEAN", "yes", "not written like true"),
    ("ARRAY<INT>", "[1, null]", "not written like 42"),
    ("ARRAY<INT>", '{"a": 1}', "not a JSON list"),
    ("MAP<STRING, INT>", "[1]", "not a JSON object"),
    ("MAP<STRING, INT>", '{"a": 1, "a": 2}', "a stands there twice"),
    ("MAP<INT, INT>", '{"1": 1, "01": 2}', "a key stands there twice"),
    ("MAP<INT, INT>", '{"a": 1}', "not written like 42"),
    ("BOOLEAN", 1, "not written like true"),
    ("TINYINT", "128", "outside -128 to 127"),
    ("INT", "2147483648", "outside -2147483648 to 2147483647"),
    ("INT", "1.0", "not written like 42"),
    ("INT", Decimal("1.0"), "not written like 42"),
    ("INT", "1_000", "not written like 42"),
    ("INT", "\u0661", "not written like 42"),
    ("INT", True, "not written like 42"),
    ("INT", "", "not written like 42"),
    ("INT", "9" * 5000, "outside -2147483648 to 2147483647"),
    ("DOUBLE", "1e400", "outside the range of DOUBLE"),
    ("DOUBLE", Decimal("-1e400"), "outside the range of DOUBLE"),
    ("FLOAT", "1e39", "outside the range of FLOAT"),
    ("INTERVAL DAY TO SECOND", "-999999999 12:00:00", "longer than Spark's intervals"),
    ("BIGINT", str(2**63), "outside -9223372036854775808 to 9223372036854775807"),
    ("DOUBLE", "1,5", "not written like 1.5"),
    ("DECIMAL(12,2)", "0.001", "more digits than it holds"),
    ("DECIMAL(12,2)", "1e10", "more digits than it holds"),
    ("DECIMAL(12,2)", "1e999999999", "more digits than it holds"),
    ("DECIMAL(12,2)", "1e-999999999", "more digits than it holds"),
    ("DECIMAL(12,2)", "NaN", "not written like 1.50"),
    ("DATE", "2026-02-30", "day is out of range for month"),
    ("DATE", "20260131", "not written like 2026-01-31"),
    ("DATE", "2026-W05", "not written like 2026-01-31"),
    ("TIMESTAMP", "2026-01-31 10:05:00.1234567", "not written like 2026-01-31 10:05:00"),
    ("TIMESTAMP", "31.01.2026", "not written like 2026-01-31 10:05:00"),
    ("TIMESTAMP_NTZ", "2026-01-31T10:05:00Z", "has a time zone"),
    ("BINARY", "caf", "not written like CAFE"),
    ("INTERVAL DAY", "36 hours", "more than whole days"),
    ("INTERVAL DAY TO SECOND", "5", "not written like 1 day 12 hours"),
    ("INTERVAL YEAR", "18 months", "more than whole years"),
    ("ARRAY<INT>", "1", "not a JSON list"),
    ("ARRAY<INT>", '{"a": 1}', "not a JSON list"),
    ("ARRAY<INT>", "[1, 99999999999]", "outside -2147483648 to 2147483647"),
]


@pytest.mark.parametrize(("spark_type", "raw", "reason"), BAD)
def test_refuses(spark_type: str, raw: object, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        parse_value(raw, parse_type(spark_type))
    assert str(caught.value) == reason


LONG = "9" * 1_000_000
NUMBERS = [LONG, f"-{LONG}", f"0.{LONG}", f"{LONG}.5", f"1e{LONG}", f"1e-{LONG}", f"{LONG}x"]
NUMBERS += [f"{LONG} days", f"1 day {LONG}", f"{LONG}-01-01", f"1{'0' * 399}", " " * 100_000 + "x"]
TYPES = [spark_type for spark_type, _, _ in GOOD if "<" not in spark_type]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number[:3]}…{number[-5:]}")
def test_numbers_of_any_length(number: str) -> None:
    """As text, in JSON text and as JSON has it: read or refused, soon, and by no other error."""
    began = time.process_time()
    for spark_type in dict.fromkeys(TYPES):
        inputs: list[tuple[object, str]] = [(number, spark_type)]
        inputs += [(f"[{number}]", f"ARRAY<{spark_type}>")]
        inputs += [(f'{{"{number}": {number}}}', f"MAP<{spark_type}, {spark_type}>")]
        for raw, name in inputs:
            with suppress(ValueError):
                names = parse_value(raw, parse_type(name))
                assert spark_type in ("STRING", "FLOAT", "DOUBLE", "BINARY"), names
                assert names not in (math.inf, (math.inf,))
    assert time.process_time() - began < 10


def test_infinity_is_written_as_such() -> None:
    assert parse_value("-inf", parse_type("FLOAT")) == -math.inf


@pytest.mark.parametrize(
    "text", ["MAP<ARRAY<INT>,INT>", "MAP<INT>", "DECIMALS", "", "STRING; DROP", "ARRAY<>"]
)
def test_refuses_types(text: str) -> None:
    with pytest.raises(ValueError, match="a parameter cannot have the type"):
        parse_type(text)


@pytest.mark.parametrize(
    "text", ["INT", "ARRAY<ARRAY<DECIMAL(3,0)>>", "MAP<DECIMAL(3,0), MAP<INT, STRING>>"]
)
def test_type_is_written_as_read(text: str) -> None:
    assert str(parse_type(text)) == text
