"""`ssbtc test --emit-pytest` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Ssbtc

QUICKSTART = Path(__file__).resolve().parents[3] / "examples" / "quickstart"


@pytest.fixture(autouse=True)
def _tested(project: Path) -> None:
    for name in ("pipeline.ssbt", "pipeline_test.ssbt"):
        (project / name).write_text((QUICKSTART / name).read_text())


def test_it_writes_checks_and_finds_what_is_stale(ssbtc: Ssbtc):
    result = ssbtc("test", "--emit-pytest", "--check")
    assert result.code == 1
    assert "`build/test_quickstart.py` is missing" in result.err
    assert "run `ssbtc test --emit-pytest`" in result.err
    result = ssbtc("test", "--emit-pytest")
    assert (result.code, result.out) == (0, "")
    assert result.err.splitlines() == [
        "wrote `build/test_quickstart.py`",
        "wrote `build/conftest.py`",
    ]
    assert ssbtc("test", "--emit-pytest").err == ""
    assert ssbtc("test", "--emit-pytest", "--check").code == 0
    tests = Path("pipeline_test.ssbt")
    tests.write_text(tests.read_text().replace("7.00", "8.00"))
    result = ssbtc("test", "--emit-pytest", "--check")
    assert result.code == 1
    assert "`build/test_quickstart.py` is stale" in result.err
    assert "conftest" not in result.err


def test_what_somebody_wrote_stays(ssbtc: Ssbtc):
    Path("build").mkdir()
    Path("build/conftest.py").write_text("# mine\n")
    result = ssbtc("test", "--emit-pytest")
    assert result.code == 1
    assert "`build/conftest.py` is in the way" in result.err
    assert not Path("build/test_quickstart.py").exists()


def test_files_of_rows_are_found_from_where_the_tests_are(ssbtc: Ssbtc):
    text = Path("pipeline_test.ssbt").read_text()
    more = 'test "file" {\n  given orders from "rows/a.csv"\n  then rejected {}\n}\n'
    Path("pipeline_test.ssbt").write_text(text + more)
    ssbtc("test", "--emit-pytest", "-o", "out/tests")
    assert 'file="../../rows/a.csv"' in Path("out/tests/test_quickstart.py").read_text()


def test_a_pipeline_without_tests_or_with_mistakes_has_no_file(ssbtc: Ssbtc):
    Path("pipeline_test.ssbt").unlink()
    assert ssbtc("test", "--emit-pytest").code == 0
    assert not Path("build").exists()
    Path("pipeline.ssbt").write_text("pipeline p {}\nlet a = from b\nsink a to noop {}\n")
    assert ssbtc("test", "--emit-pytest").code == 1
