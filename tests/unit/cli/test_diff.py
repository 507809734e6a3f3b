"""`ssbtc diff`: files, folders and git revisions; what it says and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess

import jsonschema
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
TEXT = """\
clicks
  checkpoint  the stream `pages`: the aggregation was `count(*) by page` and is `count(*) by user`
              new.ssbt:18, was old.ssbt:18
              the types are the same, so Spark takes the old state for the new and silently goes on
  behaviour   the rows of `counts`: the grouping was `clicks.page` and is `clicks.user`
              new.ssbt:18, was old.ssbt:18
              affects sink pages
  stream pages: must not go on: Spark would, silently, and be wrong
  stream clicks: safe to go on
"""
MARKDOWN = """\
### Pipeline `clicks`

| | change | affects | place |
|---|---|---|---|
| **checkpoint** | the stream `pages`: the aggregation was `count(*) by page` and is \
`count(*) by user`: the types are the same, so Spark takes the old state for the new and silently \
goes on |  | new.ssbt:18, was old.ssbt:18 |
| **behaviour** | the rows of `counts`: the grouping was `clicks.page` and is `clicks.user` | \
`sink pages` | new.ssbt:18, was old.ssbt:18 |

- stream `pages` must not go on: Spark would, silently, and be wrong
"""
SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CHANGED = PIPELINE.replace("group by page", "group by user as page")


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
    assert done.out == TEXT
    assert done.err == ""


def test_the_same_but_for_its_looks(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    (project / "new.ssbt").write_text("# More.\n" + PIPELINE.replace(" as n ", "   AS n\n"))
    done = ssbtc("diff", "old.ssbt", "new.ssbt")
    assert done.code == 0
    assert done.out.splitlines()[2:] == [
        "  stream pages: safe to go on",
        "  stream clicks: safe to go on",
    ]


def test_for_a_pull_request(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    (project / "new.ssbt").write_text(CHANGED)
    assert ssbtc("diff", "old.ssbt", "new.ssbt", "--output-format", "markdown").out == MARKDOWN
    same = ssbtc("diff", "old.ssbt", "old.ssbt", "--output-format", "markdown")
    assert same.out == "### Pipeline `clicks`\n\nNothing differs in meaning.\n"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (("where", "where"), [0, 0, 0]),
        (('path = "kept"', 'path = "kept", compression = none'), [0, 0, 1]),
        (("group by page", "group by user as page"), [0, 1, 1]),
        (('path = "kept"', 'path = "there"'), [1, 1, 1]),
    ],
)
def test_what_fails(project: Path, ssbtc: Ssbtc, change: tuple[str, str], codes: list[int]) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    (project / "new.ssbt").write_text(PIPELINE.replace(*change))
    bars = ("breaking", "checkpoint", "behaviour")
    assert [ssbtc("diff", "old.ssbt", "new.ssbt", "--fail-on", bar).code for bar in bars] == codes
    assert ssbtc("diff", "old.ssbt", "new.ssbt", "--fail-on", "never").code == 0
    assert ssbtc("diff", "old.ssbt", "new.ssbt").code == codes[1]


def test_for_the_checks_of_a_forge(project: Path, ssbtc: Ssbtc) -> None:
    (project / "old.ssbt").write_text(PIPELINE)
    changed = CHANGED.replace('path = "kept"', 'path = "there"')
    (project / "new.ssbt").write_text(changed)
    done = ssbtc("diff", "old.ssbt", "new.ssbt", "--output-format", "concise")
    codes = [line.split("[")[1][:8] for line in done.out.splitlines()]
    assert codes == ["SSBT0812", "SSBT0814", "SSBT0812", "SSBT0813"]


def test_the_configuration_of_a_revision(
    repository: Path, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    (repository / "ssbt.conf").write_text("environments = [prod]\n")
    (repository / "conf").mkdir()
    (repository / "conf" / "prod.conf").write_text("spark.sql.shuffle.partitions = 8\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "three")
    (repository / "conf" / "prod.conf").write_text("\nspark.sql.shuffle.partitions = 64\n")
    done = ssbtc("diff", "HEAD")
    assert done.out.startswith(
        "clicks\n"
        '  behaviour   in the environment `prod`, `spark.sql.shuffle.partitions` was "8" and is'
        ' "64"\n'
        "              conf/prod.conf:2, was HEAD:conf/prod.conf:1\n"
    )


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
        assert done.out.count("clicks.ssbt:18") == 4


def test_for_programs(repository: Path, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    done = ssbtc("diff", "one", "--output-format", "json")
    document = json.loads(done.out)
    jsonschema.validate(document, json.loads((SCHEMAS / "diff-1.json").read_text("utf-8")))
    (clicks,) = document["pipelines"]
    assert (clicks["pipeline"], clicks["severity"]) == ("clicks", "checkpoint")
    behaviour = clicks["changes"][1]
    assert (behaviour["severity"], behaviour["subject"]) == ("behaviour", "dataset")
    assert (behaviour["name"], behaviour["affects"]) == ("counts", ["sink pages"])
    pages, clicks = clicks["streams"]
    assert (pages["sink"], pages["verdict"]) == ("pages", "silently_wrong")
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
    assert done.out.splitlines()[0] == "visits"
    result = "the stream `pages` finds the checkpoint of the sink `pages` of pipeline `clicks`"
    assert result in done.out
    assert "safe to go on" not in done.out
    assert "  breaking    the pipeline `clicks` is gone\n" in done.out
    assert "  stream pages: needs a new checkpoint\n" in done.out


def test_one_old_pipeline_with_errors_among_others(project: Path, ssbtc: Ssbtc) -> None:
    """The others are compared, and of the broken one it is said that nothing is known."""
    other = PIPELINE.replace("pipeline clicks", "pipeline visits").replace("checkpoints", "places")
    for folder, broken, path in (("old", "pagee\n", "kept"), ("new", "page\n", "there")):
        (project / folder).mkdir()
        (project / folder / "clicks.ssbt").write_text(PIPELINE.replace("page\n", broken))
        (project / folder / "visits.ssbt").write_text(other.replace("kept", path))
    done = ssbtc("diff", "old", "new")
    assert done.code == 1
    assert done.out.splitlines()[:4] == [
        "clicks",
        "  behaviour   the old version of `clicks` has errors, so that nothing is known of it:"
        " there is no",
        "              column `pagee` here",
        "              new/clicks.ssbt:1, was old/clicks.ssbt:18",
    ]
    assert "  breaking    the sink `clicks`: `path` was" in done.out
    for broken in ("old", "new"):
        name = project / broken / "visits.ssbt"
        name.write_text("pipeline visits {}\nlet a = from b\n")
    done = ssbtc("diff", "old", "new")
    assert (done.code, "cannot be compared" in done.err) == (1, True)


def test_what_several_pipelines_share_is_told_once(project: Path, ssbtc: Ssbtc) -> None:
    library = """transform open(a: Row) = from a |> where n > LEAST
