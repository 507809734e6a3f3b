"""Tests in an editor: their names, and the file of tests beside a pipeline."""

from __future__ import annotations

from collections import Counter

import pytest

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.lsp.completion import complete
from ssbt.compiler.lsp.renaming import rename_symbol
from ssbt.compiler.lsp.symbols import symbols

# What the project of all these tests has before any test.
KNOWN = {"SSBT0523"}
TESTS = """\
test "twice the amount" {
  given orders (id, amount) {
    (1, ${minimum})
  }
  given customers (id, country) {
    (1, 'DE')
  }
  then large (doubled, country) {
    (2, 'DE')
  }
}

test "by itself" {
  given input (id, amount) {
    (1, 1)
  }
  then paid (id) {
    (1)
  }
}
"""


def marked(project, text: str, place: str):
    """A project with the tests in a file of their own, and the place in it."""
    return project(main_test=text.replace(place.replace("§", ""), place, 1))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("given §orders", {"main.ssbt": 2, "main_test.ssbt": 1}),
        ("(doubled, §country", {"main.ssbt": 2, "library.ssbt": 1, "main_test.ssbt": 2}),
        ("(§doubled", {"main.ssbt": 2, "main_test.ssbt": 1}),
        ("${§minimum", {"main.ssbt": 2, "main_test.ssbt": 1}),
        ("given §input", {"library.ssbt": 2, "main_test.ssbt": 1}),
        ("then §paid", {"main.ssbt": 1, "library.ssbt": 1, "main_test.ssbt": 1}),
        ("input (id, §amount", {"main.ssbt": 2, "library.ssbt": 2, "main_test.ssbt": 2}),
    ],
)
def test_rename(project, place: str, expected: dict[str, int]):
    output = marked(project, TESTS, place)
    result = rename_symbol(output.workspace, output.path, output.offset, "fresh")
    for path, source in result.sources.items():
        text = apply_edits(source.text, [e for e in result.edits if e.span.path == path])
        output.workspace.documents.open(path, text)
    after = output.workspace.analyze(f"{output.folder.as_posix()}/main.ssbt").findings
    assert {f.code.number for f in after} <= KNOWN
    counted = Counter(edit.span.path.rsplit("/", 1)[1] for edit in result.edits)
    assert dict(counted) == expected


@pytest.mark.parametrize(
    ("place", "labels"),
    [
        ("given §orders", ["orders", "customers", "large"]),
        ("then §large", ["orders", "customers", "large"]),
        ("orders (§id", ["id", "amount", "address"]),
        ("large (doubled, §country", ["id", "doubled", "country", "city"]),
    ],
)
def test_completion(project, place: str, labels: list[str]):
    output = marked(project, TESTS, place)
    result = complete(output.workspace.best_analysis(output.path), output.path, output.offset)
    assert result is not None
    assert [i.label for i in result.items if i.kind in ("dataset", "column")] == labels


def test_findings_are_those_of_the_pipeline(project):
    result = marked(project, TESTS.replace("amount)", "amout)", 1), "§test")
    findings = result.workspace.analyze(result.path).findings
    mine = [f.code.number for f in findings if f.primary.span.path == result.path]
    assert mine == ["SSBT0202"]
    result.workspace.documents.open(result.path, TESTS)
    assert {f.code.number for f in result.workspace.analyze(result.path).findings} <= KNOWN


def test_outline(project):
    output = marked(project, TESTS, "§test")
    result = symbols(output.workspace.analyze(output.path), output.path)
    assert [(each.word, each.name) for each in result] == [
        ("test", "twice the amount"),
        ("test", "by itself"),
    ]


def test_without_its_pipeline(project):
    """A file of tests alone says what is missing."""
    result = project(other_test=TESTS.replace("test", "§test", 1))
    findings = result.workspace.analyze(result.path).findings
    assert [f.code.number for f in findings] == ["SSBT0113"]
