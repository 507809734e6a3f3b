"""`ssbtc compile`: what it writes, what it leaves alone, what it says."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from ssbt.compiler import driver
from ssbt.compiler.cli.starter import PIPELINE
from tests.unit.cli.conftest import Ssbtc, named, replaced

OUTPUTS = [
    "revenue_by_country.json",
    "revenue_by_country.map.json",
    "revenue_by_country.py",
    "ssbt_runtime.zip",
]
SCRIPT = "build/revenue_by_country.py"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that the driver is asked to check from now on."""
    calls: list[str] = []
    checked = driver.check_pipeline

    def counting(path, *arguments, **options):
        calls.append(path)
        return checked(path, *arguments, **options)

    monkeypatch.setattr(driver, "check_pipeline", counting)
    return calls


@pytest.fixture
def compiled(pipeline: Path, ssbtc: Ssbtc) -> dict[str, bytes]:
    """The outputs of the pipeline, compiled."""
    assert ssbtc("compile").code == 0
    return contents(pipeline.parent / "build")


def test_a_pipeline(pipeline: Path, ssbtc: Ssbtc):
    result = ssbtc("compile", "pipeline.ssbt")
    written = (
        "build/revenue_by_country.py, revenue_by_country.json, revenue_by_country.map.json, "
        "ssbt_runtime.zip"
    )
    assert (result.code, result.out) == (0, "")
    assert result.err == f"compiled pipeline.ssbt → {written}\n"
    assert sorted(os.listdir("build")) == OUTPUTS


def test_nothing_changed(compiled, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch):
    times = {name: os.stat(f"build/{name}").st_mtime_ns for name in OUTPUTS}
    monkeypatch.setattr(driver, "check_pipeline", lambda *_: pytest.fail("the cache was not asked"))
    result = ssbtc("compile")
    assert (result.code, result.err) == (0, "nothing to do: pipeline.ssbt is up to date\n")
    assert {name: os.stat(f"build/{name}").st_mtime_ns for name in OUTPUTS} == times


def test_lost_outputs_come_out_of_the_cache(compiled, ssbtc: Ssbtc, monkeypatch):
    monkeypatch.setattr(driver, "check_pipeline", lambda *_: pytest.fail("the cache was not asked"))
    os.unlink(SCRIPT)
    assert ssbtc("compile", "--out", "elsewhere").code == 0
    assert ssbtc("compile").err.startswith("compiled pipeline.ssbt")
    assert contents(Path("build")) == contents(Path("elsewhere")) == compiled


def test_without_the_cache(compiled, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch):
    calls = counted(monkeypatch)
    assert ssbtc("compile", "--no-cache").err == "nothing to do: pipeline.ssbt is up to date\n"
    assert len(calls) == 1


@pytest.mark.parametrize("change", ["source", "import", "module", "target", "compiler"])
def test_every_input_counts(project: Path, ssbtc: Ssbtc, change: str, monkeypatch):
    text = 'import "shared.ssbt"\n' + PIPELINE.replace("|> order", '|> apply "m.py:f"\n  |> order')
    text = text.replace("results/", "${results}/").replace('"m.py:f"', '"m.py:f" returns R')
    (project / "p.ssbt").write_text(text)
    (project / "shared.ssbt").write_text(
        "schema R { country: string, revenue: decimal(22,2), orders: bigint }\n"
    )
    (project / "m.py").write_text("def f(df):\n    return df\n")
    assert ssbtc("compile", "p.ssbt").code == 0
    assert ssbtc("compile", "p.ssbt").err.startswith("nothing to do")
    calls = counted(monkeypatch)
    options: list[str] = []
    match change:
        case "source":
            replaced(project / "p.ssbt", "# Revenue", "# The revenue")
        case "import":
            replaced(project / "shared.ssbt", "schema", "# new\nschema")
        case "module":
            replaced(project / "m.py", "return df", "return df.limit(3)")
        case "target":
            options = ["--target", "4.0"]
        case "compiler":
            monkeypatch.setattr(
                "ssbt.compiler.cli.fingerprint.compute_fingerprint", lambda: "another"
            )
    result = ssbtc("compile", "p.ssbt", *options)
    assert result.code == 0, result.out
    assert len(calls) == 1


def test_a_warning_stays_visible(pipeline: Path, ssbtc: Ssbtc):
    pipeline.write_text(PIPELINE + "\nschema Unused {\n  id: bigint\n}\n")
    first, second = ssbtc("compile"), ssbtc("compile")
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out != ""
    assert second.err == "found 1 warning\nnothing to do: pipeline.ssbt is up to date\n"


