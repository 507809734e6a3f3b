"""No text makes the language server fail, wherever the cursor stands."""

from __future__ import annotations

from pathlib import Path
import random

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp
import pytest

from ssbt.compiler.lsp.editor import Editor
from ssbt.compiler.lsp.renaming import RenameRefusedError, rename_symbol

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((*ROOT.glob("examples/*/*.ssbt"), *ROOT.glob("tests/cases/*/*/*.ssbt")))
URI = "file:///nowhere/a.ssbt"
PIECES = (
    "|>",
    "`",
    '"',
    '"""',
    "'",
    "(",
    "}",
    "{",
    "${",
    "let x =",
    "from",
    ".",
    "#",
    "𠮷",
    "\r",
    ",",
)


def ask_everything(text: str, offset: int) -> None:
    """Ask everything there is at one place of a text."""
    editor = Editor()
    path = editor.workspace.documents.open(URI, text)
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    line = before.count("\n")
    at = lsp.Position(line, len(before) - before.rfind("\n") - 1)
    editor.hover(URI, at)
    editor.completion(URI, at)
    editor.definition(URI, at)
    editor.references(URI, at, True)
    editor.symbols(URI)
    editor.formatting_edits(URI)
    editor.diagnostics(path)
    editor.code_actions(URI, lsp.Range(lsp.Position(0, 0), at))
    try:
        rename_symbol(editor.workspace, path, offset, "fresh")
    except RenameRefusedError:
        return


@pytest.mark.parametrize("number", range(40))
def test_half_of_a_file(number):
    """A file up to some place, or with a piece of text thrown in there."""
    chosen = random.Random(number)
    text = chosen.choice(FILES).read_bytes().decode("utf-8", "replace")[:5_000]
    offset = chosen.randrange(len(text) + 1)
    rest = chosen.choice(["", text[offset:]])
    piece = chosen.choice(["", *PIECES])
    ask_everything(text[:offset] + piece + rest, offset + len(piece))


@given(
    st.lists(st.sampled_from((*PIECES, "\n", " ", "a", "source a from csv {", "=")), max_size=12)
)
def test_soup(pieces):
    text = "".join(pieces)
    ask_everything(text, len(text))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a" * 30_000, "a." * 500, "(" * 5_000, " " * 30_000, "`" * 9_999])
@pytest.mark.timeout(20)
def test_long_texts(text):
    ask_everything(f"let x = from a |> where {text}", 24 + len(text))
