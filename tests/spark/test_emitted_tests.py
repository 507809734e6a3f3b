"""Tests as files for pytest, in a Python that has no compiler."""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys

import pyspark
import pytest

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
# What a machine without the compiler has: PySpark, pytest and what they need.
INSTALLED = (
    *("_pytest", "iniconfig", "packaging", "pluggy", "py4j", "pygments", "pyspark", "pytest"),
    *("google", "numpy", "numpy.libs", "pandas", "pyarrow", "pyarrow.libs", "dateutil", "pytz"),
    *("py.py", "six.py", "typing_extensions.py", "tzdata"),
)
CLEAN = '''"""Whether this is a Python without the compiler."""

from importlib.util import find_spec


def test_there_is_no_compiler():
    import ssbt.runtime

    assert "ssbt_runtime.zip" in ssbt.runtime.__path__[0]
    assert find_spec("ssbt.compiler") is None
'''


def ssbtc(folder: Path, *words: str) -> None:
    command = "from ssbt.compiler.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", command, *words], cwd=folder, check=True, timeout=120)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of such a machine."""
    folder = tmp_path_factory.mktemp("installed")
    packages = Path(pyspark.__file__).parents[1]
    for name in INSTALLED:
        if (packages / name).exists():
            (folder / name).symlink_to(packages / name)
    return folder


def run_pytest(installed: Path, folder: Path, *words: str) -> tuple[int, str]:
    """What pytest says; `-S` leaves out all that is installed for this Python."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "pytest", "-q", "-p", "no:cacheprovider", ".", *words],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(installed),
            "COLUMNS": "100",
            # What is said to this run's pytest is not for the one that is tested.
            "PYTEST_ADDOPTS": "",
        },
        capture_output=True,
        text=True,
        timeout=800,
    )
    return done.returncode, done.stdout or done.stderr


def test_the_examples(installed: Path, tmp_path: Path):
    """All pass; an expectation that is changed by hand fails, with the rows."""
    for command in (["compile"], ["test", "--emit-pytest", "--set", "results=out"]):
        ssbtc(ROOT, *command, "examples", "-o", str(tmp_path))
    (tmp_path / "test_clean.py").write_text(CLEAN)
    text = (tmp_path / "test_orders_enriched.py").read_text()
    changed = text.replace("(2, 8, null, 20.00)", "(2, 8, 'DE', 20.00)")
    (tmp_path / "test_changed.py").write_text(changed)
    count = sum(file.read_text().count("\ndef test_") for file in tmp_path.glob("test_*.py"))
    code, out = run_pytest(installed, tmp_path)
    assert code == 1, out
    assert f"\n1 failed, {count - 1} passed" in out, out
    assert "\nFAILED test_changed.py::" in out
    assert "- (2, 8, 'DE', 20.00)" in out
    assert "+ (2, 8, null, 20.00)" in out


def test_every_type_and_what_fails(installed: Path, tmp_path: Path):
    """The same tests fail as under `ssbtc test`: those that are wrong on purpose."""
    for command in (["compile"], ["test", "--emit-pytest", "--set", "label=it is "]):
        ssbtc(FIXTURES / "tested", *command, "types.ssbt", "-o", str(tmp_path))
    code, out = run_pytest(installed, tmp_path, "--tb=short")
    failed = [line.split("::")[1].split(" ")[0] for line in out.splitlines() if "FAILED" in line]
    assert (code, failed) == (
        1,
        [
            "test_another_order",
            "test_another_instant",
            "test_it_does_not_fail",
            "test_it_fails_otherwise",
            "test_what_is_given_fails",
            "test_it_breaks",
            "test_no_such_file",
            "test_not_its_columns",
        ],
    ), out
    assert "computing chosen did not fail" in out
    assert "it failed otherwise: " in out


def test_streams(installed: Path, tmp_path: Path):
    """Micro-batches, output modes, and the time that a test sets."""
    for command in (["compile"], ["test", "--emit-pytest"]):
        ssbtc(FIXTURES / "tested_streams", *command, "streams.ssbt", "-o", str(tmp_path))
    words = ["-k", "updated or differs or time_of"]
    code, out = run_pytest(installed, tmp_path, *words)
    assert code == 1
    assert "1 failed, 3 passed" in out, out
    assert "`totals` after micro-batch 1 differs" in out
