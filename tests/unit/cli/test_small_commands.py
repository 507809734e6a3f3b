"""`ssbtc explain`, `init`, `packages`, `doctor` and what surrounds the commands."""

from __future__ import annotations

import json
import os
from pathlib import Path
import sys

import click
from click.testing import CliRunner
import pytest

from ssbt.compiler import driver
from ssbt.compiler.cli import options
from ssbt.compiler.cli.commands import NAMES
from ssbt.compiler.cli.commands import ssbtc as root
from ssbt.compiler.cli.starter import FILES
from ssbt.compiler.connectors.specification import SPARK_LINES, ConnectorSpecificationError
from tests.unit.cli.conftest import Ssbtc


class TestDocs:
    """What the page shows is tested in a browser, in `tests/unit/pages`."""

    def test_a_page(self, ssbtc: Ssbtc, pipeline: Path):
        result = ssbtc("docs")
        assert (result.code, result.err) == (0, f"note: wrote {Path('build', 'docs.html')}\n")
        assert "<title>project</title>" in Path("build", "docs.html").read_text()

    def test_the_page_is_the_same_each_time(self, ssbtc: Ssbtc, pipeline: Path):
        ssbtc("docs", "-o", "one.html")
        ssbtc("docs", "-o", "two.html")
        assert Path("one.html").read_bytes() == Path("two.html").read_bytes()

    def test_mistakes_are_told_and_nothing_is_written(self, ssbtc: Ssbtc, pipeline: Path):
        pipeline.write_text(pipeline.read_text().replace("from orders", "from order"))
        result = ssbtc("docs")
        assert result.code == 1
        assert "SSBT0201" in result.out
        assert not Path("build").exists()


class TestExplain:
    def test_a_page(self, ssbtc: Ssbtc):
        for code in ("SSBT0104", "ssbt0104", "104"):
            result = ssbtc("explain", code)
            assert (result.code, result.err) == (0, "")
            assert result.out.startswith("# SSBT0104: ")
            assert "\n## Wrong\n" in result.out

    def test_on_a_terminal(self, ssbtc: Ssbtc):
        result = ssbtc("explain", "104", "--color", "always")
        assert "\x1b[1" in result.out
        assert "# SSBT0104" not in result.out
        assert max(map(len, click.unstyle(result.out).split("\n"))) <= 80

    def test_all_codes(self, ssbtc: Ssbtc):
        result = ssbtc("explain")
        assert result.code == 0
        assert "\nSSBT0104  error    " in result.out

    @pytest.mark.parametrize(
        ("code", "hint"),
        [
            ("SSBT0014", "there is no code `SSBT0014`; did you mean `SSBT0"),
            ("nonsense", "`ssbtc explain` lists all codes"),
            ("\x1b[2J", "there is no code `␛[2J`"),
        ],
    )
    def test_an_unknown_code(self, ssbtc: Ssbtc, code: str, hint: str):
        result = ssbtc("explain", code)
        assert (result.code, result.out) == (2, "")
        assert hint in result.err


class TestInit:
    def test_the_project_is_in_order(self, project: Path, ssbtc: Ssbtc, monkeypatch):
        result = ssbtc("init", "my first")
        assert result.code == 0
        assert result.err.endswith("next: cd 'my first' && ssbtc run pipeline.ssbt\n")
        monkeypatch.chdir("my first")
        for arguments in (["check", "--strict"], ["fmt", "--check"], ["compile"], ["verify"]):
            assert ssbtc(*arguments).code == 0, arguments
        assert {str(p) for p in FILES} <= {str(p) for p in map(Path, FILES) if p.exists()}

    def test_in_this_folder(self, ssbtc: Ssbtc):
        assert ssbtc("init").err.endswith("next: ssbtc run pipeline.ssbt\n")

    @pytest.mark.parametrize("taken", ["README.md", "data/orders.csv", ".gitignore"])
    def test_nothing_is_overwritten(self, project: Path, ssbtc: Ssbtc, taken: str):
        path = project / taken
        path.parent.mkdir(exist_ok=True)
        path.symlink_to("nowhere")
        result = ssbtc("init")
        assert result.code == 2
        assert f"`./{taken}` is there already" in result.err
        assert not (project / "pipeline.ssbt").exists()

    def test_no_folder(self, project: Path, ssbtc: Ssbtc):
        (project / "file").write_text("")
        assert ssbtc("init", "file").code == 2
        assert ssbtc("init", "file/below").code == 2


