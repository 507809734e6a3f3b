"""Files that a pipeline names and that are not one of its project: nothing of them is shown."""

from __future__ import annotations

from collections.abc import Callable
import os
from pathlib import Path
import subprocess

import pytest

from ssbt.compiler.disk import is_outside
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.editor import Editor
from ssbt.compiler.lsp.workspace import Workspace
from tests.unit.cli.conftest import Ssbtc

CANARY = "TOKEN_6f2b1c_of_somebody_else"
LINES = 'source lines from text { path = "in" }\nsink lines to noop { }\n'
SCHEMA = 'pipeline p { }\nschema X from "NAME"\nsource xs from json { path = "in", schema = X }\n'
SCHEMA += "sink xs to noop { }\n"
APPLY = 'pipeline p { }\nschema L { value: string }\nsource ls from text { path = "in" }\n'
APPLY += 'let a = from ls |> apply "NAME:f" returns L\nsink a to noop { }\n'
IMPORT = 'import "NAME"\npipeline p { }\n' + LINES
STATEFUL = APPLY.replace('apply "NAME:f"', 'stateful "NAME:f" by value')
BATCH = 'pipeline p { checkpoint = "c" }\nstream source ls from text { path = "in" }\n'
BATCH += 'sink ls to foreach_batch { function = "NAME:f" }\n'
PROTO = SCHEMA.replace("NAME", "a.proto")
REGISTRY = 'pipeline p { }\nschema X from registry { subject = "s", file = "NAME" }\n'
REGISTRY += SCHEMA.split("\n", 2)[2]

# A pipeline with the name of a file in it, by how that ends.
NAMING = {
    "import": (IMPORT, ".ssbt"),
    "ddl": (SCHEMA, ".ddl"),
    "avro": (SCHEMA, ".avsc"),
    "json schema": (SCHEMA, ".schema.json"),
    "proto": (SCHEMA, ".proto"),
    "descriptors": (SCHEMA, ".desc"),
    "apply": (APPLY, ".py"),
    "stateful": (STATEFUL, ".py"),
    "foreach": (BATCH, ".py"),
    "imported proto": (PROTO, ".proto"),
    "registry": (REGISTRY, ".avsc"),
}


def by_path(folder: Path, ending: str) -> str:
    (folder.parent / f"outside{ending}").write_text(f"{CANARY} ({CANARY}")
    return f"../outside{ending}"


def by_root(folder: Path, ending: str) -> str:
    by_path(folder, ending)
    return f"{folder.parent}/outside{ending}"


def by_link(folder: Path, ending: str) -> str:
    by_path(folder, ending)
    (folder / f"mine{ending}").symlink_to(f"../outside{ending}")
    return f"mine{ending}"


def by_folder(folder: Path, ending: str) -> str:
    by_path(folder, ending)
    (folder / "above").symlink_to("..")
    return f"above/outside{ending}"


def by_environment(folder: Path, ending: str) -> str:
    (folder / f"mine{ending}").symlink_to("/proc/self/environ")
    return f"mine{ending}"


def by_hidden(folder: Path, ending: str) -> str:
    (folder / ".env").write_text(f"{CANARY} ({CANARY}")
    (folder / f"mine{ending}").symlink_to(".env")
    return f"mine{ending}"


def by_repository(folder: Path, ending: str) -> str:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text(f"{CANARY} ({CANARY}")
    (folder / f"mine{ending}").symlink_to(".git/config")
    return f"mine{ending}"


def by_hidden_namesake(folder: Path, ending: str) -> str:
    """A folder of the name of what the link in it leads to."""
    (folder / ".env").write_text(f"{CANARY} ({CANARY}")
    (folder / "x" / ".env").mkdir(parents=True)
    (folder / "x" / ".env" / f"mine{ending}").symlink_to("../../.env")
    return f"x/.env/mine{ending}"


def by_link_in_hidden(folder: Path, ending: str) -> str:
    """Out of a hidden folder into another of the same name."""
    (folder / "secret" / ".shared").mkdir(parents=True)
    (folder / "secret" / ".shared" / "config").write_text(f"{CANARY} ({CANARY}")
    (folder / ".shared").mkdir()
    (folder / ".shared" / f"mine{ending}").symlink_to("../secret/.shared/config")
    return f".shared/mine{ending}"


