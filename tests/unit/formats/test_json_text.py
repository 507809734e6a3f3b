"""JSON with places: the same values as Python's own reader, and a place for each mistake."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.formats.json_text import parse_json
from ssbt.compiler.formats.problems import SchemaProblemError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_reads_what_python_writes(value, indent):
    text = json.dumps(value, indent=indent)
    result = parse_json(text)
    assert result.to_plain() == value
    assert text[result.start : result.end] == text


MISTAKES = {
    "": "a value is expected here",
    "{": "a name in double quotes is expected here",
    '{"a" 1}': "`:` is expected here",
    '{"a": 1 "b": 2}': "`,` is expected here",
    '{"a": 1, "a": 2}': '"a" is here twice',
    '{"a": 1,}': "a name in double quotes is expected here",
    "[1 2]": "`,` is expected here",
    "[1,]": "a value is expected here",
    "[": "a value is expected here",
    "1 2": "the JSON has ended before this",
    "NaN": "this is no JSON",
    "'a'": "this is no JSON",
    '"a\nb"': "this is no JSON",
    '"\\x"': "this is no JSON",
    "[" * 300: "more than 200 levels",
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.items())
def test_mistakes(text, message):
    with pytest.raises(SchemaProblemError) as raised:
        parse_json(text)
    assert raised.value.message == message
    assert 0 <= raised.value.start <= raised.value.end <= len(text) + 1


@given(st.text('{}[]":,01ant\\ \n', max_size=30))
def test_any_text_is_a_value_or_a_mistake(text):
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        assert parse_json(text).to_plain() == expected
    except SchemaProblemError:
        # Only what Python takes twice is too much for us.
        assert expected is None or '"' in text or text.strip() == "null"
