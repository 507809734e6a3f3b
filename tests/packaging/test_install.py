"""The distribution as a user gets it: built, and installed into a clean environment."""

from __future__ import annotations

import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
import venv
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("compiler", "grammar", "runtime", "templates")
BUILT = ("grammar/ssbt.tables", "templates/compiled.py")
IGNORED = shutil.ignore_patterns("__pycache__", *(Path(name).name for name in BUILT))

INSTALLED = """
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec

import ssbt.compiler

assert ssbt.__spec__.origin is None, "ssbt is a namespace"
assert find_spec("ssbt.runtime"), "there, though it cannot be imported without pyspark"
assert files("ssbt.grammar").joinpath("ssbt.lark").read_text(encoding="utf-8")
assert files("ssbt.templates").joinpath("script.py.j2").read_text(encoding="utf-8")
assert files("ssbt.templates").joinpath("connectors/csv/connector.toml").read_text(encoding="utf-8")
for name in ("compiler", "runtime", "grammar", "templates", "pyspark"):
    assert find_spec(name) is None, name
print(version("ssbt"))
"""

# Neither Lark nor Jinja nor a cache is used: what they make came with the distribution.
COMPILED = """
import sys

from ssbt.compiler.cli.main import run_command_line

assert run_command_line(["compile", "pipeline.ssbt", "-o", "built"]) == 0
assert "lark" not in sys.modules, "the parser's tables were built"
assert "jinja2" not in sys.modules, "templates went through Jinja"
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built from, so that building leaves nothing in the checkout."""
    copy = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=IGNORED)
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, copy)
    (copy / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "building.py", copy / "tools")
    return copy


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, tree)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def constraints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lock's versions without its hashes, which pip would also ask of our own wheel."""
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    file = tmp_path_factory.mktemp("lock") / "constraints.txt"
    file.write_text("\n".join(re.findall(r"^[\w.-]+==[\w.]+", lock, re.MULTILINE)))
    return file


def test_the_wheel_holds_every_file_under_one_name(tree: Path, wheel: Path) -> None:
    files = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert files == {
        f"ssbt/{file}"
        for file in (
            *BUILT,
            *(
                file.relative_to(tree)
                for part in PARTS
                for file in (tree / part).rglob("*")
                if file.is_file()
            ),
        )
    }


def test_a_wheel_is_built_from_the_source_distribution(
    tree: Path, wheel: Path, tmp_path: Path
) -> None:
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir")
    _run(*build, tmp_path, "--sdist", tree)
    (source,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(source, tmp_path)
    _run(*build, tmp_path, "--wheel", str(source).removesuffix(".tar.gz"))
    (built,) = tmp_path.glob("*.whl")
    for name in BUILT:
        assert ZipFile(built).read(f"ssbt/{name}") == ZipFile(wheel).read(f"ssbt/{name}")


@pytest.mark.parametrize("how", ["wheel", "editable"])
def test_a_clean_install_works(
    how: str, tree: Path, wheel: Path, constraints: Path, tmp_path: Path
) -> None:
    """With the declared dependencies and nothing else: no pyspark, no pip, no checkout near."""
    home = tmp_path / "env"
    venv.create(home, symlinks=True)
    commands = home / "bin"
    target = [wheel] if how == "wheel" else ["--editable", tree]
    pip = (sys.executable, "-m", "pip", "--python", commands / "python")
    _run(*pip, "install", "--constraint", constraints, *target, cwd=tmp_path)

    version = _run(commands / "python", "-c", INSTALLED, cwd=tmp_path).strip()
    assert version in _run(commands / "ssbtc", "--version", cwd=tmp_path)

    cache = tmp_path / "cache"
    shutil.copy(ROOT / "examples" / "quickstart" / "pipeline.ssbt", tmp_path)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    _run(commands / "python", "-c", COMPILED, cwd=tmp_path, environment=environment)
    assert (tmp_path / "built").is_dir()
    assert not list(cache.rglob("*.tables"))


def _run(
    *command: str | Path, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> str:
    """The command's standard output; what it said goes into the failure."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
