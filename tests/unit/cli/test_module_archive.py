"""The modules of the compiler come from one file, as long as their sources are what they were."""

from importlib.util import module_from_spec
import inspect
import os
from pathlib import Path
import subprocess
import sys
from types import ModuleType

import pytest

from ssbt.compiler.cli import module_archive
from ssbt.compiler.cli.module_archive import ModuleArchive

NAME = "ssbt.compiler.example"
# Says how many modules came from the archive and how many did not.
COUNT = """
import atexit, sys
from ssbt.compiler.cli import main
def count():
    modules = [m for n, m in sys.modules.items() if n.startswith("ssbt.compiler.")]
    archive = next(f for f in sys.meta_path if type(f).__name__ == "ModuleArchive")
    print("modules", len(modules), "new", archive._new_count, file=sys.stderr)
atexit.register(count)
main.main()
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module, in a process that writes bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(module_archive, "_MIN_NEW", 1)
    path = tmp_path / "sources" / "example.py"
    path.parent.mkdir()
    path.write_text("def answer(): return 41\n")
    return path


def imported(archive: ModuleArchive, source: Path) -> ModuleType:
    spec = archive.find_spec(NAME, [str(source.parent)])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def saved(source: Path) -> Path:
    """An archive with the module, by its path."""
    path = source.parents[1] / "cache" / "modules"
    archive = ModuleArchive(str(path))
    imported(archive, source)
    archive.save()
    return path


def test_a_module_comes_from_the_archive(source: Path):
    path = saved(source)
    archive = ModuleArchive(str(path))
    module = imported(archive, source)
    assert archive._new_count == 0
    assert module.answer() == 41
    assert module.__file__ == str(source)
    assert inspect.getsource(module.answer) == "def answer(): return 41\n"


@pytest.mark.parametrize("text", ["def answer(): return 42\n", "def answer(): return 4200\n"])
def test_one_that_changed_comes_from_its_source(source: Path, text: str):
    path = saved(source)
    source.write_text(text)
    # Python itself knows the seconds alone.
    os.utime(source, (1, 1))
    archive = ModuleArchive(str(path))
    assert imported(archive, source).answer() in (42, 4200)
    archive.save()
    archive = ModuleArchive(str(path))
    assert imported(archive, source).answer() in (42, 4200)
    assert archive._new_count == 0


def test_one_that_was_removed_is_not_there(source: Path):
    path = saved(source)
    source.unlink()
    assert ModuleArchive(str(path)).find_spec(NAME, [str(source.parent)]) is None


def test_packages_keep_their_folders(source: Path):
    package = source.rename(source.with_name("__init__.py"))
    path = source.parents[1] / "modules"
    folder = package.parent.rename(package.parents[1] / "example")
    for _ in range(2):
        archive = ModuleArchive(str(path))
        spec = archive.find_spec(NAME, [str(folder.parent)])
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(module_from_spec(spec))
        assert spec.submodule_search_locations == [str(folder)]
        archive.save()
    assert archive._new_count == 0


def test_what_is_not_the_compilers_is_not_looked_at(source: Path):
    assert ModuleArchive("").find_spec("json", None) is None


def test_a_file_that_is_not_whole_is_none(source: Path):
    path = saved(source)
    content = path.read_bytes()
    for length in (0, 3, 4, 7, 8, 20, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert ModuleArchive(str(path)).entries == {}
    path.write_bytes(b"????" + content[4:])
    assert ModuleArchive(str(path)).entries == {}


def test_another_users_file_is_not_run(source: Path, monkeypatch: pytest.MonkeyPatch):
    path = saved(source)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert ModuleArchive(str(path)).entries == {}


def test_nothing_is_written_where_python_writes_no_bytecode(
    source: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert not saved(source).exists()


def test_a_folder_that_cannot_be_written_is_no_mistake(source: Path):
    archive = ModuleArchive(str(source / "modules"))
    imported(archive, source)
    archive.save()
    assert source.is_file()


def test_the_second_command_takes_all_from_there(tmp_path: Path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", COUNT, "explain", "SSBT0001"]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True) for _ in range(2)
    )
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert first.stdout == second.stdout
    assert int(first.stderr.split()[-1]) > 10
    assert second.stderr.split()[-1] == "0"
