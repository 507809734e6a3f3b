"""Formatting changes the layout of a file and nothing else, and nothing the second time."""

from __future__ import annotations

from functools import cache
from pathlib import Path
import re

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.formatting.files import format_file
from ssbt.compiler.syntax.parsing import ParsedFile, parse_file
from tests.unit.syntax.generation import Generator
from tests.unit.syntax.mutation import mutated
from tests.unit.syntax.trees import difference
from tests.unit.timing import is_linear

ROOT = Path(__file__).parents[3]
LAYOUTS = {
    path.stem: path.read_text("utf-8")
    for path in sorted((Path(__file__).parent / "layouts").glob("*.ssbt"))
}
FENCE = re.compile(r"^```ssbt\n(.*?)^```", re.MULTILINE | re.DOTALL)


def read(text: str) -> tuple[ParsedFile, Source]:
    source = Source("pipeline.ssbt", text)
    return parse_file(source), source


def is_clean(result: ParsedFile) -> bool:
    return all(finding.severity is not Severity.ERROR for finding in result.findings)


@cache
def corpus() -> dict[str, str]:
    """Every file of the language in the repository that parses without an error."""
    texts = {}
    for path in [*ROOT.glob("examples/**/*.ssbt"), *ROOT.glob("tests/**/*.ssbt")]:
        texts[str(path.relative_to(ROOT))] = path.read_bytes().decode("utf-8", "replace")
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for number, fence in enumerate(FENCE.findall(path.read_text("utf-8"))):
            texts[f"{path.relative_to(ROOT)}-{number}"] = fence
    for code in registry.list_codes():
        texts[f"{code.number}-wrong"] = code.wrong
        texts[f"{code.number}-right"] = code.right
    return {name: text for name, text in texts.items() if is_clean(read(text)[0])}


def check(text: str) -> str:
    """Format the text, see that this is right, and return what came out."""
    before, source = read(text)
    assert is_clean(before)
    once = format_file(before, source)
    after, formatted_source = read(once)
    assert is_clean(after), after.findings
    assert difference(before.file, after.file) is None
    assert [c.text for c in before.file.comments] == [c.text for c in after.file.comments]
    assert format_file(after, formatted_source) == once
    assert once == "" or once.endswith("\n")
    assert not once.endswith("\n\n")
    assert "\n\n\n" not in outside_of_texts(once)
    assert "\r" not in once
    return once


def outside_of_texts(text: str) -> str:
    return re.sub(r'"{3}[\s\S]*?"{3}', '""', text)


@given(st.integers(0, 2**32))
def test_generated_files(seed: int):
    check(Generator(seed).file(3))


@given(st.integers(0, 2**32))
def test_files_full_of_comments(seed: int):
    generator = Generator(seed)
    tokens = generator.declaration()
    check(generator.written(tokens, comments=0.25))


@given(st.integers(0, 2**32))
def test_damaged_files_that_still_parse(seed: int):
    text = mutated(LAYOUTS["blocks"] + LAYOUTS["comments"], seed)
    if is_clean(read(text)[0]):
        check(text)


QUICK = ("examples/", "docs/language")
FILES = [
    pytest.param(name, marks=[] if name.startswith(QUICK) else pytest.mark.slow)
    for name in sorted(corpus())
]


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_repository(name: str):
    check(corpus()[name])


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_layouts(name: str, snapshot):
    once = check(LAYOUTS[name])
    assert f"{LAYOUTS[name].rstrip()}\n\n== becomes ==\n\n{once}" == snapshot


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_become_line_feeds(line_end: str):
    text = LAYOUTS["blocks"]
    assert check(text.replace("\n", line_end)) == check(text)


def test_line_ends_in_a_text_mean_the_same_everywhere():
    text = 'pipeline p {\n  a = """one\ntwo \\r three"""\n}\n'
    assert check(text.replace("\n", "\r\n")) == text


def test_a_byte_order_mark_is_dropped():
    assert check("\ufeff  pipeline p { }") == "pipeline p {}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), ("\n\n", ""), ("# only\n\n\n  # comments", "# only\n\n# comments\n")],
)
def test_files_without_declarations(text: str, expected: str):
    assert check(text) == expected


def test_a_long_line_is_the_last_resort():
    name = "a" * 200
    assert check(f"let x = from a |> where {name} = {name}").count("\n") == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "pipeline x {\n" + "a = 1 # c\n" * n + "}",
        lambda n: "let x = from a\n" + "|> where a and b # c\n" * n,
        lambda n: "let x = from a |> select\n" + "a + 1 as b, # c\n" * n + "b",
        lambda n: "let x = from a |> where " + " or ".join(["a"] * n),
        lambda n: "# c\n" * n,
        lambda n: "let x = from a\n" * n,
    ],
)
def test_time_is_linear(make):
    read_files = {count: read(make(count)) for count in (10, 200, 800)}
    assert is_linear(lambda count: format_file(*read_files[count]), 200)