WAYS = (
    *(by_path, by_root, by_link, by_folder, by_environment, by_hidden, by_repository),
    *(by_hidden_namesake, by_link_in_hidden),
)
# What is refused by how it is written already.
REFUSED: dict[tuple[str, Callable[[Path, str], str]], tuple[str, ...]] = {
    **dict.fromkeys(((naming, by_root) for naming in ("apply", "stateful")), ("SSBT0509",)),
    ("foreach", by_root): ("SSBT0509",),
    **dict.fromkeys((("imported proto", way) for way in (by_path, by_root)), ("SSBT1102",)),
}
COMMANDS = (
    ("check",),
    ("check", "--output-format", "json"),
    ("check", "--output-format", "sarif"),
    ("compile",),
    ("docs",),
    ("lineage",),
    ("config", "show"),
    ("packages",),
    ("test",),
)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILD_TOKEN", CANARY)


def hostile(folder: Path, naming: str, way: Callable[[Path, str], str]) -> None:
    text, ending = NAMING[naming]
    name = way(folder, ending)
    if naming == "imported proto":
        (folder / "a.proto").write_text(
            f'syntax = "proto3";\nimport "{name}";\nmessage A {{ string a = 1; }}\n'
        )
    (folder / "p.ssbt").write_text(text.replace("NAME", name))


def read_outputs(folder: Path) -> str:
    """All that a command may have written."""
    files = [each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()]
    own = [each for each in files if each.name not in (".env", "config")]
    return "".join(each.read_bytes().decode("utf-8", "replace") for each in own)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("naming", NAMING)
def test_nothing_outside_is_shown(
    naming: str, way: Callable[[Path, str], str], project: Path, ssbtc: Ssbtc
) -> None:
    hostile(project, naming, way)
    result = ssbtc("check", "p.ssbt")
    assert result.code == 1
    assert any(code in result.out for code in ("SSBT1306", *REFUSED.get((naming, way), ())))
    assert CANARY not in result.out + result.err + read_outputs(project)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_is_shown_by_any_command(
    command: tuple[str, ...], project: Path, ssbtc: Ssbtc
) -> None:
    for number, (naming, way) in enumerate((("ddl", by_link), ("apply", by_path))):
        folder = project / str(number)
        folder.mkdir()
        hostile(folder, naming, way)
        result = ssbtc(*command, str(folder / "p.ssbt"))
        assert result.code != 0
        assert CANARY not in result.out + result.err + read_outputs(folder)


@pytest.mark.parametrize("command", ["check", "fmt", "compile", "docs", "lineage"])
def test_a_pipeline_that_is_a_link(command: str, project: Path, ssbtc: Ssbtc) -> None:
    (project.parent / "outside.ssbt").write_text(f"pipeline {CANARY} {{ }} {CANARY}")
    (project / "p.ssbt").symlink_to("../outside.ssbt")
    for place in ("p.ssbt", "."):
        result = ssbtc(command, place)
        assert result.code != 0
        assert f"{CANARY} {{" not in result.out + result.err


def test_parts_of_a_path_are_compared_by_their_place(tmp_path: Path) -> None:
    """Hidden folders may be named, also after a link; none may be come to by one."""
    root = os.path.realpath(tmp_path)
    for folder in (".git/sub", "a/.git", "a/.conf/x", ".conf", "..data"):
        (tmp_path / folder).mkdir(parents=True)
    for link, target in (
        *(("there", ".git/sub"), ("a/.git/up", "../../.git"), ("b", "a"), ("c", "a/.conf")),
        *((".conf/d", "../a/.conf"), ("e", "..data"), ("a/.conf/f", "../../.conf")),
    ):
        (tmp_path / link).symlink_to(target)
    inside = ("a/.conf/x", "b/.conf/x", ".conf/y", "e/y", "a/../.conf/y", "b/../.conf/y", ".git/x")
    for path in inside:
        assert not is_outside(f"{root}/{path}", root), path
    outside = ("there/y", "there/../y", "a/.git/up/y", "c/x", ".conf/d/x", "a/.conf/f/y", "../y")
    for path in outside:
        assert is_outside(f"{root}/{path}", root), path


FOLDERS = ("jobs", "jobs/", "./jobs", "jobs/sub", "jobs/p.ssbt", "jobs/sub/../p.ssbt")


