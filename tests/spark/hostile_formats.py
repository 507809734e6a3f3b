"""Formats of records for the soak: what each is declared as, and which of its records are fit.

A record has a number, which its fit form holds, so that all records of a format differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
import json
from typing import NamedTuple

from tests.spark.record_values import long, sized, unscaled, varint

Record = tuple[bytes | None, bytes | None]
"""Its key and its value."""

ROW, DEAD, EITHER = "row", "dead", "either"
STRICT, LOOSE = "bigint", "string"
"""The looser schema takes some records that the stricter one does not, so that verdicts differ."""

AVRO = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": "string"},
        {
            "name": "amount",
            "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
        },
    ],
}
PROTO = """
syntax = "proto3";
import "google/protobuf/timestamp.proto";
message Order { int64 id = 1; string name = 2; google.protobuf.Timestamp at = 3; }
"""


class Format(NamedTuple):
    """How records are read, with TYPE for what changes, the fit form of each, and what is wrong.

    `either` are fit by the looser schema alone.
    """

    name: str
    options: str
    fit: Callable[[int], Record]
    hostile: tuple[Callable[[int], Record], ...]
    either: Callable[[int], Record] | None = None
    schema: str = ""

    def records(self, numbers: range) -> Iterator[tuple[Record, str]]:
        """Records with what is expected of each: one in five is malformed."""
        for n in numbers:
            if n % 5 == 0:
                yield self.hostile[n // 5 % len(self.hostile)](n), DEAD
            elif n % 50 == 1 and self.either is not None:
                yield self.either(n), EITHER
            elif n % 50 == 2:
                yield (self.fit(n)[0], None), ROW
            else:
                yield self.fit(n), ROW


def _values(*makers: Callable[[int], bytes]) -> tuple[Callable[[int], Record], ...]:
    return tuple(map(_value, makers))


def _value(make: Callable[[int], bytes]) -> Callable[[int], Record]:
    return lambda n: (None, make(n))


def _avro(n: int, amount: int = 1) -> bytes:
    return long(n) + sized(b"a" * (n % 9)) + sized(unscaled(amount))


def _protobuf(n: int) -> bytes:
    return b"\x08" + varint(n) + b"\x12\1a"


def formats(url: str, ids: tuple[int, int]) -> tuple[Format, ...]:
    """All formats; records of Avro are framed with the id of its schema, or with one of none."""
    head, unknown = (b"\0" + each.to_bytes(4, "big") for each in ids)
    return (
        Format(
            "orders",
            "value = json\n  schema = Json",
            _value(lambda n: b'{"id": %d, "amount": %d}' % (n, n % 7)),
            _values(
                lambda n: b"{",
                lambda n: b"",
                lambda n: b"null",
                lambda n: b"[1]",
                lambda n: b"\xff\xfe" + str(n).encode(),
                lambda n: b'{"id": "%d"}' % n,
                lambda n: b'{"id": %d, "amount": 1' % n,
                lambda n: b'{"id": 99999999999999999999, "amount": 1}',
            ),
            _value(lambda n: b'{"id": %d, "amount": "much"}' % n),
            "schema Json { id: bigint, amount: TYPE }",
        ),
        Format(
            "lines",
            "value = csv\n  schema = Csv",
            _value(lambda n: b"%d,%d" % (n, n % 7)),
            _values(
                lambda n: b"%d" % n,
                lambda n: b"%d,1,1" % n,
                lambda n: b"x%d,1" % n,
                lambda n: b"%d,\xff" % n,
                lambda n: b"%d.5,1" % n,
            ),
            _value(lambda n: b"%d,much" % n),
            "schema Csv { id: bigint, amount: TYPE }",
        ),
        Format(
            "framed",
            "value = avro { registry = main }\n  schema = Framed",
            _value(lambda n: head + _avro(n)),
            _values(
                lambda n: b"",
                lambda n: b"\0\0\0",
                lambda n: b"\1" + head + _avro(n),
                lambda n: head + long(n) + long(9),
                lambda n: head + long(n) + sized(b"\xff") + sized(unscaled(1)),
                lambda n: head + _avro(n, 10_000),
                lambda n: unknown + _avro(n),
                lambda n: b"\0\x7f\xff\xff\xff" + _avro(n),
            ),
            schema=f'connection main: schema_registry {{ url = "{url}" }}\n'
            f'schema Framed from avro {{ schema = """{json.dumps(AVRO)}""" }}',
        ),
        Format(
            "messages",
            "value = protobuf\n  schema = Message",
            _value(_protobuf),
            _values(
                lambda n: b"\x08",
                lambda n: b"\xff\xff" + str(n).encode(),
                lambda n: b"\x08" + varint(n) + b"\x12\1\xff",
                lambda n: b"\x08" + varint(n) + b"\x1a\x07\x08" + varint(253_402_300_800),
                lambda n: _protobuf(n)[:-1],
            ),
            schema=f'schema Message from protobuf {{ message = "Order", schema = """{PROTO}""" }}',
        ),
        Format(
            "texts",
            "key = int\n  value = string",
            lambda n: (n.to_bytes(4, "big"), str(n).encode()),
            (
                lambda n: (b"\0", str(n).encode()),
                lambda n: (n.to_bytes(5, "big"), b"a"),
                lambda n: (n.to_bytes(4, "big"), b"\xff"),
                lambda n: (b"", b"\xc0\x80"),
                lambda n: (None, b"\xed\xa0\x80" + str(n).encode()),
            ),
        ),
        Format(
            "blobs",
            "key = bigint\n  value = bytes",
            lambda n: (n.to_bytes(8, "big"), b"\xff" + str(n).encode()),
            (lambda n: (n.to_bytes(7, "big"), b"\0"), lambda n: (b"", str(n).encode())),
        ),
    )
