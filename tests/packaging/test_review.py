"""What a user's repository takes from this one: the Action, and the hooks for pre-commit."""

from __future__ import annotations

from collections.abc import Callable
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
import yaml

from ssbt.compiler.cli.starter import FILES, LOCK

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = Path(sys.executable).parent
PARTS = ("compiler", "grammar", "runtime", "templates")
Break = Callable[[Path], object]


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **variables}
    words = list(map(str, command))
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def git(*arguments: str, cwd: Path) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    assert run("git", *identity, *arguments, cwd=cwd).returncode == 0


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with the starter project and its compiled scripts."""
    folder = tmp_path / "project"
    assert run("ssbtc", "init", folder, cwd=tmp_path).returncode == 0
    assert run("ssbtc", "compile", cwd=folder).returncode == 0
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    return folder


def edited(path: str, old: str, new: str) -> Break:
    def change(folder: Path) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new))

    return change


SCRIPT = "build/revenue_by_country.py"
FAULTS: dict[str, tuple[Break, str, str]] = {
    "layout": (edited("pipeline.ssbt", "source orders", "source  orders"), "fmt", "SSBT0807"),
    "mistake": (edited("pipeline.ssbt", "amount >=", "amuont >="), "check", "SSBT0202"),
    "value": (edited("conf/prod.conf", "data ", "dta "), "check", "dta"),
    "stale": (edited("pipeline.ssbt", "'PAID'", "'OPEN'"), "compile --check", "SSBT0805"),
    "edited": (edited(SCRIPT, "'PAID'", "'OPEN'"), "compile --check", "SSBT0802"),
    "missing": (lambda folder: (folder / SCRIPT).unlink(), "compile --check", "SSBT0804"),
    "orphaned": (
        lambda folder: (folder / "build/other.json").write_text(
            (folder / "build/revenue_by_country.json")
            .read_text()
            .replace('"revenue_by_country', '"other')
        ),
        "compile --check",
        "SSBT0806",
    ),
}


def of_the_system(file: Path) -> str:
    """A configuration with this repository's hooks, to be run by the commands that are here."""
    hooks = yaml.safe_load(file.read_text())
    local = [hook | {"language": "system"} for hook in hooks]
    return yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]})


@pytest.mark.parametrize("whose", ["starter", "repository"])
def test_the_hooks(project: Path, tmp_path: Path, whose: str) -> None:
    """Pre-commit runs them: all is well, and then each fault is found by the one it is for.

    Those of the starter call the same commands: one fault for each of them.
    """
    faults = list(FAULTS.items())
    if whose == "starter":
        faults = list({fault[1]: (name, fault) for name, fault in reversed(faults)}.values())
        assert len(faults) == len(CHECKS)
    if whose == "repository":
        config = of_the_system(ROOT / ".pre-commit-hooks.yaml")
        (project / ".pre-commit-config.yaml").write_text(config)

    def failed() -> tuple[list[str], str]:
        git("add", "--all", cwd=project)
        home = str(tmp_path / "pre-commit")
        result = run("pre-commit", "run", "--all-files", cwd=project, PRE_COMMIT_HOME=home)
        names = re.findall(r"^ssbtc (.*?)\.+(?:.*\))?Failed$", result.stdout, re.MULTILINE)
        assert bool(names) == (result.returncode != 0), result.stdout + result.stderr
        return names, result.stdout

    assert failed()[0] == []
    git("commit", "--quiet", "--message", "start", cwd=project)
    for name, (damage, hook, reported) in faults:
        damage(project)
        names, output = failed()
        assert hook in names, (name, output)
        assert reported in output or hook == "fmt", (name, output)
        git("reset", "--quiet", "--hard", cwd=project)
    assert failed()[0] == []


def steps() -> list[dict[str, Any]]:
    result = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    assert all("${{" not in step["run"] for step in result), "an input could become code"
    return list(result)


def carried_out(step: dict[str, Any], project: Path, **inputs: str) -> Any:
    """A step of the Action, as a runner of GitHub's carries it out."""
    declared = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    values = {name: item["default"] for name, item in declared.items()} | inputs
    variables = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda result: values[result[1]], text)
        for name, text in step.get("env", {}).items()
    }
    (project.parent / "step.sh").write_text(step["run"])
    shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail", project.parent / "step.sh")
    return run(*shell, cwd=project, **variables)


CHECKS = {"Layout": "fmt", "Mistakes": "check", "Scripts": "compile --check"}


def test_the_action_runs_tests_if_asked() -> None:
    (step,) = (step for step in steps() if step["name"] == "Tests")
    assert "inputs.tests == 'true'" in step["if"]
    assert step["run"].splitlines()[-1] == "ssbtc test $SSBT_PATHS"


def test_the_action(project: Path) -> None:
    git("commit", "--quiet", "--message", "start", cwd=project)

    def failed(**inputs: str) -> tuple[set[str], str]:
        result = {
            CHECKS[step["name"]]: carried_out(step, project, **inputs)
            for step in steps()
            if step["name"] in CHECKS
        }
        output = "".join(each.stdout + each.stderr for each in result.values())
        assert {each.returncode for each in result.values()} <= {0, 1}, output
        return {name for name, each in result.items() if each.returncode}, output

    assert failed() == (set(), failed()[1])
    assert not failed(paths="pipeline.ssbt .", strict="true")[0]
    for name, (damage, check, reported) in FAULTS.items():
        damage(project)
        names, output = failed()
        assert check in names, (name, output)
        assert reported in output, (name, output)
        git("reset", "--quiet", "--hard", cwd=project)
        git("clean", "--quiet", "--force", "-d", cwd=project)


