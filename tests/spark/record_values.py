"""Hostile keys and values of records, and what each plainly means.

`RAW` has bytes that are wrong as a whole, or whose meaning is not that of one value as text: for
each format, the columns, the bytes, and the row that they plainly mean, `NOTHING` where there is
none, or a word of `SAID` for what the format's page says instead. `AVRO` has the same by schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
import struct
from typing import NamedTuple

from tests.spark.text_values import NOTHING

SAID = {
    "last": "a field given twice (the last one counts)",
    "dropped": "one that the schema does not name (dropped",
    "missing": "a field that is missing (null)",
    "json text": "any value for a string column (its JSON text)",
    "zero": "a floating-point number that is too small (zero)",
    "noise": "Digits more than six places beyond those of the column are rounded",
    "seconds": "a number in a timestamp column (seconds since 1970)",
    "kept quote": "a quote that is not escaped is kept",
    "empty row": "An empty record is a row of nulls",
    "no room": "A DECIMAL of 38 digits has no room for more places",
}


class Raw(NamedTuple):
    """Bytes as a format's columns, and the row that they mean."""

    format: str
    columns: str
    data: bytes
    meaning: object
    options: str = ""


def _json(columns: str, *cases: tuple[bytes, object]) -> list[Raw]:
    return [Raw("json", columns, data, meaning) for data, meaning in cases]


