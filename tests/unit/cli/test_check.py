"""`ssbtc check`, and how findings are printed."""

from __future__ import annotations

from collections import Counter
import json
import os
from pathlib import Path

import pytest

from ssbt.compiler.cli.compilation import compile_unit
from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.fixing import apply_fixes
from ssbt.compiler.cli.starter import PIPELINE
from ssbt.compiler.cli.units import find_units
from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.model import Code, Diagnostic
from tests.unit.cli.conftest import Ssbtc, named, replaced

UNUSED = "\nschema Unused {\n  id: bigint\n}\n"
FORMATS = ["text", "concise", "json", "github", "sarif"]


@pytest.fixture
def mistaken(pipeline: Path) -> Path:
    """A pipeline with an error in it and another in a file that it imports."""
    replaced(pipeline, "amount >=", "amout >=")
    pipeline.write_text('import "shared/schemas.ssbt"\n' + pipeline.read_text())
    Path("shared").mkdir()
    Path("shared/schemas.ssbt").write_text("schema Shared {\n  id: bigin not null\n}\n")
    return pipeline


def test_nothing_found(pipeline: Path, ssbtc: Ssbtc):
    for arguments in (["check"], ["check", "pipeline.ssbt"], ["check", "."], ["check"]):
        result = ssbtc(*arguments)
        assert (result.code, result.out, result.err) == (0, "", "1 pipeline is in order\n")
    assert os.listdir(".").count("build") == 0


@pytest.mark.parametrize("output_format", FORMATS)
def test_findings(mistaken: Path, ssbtc: Ssbtc, output_format: str, snapshot):
    result = ssbtc("check", "--output-format", output_format)
    assert result.code == 1
    assert result.out == snapshot
    counted = "found 2 errors\n"
    assert result.err == (counted if output_format in ("text", "concise") else "")


def test_the_first_findings_of_each_file(pipeline: Path, ssbtc: Ssbtc):
    mistakes = "".join(f"let l{i} = from missing{i}\n" for i in range(150))
    pipeline.write_text(PIPELINE + UNUSED + mistakes)
    result = ssbtc("check")
    assert result.out.count("error[SSBT0201]") == 100
    assert "pipeline.ssbt; --max-findings 0 prints all\nfound 150 errors" in result.err
    assert ssbtc("check", "--max-findings", "0").out.count("error[SSBT0201]") == 150
    output = ssbtc("check", "--max-findings", "1", "--output-format", "concise").out.splitlines()
    assert len(output) == 1
    assert "error[" in output[0]
    every = json.loads(ssbtc("check", "--max-findings", "1", "--output-format", "json").out)
    assert len(every["diagnostics"]) > 149


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_findings_in_each_format(pipeline: Path, ssbtc: Ssbtc, output_format: str, snapshot):
    result = ssbtc("check", "--output-format", output_format)
    assert result.code == 0
    assert result.out == snapshot


@pytest.mark.parametrize("output_format", ["json", "sarif", "github"])
def test_machine_formats_are_pure(pipeline: Path, ssbtc: Ssbtc, output_format: str, monkeypatch):
    """With warnings, notes, summaries and colours around, standard output is the document."""
    pipeline.write_text(PIPELINE + UNUSED)
    monkeypatch.setenv("FORCE_COLOR", "1")
    for command in ("check", "compile", "compile", "verify"):
        result = ssbtc(command, "--output-format", output_format)
        assert (result.code, result.err) == (0, "")
        assert "\x1b" not in result.out
        if output_format == "github":
            assert all(line.startswith("::") for line in result.out.splitlines())
        else:
            json.loads(result.out)


def test_paths_are_as_the_user_gave_them(mistaken: Path, ssbtc: Ssbtc, monkeypatch):
    monkeypatch.chdir(mistaken.parent.parent)
    result = ssbtc("check", "project/pipeline.ssbt", "--output-format", "json")
    findings = json.loads(result.out)["diagnostics"]
    assert {each["primary"]["path"] for each in findings} == {
        "project/pipeline.ssbt",
        "project/shared/schemas.ssbt",
    }
    result = ssbtc("check", str(mistaken), "--output-format", "concise")
    assert f"{mistaken}:38:32: error" in result.out


def test_a_shared_mistake_is_said_once(mistaken: Path, ssbtc: Ssbtc):
    text = 'import "shared/schemas.ssbt"\n' + named("other")
    Path("other.ssbt").write_text(text)
    result = ssbtc("check", "--output-format", "concise")
    assert result.out.count("shared/schemas.ssbt:2:7") == 1


