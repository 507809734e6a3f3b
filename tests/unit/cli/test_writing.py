"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
import stat

import pytest

from ssbt.compiler.cli.writing import WriteError, rewrite, write_all


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_files_and_folders_are_made(project: Path):
    write_all([("out/deep/a.py", b"a"), ("b.py", b"b")])
    assert tree(project) == {"out/deep/a.py": b"a", "b.py": b"b"}


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_the_mode_is_what_umask_leaves(project: Path, mask: int):
    before = os.umask(mask)
    try:
        write_all([("a.py", b"a")])
    finally:
        os.umask(before)
    assert stat.S_IMODE((project / "a.py").stat().st_mode) == 0o666 & ~mask


def test_a_full_disk_changes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch):
    write_all([("a.py", b"old"), ("b.py", b"old")])
    synced = os.fsync
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError) as failure:
        write_all([("a.py", b"new"), ("b.py", b"new")])
    assert failure.value.path == "b.py"
    assert tree(project) == {"a.py": b"old", "b.py": b"old"}


def test_an_interrupt_leaves_no_rubbish(project: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all([("a.py", b"new")])
    assert tree(project) == {}


def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(project: Path):
    (project / "precious").write_bytes(b"precious")
    (project / "a.py").symlink_to("precious")
    write_all([("a.py", b"new")])
    assert tree(project) == {"precious": b"precious", "a.py": b"new"}
    assert not (project / "a.py").is_symlink()


def test_a_folder_in_the_way_is_an_error(project: Path):
    (project / "a.py").mkdir()
    (project / "file").write_bytes(b"")
    for path in ("a.py", "file/b.py"):
        with pytest.raises(WriteError):
            write_all([(path, b"new")])
    assert tree(project) == {"file": b""}


def test_a_long_or_undecodable_name(project: Path):
    names = ["x" * 250 + ".py", "\udcff\udcfe.py", "日" * 80 + ".py", "a\nb.py"]
    write_all((name, b"x") for name in names)
    assert sorted(os.listdir(project)) == sorted(names)


def test_a_source_keeps_its_rights_and_its_link(project: Path):
    real = project / "real.ssbt"
    real.write_bytes(b"old")
    real.chmod(0o750)
    link = project / "link.ssbt"
    link.symlink_to("real.ssbt")
    rewrite("link.ssbt", b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o750
    with pytest.raises(WriteError):
        rewrite("nowhere.ssbt", b"new")
