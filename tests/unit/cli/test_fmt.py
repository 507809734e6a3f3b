"""`ssbtc fmt`."""

from __future__ import annotations

from pathlib import Path
import stat

import pytest

from tests.unit.cli.conftest import Ssbtc

UGLY = "schema   A{ id:bigint\n}\n"
TIDY = "schema A {\n  id: bigint\n}\n"


@pytest.fixture
def ugly(project: Path) -> Path:
    path = project / "a.ssbt"
    path.write_text(UGLY)
    return path


def test_files_are_rewritten_once(ugly: Path, ssbtc: Ssbtc):
    ugly.chmod(0o640)
    result = ssbtc("fmt")
    assert (result.code, result.out, result.err) == (0, "", "formatted 1 file\n")
    assert ugly.read_text() == TIDY
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o640
    before = ugly.stat().st_mtime_ns
    result = ssbtc("fmt", "a.ssbt")
    assert (result.code, result.err) == (0, "nothing to do: 1 file is formatted\n")
    assert ugly.stat().st_mtime_ns == before


def test_several(ugly: Path, ssbtc: Ssbtc):
    Path("b.ssbt").write_text(TIDY)
    assert ssbtc("fmt").err == "formatted 1 of 2 files\n"
    assert ssbtc("fmt").err == "nothing to do: 2 files are formatted\n"


def test_check_and_diff(ugly: Path, ssbtc: Ssbtc, snapshot):
    for options in (["--check"], ["--diff"], ["--check", "--diff"]):
        result = ssbtc("fmt", *options)
        assert result.code == 1
        assert result.out + result.err == snapshot
    assert ugly.read_text() == UGLY
    ssbtc("fmt")
    for options in (["--check"], ["--diff"], ["--check", "--diff"]):
        result = ssbtc("fmt", *options)
        assert (result.code, result.out) == (0, "")


def test_in_a_machine_format(ugly: Path, ssbtc: Ssbtc, snapshot):
    assert ssbtc("fmt", "--check", "--output-format", "github").out == snapshot


def test_standard_input(project: Path, ssbtc: Ssbtc):
    result = ssbtc("fmt", "-", stdin=UGLY)
    assert (result.code, result.out, result.err) == (0, TIDY, "")
    assert ssbtc("fmt", "-", stdin=TIDY).out == TIDY
    assert ssbtc("fmt", "--check", "-", stdin=UGLY).code == 1
    result = ssbtc("fmt", "-", "--stdin-filename", "x/y.ssbt", stdin="schema {")
    assert (result.code, result.out) == (1, "")
    assert "--> x/y.ssbt:1:" in result.err


def test_a_file_with_mistakes_stays_as_it_is(ugly: Path, ssbtc: Ssbtc):
    bad = Path("bad.ssbt")
    bad.write_bytes(b"schema {")
    Path("latin.ssbt").write_bytes("# café\nschema A { é: int }\n".encode("latin-1"))
    result = ssbtc("fmt")
    assert result.code == 1
    assert "error[SSBT0001]" in result.out
    assert "3 | " not in result.out
    assert bad.read_bytes() == b"schema {"
    assert ugly.read_text() == TIDY
    assert result.err.endswith("formatted 1 of 3 files\n")


def test_a_file_that_cannot_be_read(project: Path, ssbtc: Ssbtc, monkeypatch):
    Path("a.ssbt").write_text(TIDY)

    def refusing(path: str, root: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("ssbt.compiler.cli.inputs.read_project_file", refusing)
    result = ssbtc("fmt", ".")
    assert result.code == 1
    assert "error[SSBT0006]: cannot read `a.ssbt`: permission denied" in result.out


def test_nothing_to_format(project: Path, ssbtc: Ssbtc):
    result = ssbtc("fmt")
    assert (result.code, result.err) == (2, "error: there is no `.ssbt` file in .\n")