def test_warnings(pipeline: Path, ssbtc: Ssbtc):
    pipeline.write_text(PIPELINE + UNUSED)
    assert ssbtc("check").code == 0
    assert ssbtc("check", "--strict").code == 1
    assert ssbtc("check").out == ssbtc("check", "--no-cache").out, "known or not"


def test_standard_input(project: Path, ssbtc: Ssbtc):
    text = PIPELINE.replace("amount >=", "amout >=")
    result = ssbtc("check", "-", "--output-format", "concise", stdin=text)
    assert (result.code, result.out[:12]) == (1, "-:37:32: err")
    options = ("--stdin-filename", "a/b.ssbt", "--output-format", "concise")
    assert ssbtc("check", "-", *options, stdin=text).out[:18] == "a/b.ssbt:37:32: er"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"\0" * 10, b"pipeline", b"pipeline p {}\r\n" * 3, b"(" * 5000, b'"""'],
)
def test_whatever_a_file_holds(project: Path, ssbtc: Ssbtc, content: bytes):
    Path("p.ssbt").write_bytes(content)
    for arguments in (["check"], ["compile"], ["fmt", "--check"], ["packages"]):
        result = ssbtc(*arguments, "p.ssbt")
        assert result.code in (0, 1), result
    assert ssbtc("check", "-", stdin=content).code == 1


def test_a_file_that_vanishes(pipeline: Path, ssbtc: Ssbtc, monkeypatch):
    monkeypatch.setattr(
        "ssbt.compiler.cli.units.find_declared_name", lambda data: os.unlink(pipeline)
    )
    result = ssbtc("check", "pipeline.ssbt")
    assert result.code == 1
    assert "error[SSBT0006]: `pipeline.ssbt` cannot be read: no such file" in result.out


