"""Text from a pipeline can never become code."""

from __future__ import annotations

import ast
from functools import cache
from itertools import zip_longest

import black
import pytest

from ssbt.compiler.emit.characters import is_visible
from tests.unit.emit.building import full_of, script_of
from tests.unit.emit.hostile import HOSTILE


@cache
def script(text: str) -> str:
    return script_of(full_of(text))


def harmless(text: str) -> str:
    """The script for text without a trap.

    What Spark would substitute makes `main` say one more; a blank description is no docstring.
    """
    if not text.strip():
        return script(" ")
    return script("plain ${x}" if "${" in text else "plain")


class Comparison:
    """Two trees that may differ in the values of literals and, consistently, in identifiers."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.backwards: dict[str, str] = {}

    def compare(self, one: object, other: object, field: str = "") -> None:
        assert type(one) is type(other), (field, one, other)
        if isinstance(one, ast.JoinedStr) and isinstance(other, ast.JoinedStr):
            # Text beside a value is a constant of its own only where there is any.
            self.compare(values_in(one), values_in(other))
        elif isinstance(one, ast.Constant) and isinstance(other, ast.Constant):
            assert type(one.value) is type(other.value)
        elif isinstance(one, ast.AST):
            for name, value in ast.iter_fields(one):
                self.compare(value, getattr(other, name), name)
        elif isinstance(one, list) and isinstance(other, list):
            for left, right in zip_longest(one, other):
                self.compare(left, right, field)
        elif isinstance(one, str) and isinstance(other, str):
            assert self.names.setdefault(one, other) == other, field
            assert self.backwards.setdefault(other, one) == one, field


def values_in(text: ast.JoinedStr) -> list[ast.expr]:
    return [value for value in text.values if isinstance(value, ast.FormattedValue)]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_only_literals_differ(text: str) -> None:
    Comparison().compare(ast.parse(harmless(text)), ast.parse(script(text)))


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_hides_in_the_script(text: str) -> None:
    assert [char for char in script(text) if char != "\n" and not is_visible(char)] == []


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_arrives(text: str) -> None:
    literals = [
        node.value
        for node in ast.walk(ast.parse(script(text)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert text in literals


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_black_changes_nothing(text: str) -> None:
    assert black.format_str(script(text), mode=black.Mode()) == script(text)