class TestPackages:
    def test_none(self, pipeline: Path, ssbtc: Ssbtc):
        result = ssbtc("packages")
        assert (result.code, result.out) == (0, "\n")
        assert result.err == "note: no package is needed: Spark brings all of it along\n"

    def test_some(self, pipeline: Path, ssbtc: Ssbtc, monkeypatch):
        from ssbt.compiler.connectors.specification import Connector

        def coordinates(self: Connector, spark: str) -> tuple[str, ...]:
            return (f"z:{self.name}:{spark}", "a:a:1")

        monkeypatch.setattr(Connector, "coordinates", coordinates)
        result = ssbtc("packages", "pipeline.ssbt", "--target", "4.0")
        assert (result.code, result.out, result.err) == (0, "a:a:1,z:csv:4.0\n", "")
        assert ssbtc("packages").out == "a:a:1,z:csv:4.1\n"

    def test_of_a_pipeline_with_errors(self, project: Path, ssbtc: Ssbtc):
        Path("p.ssbt").write_text("pipeline p {}\nlet x = from y")
        result = ssbtc("packages")
        assert (result.code, result.out) == (1, "")
        assert "error[SSBT0" in result.err


class TestDoctor:
    @pytest.fixture(autouse=True)
    def _machine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A Java and a Spark that are files only."""
        from ssbt.compiler.cli import java

        monkeypatch.setattr(java, "_USUAL_HOMES", ())
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "java", "17.0.9")))
        monkeypatch.setenv("SPARK_HOME", str(fake_spark(tmp_path / "spark", "4.1.1")))

    def test_all_is_well(self, ssbtc: Ssbtc):
        result = ssbtc("doctor")
        assert result.code == 0, result.out
        assert "ok       Java " in result.out
        assert "4.1.1, by SPARK_HOME" in result.out
        assert {line.split()[0] for line in result.out.splitlines()} == {"ok"}

    def test_for_programs(self, ssbtc: Ssbtc):
        document = json.loads(ssbtc("doctor", "--output-format", "json").out)
        assert document["version"] == 1
        assert {check["status"] for check in document["checks"]} == {"ok"}

    def test_another_spark_line(self, ssbtc: Ssbtc):
        result = ssbtc("doctor", "--target", "4.2")
        assert result.code == 0
        assert "4.2, but this is Spark 4.1.1: scripts refuse to run here" in result.out
        assert "compile with --target 4.1" in result.out
        assert "scripts run, with a warning" in ssbtc("doctor", "--target", "3.5").out

    def test_no_java(self, ssbtc: Ssbtc, monkeypatch, tmp_path: Path):
        monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "new", "25.0.1")))
        result = ssbtc("doctor")
        assert result.code == 1
        assert "missing  Java" in result.out
        assert "JAVA_HOME has 25.0.1: Spark does not run on it" in result.out
        assert "install a JDK 17 or 21" in result.out

    def test_what_processors_need(self, ssbtc: Ssbtc, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        result = ssbtc("doctor")
        assert "warning  stateful" in result.out
        assert "pandas, pyarrow, google.protobuf missing" in result.out

    def test_no_spark(self, ssbtc: Ssbtc, monkeypatch):
        monkeypatch.setenv("SPARK_HOME", "/nowhere")
        monkeypatch.setattr("ssbt.compiler.cli.spark.find_spec", lambda name: None)
        result = ssbtc("doctor")
        assert result.code == 1
        assert "pip install 'ssbt[spark]'" in result.out

    def test_a_cache_that_cannot_be_written(self, ssbtc: Ssbtc, monkeypatch, tmp_path: Path):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        result = ssbtc("doctor")
        assert result.code == 0
        assert "warning  cache" in result.out

    def test_a_broken_connector(self, ssbtc: Ssbtc, monkeypatch):
        from ssbt.compiler.connectors import loading

        def broken(name: str) -> None:
            raise ConnectorSpecificationError(f"{name}/connector.toml", "title", "is missing")

        monkeypatch.setattr(loading, "find_connector", broken)
        result = ssbtc("doctor")
        assert result.code == 1
        assert "csv/connector.toml: title: is missing" in result.out


class TestCommandLine:
    def test_the_targets_are_the_compilers(self):
        assert options.SPARK_LINES == SPARK_LINES
        assert options.DEFAULT_TARGET == driver.DEFAULT_TARGET

    @pytest.mark.parametrize("name", NAMES)
    def test_every_command_has_help(self, ssbtc: Ssbtc, name: str, snapshot):
        result = ssbtc(name, "--help")
        assert (result.code, result.err) == (0, "")
        assert result.out == snapshot
        assert ssbtc(name, "-h").out == result.out

    def test_the_whole(self, ssbtc: Ssbtc, snapshot):
        assert ssbtc("--help").out == snapshot

    def test_the_version(self, ssbtc: Ssbtc):
        assert ssbtc("--version") == ssbtc("-V")
        assert ssbtc("--version").out == "ssbtc 0.1.0\n"
        assert CliRunner().invoke(root, ["--version"]).output == "ssbtc 0.1.0\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["chek"], "there is no command `chek`; did you mean `check`?"),
            (["xyzzy"], "there is no command `xyzzy`; the commands are compile, check, run,"),
            (["check", "--fxi"], "Did you mean '--fix'?"),
            (["check", "--target", "2.4"], "'2.4' is not one of '3.5'"),
            (["check", "--output-format", "xml"], "is not one of"),
            (["explain", "1", "2"], "unexpected extra argument"),
            (["run"], "Missing argument 'PATH'"),
            (["--nonsense"], "--nonsense"),
        ],
    )
    def test_slips(self, ssbtc: Ssbtc, arguments: list[str], message: str):
        result = ssbtc(*arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("error: ")
        assert message in result.err
        assert "--help` says what it takes\n" in result.err

    def test_an_option_without_its_value(self, ssbtc: Ssbtc):
        result = ssbtc("compile", "--out")
        assert (result.code, result.err) == (2, "error: Option '--out' requires an argument.\n")

    def test_no_command_shows_the_help(self, ssbtc: Ssbtc):
        result = ssbtc()
        assert result.code == 2
        assert "Usage: ssbtc" in result.out + result.err

    def test_names_are_completed(self, monkeypatch):
        from click.shell_completion import ShellComplete

        complete = ShellComplete(root, {}, "ssbtc", "_SSBTC_COMPLETE")
        assert [c.value for c in complete.get_completions([], "com")] == ["compile"]
        assert "--check" in [c.value for c in complete.get_completions(["compile"], "--c")]
        choices = complete.get_completions(["check", "--output-format"], "j")
        assert [c.value for c in choices] == ["json"]


class TestBugs:
    @pytest.fixture(autouse=True)
    def _broken(self, pipeline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise KeyError("an\nodd key")

        monkeypatch.setattr("ssbt.compiler.driver.check_pipeline", broken)

    def test_it_is_said_and_written_down(self, ssbtc: Ssbtc, tmp_path: Path):
        result = ssbtc("compile")
        assert (result.code, result.out) == (70, "")
        assert "error: this is a bug in ssbtc 0.1.0 (KeyError: 'an\\nodd key')\n" in result.err
        assert "it happened while compiling pipeline.ssbt\n" in result.err
        (log,) = (tmp_path / "cache" / "ssbt" / "crashes").iterdir()
        assert f"`{log}` holds the details" in result.err
        assert "Traceback" not in result.err
        assert "Traceback" in log.read_text()
        assert log.read_text().startswith("ssbtc 0.1.0, Python 3.")

    def test_the_traceback_on_request(self, ssbtc: Ssbtc, monkeypatch):
        monkeypatch.setenv("SSBT_TRACEBACK", "1")
        result = ssbtc("compile")
        assert (result.code, "Traceback" in result.err) == (70, True)

    def test_nowhere_to_write_it_down(self, ssbtc: Ssbtc, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
        result = ssbtc("compile")
        assert result.code == 70
        assert "with SSBT_TRACEBACK=1, standard error shows the details" in result.err


def fake_java(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("")
    os.chmod(home / "bin" / "java", 0o755)
    modules = "java.base jdk.incubator.vector"
    (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    return home


def fake_spark(home: Path, version: str) -> Path:
    for folder in ("bin", "jars"):
        (home / folder).mkdir(parents=True)
    (home / "bin" / "spark-submit").write_text("#!/bin/sh\n")
    os.chmod(home / "bin" / "spark-submit", 0o755)
    (home / "jars" / f"spark-core_2.13-{version}.jar").write_text("")
    return home


def test_the_language_server_says_what_it_needs(ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch):
    """`None` in `sys.modules` is a module that cannot be imported."""
    for name in [name for name in sys.modules if name.startswith("ssbt.compiler.lsp")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    result = ssbtc("lsp")
    assert result.code == 2
    assert "the language server needs pygls, which is not installed" in result.err
    assert "-m pip install 'ssbt[lsp]'" in result.err


class TestLineage:
    def test_a_column(self, pipeline: Path, ssbtc: Ssbtc):
        result = ssbtc("lineage", "revenue.revenue")
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith("revenue.revenue (DECIMAL")
        assert "orders." in result.out
        assert result.out == ssbtc("lineage", str(pipeline.name), "Revenue.REVENUE").out

    def test_all_columns_that_sinks_write(self, pipeline: Path, ssbtc: Ssbtc):
        result = ssbtc("lineage")
        assert result.out.startswith(ssbtc("lineage", "revenue").out)

    @pytest.mark.parametrize(
        ("output_format", "start"),
        [("mermaid", "flowchart LR\n"), ("dot", "digraph lineage {\n"), ("json", "{\n")],
    )
    def test_formats(self, pipeline: Path, ssbtc: Ssbtc, output_format: str, start: str):
        result = ssbtc("lineage", "revenue", "--output-format", output_format)
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(start)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["revnue.revenue"], "there is no dataset `revnue`; did you mean `revenue`?"),
            (
                ["revenue.revenu"],
                "there is no column `revenu` in `revenue`; did you mean `revenue`",
            ),
            (["--downstream", "--output-format", "json"], "--downstream is shown as a tree alone"),
        ],
    )
    def test_slips(self, pipeline: Path, ssbtc: Ssbtc, arguments: list[str], message: str):
        result = ssbtc("lineage", *arguments)
        assert (result.code, result.out) == (2, "")
        assert message in result.err

    def test_a_pipeline_with_mistakes(self, pipeline: Path, ssbtc: Ssbtc):
        pipeline.write_text(pipeline.read_text().replace("|> ", "|> whre ", 1))
        result = ssbtc("lineage")
        assert (result.code, result.out) == (1, "")
        assert "error[SSBT01" in result.err

    def test_one_pipeline_for_a_diagram(self, pipeline: Path, ssbtc: Ssbtc):
        Path("other.ssbt").write_text(pipeline.read_text())
        assert ssbtc("lineage").out.count(".ssbt\n\n") == 2
        result = ssbtc("lineage", "--output-format", "dot")
        assert (result.code, result.out) == (2, "")
        assert "name one pipeline" in result.err