@pytest.mark.parametrize("option", ["--warnings-as-errors", "--strict"])
def test_warnings_as_errors(pipeline: Path, ssbtc: Ssbtc, option: str):
    pipeline.write_text(PIPELINE + "\nschema Unused {\n  id: bigint\n}\n")
    result = ssbtc("compile", option)
    assert (result.code, result.err) == (1, "found 1 warning\n")
    assert not os.path.exists("build")


def test_the_bytes_do_not_depend_on_the_folder(pipeline: Path, ssbtc: Ssbtc, monkeypatch):
    ssbtc("compile", "pipeline.ssbt", "--out", "a")
    monkeypatch.chdir(pipeline.parent.parent)
    for number, path in enumerate(("project/pipeline.ssbt", "./project", str(pipeline))):
        ssbtc("compile", path, "--out", f"out{number}", "--no-cache")
        assert contents(Path(f"out{number}")) == contents(pipeline.parent / "a")


def test_an_error_writes_nothing_and_keeps_the_last_outputs(compiled, pipeline, ssbtc: Ssbtc):
    replaced(pipeline, "amount >=", "amout >=")
    result = ssbtc("compile")
    assert (result.code, result.err) == (1, "found 1 error\n")
    assert "there is no column `amout` here" in result.out
    assert contents(Path("build")) == compiled


def test_one_mistake_does_not_stop_the_others(pipeline: Path, ssbtc: Ssbtc):
    Path("bad.ssbt").write_text("pipeline bad {}\nlet x = from nowhere\n")
    Path("other.ssbt").write_text(named("other"))
    result = ssbtc("compile")
    assert result.code == 1
    assert result.err.endswith("compiled 2 pipelines → build/\n")
    assert sorted(os.listdir("build")) == sorted(
        ["other.json", "other.map.json", "other.py", *OUTPUTS]
    )


def test_several(pipeline: Path, ssbtc: Ssbtc):
    Path("other.ssbt").write_text(named("other"))
    Path("library.ssbt").write_text("schema A { b: int }")
    assert ssbtc("compile").err == "compiled 2 pipelines → build/\n"
    assert ssbtc("compile").err == "nothing to do: 2 pipelines are up to date\n"
    replaced(Path("other.ssbt"), "PAID", "OPEN")
    changed = "build/other.py, other.json, other.map.json, ssbt_runtime.zip"
    assert ssbtc("compile").err == f"compiled other.ssbt → {changed}\n"


def test_raw_options_are_told(pipeline: Path, ssbtc: Ssbtc):
    raw = '  raw {\n    "some.option" = "1"\n  }\n}\n\nsource customers'
    replaced(pipeline, "}\n\nsource customers", raw)
    note = "note: pipeline.ssbt: raw options, not checked: orders: some.option\n"
    assert ssbtc("compile").err.startswith(note)
    assert ssbtc("compile").err == f"{note}nothing to do: pipeline.ssbt is up to date\n"
    assert ssbtc("compile", "--output-format", "json").err == ""


def test_standard_input(project: Path, ssbtc: Ssbtc):
    assert ssbtc("compile", "-", "--stdin-filename", "a/p.ssbt", stdin=PIPELINE).code == 0
    assert "Generated by ssbtc" in Path(SCRIPT).read_text()
    assert " from p.ssbt;" in Path(SCRIPT).read_text()
    assert ssbtc("compile", "-", "-o", "b", stdin=PIPELINE).err.startswith("compiled - → b/")
    assert ssbtc("compile", "--stdin-filename", "p.ssbt").code == 2


