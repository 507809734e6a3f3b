"""Colours, widths, and progress."""

from __future__ import annotations

import io
import sys

import pytest

from ssbt.compiler.cli.console import Console, show_progress, width
from ssbt.compiler.cli.diffs import unified_diff


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "variables", "on_terminal", "elsewhere"),
    [
        ("auto", {}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, True, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ("always", {"NO_COLOR": "1"}, True, True),
        ("never", {"FORCE_COLOR": "1"}, False, False),
    ],
)
def test_colours(choice, variables, on_terminal, elsewhere, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Console(choice).has_color(Terminal()) is on_terminal
    assert Console(choice).has_color(io.StringIO()) is elsewhere


def test_a_pipe_is_80_wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert width(io.StringIO()) == 80


def test_progress_shows_on_a_terminal_after_a_while(monkeypatch):
    terminal = Terminal()
    clock = iter(range(100))
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("ssbt.compiler.cli.console.time.monotonic", lambda: next(clock))
    assert list(show_progress(["a\x1b", "b"], 2, str)) == ["a\x1b", "b"]
    assert terminal.getvalue() == "\r\x1b[K[1/2] a␛\r\x1b[K[2/2] b\r\x1b[K"


def test_no_progress_elsewhere_or_for_one(monkeypatch):
    for stream, items in ((io.StringIO(), ["a", "b"]), (Terminal(), ["a"])):
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(show_progress(items, len(items), str)) == items
        assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"", b"x"),
        (b"a", b"a\n"),
        (None, b"new\n"),
        (b"a\r\nb\x0c\xc2\x85\n", b"a\nb\x1b[2J\n"),
        (b"\xff", b"text"),
        (b"same", b"same"),
    ],
)
def test_diffs(old, new, snapshot):
    assert unified_diff("a.py", old, new) == snapshot
