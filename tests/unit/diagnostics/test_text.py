"""How diagnostics look in a terminal: source and rendered text together in the snapshots."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.diagnostics.cells import display_width, sanitize
from ssbt.compiler.diagnostics.concise import concise_report
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.diagnostics.text import render_summary, text_report
from ssbt.compiler.source import Source, Span

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CODE = Code("SSBT0101", "A title", "Why.", "", "")
WARNING = Code("SSBT0220", "Another", "Why.", "", "", Severity.WARNING)


def by_path(sources):
    return {source.path: source for source in sources}


def listing(sources):
    """The sources, readable, above what is said of them."""
    return "".join(
        f"== {sanitize(source.path)} ==\n"
        + "".join(f"{sanitize(line)[:200]}\n" for line in source.text.splitlines(keepends=True))
        for source in sources
    )


@pytest.mark.parametrize("width", [80, 40])
def test_text(case, width, snapshot: SnapshotAssertion):
    diagnostics, sources = case
    rendered = text_report(diagnostics, by_path(sources), width=width)
    assert f"{listing(sources)}\n{rendered}" == snapshot


def test_colored(case, snapshot: SnapshotAssertion):
    diagnostics, sources = case
    rendered = text_report(diagnostics, by_path(sources), color=True)
    assert rendered.replace("\x1b[", "\\e[") == snapshot


def test_color_changes_nothing_else(case):
    diagnostics, sources = case
    rendered = text_report(diagnostics, by_path(sources), color=True)
    plain = text_report(diagnostics, by_path(sources))
    assert re.sub(r"\x1b\[[0-9;]*m", "", rendered) == plain


def test_concise(case, snapshot: SnapshotAssertion):
    diagnostics, sources = case
    assert concise_report(diagnostics, by_path(sources)) == snapshot


def test_sorted_and_said_once():
    source = Source("b.ssbt", "abc")
    expected = [
        Diagnostic(code, message, Label(Span(path, start, start + 1)))
        for path in ("b.ssbt", "a.ssbt")
        for start in (2, 0)
        for code in (WARNING, CODE)
        for message in ("y", "x", "x")
    ]
    rendered = concise_report(expected, {"b.ssbt": source})
    assert rendered == concise_report(reversed(expected), {"b.ssbt": source})
    lines = rendered.splitlines()
    assert len(lines) == 16
    assert lines[8:] == [
        "b.ssbt:1:1: error[SSBT0101] x",
        "b.ssbt:1:1: error[SSBT0101] y",
        "b.ssbt:1:1: warning[SSBT0220] x",
        "b.ssbt:1:1: warning[SSBT0220] y",
        "b.ssbt:1:3: error[SSBT0101] x",
        "b.ssbt:1:3: error[SSBT0101] y",
        "b.ssbt:1:3: warning[SSBT0220] x",
        "b.ssbt:1:3: warning[SSBT0220] y",
    ]


@pytest.mark.parametrize(
    ("errors", "warnings", "expected"),
    [
        (0, 0, ""),
        (1, 0, "1 error"),
        (2, 1, "2 errors and 1 warning"),
        (0, 3, "3 warnings"),
    ],
)
def test_summary(errors, warnings, expected):
    def repeat(code, count):
        return [Diagnostic(code, f"m{i}", Label(Span("a", i, i))) for i in range(count)]

    assert render_summary(repeat(CODE, errors) + repeat(WARNING, warnings)) == expected


def test_nothing_to_say():
    assert text_report([], {}) == concise_report([], {}) == ""


def test_a_line_of_ten_megabytes():
    text = "x y " * 2_500_000 + "oops" + " z" * 1_000
    source = Source("big.ssbt", text)
    start = text.index("oops")
    place = Span("big.ssbt", start, start + 4)
    labels = Label(Span("big.ssbt", 0, 1), "far"), Label(Span("big.ssbt", 7, len(text)), "wide")
    began = time.process_time()
    result = [Diagnostic(CODE, "m", Label(place, "here"), labels, (), (Edit(place, "ok"),))]
    result += [Diagnostic(CODE, "m", Label(Span("big.ssbt", i, i + 1))) for i in range(1_000)]
    rendered = text_report(result, {"big.ssbt": source})
    assert time.process_time() - began < 1
    assert max(map(len, rendered.splitlines())) <= 80


def test_ten_megabytes_of_combining_marks():
    source = Source("big.ssbt", "e" + "\u0301" * 5_000_000)
    began = time.process_time()
    text_report([Diagnostic(CODE, "m", Label(Span("big.ssbt", 999, 10**7)))], {"big.ssbt": source})
    assert time.process_time() - began < 1


ANYTHING = st.text(
    st.one_of(
        st.sampled_from("ab\t\r\n\x00\x1b\u200d\u0301\u202e日😀\ufe0f\ufeff\ud800`"),
        st.characters(),
    ),
    max_size=120,
)
PLACE = st.builds(
    lambda path, start, length: Span(path, start, start + length),
    st.sampled_from(["a", "b", "c"]),
    st.integers(-2, 130),
    st.integers(-2, 60),
)
LABEL = st.builds(Label, PLACE, ANYTHING)
FINDINGS = st.builds(
    Diagnostic,
    st.sampled_from([CODE, WARNING]),
    ANYTHING,
    LABEL,
    st.lists(LABEL, max_size=5).map(tuple),
    st.lists(ANYTHING, max_size=2).map(tuple),
)


@given(st.lists(FINDINGS, max_size=3), ANYTHING, ANYTHING, st.integers(1, 100), st.booleans())
def test_whatever_is_said_of_whatever_text(repeat, one, other, width, color):
    sources = {"a": Source("a", one), "b": Source("b", other)}
    rendered = text_report(repeat, sources, width=width, color=False)
    for line in rendered.split("\n"):
        assert display_width(line) <= max(width, 24)
        assert all(character.isprintable() for character in line)
    rendered.encode("utf-8")
    text_report(repeat, sources, width=width, color=color).encode("utf-8")
    concise_report(repeat, sources).encode("utf-8")
