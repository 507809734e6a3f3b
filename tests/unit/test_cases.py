"""Inputs beside the whole of what the compiler answers: see `tests/cases/README.md`.

`pytest --snapshot-update` writes the answers again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re

import pytest

from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.cells import display_width
from ssbt.compiler.diagnostics.model import Code, Severity
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import CheckResult, check_pipeline, configure_pipeline, emit_files
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_file

CASES = Path(__file__).resolve().parents[1] / "cases"
MISTAKES = sorted(path.parent for path in CASES.glob("*/*/input.ssbt"))
SCRIPTS = sorted(path.parent for path in CASES.glob("scripts/*/pipeline.ssbt"))
LOOKS = sorted(CASES.glob("*/*/expected.*.txt"))
NARROW = 40
STYLE = re.compile(r"\x1b\[[0-9;]*m")
CODES = [code for code in registry.list_codes() if code.wrong]
# Of outputs, of what registries have, of what `ssbtc diff` says of streams, and of two pipelines.
_OF_COMMANDS = ("SSBT08", "SSBT111", "SSBT0634", "SSBT0635", "SSBT0647", "SSBT0648", "SSBT0651")
# What the example of SSBT0213 imports.
OTHER = b"pipeline other {\n}\n"
MODULE = b"def upsert(rows, batch):\n    pass\n\n\n"
MODULE += b"def totals(key, frames, state):\n    yield from frames\n\n\n"
MODULE += b"class Totals(StatefulProcessor):\n    pass\n"


def name_of(folder: Path) -> str:
    return folder.relative_to(CASES).as_posix()


def compare(actual: str, expected: Path, config: pytest.Config) -> None:
    """The text equals the file, or becomes its content where snapshots are updated."""
    if config.getoption("update_snapshots"):
        expected.write_bytes(actual.encode())
    assert expected.is_file(), f"{expected} is missing; see --snapshot-update"
    assert actual == expected.read_bytes().decode()


def answer(folder: Path) -> CheckResult:
    """What is found in a pipeline, and in the configuration beside it where there is one."""

    def read(path: str) -> bytes:
        return (folder / path).read_bytes()

    return configure_pipeline(
        check_pipeline("input.ssbt", read, tests=True), "input.ssbt", read
    ).check_result


@pytest.mark.parametrize("folder", MISTAKES, ids=name_of)
def test_mistakes(folder: Path, pytestconfig: pytest.Config):
    result = answer(folder)
    assert result.findings
    report = text_report(result.findings, result.sources, width=80, color=False)
    compare(report, folder / "expected.txt", pytestconfig)
    color = text_report(result.findings, result.sources, width=80, color=True)
    assert STYLE.sub("", color) == report
    narrow = text_report(result.findings, result.sources, width=NARROW, color=False)
    assert all(display_width(line) <= NARROW for line in narrow.splitlines())


@pytest.mark.parametrize("file", LOOKS, ids=lambda file: f"{name_of(file.parent)}/{file.name}")
def test_looks(file: Path, pytestconfig: pytest.Config):
    """A mistake in colour, in a narrow window, or both, as the name of the file says."""
    result = answer(file.parent)
    width = NARROW if "narrow" in file.name else 80
    report = text_report(result.findings, result.sources, width=width, color="color" in file.name)
    compare(report, file, pytestconfig)


@pytest.mark.parametrize("folder", SCRIPTS, ids=name_of)
def test_scripts(folder: Path, pytestconfig: pytest.Config):
    result = check_pipeline("pipeline.ssbt", lambda path: (folder / path).read_bytes())
    assert text_report(result.findings, result.sources, width=80, color=False) == ""
    script, *_ = (file for file in emit_files(result) if file.path.endswith(".py"))
    compare(script.content.decode(), folder / script.path, pytestconfig)
    for file in emit_files(result):
        if file.path.endswith("_upkeep.py"):
            compare(file.content.decode(), folder / file.path, pytestconfig)


def test_every_case_is_found():
    folders = {path.parent for path in CASES.glob("*/*/*.ssbt")}
    assert folders == {*MISTAKES, *SCRIPTS}
    assert len(MISTAKES) > 100


def numbers(code: Code, text: str) -> Iterator[str]:
    """The codes of what is found in a text, read as the examples of a code are meant."""
    if code.number == "SSBT0005":
        # A lone surrogate can stand in a text, and not in a file.
        yield from (result.code.number for result in parse_file(Source("main.ssbt", text)).findings)
        return
    files = {"main.ssbt": text.encode("utf-8", "surrogateescape"), "other.ssbt": OTHER}
    files["other.py"] = MODULE

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path]

    yield from (result.code.number for result in check_pipeline("main.ssbt", read).findings)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)
def test_the_wrong_example_of_a_code_gives_it_and_nothing_else(code: Code):
    assert set(numbers(code, code.wrong)) == {code.number}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)
def test_the_right_example_of_a_code_gives_nothing(code: Code):
    assert list(numbers(code, code.right)) == []


def test_every_code_stands_in_a_case():
    """Except those of files too large, unreadable or outside a repository, of single commands,
    and of an environment that the command line alone can name."""
    reports = "".join(path.read_text("utf-8") for path in CASES.glob("*/*/expected.txt"))
    missing = {
        code.number
        for code in registry.list_codes()
        if f"[{code.number}]" not in reports and not code.number.startswith(_OF_COMMANDS)
    }
    assert missing <= {"SSBT0004", "SSBT0005", "SSBT0006", "SSBT0141", "SSBT1217", "SSBT1306"}
    assert any(code.severity is Severity.WARNING for code in CODES)
