"""Downloads of the tests: one at a time, and one may need another."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from tests.jars import fetch_once


def write(folder: Path) -> None:
    folder.mkdir()
    (folder / "file").write_text("content")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "ssbt").mkdir()


def test_a_download_that_needs_another(tmp_path: Path) -> None:
    def fetch(folder: Path) -> None:
        fetch_once(tmp_path / "inner", write)
        write(folder)

    # In a thread, so that waiting for itself would end this test.
    thread = Thread(target=fetch_once, args=(tmp_path / "outer", fetch), daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert (tmp_path / "outer" / "file").read_text() == "content"
    assert (tmp_path / "inner" / "file").read_text() == "content"


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        write(folder)
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        fetch_once(tmp_path / "outer", fail)
    assert not (tmp_path / "outer").exists()
    fetch_once(tmp_path / "outer", write)
    fetch_once(tmp_path / "outer", fail)
    assert (tmp_path / "outer" / "file").exists()
