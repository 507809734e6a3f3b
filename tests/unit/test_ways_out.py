"""Every finding names a way out, in `help` or as a fix.

The findings are those of all golden mistakes, of all cases and of every code's wrong example.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbt.compiler.diagnostics.model import Code
from ssbt.compiler.driver import CheckResult
from tests.unit.test_cases import CODES, MISTAKES, name_of
from tests.unit.test_messages import ORIGINS, mistakes
from tests.unit.test_suggestions_are_fixes import answer, files_of_case, files_of_code


def assert_ways_out(result: CheckResult) -> None:
    assert [found.message for found in result.findings if not (found.help or found.fix)] == []


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda origin: origin.stem)
def test_ways_out_of_golden_mistakes(origin: Path):
    for mistake in mistakes(origin):
        assert_ways_out(mistake.answer(mistake.text))


@pytest.mark.parametrize("folder", [name_of(folder) for folder in MISTAKES])
def test_ways_out_of_cases(folder: str):
    assert_ways_out(answer(files_of_case(folder)))


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)
def test_ways_out_of_wrong_examples(code: Code):
    if code.number == "SSBT0005":
        pytest.skip("a lone surrogate is in no file")
    assert_ways_out(answer(files_of_code(code)))
