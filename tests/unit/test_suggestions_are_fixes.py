"""Every finding names a way out, and a "did you mean" is a fix: carried out, the finding is gone.

The findings are those of all cases and of every code's wrong example; `test_messages` has those of
the golden mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from ssbt.compiler.diagnostics.codes.contracts import UNWRITTEN_COLUMN
from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.diagnostics.model import Code, Diagnostic
from ssbt.compiler.driver import CheckResult, Reader, check_pipeline, configure_pipeline
from tests.unit.test_cases import CASES, CODES, MISTAKES, MODULE, OTHER, name_of
from tests.unit.test_messages import assert_ways_out

Folder = Callable[[str], bytes]


def files_of_case(folder: str) -> Reader:
    return lambda path: (CASES / folder / path).read_bytes()


def files_of_code(code: Code) -> Reader:
    files = {"input.ssbt": code.wrong.encode("utf-8", "surrogateescape")}
    files |= {"other.ssbt": OTHER, "other.py": MODULE}

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path]

    return read


def answer(read: Reader) -> CheckResult:
    return configure_pipeline(
        check_pipeline("input.ssbt", read, tests=True), "input.ssbt", read
    ).check_result


def suggestions(findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings that ask "did you mean", in whichever of their texts."""
    for finding in findings:
        if any("did you mean" in text for text in (finding.message, *finding.help)):
            yield finding


def assert_fixes_remove_findings(read: Reader) -> None:
    before = answer(read)
    assert_ways_out(before)
    for finding in suggestions(before.findings):
        if finding.code is UNWRITTEN_COLUMN:
            # The whole project decides whether it has one: tests/unit/cli/test_projects.py.
            continue
        assert finding.fix, f"{finding.message} {finding.help}"

        def read_fixed(path: str, finding: Diagnostic = finding) -> bytes:
            source = before.sources.get(path)
            edits = [edit for edit in finding.fix if edit.span.path == path]
            return apply_edits(source.text, edits).encode() if source and edits else read(path)

        after = answer(read_fixed).findings
        reported = [(each.code, each.message) for each in before.findings]
        left = [(each.code, each.message) for each in after]
        told_again = left.count((finding.code, finding.message))
        assert told_again < reported.count((finding.code, finding.message)), finding


@pytest.mark.parametrize("folder", [name_of(folder) for folder in MISTAKES])
def test_suggestions_in_cases(folder: str):
    assert_fixes_remove_findings(files_of_case(folder))


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)
def test_suggestions_in_wrong_examples(code: Code):
    if code.number == "SSBT0005":
        pytest.skip("a lone surrogate is in no file")
    assert_fixes_remove_findings(files_of_code(code))