class TestFixes:
    @pytest.fixture(autouse=True)
    def _fixable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every finding about a misspelt `amout` offers to mend one of them."""
        from msgspec.structs import replace

        from ssbt.compiler import driver
        from ssbt.compiler.diagnostics.model import Edit

        checked = driver.check_pipeline

        def offering(*arguments, **options):
            result = checked(*arguments, **options)
            findings = [
                replace(actual, fix=(Edit(actual.primary.span, "amount"),))
                if "`amout`" in actual.message
                else actual
                for actual in result.findings
            ]
            return replace(result, findings=tuple(findings))

        monkeypatch.setattr(driver, "check_pipeline", offering)

    def test_a_fix(self, pipeline: Path, ssbtc: Ssbtc):
        replaced(pipeline, "amount >=", "amout >=")
        result = ssbtc("check", "--fix")
        assert (result.code, result.out) == (0, "")
        assert result.err == "fixed 1 finding in pipeline.ssbt\n1 pipeline is in order\n"
        assert pipeline.read_text() == PIPELINE

    def test_what_cannot_be_fixed_is_reported(self, pipeline: Path, ssbtc: Ssbtc):
        replaced(pipeline, "amount >=", "amout >=")
        replaced(pipeline, "group by country", "group by zzz")
        result = ssbtc("check", "--fix", "--output-format", "concise")
        assert result.code == 1
        assert "zzz" in result.out
        assert "amount >=" in pipeline.read_text()

    def test_nothing_to_fix_touches_nothing(self, pipeline: Path, ssbtc: Ssbtc):
        before = pipeline.stat().st_mtime_ns
        assert ssbtc("check", "--fix").code == 0
        assert pipeline.stat().st_mtime_ns == before

    def test_a_fix_that_makes_it_worse_is_not_made(self, pipeline, ssbtc: Ssbtc, monkeypatch):
        from ssbt.compiler.diagnostics import fixes

        monkeypatch.setattr(fixes, "apply_edits", lambda text, edits: "no pipeline (at all")
        replaced(pipeline, "amount >=", "amout >=")
        before = pipeline.read_text()
        assert ssbtc("check", "--fix").code == 1
        assert pipeline.read_text() == before

    def test_standard_input_cannot_be_fixed(self, project: Path, ssbtc: Ssbtc):
        result = ssbtc("check", "--fix", "-", stdin=PIPELINE)
        assert result.code == 2
        assert "--fix changes files" in result.err

    def test_a_diff_writes_nothing(self, pipeline: Path, ssbtc: Ssbtc):
        replaced(pipeline, "amount >=", "amout >=")
        before = pipeline.read_text()
        result = ssbtc("check", "--diff")
        assert result.code == 1
        assert result.err == "--fix would fix 1 finding in pipeline.ssbt\n"
        removed, added = (line for line in result.out.splitlines()[2:] if line[0] in "+-")
        assert removed == added.replace("amount >=", "amout >=").replace("+", "-", 1)
        assert pipeline.read_text() == before
        replaced(pipeline, "amout >=", "amount >=")
        assert ssbtc("check", "--diff").out == ""

    def test_a_shared_file_is_fixed_once(self, pipeline: Path, ssbtc: Ssbtc):
        shared = pipeline.parent / "shared.ssbt"
        shared.write_text("schema Shared { id: bigint; day: date }\n")
        for name in ("one", "two"):
            path = pipeline.parent / f"{name}.ssbt"
            path.write_text(f'import "shared.ssbt"\n{named(name)}')
        result = ssbtc("check", "--fix", "one.ssbt", "two.ssbt")
        assert (result.code, result.out) == (0, "")
        assert result.err.startswith("fixed 1 finding in shared.ssbt\n")
        assert shared.read_text() == "schema Shared { id: bigint, day: date }\n"

    def test_all_files_or_none(self, pipeline: Path, ssbtc: Ssbtc, monkeypatch):
        from ssbt.compiler.cli import writing

        shared = pipeline.parent / "shared.ssbt"
        shared.write_text("schema Shared { id: bigint; day: date }\n")
        text = f'import "shared.ssbt"\n{PIPELINE}'.replace("schema = Order", "schema: Order")
        pipeline.write_text(text)
        staged = writing._stage_file

        def failing(path: str, content: bytes, sync: bool) -> str:
            if path.endswith("shared.ssbt"):
                raise writing.WriteError(path, OSError(28, "No space left on device"))
            return staged(path, content, sync)

        monkeypatch.setattr(writing, "_stage_file", failing)
        result = ssbtc("check", "--fix", "pipeline.ssbt")
        assert result.code == 2
        assert "no space left on device" in result.err
        assert pipeline.read_text() == text
        assert sorted(path.name for path in pipeline.parent.glob(".*")) == []


CASES = sorted(
    path
    for pattern in ("*/*/input.ssbt", "scripts/*/pipeline.ssbt")
    for path in (Path(__file__).parents[2] / "cases").glob(pattern)
)


# A lone surrogate cannot stand in a file.
FIXABLE = [code for code in registry.list_codes() if code.wrong and code.number != "SSBT0005"]


def findings_by_code(result: CompilationResult) -> Counter[str]:
    return Counter(actual.code.number for actual in result.findings)


def is_syntax(code: str) -> bool:
    return code.startswith(("SSBT00", "SSBT01"))


def hides_others(finding: Diagnostic) -> bool:
    texts = (finding.message, *finding.help)
    is_name = any("did you mean" in text for text in texts)
    return bool(finding.fix) and (is_name or is_syntax(finding.code.number))


@pytest.mark.slow
def test_fixes_of_all_cases_mend_and_break_nothing():
    """Every offered fix is made, its finding is gone, and none of syntax comes instead.

    Behind a mistake of syntax, or a name that nobody knows, others may come to light.
    """
    fixed_ones: Counter[str] = Counter()
    for path in CASES:
        (unit,) = find_units([str(path)]).all
        before, _, _ = compile_unit(unit, None, emits=False)
        done = apply_fixes(unit, None, {})
        expected, left = findings_by_code(before), findings_by_code(done.result)
        gone, came = expected - left, left - expected
        assert not any(result.fix for result in done.result.findings), path
        assert not came or any(map(hides_others, before.findings)), path
        assert not any(map(is_syntax, came)), path
        assert (done.count > 0) == bool(done.contents) == bool(gone), path
        fixed_ones += gone
    assert {"SSBT0101", "SSBT0107", "SSBT0117", "SSBT0302", "SSBT0304"} <= set(fixed_ones)


@pytest.mark.slow
@pytest.mark.parametrize("code", FIXABLE)
def test_fixes_of_the_wrong_examples(code: Code, project: Path):
    path = project / "main.ssbt"
    path.write_bytes(code.wrong.encode("utf-8", "surrogateescape"))
    (unit,) = find_units([str(path)]).all
    before, _, _ = compile_unit(unit, None, emits=False)
    done = apply_fixes(unit, None, {})
    came = findings_by_code(done.result) - findings_by_code(before)
    assert not any(map(is_syntax, came))
    assert not any(result.fix for result in done.result.findings)
