"""Lightbend's own library is asked what `tests/unit/hocon/answers.json` says that it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
import json
import os
from pathlib import Path
import subprocess
import tempfile

import pytest

from ssbt.compiler.hocon.problems import ConfigurationError
from ssbt.compiler.hocon.units import parse_bytes, parse_milliseconds
from tests.unit.hocon.documents import Document
from tests.unit.hocon.generation import Texts, mutual_references
from tests.unit.hocon.lightbend_cases import CASES, REFUSED
from tests.unit.hocon.reading_files import plain, read

pytestmark = pytest.mark.spark
VERSION = "1.4.5"
HERE = Path(__file__).parent
DURATIONS = "ns nano nanos nanosecond nanoseconds us micro micros microsecond microseconds ms milli"
DURATIONS += " millis millisecond milliseconds s second seconds m minute minutes h hour hours d day"
DURATIONS += " days w week weeks S Ms min sec"
SIZES = (
    "B b byte bytes K k Ki KiB kB kilobyte kilobytes kibibyte kibibytes M m Mi MiB MB mb megabyte"
)
SIZES += " mebibytes G g Gi GiB GB gb gigabytes T Ti TiB TB P PB E EB Z Y KB kb kiB"
NUMBERS = [
    "10",
    "0",
    "-5",
    "+5",
    "1.5",
    "1.25 s",
    ".5",
    "5.",
    "1e3",
    "1e3 ms",
    "1.5 K",
    "0.3 B",
    "-1 M",
]
NUMBERS += [
    "",
    " 7 ",
    "7  days",
    "7\tdays",
    "s",
    "1 2",
    "1,5",
    "0x10",
    "1_0",
    "5 ",
    "10\u00a0s",
    "NaN",
]
NUMBERS += ["9223372036854775807", "1.9999999 ms", "0.0000001 s", "2.5 kB", "1.0005 K", "-1.5 s"]
# Java reads these as numbers with a fraction, and so they come to sizes of 3 and 0 bytes.
JAVAS = ("3d", "NaN")
# The first this many seeds; `make agreement` asks for more.
GENERATED = int(os.environ.get("AGREEMENT", "25000")) // 50
# What the library takes and we refuse, by our messages, and what it refuses and we take, by its own
# (docs/decisions/0121).
DOCUMENTED = ("byte-order mark", "contains itself", "cannot be joined", "too large for a DOUBLE")
THEIRS = ("Could not resolve substitution to a value", "non-object-or-list", "Child did not find")
ANSWERS = HERE.parent / "unit" / "hocon" / "answers.json"


@cache
def jar() -> Path:
    """The library, which Maven finds or fetches."""
    folder = Path(tempfile.mkdtemp())
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    command = ["mvn", "--quiet", "--batch-mode", goal, f"-DoutputDirectory={folder}"]
    command.append(f"-Dartifact=com.typesafe:config:{VERSION}")
    subprocess.run(command, check=True, timeout=300)
    return folder / f"config-{VERSION}.jar"


def lightbends(cases: Iterable[str | dict[str, str]], folder: Path) -> list[object]:
    """What the library says of each case; None where it refuses it."""
    answers = lightbend_answers(cases, folder)
    return [None if isinstance(answer, str) else answer for answer in answers]


def lightbend_answers(cases: Iterable[str | dict[str, str]], folder: Path) -> list[object]:
    """What the library says of each case; a text, the reason, where it refuses it."""
    folders = []
    for number, case in enumerate(cases):
        for file, text in (case if isinstance(case, dict) else {"main.conf": case}).items():
            path = folder / str(number) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        folders.append(str(folder / str(number)))
    java = ["java", "--class-path", str(jar()), str(HERE / "fixtures" / "Lightbend.java")]
    done = subprocess.run([*java, *folders], capture_output=True, check=True, timeout=300)
    lines = done.stdout.decode().rstrip("\n").split("\n")
    assert len(lines) == len(folders)
    return [json.loads(answer) for answer in lines]


def ours(case: str | dict[str, str]) -> object:
    try:
        return plain(read(case if isinstance(case, dict) else {"main.conf": case}))
    except ConfigurationError as refusal:
        reasons = (reason for reason in DOCUMENTED if reason in str(refusal))
        return next(reasons, None)


def is_value(answer: object) -> bool:
    return answer is not None and answer not in DOCUMENTED


def differ(theirs: object, mine: object) -> bool:
    return mine != theirs if is_value(mine) else theirs is not None


def test_answers_are_lightbends(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    answers = dict(zip(CASES, lightbends(CASES.values(), tmp_path), strict=True))
    if pytestconfig.getoption("update_snapshots"):
        text = json.dumps(answers, indent=1, ensure_ascii=False) + "\n"
        ANSWERS.write_text(text, encoding="utf-8")
    assert answers == json.loads(ANSWERS.read_text(encoding="utf-8"))


def test_references_that_look_back_mean_what_lightbend_says(tmp_path: Path) -> None:
    """The same value, or a refusal of one side, each for a documented reason."""
    mutual = mutual_references()
    texts = [*mutual, *(Texts(seed).text() for seed in range(GENERATED))]
    wrong = disagreements(texts, tmp_path)
    assert not {text for text, _, _ in wrong} & {*mutual}
    assert len(wrong) < 0.04 * len(texts)


def test_documents_mean_what_lightbend_says(tmp_path: Path) -> None:
    """Documents of everything that the format has, and of what it has not."""
    cases = [Document(seed).files() for seed in range(GENERATED)]
    wrong = disagreements(cases, tmp_path)
    print(f"\ndocuments: {len(cases)}, refused by one {len(wrong)}")
    assert len(wrong) <= 0.025 * len(cases)


def disagreements(
    cases: Sequence[str | dict[str, str]], folder: Path
) -> list[tuple[object, object, object]]:
    """The cases that one side refuses, with both answers: no value is another, no reason is new."""
    answers = zip(lightbend_answers(cases, folder), map(ours, cases), strict=True)
    wrong: list[tuple[object, object, object]] = []
    for case, (answer, mine) in zip(cases, answers, strict=True):
        theirs = None if isinstance(answer, str) else answer
        if not differ(theirs, mine):
            continue
        wrong.append((case, answer, mine))
        assert not (is_value(theirs) and is_value(mine)), wrong[-1]
        reasons = DOCUMENTED if theirs is not None else THEIRS
        message = str(mine) if theirs is not None else str(answer)
        assert any(reason in message for reason in reasons), wrong[-1]
    return wrong


def test_what_only_we_refuse_is_a_value_for_the_library(tmp_path: Path) -> None:
    texts = [text for text, _ in REFUSED.values()]
    assert [*map(is_value, lightbends(texts, tmp_path))] == [True] * len(texts)
    assert [ours(text) for text in texts] == [message for _, message in REFUSED.values()]


def test_units_are_lightbends(tmp_path: Path) -> None:
    units = (*DURATIONS.split(), *SIZES.split())
    texts = [*NUMBERS, *(f"10 {unit}" for unit in units), *(f"3{unit}" for unit in units)]
    java = ["java", "--class-path", str(jar())]
    java.append(str(HERE / "fixtures" / "LightbendUnits.java"))
    done = subprocess.run([*java, *texts], capture_output=True, check=True, timeout=300, text=True)
    answers = dict(zip(texts, (line.split() for line in done.stdout.splitlines()), strict=True))
    for text, (duration, bytes_) in answers.items():
        result = parse_milliseconds(text)
        nanoseconds = "none" if result is None else str(min(int(result * 1_000_000), (1 << 63) - 1))
        size_ = parse_bytes(text)
        assert (text, nanoseconds) == (text, duration)
        if text not in JAVAS:
            assert (text, "none" if size_ is None else str(size_)) == (text, bytes_)
