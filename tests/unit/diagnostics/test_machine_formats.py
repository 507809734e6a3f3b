"""JSON, SARIF and GitHub's commands: against their schemas, and to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
import pytest

from ssbt.compiler.diagnostics.formats import OutputFormat, render_report
from ssbt.compiler.diagnostics.github import github_report
from ssbt.compiler.diagnostics.json_report import json_report
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.sarif import sarif_report
from ssbt.compiler.source import Source, Span

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

HERE = Path(__file__).parent
SCHEMAS = HERE.parents[2] / "docs" / "schemas"
CODE = Code("SSBT0101", "A title: 100 %, really", "Why.", "a\n", "b\n")


def by_path(sources):
    return {source.path: source for source in sources}


@pytest.fixture(scope="module")
def sarif_schema():
    # OASIS's schema, as the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) ships it.
    return Draft4Validator(json.loads((HERE / "sarif-2.1.0.schema.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def json_schema():
    schema = json.loads((SCHEMAS / "diagnostics-1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_json(case, json_schema, snapshot: SnapshotAssertion):
    diagnostics, sources = case
    text = json_report(diagnostics, by_path(sources))
    json_schema.validate(json.loads(text))
    assert text.isascii()
    assert text == snapshot


def test_json_names_every_place_exactly(case):
    diagnostics, sources = case
    existing = by_path(sources)
    for item in json.loads(json_report(diagnostics, existing))["diagnostics"]:
        for place in [item["primary"], *item["secondary"], *item["fix"]]:
            if place["range"] is None:
                assert place["path"] not in existing
                continue
            source = existing[place["path"]]
            lines = source.text.encode("utf-8", "surrogatepass")
            for end in place["range"].values():
                before = lines[: end["byte"]].decode("utf-8", "surrogatepass")
                assert len(before) == end["offset"]
                assert source.position(end["offset"]) == (end["line"], end["column"])


def test_no_findings_are_a_document_too(json_schema, sarif_schema):
    assert json.loads(json_report([], {})) == {"version": 1, "diagnostics": []}
    sarif_schema.validate(json.loads(sarif_report([], {}, version="0.1.0")))
    assert github_report([], {}) == ""


def test_sarif(case, sarif_schema, snapshot: SnapshotAssertion):
    diagnostics, sources = case
    text = sarif_report(diagnostics, by_path(sources), version="0.1.0")
    sarif_schema.validate(json.loads(text))
    assert text == snapshot


def test_the_sarif_schema_bites(sarif_schema):
    log = json.loads(sarif_report([], {}, version="0.1.0"))
    log["runs"][0]["results"] = [{"ruleId": "SSBT0101"}]
    assert not sarif_schema.is_valid(log)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b c.ssbt", "a/b%20c.ssbt"),
        ("/tmp/ä#.ssbt", "file:///tmp/%C3%A4%23.ssbt"),
        ("..\\x.ssbt", "../x.ssbt"),
        ("C:\\x.ssbt", "file:///C:/x.ssbt"),
        ("-", "-"),
        ("a:b.ssbt", "a%3Ab.ssbt"),
        ("\ud800", "%3F"),
    ],
)
def test_paths_are_uris(path, uri):
    actual = Diagnostic(CODE, "m", Label(Span(path, 0, 0)))
    result = json.loads(sarif_report([actual], {}, version="1"))["runs"][0]["results"][0]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri}


def test_github(case, snapshot: SnapshotAssertion):
    diagnostics, sources = case
    assert github_report(diagnostics, by_path(sources)) == snapshot


def test_github_escapes():
    source = Source("a,b:c%.ssbt", "x\ny")
    result = Diagnostic(
        CODE, "50 %: a\r\nb", Label(Span(source.path, 0, 2)), (), ("one, two", "%0A")
    )
    assert github_report([result], by_path([source])) == (
        "::error file=a%2Cb%3Ac%25.ssbt,line=1,col=1,endLine=1,endColumn=3,"
        "title=SSBT0101 A title%3A 100 %25%2C really::50 %25: a␍␊b%0Aone, two%0A%250A\n"
    )


@pytest.mark.parametrize("chosen", OutputFormat)
def test_report_dispatches(chosen):
    source = Source("a", "x")
    result = [Diagnostic(CODE, "m", Label(Span("a", 0, 1)))]
    text = render_report(chosen, result, by_path([source]), version="0.1.0")
    assert "SSBT0101" in text
    assert text.endswith("\n")


ANYTHING = st.text(st.one_of(st.characters(), st.sampled_from("\r\n\ud800:,%")), max_size=30)
PLACE = st.builds(Span, st.sampled_from("ab"), st.integers(-2, 40), st.integers(-2, 40))
LABEL = st.builds(Label, PLACE, ANYTHING)
FINDINGS = st.builds(
    Diagnostic,
    st.just(CODE),
    ANYTHING,
    LABEL,
    st.lists(LABEL, max_size=2).map(tuple),
    st.lists(ANYTHING, max_size=2).map(tuple),
    st.lists(st.builds(Edit, PLACE, ANYTHING), max_size=2).map(tuple),
)


@given(st.lists(FINDINGS, max_size=3), ANYTHING)
def test_whatever_is_said_of_whatever_text(json_schema, sarif_schema, found, text):
    sources = {"a": Source("a", text)}
    json_schema.validate(json.loads(json_report(found, sources)))
    sarif_schema.validate(json.loads(sarif_report(found, sources, version="1")))
    commands = github_report(found, sources)
    commands.encode("utf-8")
    assert all(line.startswith("::error file=") for line in commands.splitlines())