class TestNames:
    def test_two_pipelines_of_one_name(self, pipeline: Path, ssbtc: Ssbtc, snapshot):
        Path("z.ssbt").write_text(named("Revenue_By_Country"))
        Path("other.ssbt").write_text(named("other"))
        result = ssbtc("compile")
        assert result.code == 1
        assert result.out == snapshot
        assert sorted(os.listdir("build")) == [
            "other.json",
            "other.map.json",
            "other.py",
            "ssbt_runtime.zip",
        ]

    def test_where_nothing_is_written_it_is_no_mistake(self, pipeline: Path, ssbtc: Ssbtc):
        Path("z.ssbt").write_text(PIPELINE)
        assert ssbtc("check").code == 0

    @pytest.mark.parametrize(
        "name", ["\udcff.ssbt", "a b.ssbt", "a\nb.ssbt", "日本.ssbt", "-x.ssbt"]
    )
    def test_odd_file_names(self, project: Path, ssbtc: Ssbtc, name: str):
        (project / name).write_text(PIPELINE)
        result = ssbtc("compile", "./" + name)
        assert result.code == 0, result
        assert ssbtc("compile", "--", name).err.startswith("nothing to do")
        assert ssbtc("verify").code == 0
        assert ssbtc("compile", "--check", "--diff").code == 0

    def test_modules_of_one_name(self, project: Path, ssbtc: Ssbtc):
        text = PIPELINE.replace("|> order", '|> apply "m.py:f" returns R\n  |> order')
        text += "schema R { country: string, revenue: decimal(22,2), orders: bigint }\n"
        for folder in ("a", "b"):
            (project / folder).mkdir()
            (project / folder / "m.py").write_text(f"def f(df):\n    return df  # {folder}\n")
            (project / folder / "p.ssbt").write_text(text.replace("revenue_by_country", folder))
        result = ssbtc("compile", "--force")
        assert result.code == 1
        assert "error[SSBT0808]: `build/m.py` is an output of the pipeline `a` too" in result.out
        assert "b.py" not in os.listdir("build")
        # The same in two runs.
        result = ssbtc("compile", "b/p.ssbt")
        assert result.code == 1
        assert "SSBT0808" in result.out
        assert ssbtc("compile", "b/p.ssbt", "--force").code == 0
        result = ssbtc("verify", "a", "--output-format", "concise")
        assert (
            result.out
            == "build/m.py: error[SSBT0805] `build/m.py` is stale: `b` was compiled later\n"
        )


class TestEdits:
    @pytest.mark.parametrize("name", ["revenue_by_country.py", "ssbt_runtime.zip"])
    def test_an_edited_output_is_kept(self, compiled, pipeline, ssbtc: Ssbtc, name: str):
        edited = compiled[name] + b"# mine\n"
        Path("build", name).write_bytes(edited)
        replaced(pipeline, "PAID", "OPEN")
        result = ssbtc("compile")
        assert result.code == 1
        assert f"error[SSBT0802]: `build/{name}` was edited by hand" in result.out
        assert contents(Path("build")) == compiled | {name: edited}, "nothing else is written"
        assert ssbtc("compile", "--force").code == 0
        assert Path("build", name).read_bytes() != edited
        assert ssbtc("verify").code == 0

    @pytest.mark.parametrize(
        ("old", "new"), [('"owner": ""', '"owner": "me"'), ("{\n", "{ \n"), ("{", "")]
    )
    def test_an_edited_manifest_is_kept(self, compiled, ssbtc: Ssbtc, old: str, new: str):
        manifest = Path("build/revenue_by_country.json")
        replaced(manifest, old, new)
        edited = manifest.read_text()
        result = ssbtc("compile")
        assert result.code == 1
        assert "revenue_by_country.json` " in result.out
        assert manifest.read_text() == edited
        assert ssbtc("verify").code == 1
        assert ssbtc("compile", "--force").code == 0
        assert contents(Path("build")) == compiled

    def test_a_file_of_somebody_else_is_kept(self, pipeline: Path, ssbtc: Ssbtc, snapshot):
        Path("build").mkdir()
        Path(SCRIPT).write_text("mine")
        result = ssbtc("compile")
        assert result.code == 1
        assert result.out == snapshot
        assert Path(SCRIPT).read_text() == "mine"
        assert ssbtc("compile", "--force").code == 0

    def test_a_link_is_kept(self, compiled, pipeline: Path, ssbtc: Ssbtc):
        os.rename(SCRIPT, "kept.py")
        Path(SCRIPT).symlink_to("../kept.py")
        assert ssbtc("compile").err.startswith("nothing to do"), "what it shows is right"
        replaced(pipeline, "PAID", "OPEN")
        result = ssbtc("compile", "--output-format", "concise")
        assert (result.code, "SSBT0803" in result.out) == (1, True)
        assert ssbtc("compile", "--force").code == 0
        assert not Path(SCRIPT).is_symlink()
        assert Path("kept.py").read_bytes() == compiled["revenue_by_country.py"]

    def test_a_folder_in_the_way(self, pipeline: Path, ssbtc: Ssbtc):
        Path(SCRIPT).mkdir(parents=True)
        assert ssbtc("compile").code == 1
        result = ssbtc("compile", "--force")
        assert (result.code, result.err) == (
            2,
            f"error: cannot write `{SCRIPT}`: is a directory; nothing was changed there\n",
        )

    def test_a_new_version_of_the_runtime(self, pipeline: Path, ssbtc: Ssbtc, monkeypatch):
        """Compiled alone, a pipeline renews the archive that all of them share."""
        from ssbt.compiler.emit import script

        Path("other.ssbt").write_text(named("other"))
        assert ssbtc("compile", "--no-cache").code == 0
        monkeypatch.setattr(script, "build_runtime_archive", lambda: b"a newer one")
        assert ssbtc("compile", "other.ssbt", "--no-cache").code == 0
        result = ssbtc("verify", "pipeline.ssbt", "--output-format", "concise")
        assert "`other` was compiled later" in result.out
        assert ssbtc("compile", "--no-cache").code == 0
        assert ssbtc("verify").code == 0