def test_an_input_is_no_code(project: Path) -> None:
    (step,) = (step for step in steps() if step["name"] == "Layout")
    carried_out(step, project, paths="$(touch hit) `touch hit` ; touch hit")
    assert not (project / "hit").exists()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with what this one distributes."""
    copy = tmp_path / "ssbt"
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    names = ("pyproject.toml", "README.md", "LICENSE", "action.yml", ".pre-commit-hooks.yaml")
    for name in names:
        shutil.copy(ROOT / name, copy)
    (copy / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "building.py", copy / "tools")
    git("init", "--quiet", cwd=copy)
    git("add", "--all", cwd=copy)
    git("commit", "--quiet", "--message", "all", cwd=copy)
    return copy


def test_pre_commit_installs_the_hooks(project: Path, repository: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "pre-commit")
    result = run(
        *("pre-commit", "try-repo", repository, "ssbtc-check", "--all-files"),
        cwd=project,
        PRE_COMMIT_HOME=home,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^ssbtc check\.+Passed$", result.stdout, re.MULTILINE)


def test_the_action_installs_the_compiler(project: Path, repository: Path, tmp_path: Path) -> None:
    (step,) = (step for step in steps() if step["name"] == "Install")
    added = tmp_path / "path"
    runner = {"RUNNER_TEMP": str(tmp_path), "GITHUB_PATH": str(added)}
    step["env"] = {**runner, "GITHUB_ACTION_PATH": str(repository)}
    result = carried_out(step, project)
    assert result.returncode == 0, result.stdout + result.stderr
    ssbtc = Path(added.read_text().strip(), "ssbtc")
    assert run(ssbtc, "compile", "--check", cwd=project).returncode == 0


def test_the_starter_has_all_of_it() -> None:
    workflow = yaml.safe_load(FILES[".github/workflows/pipelines.yml"])
    (job,) = workflow["jobs"].values()
    commands = [step["run"].split(" --")[0] for step in job["steps"] if "run" in step]
    assert commands[2:] == ["ssbtc fmt", "ssbtc check", "ssbtc compile", "ssbtc test"]


def test_all_that_is_installed_is_pinned() -> None:
    """By commit, or by version and hash; ssbt itself by its version."""
    workflow = yaml.safe_load(FILES[".github/workflows/pipelines.yml"])
    (job,) = workflow["jobs"].values()
    actions = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in actions)
    shell = [step["run"] for step in (*job["steps"], *steps()) if "run" in step]
    installs = [line for text in shell for line in re.findall(r"pip\S* install.*", text)]
    assert len(installs) == 5
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


LOCKS = {
    "check.lock": {"lark", "msgspec", "setuptools"},
    "test.lock": {"lark", "msgspec", "pyspark", "setuptools"},
}


@pytest.mark.parametrize("name", LOCKS)
def test_all_in_a_lock_has_its_hash(name: str) -> None:
    """Each line is a requirement, one of its hashes, or a comment; pip then takes nothing else."""
    text = (ROOT / "templates" / "starter" / name).read_text()
    joined = re.sub(r" \\\n +", " ", text).splitlines()
    lines = [line for line in joined if line and not line.lstrip().startswith("#")]
    pinned = r"([\w.-]+)==\S+( --hash=sha256:[0-9a-f]{64})+"
    results = [re.fullmatch(pinned, line.split(" #")[0].rstrip()) for line in lines]
    assert [line for line, match in zip(lines, results, strict=True) if match is None] == []
    assert {match[1] for match in results if match} >= LOCKS[name]


def test_the_locks_agree() -> None:
    """The Action installs the second one over the first, and the starter has the second one."""
    texts = {name: (ROOT / "templates" / "starter" / name).read_text() for name in LOCKS}
    check, test = (dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", text)) for text in texts.values())
    assert {name: test.get(name) for name in check} == check
    assert FILES[LOCK] == texts["test.lock"]
    action = (ROOT / "action.yml").read_text()
    assert sorted(re.findall(r"starter/(\S+\.lock)", action)) == sorted(LOCKS)


def test_the_guides_pin_what_the_starter_pins() -> None:
    """Lines are copied from guides: they have the commits of the starter, and of ours a blank."""
    own = dict(
        re.findall(r"uses: ([\w/-]+)@([0-9a-f]{40})", FILES[".github/workflows/pipelines.yml"])
    )
    lines = [
        (path.name, line)
        for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
        for line in re.findall(r"(?m)^\s*(?:- )?uses: (\S+)", path.read_text())
    ]
    assert len([path for path, _ in lines if path == "checks-in-a-repository.md"]) == 3
    for path, line in lines:
        action, _, commit = line.partition("@")
        assert (action, commit) == ("OWNER/ssbt", "COMMIT") or commit == own[action], (path, line)
