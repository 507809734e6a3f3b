"""`ssbtc verify`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssbt.compiler.cli.starter import PIPELINE
from tests.unit.cli.conftest import Ssbtc, named, replaced


@pytest.fixture(autouse=True)
def _compiled(pipeline: Path, ssbtc: Ssbtc) -> None:
    assert ssbtc("compile").code == 0


def test_in_order(ssbtc: Ssbtc):
    for arguments in ([], ["pipeline.ssbt"], ["."]):
        result = ssbtc("verify", *arguments)
        expected = "the outputs of 1 pipeline belong to their sources, unedited\n"
        assert (result.code, result.out, result.err) == (0, "", expected)


def test_without_the_cache_and_with_it(ssbtc: Ssbtc, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    assert ssbtc("verify").code == 0


def test_everything_wrong_at_once(ssbtc: Ssbtc, snapshot):
    for name in ("edited", "changed", "lost", "gone", "never"):
        Path(f"{name}.ssbt").write_text(named(name))
    assert ssbtc("compile").code == 0
    with open("build/edited.py", "a") as script:
        script.write("# mine\n")
    replaced(Path("changed.ssbt"), "PAID", "OPEN")
    os.unlink("build/lost.py")
    os.unlink("gone.ssbt")
    for name in ("build/never.py", "build/never.json"):
        os.unlink(name)
    replaced(Path("build/revenue_by_country.json"), '"owner": ""', '"owner": "me"')
    result = ssbtc("verify")
    assert result.code == 1
    assert result.out == snapshot


def test_an_import_that_changed_or_is_gone(project: Path, ssbtc: Ssbtc):
    Path("p.ssbt").write_text('import "lib.ssbt"\n' + named("p"))
    Path("lib.ssbt").write_text("schema A { b: int }\n")
    assert ssbtc("compile", "p.ssbt").code == 0
    replaced(Path("lib.ssbt"), "int", "bigint")
    assert "`build/p.py` is stale: `lib.ssbt` has changed" in ssbtc("verify", "p.ssbt").out
    os.unlink("lib.ssbt")
    assert "`build/p.py` is stale: `lib.ssbt` is gone" in ssbtc("verify", "p.ssbt").out


def test_outputs_of_an_older_compiler_are_in_order(ssbtc: Ssbtc, monkeypatch):
    monkeypatch.setattr("ssbt.compiler.emit.version.VERSION", "9.9.9")
    assert ssbtc("verify").code == 0


def test_elsewhere(ssbtc: Ssbtc):
    assert ssbtc("compile", "-o", "other").code == 0
    assert ssbtc("verify", "-o", "other").code == 0
    assert ssbtc("verify", "-o", "nowhere").code == 1


def test_standard_input(ssbtc: Ssbtc):
    assert ssbtc("verify", "-", "--stdin-filename", "pipeline.ssbt", stdin=PIPELINE).code == 0
    changed = PIPELINE.replace("PAID", "OPEN")
    result = ssbtc("verify", "-", "--stdin-filename", "pipeline.ssbt", stdin=changed)
    assert (result.code, "SSBT0805" in result.out) == (1, True)


def test_a_damaged_manifest(ssbtc: Ssbtc):
    for content in ("", "[]", "{}", '{"pipeline": 3}', "[" * 100_000):
        Path("build/revenue_by_country.json").write_text(content)
        result = ssbtc("verify", "--output-format", "concise")
        assert (result.code, result.out.count("SSBT0802")) == (1, 1), content[:10]
        assert ssbtc("compile", "--check").code == 1


MAP = Path("build/revenue_by_country.map.json")


def test_a_source_map_that_is_missing(ssbtc: Ssbtc):
    MAP.unlink()
    for command in (["verify"], ["compile", "--check"]):
        result = ssbtc(*command, "--output-format", "concise")
        assert result.out.splitlines()[0] == f"{MAP}: error[SSBT0804] `{MAP}` is missing"
        assert (result.code, len(result.out.splitlines())) == (1, 1)
    assert ssbtc("compile").code == 0
    assert ssbtc("verify").code == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [('"line":', '"line": '), (".ssbt:23", ".ssbt:24"), ('"format":1', '"format":0')],
)
def test_a_source_map_that_was_edited(ssbtc: Ssbtc, old: str, new: str):
    replaced(MAP, old, new)
    for command in (["verify"], ["compile", "--check"], ["compile"]):
        result = ssbtc(*command, "--output-format", "concise")
        assert (result.code, result.out.count("SSBT0802")) == (1, 1), command
        assert f"`{MAP}` was edited by hand" in result.out
    assert ssbtc("compile", "--force").code == 0
    assert ssbtc("verify").code == 0


def test_a_damaged_source_map(ssbtc: Ssbtc):
    for content in ("", "[]", "{}", '{"script": 3}', "[" * 100_000):
        MAP.write_text(content)
        result = ssbtc("verify", "--output-format", "concise")
        assert (result.code, result.out.count("SSBT0802")) == (1, 1), content[:10]
        assert ssbtc("compile", "--check").code == 1


def test_a_source_map_of_another_script(ssbtc: Ssbtc):
    older = MAP.read_bytes()
    replaced(Path("pipeline.ssbt"), "PAID", "OPEN")
    assert ssbtc("compile").code == 0
    MAP.write_bytes(older)
    result = ssbtc("verify", "--output-format", "concise")
    assert f"`{MAP}` is stale: it is of another `revenue_by_country.py`" in result.out
    assert ssbtc("compile").code == 0
    assert ssbtc("verify").code == 0


def test_a_comment_makes_the_source_map_stale_and_nothing_else(ssbtc: Ssbtc):
    before = {path: path.read_bytes() for path in Path("build").iterdir()}
    Path("pipeline.ssbt").write_text("# A comment.\n" + Path("pipeline.ssbt").read_text())
    result = ssbtc("compile", "--check", "--output-format", "concise")
    assert (result.code, result.out.count("SSBT0805")) == (1, 1)
    assert f"`{MAP}` is stale" in result.out
    assert ssbtc("verify").code == 1
    assert ssbtc("compile").code == 0
    after = {path: path.read_bytes() for path in Path("build").iterdir()}
    assert [path for path in after if after[path] != before[path]] == [MAP]
    assert ssbtc("verify").code == 0
