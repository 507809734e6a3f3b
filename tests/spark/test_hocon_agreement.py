"""Lightbend's own library is asked what `tests/unit/hocon/answers.json` says that it answers."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess

import pytest

from ssbt.compiler.hocon.units import milliseconds, size
from tests.unit.hocon.lightbend_cases import CASES

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
ANSWERS = HERE.parent / "unit" / "hocon" / "answers.json"


def jar(folder: Path) -> Path:
    """The library, which Maven finds or fetches."""
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    command = ["mvn", "--quiet", "--batch-mode", goal, f"-DoutputDirectory={folder}"]
    command.append(f"-Dartifact=com.typesafe:config:{VERSION}")
    subprocess.run(command, check=True, timeout=300)
    return folder / f"config-{VERSION}.jar"


def test_answers_are_lightbends(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    folders = []
    for name, case in CASES.items():
        for file, text in (case if isinstance(case, dict) else {"main.conf": case}).items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        folders.append(str(tmp_path / name))
    java = ["java", "--class-path", str(jar(tmp_path)), str(HERE / "fixtures" / "Lightbend.java")]
    done = subprocess.run([*java, *folders], capture_output=True, check=True, timeout=300)
    lines = done.stdout.decode().splitlines()
    answers = dict(zip(CASES, map(json.loads, lines), strict=True))
    if pytestconfig.getoption("update_snapshots"):
        text = json.dumps(answers, indent=1, ensure_ascii=False) + "\n"
        ANSWERS.write_text(text, encoding="utf-8")
    assert answers == json.loads(ANSWERS.read_text(encoding="utf-8"))


def test_units_are_lightbends(tmp_path: Path) -> None:
    units = (*DURATIONS.split(), *SIZES.split())
    texts = [*NUMBERS, *(f"10 {unit}" for unit in units), *(f"3{unit}" for unit in units)]
    java = ["java", "--class-path", str(jar(tmp_path))]
    java.append(str(HERE / "fixtures" / "LightbendUnits.java"))
    done = subprocess.run([*java, *texts], capture_output=True, check=True, timeout=300, text=True)
    answers = dict(zip(texts, (line.split() for line in done.stdout.splitlines()), strict=True))
    for text, (duration, bytes_) in answers.items():
        found = milliseconds(text)
        nanoseconds = "none" if found is None else str(min(int(found * 1_000_000), (1 << 63) - 1))
        size_ = size(text)
        assert (text, nanoseconds) == (text, duration)
        if text not in JAVAS:
            assert (text, "none" if size_ is None else str(size_)) == (text, bytes_)