@pytest.mark.parametrize("mark", ["", "ssbt.conf", ".git"])
@pytest.mark.parametrize("argument", FOLDERS)
@pytest.mark.parametrize("command", ["check", "compile", "fmt", "docs", "lineage", "test"])
def test_a_folder_that_is_a_link(
    command: str, argument: str, mark: str, project: Path, ssbtc: Ssbtc
) -> None:
    """What a command of a workflow names is chosen by whoever changes the project."""
    others = project.parent / "others"
    (others / "sub").mkdir(parents=True)
    for name in ("p.ssbt", "sub/q.ssbt"):
        (others / name).write_text(f"pipeline {CANARY} {{ }} {CANARY} {{")
    (project / "jobs").symlink_to("../others")
    if mark:
        (project / mark).touch()
        # What is there may be a project, too.
        (others / mark).touch()
    result = ssbtc(command, argument)
    assert result.code != 0
    assert "outside the project" in result.out + result.err
    assert f"{CANARY} {{" not in result.out + result.err + read_outputs(project)


def test_a_link_in_a_link(project: Path, ssbtc: Ssbtc) -> None:
    others = project.parent / "others"
    others.mkdir()
    (others / "p.ssbt").write_text(f"pipeline {CANARY} {{ }} {CANARY} {{")
    (project / "hop").symlink_to("../others")
    (project / "jobs").symlink_to("hop")
    result = ssbtc("check", "jobs")
    assert result.code != 0
    assert CANARY not in result.out + result.err


def test_a_comparison_with_a_folder_that_is_a_link(project: Path, ssbtc: Ssbtc) -> None:
    others = project.parent / "others"
    others.mkdir()
    (others / "p.ssbt").write_text(f"pipeline {CANARY} {{ }} {CANARY} {{")
    (project / "jobs").symlink_to("../others")
    (project / "p.ssbt").write_text("pipeline p { }\n" + LINES)
    for sides in (("jobs", "."), (".", "jobs"), ("jobs/p.ssbt", "p.ssbt")):
        result = ssbtc("diff", *sides)
        assert result.code != 0
        assert f"{CANARY} {{" not in result.out + result.err


def test_links_above_a_project_are_the_machines(project: Path, ssbtc: Ssbtc) -> None:
    """A home that is a link, and one inside the project that stays there."""
    (project / ".git").mkdir()
    (project / "jobs" / "a").mkdir(parents=True)
    (project / "t.ssbt").write_text("param b: string = 'x'\n")
    text = 'import "../../t.ssbt"\npipeline p { }\n' + LINES
    (project / "jobs" / "a" / "p.ssbt").write_text(text)
    (project / "now").symlink_to("jobs/a")
    home = project.parent / "home"
    home.symlink_to(project)
    os.chdir(project.parent)
    for argument in (f"{home}/jobs/a/p.ssbt", "home", f"{project}/now", "home/now/p.ssbt"):
        result = ssbtc("check", argument)
        assert result.code == 0, (argument, result.out, result.err)
    os.chdir(home)
    assert ssbtc("check", "now").code == 0


def test_a_module_that_a_module_imports(project: Path, ssbtc: Ssbtc) -> None:
    for number, way in enumerate((by_link, by_folder, by_hidden, by_hidden_namesake)):
        folder = project / f"case{number}"
        folder.mkdir()
        name = way(folder, ".py")
        (folder / "p.ssbt").write_text(APPLY.replace("NAME", "mod.py"))
        module = name.removesuffix(".py").replace("/", ".").replace("..", ".")
        (folder / "mod.py").write_text(f"import {module}\n\n\ndef f(frame):\n    return frame\n")
        if "." in module:
            # What no import can name is named by a link beside it.
            (folder / "other.py").symlink_to(name)
            (folder / "mod.py").write_text("import other\n\n\ndef f(frame):\n    return frame\n")
        for command in ("check", "compile", "lineage"):
            result = ssbtc(command, str(folder / "p.ssbt"))
            assert CANARY not in result.out + result.err + read_outputs(folder)