# What closes brackets that stand around it where it is parsed, and opens others.
_CLOSED = (
    b'{"id":1}],"x":[1',
    b'{"id":1}],"x":[{"id":2}',
    b'{"id":1}],"rows":[{"id":2}',
    b'{"id":1}],"rows":null,"rows":[{"id":2}',
    b'{"id":1}],"end":true} junk',
    b'{"id":1}],"end":true}{"rows":[{"id":2}',
    b'{"id":1}],"end":true,"x":{"y":[1',
    b'{"id":1}],"\\u0065nd":true} junk',
    b'{"id":1},{}],"x":[{"id":2}',
    b'{"id":1},{"end":true}]} junk',
    b'{"id":1},{"_ssbt_end":true}]} junk',
    b'{"id":1}]} junk',
    b'{"id":1}],[{"id":2}',
    b'{"id":1},[{"id":2}',
    b'{"id":1},"x',
    b'{"id":1},"x":[1',
    b'{"id":1},\'x',
    b'{"id":1},',
    b',{"id":1}',
    b'],"rows":[{"id":1}',
    b'{"id":1,"x":[{"id":2}',
    b'{"id":1,"s":"',
    b'{"id":1}}',
)
_DEEP = b"[" * 2000 + b"]" * 2000
RAW = [
    *_json(
        "id: bigint, s: string",
        (b'{"id":1,"s":"a"}', (1, "a")),
        (b' \t\r\n{"id":1}\n', (1, None)),
        (b"{}", (None, None)),
        (b'{"id":1}{"id":2}', NOTHING),
        (b'{"id":1},{"id":2}', NOTHING),
        (b'{"id":1}\n{"id":2}', NOTHING),
        (b'{"id":1} x', NOTHING),
        (b'{"id":1}]}x', NOTHING),
        (b'{"id":1}]', NOTHING),
        *((text, NOTHING) for text in _CLOSED),
        (b'{"id":1,"s":"],\\"rows\\":[1],\\"end\\":true} x"}', (1, '],"rows":[1],"end":true} x')),
        (b'{"id":1,"rows":[2],"end":null}', "dropped"),
        (b'{"id":1', NOTHING),
        (b'[{"id":1}]', NOTHING),
        (b"[]", NOTHING),
        (b"1", NOTHING),
        (b'"{}"', NOTHING),
        (b"null", NOTHING),
        (b"", NOTHING),
        (b" ", NOTHING),
        (b'\xef\xbb\xbf{"id":1}', NOTHING),
        ('{"id":1}'.encode("utf-16"), NOTHING),
        (b'{"id":1,"s":"\xff"}', NOTHING),
        (b'{"id":1,"s":"\xc3"}', NOTHING),
        (b'{"id":1,"s":"\xed\xa0\x80"}', NOTHING),
        (b'{"id":1,"s":"\xc0\x80"}', NOTHING),
        (b'{"id":1,"\xff":2}', NOTHING),
        (b'{"id":1,"s":"\\ud800"}', NOTHING),
        (b'{"id":1,"s":"\\uDC00\\uD800"}', NOTHING),
        (b'{"id":1,"s":"\\ud83dx\\ude00"}', NOTHING),
        (b'{"id":1,"s":"\\ud83d\\\\\\ude00"}', NOTHING),
        (b'{"id":1,"s":"\\uD83D\\ude00"}', (1, "\U0001f600")),
        (b'{"id":1,"s":"\\\\ud800"}', (1, "\\ud800")),
        (b'{"id":1,"s":"\xf0\x9f\x98\x80"}', (1, "\U0001f600")),
        (b'{"id":1,"s":"\xef\xbf\xbd"}', (1, "\ufffd")),
        (b'{"id":1,"s":"\\u0000"}', (1, "\0")),
        (b'{"id":1,"s":"\0"}', NOTHING),
        (b'{"id":1,"id":2}', "last"),
        (b'{"id":1,"x":2}', "dropped"),
        (b'{"ID":1}', "dropped"),
        (b'{"id":1,"x":' + _DEEP + b"}", NOTHING),
        (b'{"id":' + b"1" * 2000 + b"}", NOTHING),
        (b'{"id":"1"}', NOTHING),
        (b'{"id":true}', NOTHING),
        (b'{"id":{}}', NOTHING),
        (b'{"id":1,"s":{"a":[1, 2]}}', "json text"),
        (b'{"id":1,"s":1.50}', "json text"),
        (b'{"id":1,"s":1e400}', "json text"),
    ),
    *_json(
        "b: boolean, t: tinyint, f: float, d: decimal(4,2)",
        (b'{"t":128}', NOTHING),
        (b'{"t":-128}', (None, -128, None, None)),
        (b'{"t":255}', NOTHING),
        (b'{"t":-129}', NOTHING),
        (b'{"b":"true"}', NOTHING),
        (b'{"b":1}', NOTHING),
        (b'{"f":"NaN"}', (None, None, "nan", None)),
        (b'{"f":1e39}', NOTHING),
        (b'{"f":-1e39}', NOTHING),
        (b'{"f":' + b"9" * 40 + b"}", NOTHING),
        (b'{"f":"Infinity"}', (None, None, "inf", None)),
        (b'{"f":"-INF","x":1e5}', (None, None, "-inf", None)),
        (b'{"f":"Infinity","x":"1e400"}', (None, None, "inf", None)),
        (b'{"f":1e38}', (None, None, 9.999999680285692e37, None)),
        (b'{"d":1.005}', NOTHING),
        (b'{"d":"1.005"}', NOTHING),
        (b'{"d":99.995}', NOTHING),
        (b'{"d":-0.0001}', NOTHING),
        (b'{"d":1e-3}', NOTHING),
        (b'{"d":1.5000}', (None, None, None, Decimal("1.50"))),
        (b'{"d":15e-1}', (None, None, None, Decimal("1.50"))),
        (b'{"d":0.30000000000000004}', "noise"),
        (b'{"d":1e10000000}', NOTHING),
        (b'{"d":-1E+999999999}', NOTHING),
        (b'{"d":1e-100000000}', NOTHING),
        (b'{"d": "1E999999999"}', NOTHING),
        (b'{"d":1.5,"x":"9e123456789"}', (None, None, None, Decimal("1.50"))),
        (b'{"d":1.5,"9e123456789":"a 9e123456789, b"}', (None, None, None, Decimal("1.50"))),
        (b'{"d":1e-400}', "noise"),
        (b'{"f":1e-400}', "zero"),
        (b'{"d":99.99}', (None, None, None, Decimal("99.99"))),
        (b'{"d":100}', NOTHING),
        (b'{"d":"12,5"}', NOTHING),
        ('{"d":"1\u20190"}'.encode(), NOTHING),
        (b'{"d":"1\\u20190"}', NOTHING),
        ('{"d":1.5,"x":"it\u2019s"}'.encode(), (None, None, None, Decimal("1.50"))),
        (b'{"d":1e400}', NOTHING),
    ),
    *_json(
        "r: double, l: array<double>, m: map<string, float>, n: struct<r: double>",
        (b'{"r":1e400}', NOTHING),
        (b'{"r":-1e400}', NOTHING),
        (b'{"r": 1' + b"0" * 309 + b"}", NOTHING),
        (b'{"r":1e308}', (1e308, None, None, None)),
        (b'{"r":"Infinity","m":{"a":"-Infinity"}}', ("inf", None, {"a": "-inf"}, None)),
        (b'{"l":[1.5,1e400]}', NOTHING),
        (b'{"l":[null,1.5]}', (None, [None, 1.5], None, None)),
        (b'{"m":{"a":1e39}}', NOTHING),
        (b'{"n":{"r":1e400}}', NOTHING),
    ),
    *_json(
        "p: array<decimal(4,2)>, q: array<struct<x: decimal(3,1)>>, w: decimal(38,18)",
        (b'{"p":[1.5,null]}', ([Decimal("1.50"), None], None, None)),
        (b'{"p":[1.5,1.005]}', NOTHING),
        (b'{"q":[{"x":1.5},{"x":1.55}]}', NOTHING),
        (b'{"q":[{"x":"1E100000000"}]}', NOTHING),
        (b'{"p":[1,1e100000000]}', NOTHING),
        (b'{"w":1.0000000000000000001}', "no room"),
    ),
    *_json(
        "d: date, t: timestamp, n: timestamp_ntz",
        (b'{"t":1700000000000}', NOTHING),
        (b'{"t":-99999999999999}', NOTHING),
        (b'{"t":1700000000}', "seconds"),
        (b'{"t":253402300799}', "seconds"),
        (b'{"t":253402300800}', NOTHING),
        (b'{"t":1e18}', NOTHING),
        (b'{"t":1.5}', NOTHING),
        (b'{"d":20000}', NOTHING),
        (b'{"n":1700000000}', NOTHING),
        (b'{"t":"+10000-01-01T00:00:00Z"}', NOTHING),
        (b'{"d":"+10000-01-01"}', NOTHING),
        (b'{"d":"0000-01-01"}', NOTHING),
        (b'{"d":"2026-02-30"}', NOTHING),
    ),
    *_json(
        "n: struct<x: tinyint, y: array<tinyint>>, m: map<string, tinyint>, l: array<timestamp>",
        (b'{"n":{"x":1,"y":[1,null]},"m":{"a":1}}', ((1, [1, None]), {"a": 1}, None)),
        (b'{"n":{"x":128}}', NOTHING),
        (b'{"n":{"y":[1,128]}}', NOTHING),
        (b'{"m":{"a":200}}', NOTHING),
        (b'{"m":{"a":1,"a":2}}', "last"),
        (b'{"l":[1700000000000]}', NOTHING),
        (b'{"l":["x"]}', NOTHING),
        (b'{"n":5}', NOTHING),
        (b'{"n":null,"m":null,"l":null}', (None, None, None)),
        (b'{"l":[null]}', (None, None, [None])),
    ),
    *_json(
        "o: array<struct<x: int, y: struct<z: date>>>, p: map<string, struct<x: int>>",
        (
            b'{"o":[{"x":1},null],"p":{"a":{"x":1},"b":null}}',
            ([(1, None), None], {"a": (1,), "b": None}),
        ),
        (b'{"o":[{"x":1},{"x":"a"}]}', NOTHING),
        (b'{"o":[{"x":1,"y":{"z":"x"}},{"y":{"z":"y"}}]}', NOTHING),
        (b'{"o":[{"x":1},2]}', NOTHING),
        (b'{"o":5}', NOTHING),
        (b'{"p":{"a":{"x":1},"b":{"x":"b"}}}', NOTHING),
    ),
    *_json(
        "m: map<string, string>, v: variant, b: binary",
        (b'{"b":"AQI="}', (None, None, b"\1\2")),
        (b'{"b":"?"}', NOTHING),
        (b'{"b":1}', NOTHING),
    ),
    Raw("string", "", b"text", ("text",)),
    Raw("string", "", b"", ("",)),
    Raw("string", "", b"\xff", NOTHING),
    Raw("string", "", b"\xed\xa0\x80", NOTHING),
    Raw("string", "", b"a\0b", ("a\0b",)),
    Raw("bytes", "", b"\xff", (b"\xff",)),
    Raw("int", "", b"\0\0\0\1", (1,)),
    Raw("int", "", b"\xff\xff\xff\xff", (-1,)),
    Raw("int", "", b"\0\0\0\0\1", NOTHING),
    Raw("int", "", b"", NOTHING),
    Raw("bigint", "", b"\x80" + b"\0" * 7, (-(2**63),)),
    Raw("bigint", "", b"1", NOTHING),
    *(
        Raw("csv", "id: bigint, s: string, d: decimal(4,2), t: timestamp", data, meaning)
        for data, meaning in [
            (
                b"1,a,1.50,2026-01-31T12:00:00Z",
                (1, "a", Decimal("1.50"), datetime(2026, 1, 31, 12)),
            ),
            (b"1,a,1.50", NOTHING),
            (b"1,a,1.50,,", NOTHING),
            (b"x,a,,", NOTHING),
            (b"1,\xff,,", NOTHING),
            (b'1,"a\nb",,', (1, "a\nb", None, None)),
            (b"1,a,100,", NOTHING),
            (b"1,a,1.005,", NOTHING),
            (b"1,a,1.5000,", (1, "a", Decimal("1.50"), None)),
            (b"1,a,1E999999999,", NOTHING),
            (b"1,a,1E-100000000,", NOTHING),
            (b"1,9e123456789,1.5,", (1, "9e123456789", Decimal("1.50"), None)),
            (b'1,a,"12,5",', NOTHING),
            ("1,a,1\u20190,".encode(), NOTHING),
            ("1,it\u2019s,1.5,".encode(), (1, "it\u2019s", Decimal("1.50"), None)),
            (b"1,a,,1700000000000", NOTHING),
            (b"1,a,,+10000-01-01T00:00:00Z", NOTHING),
            (b'1,"a"b,,', "kept quote"),
            (b"", "empty row"),
            (b"9223372036854775808,,,", NOTHING),
            (b"1," + b"," * 30_000, NOTHING),
            (b"1," + b"a" * 30_000 + b",,", (1, "a" * 30_000, None, None)),
            (b'1,"a,,', NOTHING),
            (b'1,a,,"', NOTHING),
            (b'1,a,,"2026-01-31T12:00:00Z', NOTHING),
            (b"1,a\n2,b", NOTHING),
            (b"1,a,,\n2,b", NOTHING),
            (b"1,a,,,1\n2,b", NOTHING),
            (b"1,a,,,1\n", NOTHING),
            (b"1,a,,,1\r\n2,b,,", NOTHING),
            (b'1,a,,,"1"\n', NOTHING),
            (b"1,a\n,,", (1, "a\n", None, None)),
        ]
    ),
]


