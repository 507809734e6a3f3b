"""Avro schemas as columns; tests/spark/test_avro_schemas.py asks Spark about the same ones."""

from __future__ import annotations

import pytest

from ssbt.compiler.formats.avro import avro_columns
from ssbt.compiler.formats.json_text import parse_json
from ssbt.compiler.formats.problems import SchemaProblemError
from tests.avro_schemas import BAD_SCHEMAS, GOOD_TYPES, record_of


def columns(text):
    return avro_columns(parse_json(text))


@pytest.mark.parametrize("name", GOOD_TYPES)
def test_types(name, snapshot):
    (field,) = columns(record_of(GOOD_TYPES[name])).fields
    assert f"{field.type.sql}{'' if field.nullable else ' NOT NULL'}" == snapshot


@pytest.mark.parametrize("name", BAD_SCHEMAS)
def test_mistakes_have_a_place(name, snapshot):
    text = BAD_SCHEMAS[name]
    with pytest.raises(SchemaProblemError) as raised:
        columns(text)
    problem = raised.value
    output = f"{text[problem.start : problem.end]}: {problem.message}; {problem.help}"
    assert output.rstrip("; ") == snapshot


DEFAULTS = {
    '"int", "default": 1': True,
    '"int", "default": 3000000000': False,
    '"int", "default": "1"': False,
    '"long", "default": 3000000000': True,
    '"long", "default": true': False,
    '"double", "default": 1': True,
    '"boolean", "default": 0': False,
    '["null", "int"], "default": null': True,
    '["null", "int"], "default": 1': False,
    '["int", "null"], "default": 1': True,
    '{"type": "array", "items": "int"}, "default": []': True,
    '{"type": "array", "items": "int"}, "default": {}': False,
    '{"type": "map", "values": "int"}, "default": {}': True,
    '"bytes", "default": "\\u00ff"': True,
    '"string", "default": null': False,
    '{"type": "record", "name": "I", "fields": [{"name": "x", "type": "int"}]}, '
    '"default": {"x": 1}': True,
    '{"type": "record", "name": "I", "fields": [{"name": "x", "type": "int"}]}, '
    '"default": {"x": "1"}': False,
    '{"type": "record", "name": "I", "fields": [{"name": "x", "type": "int"}]}, '
    '"default": {}': False,
    '{"type": "record", "name": "I", "fields": [{"name": "x", "type": "int", "default": 2}]}, '
    '"default": {}': True,
}


@pytest.mark.parametrize(("rest", "fits"), DEFAULTS.items())
def test_defaults_are_values_of_their_type(rest, fits):
    text = f'{{"type": "record", "name": "R", "fields": [{{"name": "f", "type": {rest}}}]}}'
    if fits:
        assert columns(text).fields
    else:
        with pytest.raises(SchemaProblemError, match="default"):
            columns(text)


def test_columns_need_a_record_with_fields():
    with pytest.raises(SchemaProblemError, match="no record"):
        columns('"string"')
    with pytest.raises(SchemaProblemError, match="no fields"):
        columns('{"type": "record", "name": "R", "fields": []}')


def test_names_that_differ_only_in_case():
    text = (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": "int"}, '
        '{"name": "F", "type": "int"}]}'
    )
    with pytest.raises(SchemaProblemError, match="have no case"):
        columns(text)
