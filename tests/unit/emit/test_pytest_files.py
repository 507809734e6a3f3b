"""Tests as files for pytest, read as a reviewer reads them."""

from __future__ import annotations

from pathlib import Path
import subprocess
import sys

import black
import pytest
from syrupy.assertion import SnapshotAssertion

from ssbt.compiler.driver import check_pipeline, emit_pytest_files

ROOT = Path(__file__).resolve().parents[3]
TESTED = ROOT / "tests" / "spark" / "fixtures" / "tested" / "types.ssbt"
FILES = {
    "quickstart": ROOT / "examples" / "quickstart" / "pipeline.ssbt",
    "stream": ROOT / "tests" / "spark" / "fixtures" / "tested_streams" / "streams.ssbt",
    "types": TESTED,
}
# What names and values may hold.
HOSTILE = """pipeline `class "x"` { spark { "spark.sql.session.timeZone" = "UTC" } }
param `a b`: string = "x"
schema S { `a, b`: string, `c``d`: string default "{it's" }
source `s "1"` from json { path = "in", schema = S }
let `import` = from `s "1"` |> where `a, b` = ${`a b`}
sink `import` to noop {}
test "\\"\\"\\" \\\\ {x} ${y} \u202e # noqa" {
  given `s "1"` (`a, b`) { (concat(${`a b`}, '{}"')) ('\\'"') }
  then fails with "\\"{0}"
}
test "class" { given `s "1"` {} then `import` {} }
test "Class" { given `s "1"` {} then `import` (`c``d`) { ('\\n') } }
"""


def emit_tests(path: Path, text: str | None = None) -> list[str]:
    """The file with the tests, and the one with the session."""

    def read(name: str) -> bytes:
        names = path.parent / name
        return text.encode() if text is not None and name == path.name else names.read_bytes()

    result = check_pipeline(path.name, read, tests=True)
    assert result.pipeline is not None, [each.message for each in result.findings]
    files = emit_pytest_files(result, {"label": "it's"}, lambda file: f"../{file}")
    return [each.content.decode() for each in files]


@pytest.mark.parametrize("name", FILES)
def test_file(name: str, snapshot: SnapshotAssertion):
    assert emit_tests(FILES[name])[0] == snapshot


def test_session(snapshot: SnapshotAssertion):
    assert emit_tests(TESTED)[1] == snapshot


def test_hostile_names_and_values(snapshot: SnapshotAssertion, tmp_path: Path):
    assert emit_tests(tmp_path / "p.ssbt", HOSTILE)[0] == snapshot


def test_what_tools_say(tmp_path: Path):
    """Black changes nothing, and ruff finds nothing."""
    texts = [text for path in FILES.values() for text in emit_tests(path)]
    texts += emit_tests(tmp_path / "p.ssbt", HOSTILE)
    for number, text in enumerate(texts):
        assert black.format_str(text, mode=black.Mode()) == text
        (tmp_path / f"test_{number}.py").write_text(text, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("ruff")),
        "check",
        "--isolated",
        "--no-cache",
        "--extend-select",
        "I,B",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
