"""What is kept of earlier versions of a file changes nothing: the tree is that of a new parse."""

from __future__ import annotations

import os
from pathlib import Path
import random

import pytest

from ssbt.compiler.source import Source
from ssbt.compiler.syntax import parsing
from ssbt.compiler.syntax.incremental import DeclarationCache
from ssbt.compiler.syntax.parsing import parse_file

ROOT = Path(__file__).parents[3]
FILES = sorted((*(ROOT / "examples").rglob("*.ssbt"), *(ROOT / "tests/tpch").rglob("*.ssbt")))
# A fixed sample of the files and a few edits each; all of them and more on demand.
EDITS = int(os.environ.get("SSBT_INCREMENTAL_EDITS", "0"))
FILES = FILES if EDITS else FILES[::6]
EDITS = EDITS or 5
WORDS = (
    *("\n", " ", "#", "# x\n", '"', '"""', "'", "`", "{", "}", "(", ")", "[", "]", ",", ";", "|>"),
    *(
        "let a = from b\n",
        "schema ",
        "\nschema S { a: int }\n",
        "stream ",
        "source",
        "\ntest ",
        "as",
    ),
    *("\nsink a to noop { }\n", "\r\n", "\r", "/* ", "--", "x", "1", "${p}", "import", "\n\n", "é"),
)


def edits(text: str, generator: random.Random):
    """The text after each of several edits: of a word, a line, or a stretch from elsewhere."""
    for _ in range(EDITS):
        at = generator.randrange(len(text) + 1)
        match generator.randrange(4):
            case 0:
                text = text[:at] + generator.choice(WORDS) + text[at:]
            case 1:
                text = text[:at] + text[at + generator.randrange(1, 20) :]
            case 2:
                start = text.rfind("\n", 0, at) + 1
                end = text.find("\n", at) + 1 or len(text)
                text = text[:start] + generator.choice((text[start:end] * 2, "")) + text[end:]
            case _:
                other = generator.randrange(len(text) + 1)
                text = text[:at] + text[other : other + generator.randrange(60)] + text[at:]
        yield text


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_random_edits(path: Path):
    cache = DeclarationCache()
    generator = random.Random(path.name)
    whole = path.read_text()
    for base in (whole, whole.replace("\n", "\r\n")):
        version = base
        # Each mistake is mended sooner or later, as where somebody types.
        for number, text in enumerate(edits(base, generator)):
            version = text if number % 3 else base
            source = Source("p.ssbt", version)
            assert cache.parse(source) == parse_file(source), version


def test_the_same_declaration_twice_stands_in_two_places():
    text = "let a = from b |> where c > 1\n"
    cache = DeclarationCache()
    for version in (text, text * 2, f"# x\n{text * 3}", text):
        source = Source("p.ssbt", version)
        assert cache.parse(source) == parse_file(source)


def test_what_did_not_change_is_not_parsed_again(monkeypatch):
    read: list[str] = []

    def fragment(source, start, begin, end):
        read.append(source.text[begin:end])
        return parsing.parse_fragment(source, start, begin, end)

    monkeypatch.setattr("ssbt.compiler.syntax.incremental.parse_fragment", fragment)
    cache = DeclarationCache()
    text = "schema A { a: int }\nlet b = from c\nschema D { a: int }\n"
    cache.parse(Source("p.ssbt", text))
    read.clear()
    cache.parse(Source("p.ssbt", text.replace("from c", "from cc")))
    assert read == ["let b = from cc"]
