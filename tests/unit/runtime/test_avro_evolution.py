"""Which fields mean another value in a writer's schema of Avro than in the reader's."""

from __future__ import annotations

import json

import pytest

from ssbt.runtime.evolution.avro import find_changed_meaning, with_wide_decimals


def decimal(precision: int, scale: int) -> dict[str, object]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


def record(type_: object, name: str = "a", **more: object) -> str:
    field = {"name": name, "type": type_, **more}
    return json.dumps({"type": "record", "name": "R", "namespace": "x", "fields": [field]})


MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
INNER = {"type": "record", "name": "I", "fields": [{"name": "b", "type": decimal(5, 1)}]}
OTHER = {"type": "record", "name": "I", "fields": [{"name": "b", "type": decimal(5, 2)}]}


@pytest.mark.parametrize(
    ("writer", "reader", "expected"),
    [
        (decimal(12, 2), decimal(12, 2), None),
        (decimal(12, 2), decimal(18, 2), None),
        (decimal(12, 3), decimal(12, 2), "`a` is a decimal of 3 places there, and"),
        (MILLIS, MICROS, "`a` is timestamp-millis there, and timestamp-micros here"),
        (MICROS, "long", None),
        (["null", MILLIS], ["null", MICROS], "`a` is timestamp-millis there"),
        (MILLIS, ["null", MICROS], "`a` is timestamp-millis there"),
        ({"type": "array", "items": MILLIS}, {"type": "array", "items": MICROS}, "`a.element`"),
        ({"type": "map", "values": MILLIS}, {"type": "map", "values": MICROS}, "`a.value`"),
        (INNER, OTHER, "`a.b` is a decimal of 1 places there"),
        (["null", INNER], ["null", OTHER], "`a.b`"),
        ("string", "string", None),
    ],
)
def test_changes(writer: object, reader: object, expected: str | None) -> None:
    result = find_changed_meaning(record(writer), record(reader))
    assert (result is None) if expected is None else (result is not None and expected in result)


def test_fields_are_matched_by_alias() -> None:
    reader = record(MICROS, "b", aliases=["a"])
    assert find_changed_meaning(record(MILLIS), reader) is not None
    assert find_changed_meaning(record(MILLIS, "c"), reader) is None


def test_a_record_in_itself() -> None:
    node = {"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}
    assert find_changed_meaning(record(node), record(node)) is None


def test_digits() -> None:
    wide = json.loads(with_wide_decimals(record(["null", decimal(12, 2)])))
    assert wide["fields"][0]["type"][1]["precision"] == 38
    small = {"type": "fixed", "name": "F", "size": 4, "logicalType": "decimal", "precision": 9}
    assert json.loads(with_wide_decimals(record(small)))["fields"][0]["type"]["precision"] == 9