RAW += [
    Raw("csv", "r: double, f: float, s: string", data, meaning)
    for data, meaning in [
        (b"1e400,,", NOTHING),
        (b",1e39,", NOTHING),
        (b"," + b"9" * 40 + b",", NOTHING),
        (b"1e308,1.5,x", (1e308, 1.5, "x")),
        (b"Inf,-Inf,2e10x", ("inf", "-inf", "2e10x")),
    ]
]


def long(number: int) -> bytes:
    """Avro's and Protobuf's whole numbers in zigzag."""
    return varint((number << 1) ^ (number >> 63))


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    result = bytearray()
    while number > 0x7F:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*result, number))


def sized(data: bytes) -> bytes:
    return long(len(data)) + data


def unscaled(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


class Avro(NamedTuple):
    """A field of a type of Avro, its bytes, and the value that they mean."""

    type: object
    data: bytes
    meaning: object


def _decimal(precision: int, scale: int) -> dict[str, object]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


def _logical(name: str, type_: str = "long") -> dict[str, object]:
    return {"type": type_, "logicalType": name}


def _fixed(name: str, size: int, **more: object) -> Mapping[str, object]:
    return {"type": "fixed", "name": name, "size": size, **more}


_ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
_FIXED = _fixed("Big", 16, logicalType="decimal", precision=12, scale=2)
_SMALL = _fixed("Small", 4, logicalType="decimal", precision=9, scale=2)
_WRAPPED = 2**64 + 100
AVRO = [
    Avro(_decimal(12, 2), sized(unscaled(150)), Decimal("1.50")),
    Avro(_decimal(12, 2), sized(unscaled(-150)), Decimal("-1.50")),
    Avro(_decimal(12, 2), sized(unscaled(_WRAPPED)), NOTHING),
    Avro(_decimal(12, 2), sized(unscaled(-_WRAPPED)), NOTHING),
    Avro(_decimal(12, 2), sized(unscaled(10**12 - 1)), Decimal("9999999999.99")),
    Avro(_decimal(12, 2), sized(unscaled(10**12)), NOTHING),
    Avro(_decimal(12, 2), sized(unscaled(10**60)), NOTHING),
    Avro(_decimal(18, 0), sized(unscaled(2**64)), NOTHING),
    Avro(_decimal(38, 2), sized(unscaled(10**38 - 1)), Decimal("9" * 36 + ".99")),
    Avro(_decimal(38, 2), sized(unscaled(10**38)), NOTHING),
    Avro(["null", _decimal(12, 2)], long(1) + sized(unscaled(_WRAPPED)), NOTHING),
    Avro(["null", _decimal(12, 2)], long(0), None),
    Avro(
        {"type": "array", "items": _decimal(5, 0)},
        long(1) + sized(unscaled(_WRAPPED)) + long(0),
        NOTHING,
    ),
    Avro(
        {"type": "map", "values": _decimal(5, 0)},
        long(1) + sized(b"k") + sized(unscaled(_WRAPPED)) + long(0),
        NOTHING,
    ),
    Avro(_FIXED, (150).to_bytes(16, "big"), Decimal("1.50")),
    Avro(_FIXED, _WRAPPED.to_bytes(16, "big"), NOTHING),
    Avro(_SMALL, (-150).to_bytes(4, "big", signed=True), Decimal("-1.50")),
    Avro(_SMALL, (2**31 - 1).to_bytes(4, "big"), NOTHING),
    Avro("string", sized(b"text"), "text"),
    Avro("string", sized(b""), ""),
    Avro("string", sized(b"\xff"), NOTHING),
    Avro("string", sized(b"\xed\xa0\x80"), NOTHING),
    Avro("string", long(-1), NOTHING),
    Avro("string", long(2**62), NOTHING),
    Avro(["null", "string"], long(1) + sized(b"\xff"), NOTHING),
    Avro(["null", "string"], long(7), NOTHING),
    Avro({"type": "array", "items": "string"}, long(1) + sized(b"\xff") + long(0), NOTHING),
    Avro({"type": "map", "values": "int"}, long(1) + sized(b"\xff") + long(1) + long(0), NOTHING),
    Avro(_ENUM, long(1), "B"),
    Avro(_ENUM, long(2), NOTHING),
    Avro(_fixed("F", 2), b"\xff\xff", b"\xff\xff"),
    Avro(_fixed("F", 2), b"\xff", NOTHING),
    Avro("boolean", b"\1", True),
    Avro("int", long(2**31), NOTHING),
    Avro("int", long(2**34), NOTHING),
    Avro("int", long(-(2**31) - 1), NOTHING),
    Avro("int", long(2**31 - 1), 2**31 - 1),
    Avro("int", long(-(2**31)), -(2**31)),
    Avro(["null", "int"], long(1) + long(2**31), NOTHING),
    Avro(["null", "int"], long(1) + long(7), 7),
    Avro(["int", "long"], long(0) + long(7), 7),
    Avro(_logical("time-millis", "int"), long(2**32 + 5), NOTHING),
    Avro("long", b"\xff" * 11, NOTHING),
    Avro("double", struct.pack("<d", float("inf")), "inf"),
    Avro("double", struct.pack("<d", float("nan")), "nan"),
    Avro("float", b"\0\0", NOTHING),
    Avro(_logical("date", "int"), long(20_000), datetime(2024, 10, 4, tzinfo=UTC).date()),
    Avro(_logical("date", "int"), long(2**31 - 1), NOTHING),
    Avro(_logical("date", "int"), long(2**32 + 5), NOTHING),
    Avro(_logical("date", "int"), long(-719_162), datetime(1, 1, 1, tzinfo=UTC).date()),
    Avro(_logical("timestamp-millis"), long(1_700_000_000_000), datetime(2023, 11, 14, 22, 13, 20)),
    Avro(_logical("timestamp-millis"), long(2**63 - 1), NOTHING),
    Avro(_logical("timestamp-millis"), long(1_700_000_000_000_000), NOTHING),
    Avro(_logical("timestamp-micros"), long(-62_135_596_800_000_001), NOTHING),
    Avro(_logical("timestamp-micros"), long(2**63 - 1), NOTHING),
    Avro(_logical("local-timestamp-millis"), long(1_700_000_000_000_000), NOTHING),
    Avro(_logical("local-timestamp-micros"), long(0), datetime(1970, 1, 1)),
    Avro(_logical("uuid", "string"), sized(b"\xff"), NOTHING),
    Avro(["int", "string"], long(1) + sized(b"\xff"), NOTHING),
    Avro(["int", "string"], long(0) + long(3), (3, None)),
]
