"""HOCON means what it means to Lightbend's own library, whose answers are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ssbt.compiler.hocon.problems import ConfigurationError
from tests.unit.hocon.lightbend_cases import CASES
from tests.unit.hocon.reading_files import plain, read

ANSWERS = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_same_answer(name: str) -> None:
    case = CASES[name]
    files = case if isinstance(case, dict) else {"main.conf": case}
    if ANSWERS[name] is None:
        with pytest.raises(ConfigurationError):
            read(files)
    else:
        assert plain(read(files)) == ANSWERS[name]


def test_every_answer_has_its_case() -> None:
    assert list(ANSWERS) == list(CASES)
    assert len(CASES) > 60
