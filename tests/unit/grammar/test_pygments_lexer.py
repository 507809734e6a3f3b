"""The lexer for Pygments, over every file of the language that there is."""

from __future__ import annotations

from pathlib import Path
import re
import subprocess
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pygments import lexers
from pygments.token import Comment, Error, Keyword, Name, Operator, String
import pytest

from ssbt.compiler.diagnostics import registry
from ssbt.compiler.syntax.tokens import tokenize
from ssbt.grammar.pygments_lexer import SsbtLexer

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(
    (
        *ROOT.glob("examples/*/*.ssbt"),
        *ROOT.glob("tests/cases/*/*/*.ssbt"),
        *ROOT.glob("tests/tpch/*.ssbt"),
    )
)
PAGES = "\n".join(path.read_text("utf-8") for path in sorted(ROOT.glob("docs/**/*.md")))


def lexed(text: str) -> list[tuple[int, Any, str]]:
    return list(SsbtLexer(ensurenl=False, stripnl=False).get_tokens_unprocessed(text))


def test_it_is_registered():
    assert isinstance(lexers.get_lexer_by_name("ssbt"), SsbtLexer)
    assert isinstance(lexers.get_lexer_for_filename("a.ssbt"), SsbtLexer)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_files(file: Path):
    text = file.read_bytes().decode("utf-8", "replace")
    result = lexed(text)
    assert "".join(value for _, _, value in result) == text
    assert [each for each in result if each[1] is Error] == []


def test_listings():
    for text in re.findall(r"```ssbt.*?\n(.*?)```", PAGES, re.DOTALL):
        assert [each for each in lexed(text) if each[1] is Error] == []
    for code in registry.list_codes():
        for text in (code.wrong, code.right):
            assert "".join(value for _, _, value in lexed(text)) == text


@given(st.text(st.sampled_from("a|>\"'`${}#\\\r\n =(.1r:@"), max_size=40))
def test_any_text_comes_back(text):
    assert "".join(value for _, _, value in lexed(text)) == text


@pytest.mark.parametrize("file", FILES[:200:7], ids=lambda file: file.parent.name)
def test_strings_and_comments_are_those_of_the_parser(file: Path):
    text = file.read_bytes().decode("utf-8", "replace")
    cut = list(tokenize(text))
    if any(token.kind.startswith("open_") for token in cut):
        return
    comments = {token.start for token in cut if token.kind == "comment"}
    assert {at for at, kind, _ in lexed(text) if kind in Comment} == comments
    inside = {at for t in cut if t.kind == "string" for at in range(t.start, t.end)}
    strings = {
        at + n for at, kind, value in lexed(text) if kind in String for n in range(len(value))
    }
    parameters = {at for t in cut if t.kind == "parameter" for at in range(t.start, t.end)}
    prefixes = {
        at + n
        for at, kind, value in lexed(text)
        if kind is String.Other
        for n in range(len(value))
        if at + n not in inside
    }
    assert strings - parameters - prefixes == inside


def test_kinds():
    text = 'source orders from csv {\n  path = "${lake}/x"\n}\nlet a = from orders |> where not b\n'
    kinds = {value: kind for _, kind, value in lexed(text)}
    assert kinds["source"] is Keyword.Declaration
    assert kinds["orders"] in Name
    assert kinds["path"] is Name.Attribute
    assert kinds["${lake}"] is String.Interpol
    assert kinds["where"] is Keyword
    assert kinds["not"] is Operator.Word


def test_it_needs_nothing_of_the_compiler():
    check = "import sys, ssbt.grammar.pygments_lexer; print('ssbt.compiler' in sys.modules)"
    run = [sys.executable, "-c", check]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "False\n"
