"""What an editor is told of a file because of its project: as much as `ssbtc check` tells."""

from __future__ import annotations

from pathlib import Path
import shutil

import pytest

from ssbt.compiler.driver import check_pipeline, configure_pipeline
from ssbt.compiler.lsp.editor import Editor

CASES = Path(__file__).parents[2] / "cases" / "configuration"
STREAM = """\
pipeline {name} {{ checkpoint = "c/{name}" }}
stream source s from kafka {{
  bootstrap_servers = "b1:9092"
  subscribe         = "{reads}"
  value             = string
}}
sink s to kafka {{
  bootstrap_servers = "b1:9092"
  topic             = "{writes}"
  value             = string
}}
"""


def opened(folder: Path, name: str) -> tuple[Editor, str]:
    editor = Editor()
    editor.workspace.folders = [folder.as_posix()]
    path = folder / name
    return editor, editor.workspace.documents.open(path.as_uri(), path.read_text())


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_what_environments_say(tmp_path: Path, case: str):
    """Each finding that a look from the command line has, in the file that it names."""
    folder = tmp_path / "project"
    shutil.copytree(CASES / case, folder)
    editor, path = opened(folder, "input.ssbt")
    prefix = f"{folder.as_posix()}/"
    findings = {
        (name, str(each.code), each.message.split("\n")[0].replace(prefix, ""))
        for name, diagnostics in editor.diagnostics(path).items()
        for each in diagnostics
    }
    findings = {(name.removeprefix(prefix), code, message) for name, code, message in findings}

    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    expected = configure_pipeline(check_pipeline("input.ssbt", read), "input.ssbt", read)
    assert findings == {
        (each.primary.span.path, each.code.number, each.message)
        for each in expected.check_result.findings
    }


def test_a_change_of_a_configuration_is_told(tmp_path: Path):
    folder = tmp_path / "project"
    shutil.copytree(CASES / "topics", folder)
    editor, path = opened(folder, "input.ssbt")
    before = {str(each.code) for each in editor.diagnostics(path)[path]}
    conf = folder / "conf" / "test.conf"
    text = conf.read_text().replace("*-orders", ".*-orders")
    assert text != conf.read_text()
    configured = editor.workspace.documents.open(conf.as_uri(), text)
    assert editor.open_roots(configured)[-1] == path
    after = {str(each.code) for each in editor.diagnostics(path)[path]}
    assert before - after == {"SSBT0563"}


@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_circles_of_any_length(tmp_path: Path, count: int):
    (tmp_path / "ssbt.conf").write_text("")
    for n in range(count):
        text = STREAM.format(name=f"p{n}", reads=f"t{n}", writes=f"t{(n + 1) % count}")
        (tmp_path / f"p{n}.ssbt").write_text(text)
    for n in range(count):
        editor, path = opened(tmp_path, f"p{n}.ssbt")
        findings = [each.code for many in editor.diagnostics(path).values() for each in many]
        assert findings == ["SSBT0561"]
