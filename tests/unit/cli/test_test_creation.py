"""`ssbtc test --create`: what is refused before any Spark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Ssbtc

PIPELINE = """\
pipeline clicks_by_page {
  checkpoint = "checkpoints"
}

schema Click {
  page: string
}

source pages from csv {
  path   = "pages"
  header = true
  schema = Click
}

stream source clicks from rate {}

let known =
  from pages
  |> where page like 'p%'

let ticks =
  from clicks
  |> where value > 1

sink known to noop {}

sink ticks to noop as ticks {}
"""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--create", "knwon"], "makes a dataset `knwon` for a sink; did you mean `known`?"),
        (["--create", "Pages"], "`Pages` is a source: name a dataset that is made from it"),
        (["--create", "ticks"], "`clicks` is a stream from rate: real rows can be read from"),
        (
            ["--create", "known", "-o", "tests/all_test.ssbt"],
            "tests of `clicks.ssbt` stand in it or in `clicks_test.ssbt`",
        ),
        (["--create", "known", "--update"], "`--create` and `--update` do not go together"),
    ],
)
def test_what_is_refused(project: Path, ssbtc: Ssbtc, words: list[str], reason: str):
    (project / "clicks.ssbt").write_text(PIPELINE)
    done = ssbtc("test", *words)
    assert (done.code, done.out) == (2, "")
    assert reason in " ".join(done.err.split())


def test_two_pipelines_with_the_dataset(project: Path, ssbtc: Ssbtc):
    (project / "clicks.ssbt").write_text(PIPELINE)
    (project / "others.ssbt").write_text(PIPELINE.replace("clicks_by_page", "others"))
    done = ssbtc("test", "--create", "known")
    assert done.code == 2
    assert "name one pipeline, `known` is in 2: clicks.ssbt, others.ssbt" in done.err


def test_a_pipeline_with_mistakes(project: Path, ssbtc: Ssbtc):
    (project / "clicks.ssbt").write_text(PIPELINE.replace("page like", "pgae like"))
    done = ssbtc("test", "--create", "known")
    assert done.code == 1
    assert "SSBT0202" in done.err
