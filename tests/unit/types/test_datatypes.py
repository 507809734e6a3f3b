"""Types as values, their DDL text both ways, and their names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.types import datatypes as t
from ssbt.compiler.types import ddl
from ssbt.compiler.types.casts import expression_type

SPELLED = {
    "VOID": t.NULL,
    "BOOLEAN": t.BOOLEAN,
    "TINYINT": t.BYTE,
    "BIGINT": t.LONG,
    "DECIMAL(12,2)": t.DecimalType(12, 2),
    "STRING": t.STRING,
    "STRING COLLATE UTF8_LCASE": t.StringType("UTF8_LCASE"),
    "CHAR(3)": t.CharType(3),
    "VARCHAR(9)": t.VarcharType(9),
    "TIMESTAMP": t.TIMESTAMP,
    "TIMESTAMP_NTZ": t.TIMESTAMP_NTZ,
    "TIME(3)": t.TimeType(3),
    "INTERVAL YEAR": t.YearMonthIntervalType(0, 0),
    "INTERVAL YEAR TO MONTH": t.YEAR_MONTH,
    "INTERVAL HOUR TO SECOND": t.DayTimeIntervalType(1, 3),
    "INTERVAL": t.CALENDAR_INTERVAL,
    "VARIANT": t.VARIANT,
    "ARRAY<INT>": t.ArrayType(t.INT),
    "MAP<STRING, ARRAY<DATE>>": t.MapType(t.STRING, t.ArrayType(t.DATE)),
    "STRUCT<a: INT NOT NULL, `b c`: STRING COMMENT 'it\\'s'>": t.StructType(
        (t.StructField("a", t.INT, False), t.StructField("b c", t.STRING, True, "it's"))
    ),
    "STRUCT<`tick``s`: STRUCT<>>": t.StructType((t.StructField("tick`s", t.StructType(())),)),
}


@pytest.mark.parametrize(("text", "kind"), SPELLED.items(), ids=list(SPELLED))
def test_a_type_is_written_and_read_back(text: str, kind: t.DataType) -> None:
    assert kind.sql == str(kind) == text
    assert ddl.parse_type(text) == kind


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_name_of_a_field_survives(name: str) -> None:
    kind = t.StructType((t.StructField(name, t.INT, True, name),))
    assert ddl.parse_type(kind.sql) == kind


@given(st.text(max_size=60))
def test_no_text_upsets_the_reader(text: str) -> None:
    assert ddl.parse_schema(text) is None or ddl.parse_schema(text)
    assert ddl.parse_columns(text) is None or ddl.parse_columns(text)


def test_columns_are_read() -> None:
    columns = ddl.parse_columns("id bigint not null, `a b` map<string,int> comment 'x'")
    assert columns == t.StructType(
        (
            t.StructField("id", t.LONG, False),
            t.StructField("a b", t.MapType(t.STRING, t.INT), True, "x"),
        )
    )


def test_types_are_equal_as_sparks_are() -> None:
    assert t.IntegerType() == t.INT != t.LONG
    assert len({t.INT, t.IntegerType(), t.LONG, t.DecimalType(), t.DecimalType(10, 0)}) == 3
    assert t.ArrayType(t.INT) != t.ArrayType(t.INT, False)
    assert len({t.CharType(3), t.VarcharType(3), t.STRING}) == 3


SYNONYMS = {
    "Integer": t.INT,
    "long": t.LONG,
    "byte": t.BYTE,
    "short": t.SHORT,
    "REAL": t.FLOAT,
    "dec": t.DecimalType(10, 0),
    "numeric": t.DecimalType(10, 0),
    "timestamp_ltz": t.TIMESTAMP,
    "time": t.TimeType(6),
}


@pytest.mark.parametrize(("name", "kind"), SYNONYMS.items())
def test_a_name_has_synonyms(name: str, kind: t.DataType) -> None:
    assert t.find_type(name) == kind
    assert name.lower() in t.type_names()


def test_a_decimal_takes_its_numbers() -> None:
    assert t.find_type("decimal", (5,)) == t.DecimalType(5, 0)
    assert t.find_type("Decimal", (5, 2)) == t.DecimalType(5, 2)
    assert t.find_type("text") is None


WRONG = {
    ("decimal", (39, 0)): "a decimal has at most 38 digits, not 39",
    ("decimal", (3, 4)): "the scale 4 is greater than the precision 3",
    ("decimal", (3, 2, 1)): "`decimal` takes a precision and a scale, not 3 numbers",
    ("char", ()): "`char` needs a length, as in `char(10)`",
    ("varchar", (0,)): "the length of `varchar` is at least 1",
    ("int", (4,)): "`int` takes no numbers in parentheses",
    ("time", (7,)): "`time` takes one precision from 0 to 6",
}


@pytest.mark.parametrize(("given_", "message"), WRONG.items())
def test_wrong_numbers_are_told(given_: tuple[str, tuple[int, ...]], message: str) -> None:
    with pytest.raises(t.TypeNameError) as error:
        t.find_type(*given_)
    assert str(error.value) == message


def test_char_and_varchar_are_strings_in_expressions() -> None:
    kind = t.ArrayType(t.StructType((t.StructField("a", t.VarcharType(3), False),)), False)
    assert expression_type(kind).sql == "ARRAY<STRUCT<a: STRING NOT NULL>>"
