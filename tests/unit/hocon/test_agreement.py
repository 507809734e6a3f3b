"""HOCON means what it means to Lightbend's own library, whose answers are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ssbt.compiler.hocon.problems import ConfigurationError
from tests.unit.hocon.lightbend_cases import CASES, REFUSED
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


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_we_refuse(name: str) -> None:
    text, message = REFUSED[name]
    with pytest.raises(ConfigurationError, match=message):
        read({"main.conf": text})


def test_every_answer_has_its_case() -> None:
    assert list(ANSWERS) == list(CASES)
    assert len(CASES) > 60


@pytest.mark.parametrize("hidden", ["1", '"text"', "[1]", "false"])
@pytest.mark.parametrize("reference", ["${?b.x}", "${b.x}", "[${?b.x}]", "{ z = ${?b.x} }"])
def test_a_reference_into_an_object_that_replaces_another_value(
    hidden: str, reference: str
) -> None:
    """The library drops what is optional, and calls the others a cycle."""
    text = f"b = {hidden}\nb = {{ x = 1, y = {reference} }}\n"
    with pytest.raises(ConfigurationError, match="contains itself"):
        read({"main.conf": text})
    assert plain(read({"main.conf": text.partition("\n")[2]}))
