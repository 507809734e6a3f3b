"""What `--update` changes in the text of a test, and what it leaves to people."""

from __future__ import annotations

import pytest

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.driver import format_source
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.parsing import parse_file
from ssbt.compiler.testing.results import Difference
from ssbt.compiler.testing.updating import CannotUpdateError, compute_edits

Rows = list[tuple[list[str] | None, list[str] | None, int | None]]
BEFORE = """\
# Kept.
test "rows" {
  given orders (id) {  # given
    (1)
  }
  then paid (id, name) {
    (1, 'one')        # first
    (2, upper('two')) # second
    (3, 'three')      # third
  }
  then large {}
}
"""


def updated(text: str, rows: Rows, then: int = 0) -> str:
    source = Source("a.ssbt", text)
    (node,) = parse_file(source).file.declarations
    assert isinstance(node, d.Test)
    difference = Difference("paid", "", [], rows, 0, then)
    return apply_edits(text, compute_edits(node, [difference], source))


def laid_out(text: str) -> str:
    return format_source(Source("a.ssbt", text))[0] or ""


def test_values_rows_and_comments():
    """Only what differs is written again; a row that goes takes its line along."""
    rows: Rows = [
        (["1", "'one'"], ["1", "'ONE'"], 0),
        (["2", "'TWO'"], ["5", "'TWO'"], 1),
        (["3", "'three'"], None, 2),
        (None, ["7", "'sieben'"], None),
        (None, ["8", "null"], None),
    ]
    assert (
        laid_out(updated(BEFORE, rows))
        == """\
# Kept.
test "rows" {
  given orders (id) {  # given
    (1)
  }
  then paid (id, name) {
    (1, 'ONE')         # first
    (5, upper('two'))  # second
    (7, 'sieben')
    (8, null)
  }
  then large {}
}
"""
    )


def test_rows_where_there_were_none():
    after = updated(BEFORE, [(None, ["1"], None), (None, ["2"], None)], then=1)
    assert "  then large {\n    (1)\n    (2)\n  }\n}\n" in after
    assert after.replace("{\n    (1)\n    (2)\n  }\n}\n", "{}\n}\n") == BEFORE


def test_rows_in_order_come_where_they_belong():
    rows: Rows = [
        (None, ["0", "'zero'"], 0),
        (["2", "'TWO'"], None, 1),
        (None, ["2.5", "null"], 2),
        (None, ["9", "'end'"], 3),
    ]
    after = updated(BEFORE, rows)
    assert [line.split("  #")[0].strip() for line in after.splitlines()[6:11]] == [
        "(0, 'zero')",
        "(1, 'one')",
        "(2.5, null)",
        "(3, 'three')",
        "(9, 'end')",
    ]


@pytest.mark.parametrize(
    ("rows", "after"),
    [
        ([(["1"], None, 0)], "{  (2), (3) }"),
        ([(["3"], None, 2)], "{ (1), (2),  }"),
        ([(["1"], None, 0), (["2"], None, 1), (["3"], None, 2)], "{    }"),
        ([(["3"], ["4"], 2), (None, ["5"], None)], "{ (1), (2), (4)\n  (5)\n}"),
    ],
)
def test_rows_on_one_line(rows: Rows, after: str):
    """As ugly as it was, and the same in the one layout."""
    head = 'test "a" { then x '
    text = updated(head + "{ (1), (2), (3) } }", rows)
    assert text == f"{head}{after} }}"
    assert laid_out(text)


def test_line_ends_stay():
    text = 'test "a" {\r\n  then x {\r\n    (1)\r\n  }\r\n}\r\n'
    after = updated(text, [(["1"], None, 0), (None, ["2"], None)])
    assert after == text.replace("(1)", "(2)")


@pytest.mark.parametrize(
    ("clause", "reason"),
    [
        ('then x from "rows/x.csv"', "change the rows of `paid` in rows/x.csv yourself"),
        ("then x { (${a}) }", "is made from a parameter: write it yourself"),
        ("then x { (concat('b', ${a})) }", "is made from a parameter: write it yourself"),
    ],
)
def test_left_to_people(clause: str, reason: str):
    with pytest.raises(CannotUpdateError, match=reason):
        updated(f'test "a" {{ {clause} }}', [(["1"], ["2"], 0)])


def test_an_equal_value_may_come_of_a_parameter():
    text = updated('test "a" { then x { (${a}, 1) } }', [(["1", "1"], ["1", "2"], 0)])
    assert "(${a}, 2)" in text
