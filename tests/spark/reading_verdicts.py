"""What Spark makes of values that are read as another type than they were written as."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
import struct
from typing import TYPE_CHECKING

from ssbt.compiler.contracts.verdicts import ReadVerdict
from tests.spark.compiling import read_back, write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Values of each type, written as SQL; of those that other types may hold, some that they do not.
TYPES = {
    "tinyint": ("5", "-7", "127"),
    "smallint": ("5", "300", "32767"),
    "int": ("5", "70000", "-2000000000"),
    "bigint": ("5", "3000000000", "9007199254740993"),
    "float": ("1.5", "0.1", "16777216"),
    "double": ("1.5", "0.1", "1e100", "2"),
    "decimal(10,2)": ("1.50", "12345678.91", "3.00"),
    "decimal(12,2)": ("1.50", "1234567891.23"),
    "decimal(10,4)": ("1.5000", "1.2345", "123456.7891"),
    "decimal(14,4)": ("1.5000", "1.2345", "1234567891.2345"),
    "decimal(20,0)": ("5", "12345678901234567890"),
    "decimal(5,0)": ("5", "99999"),
    "string": ("'5'", "'abc'", "'2026-01-31'", "'true'", "'1.50'"),
    "boolean": ("true", "false"),
    "date": ("'2026-01-31'", "'1999-12-31'"),
    "timestamp": ("'2026-01-31 12:30:15.123456'", "'2026-01-31 00:00:00'"),
    "timestamp_ntz": ("'2026-01-31 12:30:15.123456'", "'2026-01-31 00:00:00'"),
    "binary": ("X'616263'", "X'00ff'"),
    "array<int>": ("array(1, 70000)",),
    "array<string>": ("array('a', '5')",),
    "struct<a: int>": ("named_struct('a', 5)",),
    "map<string, int>": ("map('k', 5)",),
}
FORMATS = ("parquet", "orc", "json", "csv")
_LARGEST = Decimal("1e30")
_NOT_IN_CSV = ("array", "struct", "map", "binary")
_OPTIONS = {"csv": ", header = true"}


def pairs() -> list[tuple[str, str, str]]:
    """Every format with a type that is written and another that is read."""
    return [
        (form, one, other)
        for form in FORMATS
        for one in TYPES
        for other in TYPES
        if one != other
        and not (form == "csv" and (one.startswith(_NOT_IN_CSV) or other.startswith(_NOT_IN_CSV)))
    ]


def ask_spark(spark: SparkSession, form: str, one: str, other: str, folder: Path) -> ReadVerdict:
    """What Spark makes of the values of a pair, through generated scripts."""
    results = set()
    for number, value in enumerate(TYPES[one]):
        data = spark.sql(f"select 1 as k, cast({value} as {one.replace(': ', ':')}) as v")
        block = f'{form} {{ path = "{folder}/{number}"{_OPTIONS.get(form, "")}'
        write(data, f"{block}, mode = overwrite }}", f"k: int, v: {one}")
        try:
            (row,) = read_back(spark, block, f"k: int, v: {other}").collect()
        except Exception:
            results.add(ReadVerdict.FAILS)
        else:
            is_same = same(data.collect()[0]["v"], row["v"], one, form)
            results.add(ReadVerdict.RIGHT if is_same else ReadVerdict.WRONG)
    return together(results)


def together(result: set[ReadVerdict]) -> ReadVerdict:
    """The verdict about a type, from those about its values."""
    if ReadVerdict.WRONG in result:
        return ReadVerdict.WRONG_FOR_SOME if ReadVerdict.RIGHT in result else ReadVerdict.WRONG
    if ReadVerdict.FAILS in result:
        return ReadVerdict.FAILS_FOR_SOME if ReadVerdict.RIGHT in result else ReadVerdict.FAILS
    return ReadVerdict.RIGHT


def same(one: object, other: object, type_: str, form: str) -> bool:
    """Whether a value is what was written; a text of it, too."""
    if other is None:
        return False
    if isinstance(one, bytearray | bytes):
        return bytes(one) == (other.encode() if isinstance(other, str) else other)
    if isinstance(one, datetime) or isinstance(other, datetime):
        return _moment(one) == _moment(other)
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        is_float = type_ == "float" and abs(second) < _LARGEST
        return first == second or (is_float and _single(second) == one)
    if isinstance(other, str):
        return form in ("json", "csv") or str(one).casefold() == other.casefold()
    if isinstance(other, bytearray | bytes):
        return str(one).encode() == bytes(other)
    if isinstance(one, str):
        return str(other).casefold() == one.casefold()
    return type(one) is type(other) and one == other


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _single(value: object) -> float:
    result: float = struct.unpack("f", struct.pack("f", float(str(value))))[0]
    return result


def _moment(value: object) -> object:
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value