class TestCheck:
    def test_up_to_date(self, compiled, ssbtc: Ssbtc):
        result = ssbtc("compile", "--check", "--diff")
        assert (result.code, result.out, result.err) == (0, "", "pipeline.ssbt is up to date\n")

    def test_nothing_is_written(self, pipeline: Path, ssbtc: Ssbtc):
        for options in (["--check"], ["--diff"], ["--check", "--diff"]):
            assert ssbtc("compile", *options).code == 1
        assert not Path("build").exists()

    def test_missing_stale_edited_and_orphaned(self, pipeline: Path, ssbtc: Ssbtc, snapshot):
        for name in ("edited", "gone", "stale"):
            Path(f"{name}.ssbt").write_text(named(name))
        assert ssbtc("compile").code == 0
        os.unlink(SCRIPT)
        os.unlink("gone.ssbt")
        with open("build/edited.py", "a") as script:
            script.write("# mine\n")
        replaced(Path("stale.ssbt"), "PAID", "OPEN")
        result = ssbtc("compile", "--check")
        assert result.code == 1
        assert result.out == snapshot
        assert ssbtc("compile", "--check", "--output-format", "json").out == snapshot

    def test_only_a_folder_tells_what_is_gone(self, compiled, pipeline: Path, ssbtc: Ssbtc):
        os.rename(pipeline, "other.ssbt")
        replaced(Path("other.ssbt"), "revenue_by_country", "other")
        assert ssbtc("compile", "other.ssbt").code == 0
        assert ssbtc("compile", "--check", "other.ssbt").code == 0
        result = ssbtc("compile", "--check", ".")
        for suffix in (".py", ".map.json", ".json"):
            assert f"`build/revenue_by_country{suffix}`" in result.out.partition("delete ")[2]
        Path("sub").mkdir()
        Path("sub/pipeline.ssbt").write_text(PIPELINE)
        assert ssbtc("compile", "--check", "other.ssbt", "sub").code == 0
        Path("empty").mkdir()
        Path("empty/x.ssbt").write_text(named("other"))
        assert "SSBT0806" not in ssbtc("compile", "--check", "empty").out, "it is below this folder"

    def test_a_diff(self, compiled, pipeline: Path, ssbtc: Ssbtc):
        replaced(pipeline, "status = 'PAID'", "status = 'OPEN'")
        result = ssbtc("compile", "--diff")
        assert result.code == 1
        changes = [line for line in result.out.splitlines() if line.startswith(("+", "-"))]
        assert changes[:2] == [f"--- {SCRIPT}", f"+++ {SCRIPT}"]
        assert "status = 'PAID'" in changes[2]
        assert changes[3] == changes[2].replace("PAID", "OPEN").replace("-", "+", 1)
        assert "--- build/revenue_by_country.json" in changes
        assert "zip" not in "".join(changes[4:6])

    def test_a_diff_in_a_machine_format(self, compiled, pipeline: Path, ssbtc: Ssbtc):
        replaced(pipeline, "PAID", "OPEN")
        run_result = ssbtc("compile", "--diff", "--check", "--output-format", "json")
        assert {result["code"] for result in json.loads(run_result.out)["diagnostics"]} == {
            "SSBT0805"
        }
        assert run_result.err.startswith("--- build/revenue_by_country.py\n")


class TestRefusals:
    def test_a_full_disk(self, compiled, pipeline: Path, ssbtc: Ssbtc, monkeypatch):
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        replaced(pipeline, "PAID", "OPEN")
        monkeypatch.setattr(os, "fsync", full)
        result = ssbtc("compile")
        assert result.code == 2
        assert result.err == (
            f"error: cannot write `{SCRIPT}`: no space left on device; nothing was changed there\n"
        )
        assert contents(Path("build")) == compiled

    def test_a_file_as_the_folder(self, pipeline: Path, ssbtc: Ssbtc):
        Path("build").write_text("")
        result = ssbtc("compile")
        assert result.code == 2
        assert "build" in result.err

    def test_no_rights(self, pipeline: Path, ssbtc: Ssbtc, monkeypatch):
        opened = os.open

        def refusing(path: str, *arguments: int) -> int:
            if str(path).startswith("build"):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            return opened(path, *arguments)

        monkeypatch.setattr(os, "open", refusing)
        result = ssbtc("compile")
        assert result.code == 2
        assert f"error: cannot write `{SCRIPT}`: permission denied" in result.err
