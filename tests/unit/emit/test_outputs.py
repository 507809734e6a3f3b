"""The files beside the script, and that all of them depend on the sources alone."""

from __future__ import annotations

from hashlib import sha256
import io
import json
import os
from pathlib import Path
import re
import subprocess
import sys
import tomllib
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pytest
from syrupy.assertion import SnapshotAssertion

from ssbt.compiler.emit.archive import build_runtime_archive
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.script import emit_pipeline
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.source import Source, Span
from tests.unit.emit.building import full_of
from tests.unit.emit.golden_pipelines import PIPELINES, outputs

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import hashlib
from tests.unit.emit.golden_pipelines import PIPELINES, outputs
for name in PIPELINES:
    for path, content in outputs(name).items():
        print(path, hashlib.sha256(content).hexdigest())
"""


def test_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def hashes(folder: Path, **environment: str) -> str:
    """What all outputs hash to, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
def test_outputs_depend_on_the_sources_alone(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    here = hashes(ROOT, PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC", XDG_CACHE_HOME=cache)
    there = hashes(tmp_path, PYTHONHASHSEED="2", LC_ALL="C.utf8", TZ="Asia/Tokyo", PYTHONUTF8="0")
    assert len(here.splitlines()) == 4 * len(PIPELINES) + 1
    assert here == there


def test_manifest(snapshot: SnapshotAssertion) -> None:
    text = outputs("shop")["shop.json"].decode()
    assert text.endswith("}\n")
    # The runtime, and so the hash of its archive, changes without the emitter.
    archive = json.loads(text)["outputs"]["ssbt_runtime.zip"]
    assert text.replace(archive, "<sha256>") == snapshot


def test_manifest_has_hashes_of_all_other_outputs() -> None:
    files = outputs("calls")
    manifest = json.loads(files.pop("calls.json"))
    # The source map moves with every comment, the manifest must not.
    source_map = json.loads(files.pop("calls.map.json"))
    assert source_map["script"] == manifest["outputs"]["calls.py"]
    assert manifest["outputs"] == {
        path: sha256(content).hexdigest() for path, content in files.items()
    }


def test_source_map_leads_from_the_script_to_the_source() -> None:
    files = outputs("steps")
    lines = files["steps.py"].decode().splitlines()
    source = PIPELINES["steps"].splitlines()
    for entry in json.loads(files["steps.map.json"])["functions"]:
        assert lines[entry["line"] - 1].startswith(f"def {entry['function']}(")
        match = re.fullmatch(r"steps\.ssbt:(\d+)", entry["place"])
        assert match
        kinds = ("source", "let", "sink", "transform")
        assert source[int(match[1]) - 1].startswith(kinds)


def test_source_map_has_the_line_of_every_declaration() -> None:
    files = outputs("shop")
    manifest, source_map = (json.loads(files[f"shop{end}"]) for end in (".json", ".map.json"))
    source = PIPELINES["shop"].splitlines()
    for group in ("parameters", "connections", "datasets", "sinks"):
        names = [each["name"] for each in source_map[group]]
        assert sorted(names) == sorted(each["name"] for each in manifest[group])
        for each in source_map[group]:
            line = source[int(each["place"].removeprefix("shop.ssbt:")) - 1]
            assert each["name"] in line
    assert source_map["sources"] == {"shop.ssbt": sha256(PIPELINES["shop"].encode()).hexdigest()}
    assert files["shop.map.json"].count(b"\n") == 1


def test_nothing_but_the_source_map_names_a_line() -> None:
    for name in PIPELINES:
        for path, content in outputs(name).items():
            if path.endswith((".py", ".json")) and not path.endswith(".map.json"):
                assert not re.search(rb"\.ssbt:\d", content), path


def test_archive() -> None:
    content = build_runtime_archive()
    with ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        files = (*ROOT.glob("runtime/**/*.py"), *ROOT.glob("runtime/**/*.tsv"))
        on_disk = sorted(f"ssbt/{file.relative_to(ROOT)}" for file in files)
        rooms = sorted(file.parent.name for file in ROOT.glob("runtime/*/__init__.py"))
        folders = ["ssbt/", "ssbt/runtime/", *(f"ssbt/runtime/{room}/" for room in rooms)]
        assert [entry.filename for entry in entries] == [*folders, *on_disk]
        for entry in entries:
            assert entry.compress_type == ZIP_STORED
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == (0o40755 if entry.is_dir() else 0o100644)
        for name in on_disk:
            assert archive.read(name) == (ROOT / name.removeprefix("ssbt/")).read_bytes()
        # The bytes are those that the library writes.
        written = io.BytesIO()
        with ZipFile(written, "w", ZIP_STORED) as copy:
            for entry in entries:
                fresh = ZipInfo(entry.filename, entry.date_time)
                fresh.create_system, fresh.external_attr = 3, entry.external_attr
                copy.writestr(fresh, archive.read(entry))
    assert written.getvalue() == content
    build_runtime_archive.cache_clear()
    assert build_runtime_archive() == content


@pytest.mark.slow
def test_archive_can_be_imported_from(tmp_path: Path) -> None:
    (tmp_path / "runtime.zip").write_bytes(build_runtime_archive())
    program = "import ssbt.runtime; print(ssbt.runtime.__file__)"
    # Isolated, or the runtime of this checkout would be found first.
    command = [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = ['runtime.zip']; {program}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "runtime.zip" in result.stdout


@pytest.mark.parametrize(
    ("main", "path", "output"),
    [
        ("main.ssbt", "main.ssbt", "main.ssbt:2"),
        ("a/b/main.ssbt", "a/b/main.ssbt", "main.ssbt:2"),
        ("/home/x/main.ssbt", "/home/x/shared/s.ssbt", "shared/s.ssbt:2"),
        ("a/main.ssbt", "shared/s.ssbt", "../shared/s.ssbt:2"),
        ("a\\main.ssbt", "a\\shared\\s.ssbt", "shared/s.ssbt:2"),
        ("main.ssbt", "/etc/s.ssbt", "s.ssbt:2"),
        ("-", "-", "standard input:2"),
        ("m.ssbt", "a\nimport os\u202e.ssbt", "a\\nimport os\\u202e.ssbt:2"),
    ],
)
def test_places(main: str, path: str, output: str) -> None:
    places = Places(main, {path: Source(path, "a\nb")})
    assert places.line(Span(path, 2, 3)) == output


def test_outputs_do_not_tell_the_folder() -> None:
    built = full_of("plain")
    files = emit_pipeline(built, {"main.ssbt": Source("main.ssbt", "x")})
    assert all(not Path(file.path).is_absolute() for file in files)
    assert all(str(ROOT).encode() not in file.content for file in files)
