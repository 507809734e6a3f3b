"""What a reader misses of a writer; tests/spark/test_registry_verdicts.py asks a registry too."""

from __future__ import annotations

import json

import pytest

from ssbt.compiler.formats.avro import avro_type
from ssbt.compiler.formats.avro_resolution import find_incompatibilities
from ssbt.compiler.formats.json_text import parse_json
from tests.avro_changes import CHANGES, field, record


def problems(reader, writer):
    ours, theirs = (avro_type(parse_json(json.dumps(each))) for each in (reader, writer))
    return tuple(find_incompatibilities(ours, theirs))


@pytest.mark.parametrize("name", CHANGES)
def test_changes(name):
    reader, writer, expected = CHANGES[name]
    assert problems(reader, writer) == expected


def test_another_meaning_of_the_same_bytes():
    """Avro's rules allow it; the values would be wrong, and nothing says so."""
    millis = record(field({"type": "long", "logicalType": "timestamp-millis"}))
    plain = record(field("long"))
    assert problems(millis, plain) == ("`f` means BIGINT now, and meant milliseconds",)
    cents = record(field({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}))
    mills = record(field({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 3}))
    assert problems(cents, mills) == ("`f` means DECIMAL(9,3) now, and meant DECIMAL(9,2)",)
    micros = record(field({"type": "long", "logicalType": "timestamp-micros"}))
    assert problems(millis, micros) == ("`f` means microseconds now, and meant milliseconds",)


def test_a_record_of_another_name():
    assert problems(record(field("int")), record(field("int"), name="Other")) == (
        "the schema is a record `Other` now, and was `R`",
    )
