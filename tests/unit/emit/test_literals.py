"""What is quoted is worth what it was, and black leaves it alone."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
import math

import black
from hypothesis import example, given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.emit.characters import is_visible
from ssbt.compiler.emit.docstrings import emit_comment, emit_docstring
from ssbt.compiler.emit.literals import PythonCode, f_string, python_literal
from tests.unit.emit.hostile import HOSTILE

TEXTS = st.text(st.characters() | st.sampled_from("\"'\\{}\n\r\t\x00#`$ \u2028\ud800😀́"))
WORDS = st.sampled_from(('"', '""', "\\", "word", " ", "\n", "\n\n", "x" * 60, "é", "\t", "\u2028"))


def evaluated(code: str) -> object:
    import datetime as dt

    return eval(code, {"dt": dt, "Decimal": Decimal, "one": 1, "two": "{'\"\\"})


def is_black(code: str) -> bool:
    return black.format_str(code, mode=black.Mode(line_length=10_000)) == code


@given(TEXTS)
@pytest.mark.parametrize("before", ["", "\u0301"])
def test_text(before: str, text: str) -> None:
    literal = python_literal(before + text)
    assert evaluated(literal) == before + text
    assert all(map(is_visible, literal))
    assert is_black(f"x = {literal}\n")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text(text: str) -> None:
    literal = python_literal(text)
    assert evaluated(literal) == text
    assert is_black(f"x = {literal}\n")


@given(TEXTS, TEXTS)
@example("{", "}")
@example("\\N{BULLET}", '"')
@example("'", "\u0301")
def test_text_with_values(before: str, after: str) -> None:
    literal = f_string([before, PythonCode("one"), after, PythonCode("two"), before])
    assert evaluated(literal) == f"{before}1{after}{{'\"\\{before}"
    assert all(map(is_visible, literal))
    assert is_black(f"x = {literal}\n")


def test_text_without_values_is_plain() -> None:
    assert f_string(["{x}", "y"]) == '"{x}y"'


@pytest.mark.parametrize("code", ["x['a']", 'x["a"]', "x\\y"])
def test_code_in_text_is_plain(code: str) -> None:
    with pytest.raises(AssertionError):
        f_string([PythonCode(code)])


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "None"),
        (True, "True"),
        (-7, "-7"),
        (0.1, "0.1"),
        (1e16, "1e16"),
        (1e-7, "1e-07"),
        (Decimal("0.10"), 'Decimal("0.10")'),
        (Decimal("1E+3"), 'Decimal("1E+3")'),
        (b"", 'b""'),
        (b"\x00'", 'bytes.fromhex("0027")'),
        (date(2026, 1, 31), "dt.date(2026, 1, 31)"),
        (datetime(2026, 1, 31), "dt.datetime(2026, 1, 31)"),
        (datetime(2026, 1, 31, 0, 5), "dt.datetime(2026, 1, 31, 0, 5)"),
        (datetime(2026, 1, 1, 0, 0, 0, 5), "dt.datetime(2026, 1, 1, 0, 0, 0, 5)"),
        (
            datetime(2026, 1, 1, 7, tzinfo=UTC),
            "dt.datetime(2026, 1, 1, 7, tzinfo=dt.timezone.utc)",
        ),
        (
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-2))),
            "dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(seconds=-7200)))",
        ),
        (["a", 1], '["a", 1]'),
        ((), "()"),
        ((1,), "(1,)"),
        ({"a": [None]}, '{"a": [None]}'),
        (math.inf, 'float("inf")'),
        (PythonCode("job.params.x"), "job.params.x"),
    ],
)
def test_values(value: object, literal: str) -> None:
    assert python_literal(value) == literal
    assert is_black(f"x = {literal}\n")
    if not isinstance(value, PythonCode):
        assert evaluated(literal) == value


def test_no_literal_for_what_has_none() -> None:
    with pytest.raises(TypeError, match="no literal for a set"):
        python_literal({1})


@given(
    st.lists(WORDS | TEXTS, min_size=1, max_size=40).map("".join).filter(str.strip),
    st.sampled_from((0, 1)),
)
def test_docstrings(text: str, depth: int) -> None:
    source = emit_docstring(text, depth)
    code = f"{source}\n" if depth == 0 else f"def f():\n    {source}\n    return 1\n"
    assert black.format_str(code, mode=black.Mode()) == code
    tree = ast.parse(code)
    holder = tree if depth == 0 else tree.body[0]
    assert isinstance(holder, ast.Module | ast.FunctionDef)
    result = ast.get_docstring(holder)
    assert result is not None
    assert result.split() == text.split()


def test_docstring_wraps_and_keeps_lines() -> None:
    text = "First.\n\n\nSecond, which " + "goes on and on and " * 6 + "ends.\n  - item"
    assert emit_docstring(text, 1) == (
        '"""First.\n\n'
        "    Second, which goes on and on and goes on and on and goes on and on and goes on\n"
        "    and on and goes on and on and goes on and on and ends.\n"
        "    - item\n"
        '    """'
    )


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_comments(text: str) -> None:
    lines = emit_comment(text)
    assert all(line.startswith("#") and all(map(is_visible, line)) for line in lines)
