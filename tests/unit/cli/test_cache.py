"""Entries are whole or absent, whatever happens to their files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
import os
from pathlib import Path
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.cli.cache import Cache, Entry, _read_shared
from ssbt.compiler.cli.finding_records import decode_findings, encode_findings
from ssbt.compiler.diagnostics.codes.encoding import NUL_CHARACTER
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.emit.files import OutputFile
from ssbt.compiler.source import Span

KEY = "ab" * 32
FILES = (OutputFile("a.py", b"x = 1\n"), OutputFile("r.zip", bytes(range(256))))
ENTRY = Entry((("a.ssbt", "0" * 64), ("\udcff.ssbt", None)), {"name": "a", "n": [1]}, FILES)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "entries"))


def path_of(cache: Cache) -> Path:
    return Path(cache.folder, KEY[:2], KEY[2:])


def test_what_is_stored_is_found(cache: Cache):
    assert cache.find_entry(KEY) is None
    for entry in (ENTRY, Entry((), {}, None), Entry((), {}, ())):
        cache.store(KEY, entry)
        assert cache.find_entry(KEY) == entry
    assert cache.find_entry("cd" * 32) is None
    assert os.stat(cache.folder).st_mode & 0o077 == 0


@pytest.mark.slow
@given(st.data())
def test_a_damaged_entry_is_as_good_as_absent(tmp_path_factory, data: st.DataObject):
    cache = Cache(str(tmp_path_factory.mktemp("entries")))
    cache.store(KEY, ENTRY)
    whole = path_of(cache).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    for damaged in (whole[:at], whole[:at] + bytes([byte]) + whole[at + 1 :], whole + b"x"):
        path_of(cache).write_bytes(damaged)
        assert cache.find_entry(KEY) == (ENTRY if damaged == whole else None)


def test_large_outputs_are_kept_once(cache: Cache):
    runtime = OutputFile("r.zip", os.urandom(100_000))
    shared = Entry((), {}, (OutputFile("a.py", b"x = 1"), runtime, OutputFile("a.json", b"{}")))
    keys = [digit * 64 for digit in "0123456789"]
    for key in keys:
        cache.store(key, shared)
    assert sum(file.stat().st_size for file in Path(cache.folder).rglob("*")) < 150_000
    (kept,) = Path(cache.folder, "shared").iterdir()
    for damaged in (b"", kept.read_bytes() + b"x", None):
        assert cache.find_entry(keys[0]) == shared
        _read_shared.cache_clear()
        kept.unlink() if damaged is None else kept.write_bytes(damaged)
        assert all(cache.find_entry(key) is None for key in keys)
        cache.store(keys[1], shared)
        assert all(cache.find_entry(key) == shared for key in keys), "it is whole again"


def test_a_foreign_entry_is_ignored(cache: Cache, monkeypatch: pytest.MonkeyPatch):
    other = "cd" * 32
    cache.store(other, ENTRY)
    path_of(cache).parent.mkdir()
    os.rename(Path(cache.folder, other[:2], other[2:]), path_of(cache))
    assert cache.find_entry(KEY) is None, "it was made for another key"
    cache.store(KEY, ENTRY)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.find_entry(KEY) is None, "it is somebody else's"


def test_a_folder_that_cannot_be_written_to_is_no_mistake(tmp_path: Path):
    (tmp_path / "file").write_text("")
    cache = Cache(str(tmp_path / "file" / "entries"))
    cache.store(KEY, ENTRY)
    assert cache.find_entry(KEY) is None


def test_concurrent_runs(cache: Cache):
    def work(number: int) -> bool:
        cache.store(KEY, ENTRY)
        return cache.find_entry(KEY) == ENTRY

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    assert [path.name for path in path_of(cache).parent.iterdir()] == [KEY[2:]]


def test_what_nobody_used_for_a_month_goes(cache: Cache):
    cache.store(KEY, ENTRY)
    unused = Path(cache.folder, "cd", "ef")
    unused.parent.mkdir()
    unused.write_bytes(b"")
    month = time.time() - 31 * 24 * 3600
    os.utime(unused, (month, month))
    os.utime(path_of(cache), (month, month))
    assert cache.find_entry(KEY) == ENTRY, "reading counts as use"
    cache.store("99" * 32, ENTRY)
    assert unused.exists(), "once a day is enough"
    os.utime(Path(cache.folder, "tidied"), (month, month))
    cache.store("99" * 32, ENTRY)
    assert not unused.exists()
    assert cache.find_entry(KEY) == ENTRY


def test_findings_are_restored():
    span = Span("a\udcff.ssbt", 1, 2)
    result = Diagnostic(
        NUL_CHARACTER,
        "a message",
        Label(span, "here"),
        (Label(span, "and there"), Label(span)),
        ("one", "two"),
        (Edit(span, ""),),
    )
    assert decode_findings(encode_findings([result])) == (result,)
    records: list[Any] = [[["SSBT9999", "", [["p", 1, 2, ""]], [], []]], [[]], [["SSBT0001"]], [3]]
    for damaged in records:
        with pytest.raises(ValueError, match=r"no code|not a record"):
            decode_findings(damaged)
