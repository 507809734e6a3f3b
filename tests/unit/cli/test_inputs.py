"""Which files the arguments mean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import find_inputs
from ssbt.compiler.cli.units import find_declared_name, find_units


def test_folders_are_searched_without_what_is_hidden_or_built(project: Path):
    for name in ("b.ssbt", "a.ssbt", "x/c.ssbt", ".git/d.ssbt", "build/e.ssbt", "x/build/f.ssbt"):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (project / "notes.txt").write_text("")
    (project / "link").symlink_to(project / "x")
    (project / "broken.ssbt").symlink_to("nowhere")
    assert [file.path for file in find_inputs([], None).folder_files] == [
        "a.ssbt",
        "b.ssbt",
        "x/c.ssbt",
    ]
    assert [file.path for file in find_inputs(["x/"], None).folder_files] == ["x/c.ssbt"]


def test_each_file_is_looked_at_once(project: Path):
    (project / "a.ssbt").write_text("")
    inputs = find_inputs(["a.ssbt", "./a.ssbt", ".", str(project)], None)
    assert [file.path for file in (*inputs.files, *inputs.folder_files)] == ["a.ssbt"]


def test_a_folder_that_cannot_be_read_is_passed_over_and_said(project: Path, monkeypatch, capsys):
    (project / "a.ssbt").write_text("")
    (project / "locked").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:
        if "locked" in path:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert [file.path for file in find_inputs(["."], None).folder_files] == ["a.ssbt"]
    expected = "warning: cannot read the folder `locked`: permission denied\n"
    assert capsys.readouterr().err == expected


def test_a_pipe_is_read_once(project: Path):
    reading, writing = os.pipe()
    os.write(writing, b"pipeline p {}")
    os.close(writing)
    (unit,) = find_units([f"/dev/fd/{reading}"]).all
    assert unit.name == "p"
    assert unit.input.read() == unit.input.read() == b"pipeline p {}"
    os.close(reading)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["nosuch.ssbt"], "there is no file or folder `nosuch.ssbt`"),
        (["ordres.ssbt"], "did you mean `orders.ssbt`?"),
        (["no/where/x.ssbt"], "there is no file or folder `no/where/x.ssbt`"),
        (["\udcff\x1b.ssbt"], "there is no file or folder `\ufffd␛.ssbt`"),
        (["empty"], "there is no `.ssbt` file in empty"),
        (["libraries"], "none of the 1 `.ssbt` files in libraries declares a pipeline"),
    ],
)
def test_what_is_not_there(project: Path, paths: list[str], message: str):
    (project / "orders.ssbt").write_text("pipeline orders {}")
    (project / "empty").mkdir()
    (project / "libraries").mkdir()
    (project / "libraries" / "a.ssbt").write_text("schema A { b: int }")
    with pytest.raises(Failure) as failure:
        find_units(paths)
    assert message in failure.value.message


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pipeline orders {}", "orders"),
        ("\ufeffPIPELINE orders\n{}", "orders"),
        ("# pipeline not {}\npipeline /* */ x", None),
        ("schema A { b: int } pipeline late { }", "late"),
        ("pipeline # a comment\n  `odd ``name` {}", "odd `name"),
        ('param p: string = "pipeline text {"', None),
        ('param p: string = """\npipeline text {\n"""', None),
        ("let a = from b |> order by pipeline desc", None),
        ("let a = from b\n|> where pipeline between 1 and 2", None),
        ("pipeline broken", "broken"),
        ("pipeline", None),
        ("my_pipeline orders {}", None),
        ("a.pipeline orders {}", None),
        ("pipeline größe {}", "größe"),
        ('"never closed\npipeline p {}', "p"),
        ("", None),
    ],
)
def test_a_pipeline_is_known_by_its_declaration(text: str, name: str | None):
    assert find_declared_name(text.encode()) == name


def test_any_bytes_can_be_searched():
    assert find_declared_name(b"\xff\xfe\x00pipeline p {}") == "p"
    assert find_declared_name(bytes(range(256)) * 100) is None


def test_paths_do_not_depend_on_the_working_folder(project: Path):
    (project / "a" / "b").mkdir(parents=True)
    (project / "ssbt.conf").touch()
    (project / "a" / "b" / "p.ssbt").write_text("pipeline p {}")
    (project / "a" / "shared.ssbt").write_text("schema S { a: int }")
    (unit,) = find_units(["a/b/p.ssbt"]).all
    assert unit.path == "p.ssbt"
    assert unit.read("../shared.ssbt") == b"schema S { a: int }"
    assert unit.display_path("p.ssbt") == "a/b/p.ssbt"
    assert unit.display_path("../shared.ssbt") == "a/shared.ssbt"
    with pytest.raises(FileNotFoundError):
        unit.read("nul\0.ssbt")
