"""Numbers with more digits than Python's `int` reads: findings, and never an error of ours.

Wherever a pipeline of ours, a file that it names or its configuration has digits, thousands of them
take their place: in literals, options, types, units, patterns, and within texts. `make test` takes
one place in five, `make agreement` all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
import re
import time

import pytest

from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import check_pipeline, configure_pipeline, emit_files
from ssbt.compiler.whole_numbers import parse_whole
from tests.samples import sample

CASES = Path(__file__).resolve().parents[1] / "cases"
SPARK_TYPES: tuple[str, ...] = (
    "tinyint",
    "int",
    "bigint",
    "decimal(38,2)",
    "double",
    "float",
    "boolean",
    "date",
)
SPARK_TYPES += ("timestamp", "interval day", "interval year", "binary")
LONG = "9" * 5_000
FORMS: tuple[str, ...] = (
    LONG,
    f"-{LONG}",
    f"+{LONG}.5",
    f"1e{LONG}",
    f"0.{LONG}",
    f"{LONG}-01-01",
    f"{LONG} days",
)
FORMS += (f"1 {LONG}:00:00", f"{LONG}-{LONG}", "0" * 5_000 + "1", f"1{'0' * 399}")
QUERY = """pipeline p {{}}
source rows from text {{ path = "in" }}
let found = from rows |> extend {} as found
sink found to noop {{}}
"""


def test_what_is_a_whole_number() -> None:
    assert parse_whole("0" * 5_000 + "7") == parse_whole("+7") == 7
    assert (parse_whole(str(-(2**63))), parse_whole(str(2**63))) == (-(2**63), None)
    assert (parse_whole("2147483647", 32), parse_whole("2147483648", 32)) == (2**31 - 1, None)
    assert [parse_whole(text) for text in ("", "-", "1.0", "²", "\u0661", LONG)] == [None] * 6


def answer(main: str, files: Mapping[str, str]) -> str:
    """What is found in a project, which is compiled too."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path].encode("utf-8", "surrogateescape")

    result = configure_pipeline(check_pipeline(main, read, tests=True), main, read).check_result
    if not result.has_errors:
        emit_files(result)
    return text_report(result.findings, result.sources, width=80, color=False)


def corpus() -> Iterator[tuple[str, dict[str, str]]]:
    """The main files of projects, and all of their files."""
    for code in registry.list_codes():
        for text in (code.right, code.wrong):
            yield "main.ssbt", {"main.ssbt": text}
    for main in sorted(CASES.glob("*/*/*.ssbt")):
        paths = [path for path in sorted(main.parent.rglob("*")) if path.is_file()]
        texts = {path: path.read_bytes().decode("utf-8", "surrogateescape") for path in paths}
        yield (
            main.name,
            {path.relative_to(main.parent).as_posix(): text for path, text in texts.items()},
        )


def places() -> list[tuple[str, dict[str, str]]]:
    """Projects in which one number is a long one, each with other characters around it."""
    changed: dict[tuple[str, str, str], tuple[str, dict[str, str]]] = {}
    for main, files in corpus():
        for path, text in files.items():
            if path.startswith("expected") or path.endswith(".py"):
                continue
            for number in re.finditer(r"\d+", text):
                before = re.sub(r"\d+", "0", text[max(0, number.start() - 14) : number.start()])
                key = path.rpartition(".")[2], before, text[number.end() : number.end() + 3]
                long_text = f"{text[: number.start()]}{LONG}{text[number.end() :]}"
                changed.setdefault(key, (main, {**files, path: long_text}))
    return [*changed.values()]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_long_number_in_the_place_of_any_other(part: int) -> None:
    projects = places()
    assert len(projects) > 1_000
    for main, files in sample(projects[part::4], 5):
        assert len(answer(main, files)) < 100_000


@pytest.mark.parametrize("type_", SPARK_TYPES)
def test_casts(type_: str) -> None:
    """Texts and literals, with `cast`, `try_cast` and `::`, and as the default of a parameter."""
    for form in FORMS:
        for value in (f"'{form}'", form):
            for template in ("cast({} as {})", "try_cast({} as {})", "({})::{}"):
                answer("p.ssbt", {"p.ssbt": QUERY.format(template.format(value, type_))})
            answer("p.ssbt", {"p.ssbt": f"param p: {type_} = {value}\n{QUERY.format(1)}"})
        conf = f'environments = [prod]\nparams {{ p = {form}, q = "{form}" }}'
        declared = f"param p: {type_} = null\nparam q: {type_} = null\n{QUERY.format(1)}"
        answer("p.ssbt", {"p.ssbt": declared, "ssbt.conf": "", "conf/prod.conf": conf})


MILLION = "9" * 1_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    [
        *(MILLION, f"-{MILLION}", f"{MILLION}L", f"1.{MILLION}", f"1e{MILLION}", f"{MILLION}x"),
        *(f"'{MILLION}'", f"cast('{MILLION}' as int)", f"cast('{MILLION}x' as double)"),
        *(f"interval '{MILLION}' day", f"interval {MILLION} days", f"'{MILLION}' :: decimal(9,2)"),
        *(f"interval '1 day{' ' * 100_000}x'", f"{MILLION} + {MILLION}", f"0x{MILLION}"),
    ],
    ids=lambda value: f"{value[:20]}…{value[-10:]}",
)
def test_a_million_digits(value: str) -> None:
    """Soon, and with a message that does not quote them all."""
    began = time.process_time()
    for text in (f"value > {value}", value):
        report = answer("p.ssbt", {"p.ssbt": QUERY.format(text)})
        assert len(report) < 20_000
    assert time.process_time() - began < 20


@pytest.mark.parametrize("number", ["1e400", "-1e309", "1e99999999999999999999"])
@pytest.mark.parametrize("type_", ["double", "float"])
def test_numbers_that_would_become_infinite(type_: str, number: str) -> None:
    """Of a configuration, with and without quotes, and of a pipeline."""
    for written in (number, f'"{number}"'):
        files = {"ssbt.conf": "environments = [prod]", "conf/prod.conf": f"params.p = {written}"}
        result = answer("p.ssbt", {"p.ssbt": f"param p: {type_}\n{QUERY.format('${p}')}", **files})
        assert "error[SSBT12" in result
        assert "conf/prod.conf:1:" in result
    assert "error[" in answer(
        "p.ssbt", {"p.ssbt": f"param p: {type_} = {number}\n{QUERY.format('${p}')}"}
    )
