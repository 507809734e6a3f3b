"""Spark reads every literal back as the same value of the same type."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
import math
import struct
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from ssbt.runtime import Months, literal

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

NASTY = [
    *(
        "",
        "'",
        "''",
        "\\",
        "\\'",
        "a\\",
        "\\n",
        "\n",
        "\r\n",
        "\0",
        "\x1a",
        "\t",
        "\u2028",
        "\ufeff",
    ),
    *('"', "`", "-- x", "/* x */", ";", "%", "_", "\\%", "{x}", "{{ x }}", "\\u0041", "\\N{DASH}"),
    *("${spark.app.name}", "${env:HOME}", "$", "${", "\\${x}", "' OR 1=1 --", "') UNION SELECT (1"),
    *("Köln", "日本", "🚀", "e\u0301", "\u202e", "\x7f", "\x85", "'" * 1000),
]


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    limit = 10**precision - 1
    return st.integers(-limit, limit).map(lambda digits: Decimal(digits).scaleb(-scale))


def integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


offsets = st.integers(-18 * 60, 18 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))
SPANS = timedelta(days=106_000_000)
floats = st.floats(width=32)
texts = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]))

BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "STRING": texts,
    "BOOLEAN": st.booleans(),
    "TINYINT": integers(8),
    "SMALLINT": integers(16),
    "INT": integers(32),
    "BIGINT": integers(64),
    "FLOAT": floats,
    "DOUBLE": st.floats(),
    "DECIMAL(1,1)": decimals(1, 1),
    "DECIMAL(12,2)": decimals(12, 2),
    "DECIMAL(38,0)": decimals(38, 0),
    "DECIMAL(38,38)": decimals(38, 38),
    "DATE": st.dates(),
    "TIMESTAMP": moments
    | st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets),
    "TIMESTAMP_NTZ": moments,
    "BINARY": st.binary(),
    "INTERVAL DAY TO SECOND": st.timedeltas(-SPANS, SPANS),
    "INTERVAL HOUR TO MINUTE": st.integers(-(10**9), 10**9).map(lambda n: timedelta(minutes=n)),
    "INTERVAL DAY": st.integers(-(10**8), 10**8).map(lambda n: timedelta(days=n)),
    "ARRAY<INTERVAL DAY TO SECOND>": st.lists(st.timedeltas(-SPANS, SPANS)).map(tuple),
    "ARRAY<STRING>": st.lists(texts).map(tuple),
    "ARRAY<DECIMAL(12,2)>": st.lists(decimals(12, 2)).map(tuple),
    "MAP<STRING,DECIMAL(12,2)>": st.dictionaries(texts, decimals(12, 2)),
    "MAP<DATE,MAP<SMALLINT,BOOLEAN>>": st.dictionaries(
        st.dates(), st.dictionaries(integers(16), st.booleans())
    ),
}
# Many in one query, because each costs Spark tens of milliseconds.
many = st.lists(
    st.sampled_from(sorted(BY_TYPE)).flatmap(
        lambda name: st.tuples(st.just(name), st.none() | BY_TYPE[name])
    ),
    min_size=1,
    max_size=60,
)


def normal(value: Any, spark_type: str) -> object:
    """The value in a form in which NaN equals NaN, 0.0 is not -0.0 and times are moments."""
    if isinstance(value, float):
        return struct.pack(
            ">f" if spark_type == "FLOAT" else ">d", value if value == value else math.nan
        )
    if spark_type == "TIMESTAMP" and value is not None:
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return list(value) if isinstance(value, tuple) else value


def read_back(spark: SparkSession, items: list[tuple[str, Any]]) -> tuple[list[str], list[Any]]:
    """The types and values of the literals, timestamps as microseconds since 1970."""
    literals = [literal(value, spark_type) for spark_type, value in items]
    columns = [f"{text} AS c{index}" for index, text in enumerate(literals)]
    df = spark.sql("SELECT " + ", ".join(columns))
    # Python's own time zone would change what a timestamp looks like.
    as_micros = [
        f"unix_micros(c{index})" if spark_type == "TIMESTAMP" else f"c{index}"
        for index, (spark_type, _) in enumerate(items)
    ]
    row = df.selectExpr(*as_micros).first()
    assert row is not None
    types = [field.dataType.simpleString().upper() for field in df.schema]
    return types, [bytes(value) if isinstance(value, bytearray) else value for value in row]


def assert_same(spark: SparkSession, items: list[tuple[str, Any]]) -> None:
    types, values = read_back(spark, items)
    assert types == [spark_type for spark_type, _ in items]
    for (spark_type, value), actual in zip(items, values, strict=True):
        expected = normal(value, spark_type)
        result = actual if spark_type == "TIMESTAMP" else normal(actual, spark_type)
        assert result == expected, (spark_type, value, actual)


@settings(max_examples=20, deadline=None)
@given(items=many)
def test_any_value(spark: SparkSession, items: list[tuple[str, Any]]) -> None:
    assert_same(spark, items)


@pytest.mark.parametrize("months", [0, 1, -1, 18, -18, 2**31 - 1, -(2**31)])
def test_months(spark: SparkSession, months: int) -> None:
    """Of years and months PySpark itself makes no Python value, so that its text is asked for."""
    texts = {
        "INTERVAL YEAR TO MONTH": f"INTERVAL '{Months(months)}' YEAR TO MONTH",
        "INTERVAL MONTH": f"INTERVAL '{months}' MONTH",
        "INTERVAL YEAR": f"INTERVAL '{months // 12}' YEAR",
    }
    if months % 12:
        del texts["INTERVAL YEAR"]
        with pytest.raises(ValueError, match="more than whole years"):
            literal(Months(months), "INTERVAL YEAR")
    literals = ", ".join(literal(Months(months), name) for name in texts)
    df = spark.sql(f"SELECT {literals}")
    assert [field.dataType.simpleString().upper() for field in df.schema] == list(texts)
    row = df.selectExpr(*(f"cast(`{name}` as string)" for name in df.columns)).first()
    assert row is not None
    assert list(row) == list(texts.values())


def test_limits(spark: SparkSession) -> None:
    limits = {
        **{
            name: [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
            for name, bits in (("TINYINT", 8), ("SMALLINT", 16), ("INT", 32), ("BIGINT", 64))
        },
        "FLOAT": [
            0.0,
            -0.0,
            math.nan,
            math.inf,
            -math.inf,
            1.401298464324817e-45,
            3.4028234663852886e38,
        ],
        "DOUBLE": [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 1e22],
        "INTERVAL DAY TO SECOND": [
            timedelta(microseconds=2**63 - 1),
            timedelta(microseconds=-(2**63)),
            timedelta(microseconds=-1),
        ],
        "DATE": [date.min, date(1582, 10, 10), date.max],
        "TIMESTAMP": [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999)],
        "STRING": NASTY,
    }
    assert_same(spark, [(name, value) for name, values in limits.items() for value in values])


@pytest.mark.parametrize(
    "settings",
    [
        {"spark.sql.parser.escapedStringLiterals": "true"},
        {"spark.sql.timestampType": "TIMESTAMP_NTZ"},
        {"spark.sql.ansi.enabled": "false"},
        {"spark.sql.ansi.doubleQuotedIdentifiers": "true"},
        {"spark.sql.legacy.consecutiveStringLiterals.enabled": "true"},
    ],
)
def test_settings_change_nothing(spark: SparkSession, settings: dict[str, str]) -> None:
    other = spark.newSession()
    for name, value in settings.items():
        other.conf.set(name, value)
    other.conf.set("spark.sql.session.timeZone", "UTC")
    assert_same(other, [("STRING", text) for text in NASTY])
    assert_same(
        other,
        [
            ("TIMESTAMP", datetime(2026, 1, 31, 10, 5)),
            ("TIMESTAMP", datetime(2026, 1, 31, 10, 5, tzinfo=UTC)),
            ("TIMESTAMP_NTZ", datetime(2026, 1, 31, 10, 5)),
            ("DECIMAL(12,2)", Decimal("-0.01")),
            ("INT", -5),
            ("BIGINT", None),
        ],
    )


def test_is_one_operand(spark: SparkSession) -> None:
    """Written tightly against operators, as a generator of text may."""
    five, text = literal(-5, "INT"), literal("a' || 'b", "STRING")
    expressions = (
        f"1 -{five}, 2*{five}, {five}::STRING, 'x'||{text}||'y', NOT {literal(True, 'BOOLEAN')}"
    )
    row = spark.sql(f"SELECT {expressions}").first()
    assert row is not None
    assert tuple(row) == (6, -10, "-5", "xa' || 'by", False)