def test_tests_beside_a_pipeline(project: Path, ssbtc: Ssbtc) -> None:
    (project.parent / "outside.ssbt").write_text(CANARY)
    (project / "p.ssbt").write_text("pipeline p { }\n" + LINES)
    (project / "p_test.ssbt").symlink_to("../outside.ssbt")
    result = ssbtc("check", "p.ssbt")
    assert "SSBT1306" in result.out
    assert CANARY not in result.out + result.err


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_rows_of_tests(
    ending: str, way: Callable[[Path, str], str], project: Path, ssbtc: Ssbtc
) -> None:
    name = way(project, ending)
    (project / "p.ssbt").write_text("pipeline p { }\n" + LINES)
    (project / "p_test.ssbt").write_text(
        f'test "t" {{ given lines from "{name}"\n then lines from "{name}" }}\n'
    )
    result = ssbtc("test", "p.ssbt")
    assert result.code == 1
    assert "SSBT1306" in result.out + result.err
    assert CANARY not in result.out + result.err


def test_a_cached_result_is_of_what_is_read(project: Path, ssbtc: Ssbtc) -> None:
    """A file that becomes a link later is looked at again."""
    (project / "p.ssbt").write_text(IMPORT.replace("NAME", "mine.ssbt"))
    (project / "mine.ssbt").write_text("param a: string = 'x'\n")
    assert ssbtc("check", "p.ssbt").code == 0
    (project / "mine.ssbt").unlink()
    (project.parent / "outside.ssbt").write_text("param a: string = 'x'\n")
    (project / "mine.ssbt").symlink_to("../outside.ssbt")
    result = ssbtc("check", "p.ssbt")
    assert "SSBT1306" in result.out


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("naming", ["ddl", "apply", "import", "registry"])
def test_both_sides_of_a_comparison(
    naming: str, way: Callable[[Path, str], str], project: Path, ssbtc: Ssbtc
) -> None:
    for side in ("old", "new"):
        (project / side).mkdir()
        hostile(project / side, naming, way)
    result = ssbtc("diff", "old", "new")
    assert CANARY not in result.out + result.err


def test_a_link_in_a_revision(project: Path, ssbtc: Ssbtc) -> None:
    """Git has a link as the text of its target: nothing is followed."""
    hostile(project, "ddl", by_environment)
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        subprocess.run(["git", *who, *command], check=True, capture_output=True)
    result = ssbtc("diff", "HEAD", ".")
    assert CANARY not in result.out + result.err


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("naming", NAMING)
def test_an_editor_shows_nothing(
    naming: str, way: Callable[[Path, str], str], project: Path
) -> None:
    hostile(project, naming, way)
    path = (project / "p.ssbt").as_posix()
    result: Analysis = Workspace().analyze(path)
    codes = {each.code.number for each in result.findings}
    assert codes & {"SSBT1306", *REFUSED.get((naming, way), ())}
    assert CANARY not in repr(Editor().diagnostics(path))
    assert CANARY not in "".join(source.text for source in result.sources.values())


def test_what_is_inside_may_be_anywhere(project: Path, ssbtc: Ssbtc) -> None:
    """Above the pipeline, by links that stay inside, in a hidden folder that is named."""
    (project / "ssbt.conf").write_text("")
    (project / "jobs" / "a").mkdir(parents=True)
    (project / ".shared").mkdir()
    (project / ".shared" / "s.ssbt").write_text("param a: string = 'x'\n")
    (project / "t.ssbt").write_text("param b: string = 'x'\n")
    (project / "jobs" / "u.ssbt").symlink_to("../t.ssbt")
    imports = 'import "../../.shared/s.ssbt"\nimport "../u.ssbt"\npipeline p { }\n'
    (project / "jobs" / "a" / "p.ssbt").write_text(imports + LINES)
    result = ssbtc("check", "jobs/a/p.ssbt")
    assert "SSBT1306" not in result.out
    assert result.code == 0, result.out


def test_the_project_is_the_outer_of_repository_and_configuration(
    project: Path, ssbtc: Ssbtc
) -> None:
    (project / "team" / "jobs").mkdir(parents=True)
    (project / "team" / "ssbt.conf").write_text("")
    (project / "shared.ssbt").write_text("param a: string = 'x'\n")
    pipeline = project / "team" / "jobs" / "p.ssbt"
    pipeline.write_text('import "../../shared.ssbt"\npipeline p { }\n' + LINES)
    os.chdir(project / "team")
    assert "SSBT1306" in ssbtc("check", "jobs/p.ssbt").out
    (project / ".git").mkdir()
    assert "SSBT1306" not in ssbtc("check", "jobs/p.ssbt").out
