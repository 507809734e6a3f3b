"""The manifest's text is what Python's own encoder writes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ssbt.compiler.emit.manifest import Json, _indent_json

TEXTS = st.text(st.characters())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(st.dictionaries(TEXTS, VALUES))
def test_the_text(document: Json):
    assert _indent_json(document) == json.dumps(document, indent=2, sort_keys=True)


def test_half_of_a_surrogate_pair():
    document = {"a": ["\ud800", {}, []], "\udfff\ud800": {"é\n": 1.5e300}}
    assert _indent_json(document) == json.dumps(document, indent=2, sort_keys=True)