schema Row { n: int }
"""
    pipeline = """pipeline NAME {}
import "library.ssbt"
source rows from json { path = "in", schema = Row }
let some = from rows |> open()
sink some to noop { mode = overwrite }
"""
    for folder, least in (("old", "1"), ("new", "2")):
        (project / folder).mkdir()
        (project / folder / "library.ssbt").write_text(library.replace("LEAST", least))
        for name in ("first", "second", "third"):
            text = pipeline.replace("NAME", name)
            (project / folder / f"{name}.ssbt").write_text(text)
    done = ssbtc("diff", "old", "new")
    assert done.out == (
        "first\n"
        "  behaviour   the rows of `some`: the filter was `rows.n > 1` and is `rows.n > 2`\n"
        "              new/library.ssbt:1, was old/library.ssbt:1\n"
        "              affects sink some\n"
        "              also in the pipelines second, third\n"
        "\n"
        "second\n"
        "  behaviour   1 change that is told above, of another pipeline that has the same\n"
        "\n"
        "third\n"
        "  behaviour   1 change that is told above, of another pipeline that has the same\n"
    )
    result = json.loads(ssbtc("diff", "old", "new", "--output-format", "json").out)
    jsonschema.validate(result, json.loads((SCHEMAS / "diff-1.json").read_text("utf-8")))
    assert [each["severity"] for each in result["pipelines"]] == ["behaviour"] * 3
    assert [len(each["changes"]) for each in result["pipelines"]] == [1, 0, 0]
    assert result["pipelines"][0]["changes"][0]["also"] == ["second", "third"]
    markdown = ssbtc("diff", "old", "new", "--output-format", "markdown").out
    assert markdown.count("the filter was") == 1


WRITER = """\
pipeline ingest {
}
param root: string
schema Price { id: bigint, price: decimal(12,2) }
source prices from csv { path = "${root}/in", schema = Price, header = true }
sink prices to parquet { path = "${root}/lake/prices", mode = overwrite }
"""
READER = """\
pipeline totals {
}
param root: string
schema Read { id: bigint, price: decimal(12,2) }
source read from parquet { path = "${root}/lake/prices", schema = Read }
let total = from read |> aggregate sum(price) as total
sink total to json { path = "${root}/totals", mode = overwrite }
"""


@pytest.mark.parametrize(
    ("before", "now", "message", "affected"),
    [
        ("id: bigint, price", "id: bigint, cost", "`cost` was called `price`", "read.price"),
        ("price: decimal(12,2) }", "price: string }", "was DECIMAL(12,2)", "read.price"),
        ("to parquet", "to orc", "is written to orc", "read"),
        ("lake/prices", "lake/prices_2", '`path` was "${root}/lake/prices"', "read"),
    ],
)
def test_readers_that_break(
    project: Path, ssbtc: Ssbtc, before: str, now: str, message: str, affected: str
):
    """Those of other pipelines too, which have not changed; told once, with what breaks them."""
    for folder in ("old", "new"):
        Path(folder).mkdir()
        Path(folder, "totals.ssbt").write_text(READER)
    Path("old/ingest.ssbt").write_text(WRITER)
    Path("new/ingest.ssbt").write_text(WRITER.replace(before, now))
    changed = json.loads(ssbtc("diff", "old", "new", "--output-format", "json").out)
    named = {each["pipeline"]: each for each in changed["pipelines"]}
    assert not named["totals"]["changes"]
    affecting = [
        each
        for each in named["ingest"]["changes"]
        if f"{affected} in the pipeline totals" in each["affects"]
    ]
    assert [each["severity"] for each in affecting] == ["breaking"]
    assert message in affecting[0]["message"]


def test_a_reader_that_breaks_by_its_own_change(project: Path, ssbtc: Ssbtc):
    for folder in ("old", "new"):
        Path(folder).mkdir()
        Path(folder, "ingest.ssbt").write_text(WRITER)
    Path("old/totals.ssbt").write_text(READER)
    Path("new/totals.ssbt").write_text(
        READER.replace("price: dec", "cost: dec").replace("sum(price)", "sum(cost)")
    )
    result = ssbtc("diff", "old", "new")
    assert result.code == 1
    assert result.out.startswith("totals\n")
    assert "`cost` is null in every row: the pipeline `ingest` writes no such column" in result.out


def test_readers_that_were_broken_before_are_not_told(project: Path, ssbtc: Ssbtc):
    for folder in ("old", "new"):
        Path(folder).mkdir()
        Path(folder, "totals.ssbt").write_text(READER.replace("price", "cost"))
    Path("old/ingest.ssbt").write_text(WRITER)
    Path("new/ingest.ssbt").write_text(WRITER.replace("overwrite", "append"))
    assert "totals" not in ssbtc("diff", "old", "new").out
