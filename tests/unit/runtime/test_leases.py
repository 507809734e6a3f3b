"""Leases between jobs, on a folder of this machine."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess
import sys
from threading import Timer
import time
from typing import Any, cast

import pytest

from ssbt.runtime.checkpoints import leases
from ssbt.runtime.checkpoints.leases import LeaseLostError, Leases
from ssbt.runtime.files.stores import Files


class LocalFiles:
    """What `Files` does, without a JVM."""

    def content(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def create(self, path: str, text: str) -> bool:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            with Path(path).open("x") as file:
                file.write(text)
        except FileExistsError:
            return False
        return True

    def write(self, path: str, text: str) -> None:
        Path(path).write_text(text)

    def delete(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)


def create_leases(pipeline: str, lost: list[Exception] | None = None) -> Leases:
    tell = lost.append if lost is not None else lambda error: None
    return Leases(cast(Files, LocalFiles()), pipeline, tell)


def lease(folder: Path) -> dict[str, Any]:
    """What the lease says."""
    content: dict[str, Any] = json.loads((folder / "_ssbt" / "lease").read_text())
    return content


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(leases, "SILENT_SECONDS", 1.0)


def test_a_living_job_is_respected_and_leaves_nothing(tmp_path: Path) -> None:
    folder = str(tmp_path)
    with create_leases("first") as first, create_leases("second") as second:
        assert first.take({folder: False}) == {}
        (who,) = second.take({folder: False}).values()
        assert who.startswith("pipeline first (process ")
        assert lease(tmp_path)["pipeline"] == "first"
    assert list((tmp_path / "_ssbt").iterdir()) == []


def test_a_dead_process_of_this_machine_is_known_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "SILENT_SECONDS", 1000.0)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with create_leases("first") as first:
        first.take({str(tmp_path): False})
        mine = lease(tmp_path)
    # Also a process id that another process has by now.
    for pid in (dead.pid, mine["pid"]):
        left = mine | {"pid": pid, "began": "1", "owner": "dead"}
        (tmp_path / "_ssbt" / "lease").write_text(json.dumps(left))
        with create_leases("second") as second:
            assert second.take({str(tmp_path): False}) == {}


@pytest.mark.slow
@pytest.mark.parametrize("beats", [True, False])
def test_elsewhere_a_heartbeat_tells(tmp_path: Path, beats: bool) -> None:
    with create_leases("first") as first:
        first.take({str(tmp_path): False})
    other = {"owner": "x", "machine": "elsewhere", "pid": 1, "pipeline": "p", "host": "h"}
    (tmp_path / "_ssbt" / "lease").write_text(json.dumps(other))
    beat = Timer(0.3, (tmp_path / "_ssbt" / "lease.heartbeat").write_text, ["1"])
    if beats:
        beat.start()
    with create_leases("second") as second:
        expected = {str(tmp_path): "pipeline p (process 1 on h)"} if beats else {}
        assert second.take({str(tmp_path): False}) == expected


def test_who_is_overruled_is_told(tmp_path: Path) -> None:
    lost: list[Exception] = []
    with create_leases("first", lost) as first:
        first.take({str(tmp_path): False})
        with create_leases("second") as second:
            assert second.take({str(tmp_path): True}) == {}
            for _ in range(100):
                if lost:
                    break
                time.sleep(0.05)
    assert isinstance(lost[0], LeaseLostError)
