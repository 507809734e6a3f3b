"""Identifiers for whatever a pipeline calls its things."""

from __future__ import annotations

import keyword

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.emit.names import RESERVED, Namespace, constant_name, identifier
from ssbt.compiler.emit.naming import build_script_names, script_stem
from tests.unit.emit.building import full_of, let, pipeline, query
from tests.unit.emit.hostile import HOSTILE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders", "orders"),
        ("my-set", "my_set"),
        ("my set", "my_set"),
        ("2024", "_2024"),
        ("class", "class_"),
        ("match", "match"),
        ("None", "None_"),
        ("__class__", "_class_"),
        ("_private", "_private"),
        ("日本", "日本"),
        ("ﬁne", "fine"),
        ("a.b", "a_b"),
        ("-", "dataset"),
        ("", "dataset"),
        ("😀", "dataset"),
    ],
)
def test_identifiers(name: str, expected: str) -> None:
    assert identifier(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Order", "ORDER"),
        ("OrderLine", "ORDER_LINE"),
        ("order_line", "ORDER_LINE"),
        ("HTTPRequest2", "HTTP_REQUEST2"),
        ("straße", "STRASSE"),
    ],
)
def test_constants(name: str, expected: str) -> None:
    assert constant_name(name) == expected


@given(st.text())
def test_any_name(name: str) -> None:
    for result in (identifier(name), constant_name(name)):
        assert result.isidentifier()
        assert not keyword.iskeyword(result)
        assert not result.startswith("__")


def test_a_name_is_given_once() -> None:
    names = Namespace(RESERVED)
    assert [names.claim(name) for name in ("a", "a", "a", "F")] == ["a", "a_2", "a_3", "F_2"]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_names_of_a_script_differ(text: str) -> None:
    names = build_script_names(full_of(text))
    parts = (names.datasets, names.transforms, names.sinks, names.schemas, names.frames)
    given_names = [name for part in parts for name in part.values()]
    given_names += names.functions.values()
    assert len(set(given_names)) == len(given_names)
    assert not set(given_names) & RESERVED


def test_frames_do_not_hide_functions() -> None:
    datasets = (let("orders", query("x")), let("orders_df", query("orders")))
    assert build_script_names(pipeline(datasets=datasets)).frames == {
        "orders": "orders_df_2",
        "orders_df": "orders_df_df",
    }


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_files_stay_in_their_folder(text: str) -> None:
    stem = script_stem(text)
    assert stem
    assert not set(stem) & set("/\\.:\n\x00 ")
