"""Warnings about slips: none where nothing is wrong, and a fix that is made cures."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.fixes import apply_fixes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Severity
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.source import Source
from tests.memory_files import read_files
from tests.unit import test_docs

ROOT = Path(__file__).resolve().parents[2]
PIPELINES = sorted(
    path
    for folder in ("examples", "tests/tpch", "tests/nexmark", "tests/cases/scripts")
    for path in (ROOT / folder).rglob("*.ssbt")
)
# All about expressions, and the warnings about options, steps, sources and sinks.
TRAPS = [
    code
    for code in registry.list_codes()
    if "SSBT0430" <= code.number <= "SSBT0499"
    or (code.number[4:6] in ("03", "05") and code.severity is Severity.WARNING)
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def findings(text: str) -> tuple[Diagnostic, ...]:
    """What is found in a file that imports nothing."""
    return check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings


def slips(result: tuple[Diagnostic, ...]) -> list[str]:
    return [f"{each.code.number} {each.message}" for each in result if each.code in TRAPS]


@pytest.mark.parametrize("path", PIPELINES, ids=name_of)
def test_a_good_pipeline_has_no_such_finding(path: Path):
    result = check_pipeline(path.name, lambda name: (path.parent / name).read_bytes())
    assert slips(result.findings) == []


def test_the_guides_have_no_such_finding():
    for example in test_docs.examples():
        scaffold = test_docs.scaffold_of(example.page)
        files = {"main.ssbt": test_docs.whole(example.text, scaffold).encode()}
        result = check_pipeline("main.ssbt", partial(test_docs.read, files))
        assert slips(result.findings) == [], example


@pytest.mark.parametrize("code", TRAPS, ids=lambda code: code.number)
def test_the_fix_of_a_page_cures_its_mistake(code: Code):
    reported = findings(code.wrong)
    assert code in [each.code for each in reported]
    fixes = [each for each in reported if each.code == code and each.fix]
    if fixes:
        cured = apply_fixes(Source("main.ssbt", code.wrong), fixes)
        assert slips(findings(cured)) == []


@pytest.mark.parametrize(
    "code", [c for c in TRAPS if c.severity is Severity.WARNING], ids=lambda c: c.number
)
def test_a_warning_can_be_silenced(code: Code):
    first = next(each for each in findings(code.wrong) if each.code == code)
    line = code.wrong.count("\n", 0, first.primary.span.start)
    lines = code.wrong.splitlines()
    lines.insert(line, f"# allow {code.number}: it is meant")
    assert code not in [each.code for each in findings("\n".join(lines) + "\n")]
