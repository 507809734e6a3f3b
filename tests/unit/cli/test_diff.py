"""`ssbtc diff`: files, folders and git revisions; what it says and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess

import pytest

from tests.unit.cli.conftest import Ssbtc

PIPELINE = """\
pipeline clicks {
  checkpoint = "checkpoints"
}

schema Click {
  page: string
  user: string
  at:   timestamp
}

stream source clicks from json {
  path   = "clicks"
  schema = Click
}

let counts =
  from clicks
  |> aggregate count(*) as n group by page

sink counts to console as pages {
  mode = complete
}

sink clicks to parquet {
  path = "kept"
}
"""
CHANGED = PIPELINE.replace("group by page", "group by user")


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(project: Path) -> Path:
    """A repository whose first revision, `one`, has the pipeline, and whose second has a change."""
    git(project, "init", "-q", "-b", "main")
    (project / "jobs").mkdir()
    (project / "jobs" / "clicks.ssbt").write_text(PIPELINE)
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    git(project, "tag", "one")
    (project / "jobs" / "clicks.ssbt").write_text(CHANGED)
    git(project, "commit", "-qam", "two")
    return project


def test_two_files(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    (project / "new.ssbt").write_text(CHANGED)
    done = ssbtc("diff", "old.ssbt", "new.ssbt")
    assert done.code == 1
    assert done.out.startswith(
        "clicks.pages   must not go on: Spark would, in silence, and be wrong\n"
        "clicks.clicks  safe to go on\n"
    )
    assert "error[SSBT0812]: stream `pages` would go on and be wrong" in done.out
    assert "--> new.ssbt:18:6" in done.out
    assert "::: old.ssbt:18:6" in done.out


def test_the_same_but_for_its_looks(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    (project / "new.ssbt").write_text("# More.\n" + PIPELINE.replace(" as n ", "   AS total\n"))
    done = ssbtc("diff", "old.ssbt", "new.ssbt")
    assert (done.code, done.out.count("safe to go on")) == (0, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("one",), 1),
        (("one..HEAD",), 1),
        (("one..",), 1),
        (("one...main",), 1),
        (("one", "HEAD"), 1),
        (("HEAD",), 0),
        (("one", "HEAD~1"), 0),
        (("one:clicks.ssbt", "clicks.ssbt"), 1),
        (("one", "."), 1),
    ],
)
def test_revisions(
    repository: Path,
    ssbtc: Ssbtc,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.chdir(repository / "jobs")
    done = ssbtc("diff", *arguments)
    assert done.code == code, done.err
    if code:
        assert done.out.count("clicks.ssbt:18:6") == 2


def test_for_programs(repository: Path, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    done = ssbtc("diff", "one", "--output-format", "json")
    document = json.loads(done.out)
    assert document["version"] == 1
    pages, clicks = document["streams"]
    assert (pages["pipeline"], pages["sink"], pages["verdict"]) == (
        "clicks",
        "pages",
        "silently_wrong",
    )
    assert pages["reasons"][0]["old"] == {"path": "one:jobs/clicks.ssbt", "line": 18, "column": 6}
    assert pages["reasons"][0]["new"] == {"path": "jobs/clicks.ssbt", "line": 18, "column": 6}
    assert (clicks["verdict"], clicks["reasons"]) == ("safe", [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "there is no file, folder or revision `nowhere`"),
        (("--", "-x"), "there is no file, folder or revision `-x`"),
        (("one:nothing.ssbt", "clicks.ssbt"), "cannot read `one:nothing.ssbt`"),
        (("empty", "clicks.ssbt"), "there is no pipeline in `empty`"),
    ],
)
def test_nothing_to_compare(
    repository: Path,
    ssbtc: Ssbtc,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(repository / "jobs")
    (repository / "jobs" / "empty").mkdir()
    done = ssbtc("diff", *arguments)
    assert done.code == 2
    assert message in done.err


def test_a_version_with_errors(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE.replace("page\n", "pagee\n"))
    (project / "new.ssbt").write_text(PIPELINE)
    done = ssbtc("diff", "old.ssbt", "new.ssbt")
    assert done.code == 1
    assert "a version with errors cannot be compared" in done.err
    assert "old.ssbt:18" in done.out


def test_a_pipeline_and_a_stream_of_another_name(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    (project / "new.ssbt").write_text(PIPELINE.replace("pipeline clicks", "pipeline visits"))
    done = ssbtc("diff", "old.ssbt", "new.ssbt")
    assert done.code == 1
    assert "visits.pages   safe to go on\n" in done.out
    assert "clicks.pages   needs a new checkpoint\n" in done.out
    assert "the stream `pages` is gone" in " ".join(done.out.split())
