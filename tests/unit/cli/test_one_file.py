"""One file given is compared with all that meet it, as if the whole project had been given."""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path

import pytest

from ssbt.compiler.contracts.neighbours import NeighbourSearch
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.driver import check_pipeline
from tests.unit.cli.conftest import Ssbtc
from tests.unit.timing import is_linear

PIPELINE = """\
HEAD
pipeline NAME { }
schema Order { id: bigint }
source orders from parquet { path = "in_NAME", schema = Order }
sink orders to parquet { path = "PLACE", mode = overwrite }
"""
# The head of a file, and the place that it writes: each lies in `lake/raw` or around it, or not.
PLACES = (
    *(("", place) for place in ("lake", "./lake/raw", "lake/raw/", "lake/raw/day", "raw", "lak")),
    *(("", place) for place in ("lake/raw_2", "other/../lake/raw/x", "s3a://lake/raw")),
    ('param root: string = "lake/raw"', "${root}/daily"),
    ('param root: string = "lake"', "${root}/raw/daily"),
    ('param root: string = "elsewhere"', "${root}/daily"),
    ('import "shared.ssbt"', "${shared_root}/daily"),
    ('import "shared.ssbt"', "${shared_root}"),
    ('import "shared.ssbt"', "${shared_root}/a/b/${shared_root}"),
    ('import "shared.ssbt"', "${far_root}/daily"),
    ("param root: string", "${root}/configured"),
)
SHARED = 'param shared_root: string = "lake/raw"\nparam far_root: string = "far"\n'


def write_project() -> list[str]:
    Path("shared.ssbt").write_text(SHARED)
    Path("ssbt.conf").write_text("environments = [prod]\n")
    Path("conf").mkdir()
    names = [f"p{number}.ssbt" for number in range(len(PLACES))]
    for name, (head, place) in zip(names, PLACES, strict=True):
        pipeline = name.removesuffix(".ssbt")
        text = PIPELINE.replace("HEAD", head).replace("NAME", pipeline).replace("PLACE", place)
        Path(name).write_text(text)
        if head == "param root: string":
            Path(f"conf/{pipeline}.conf").write_text("params.root = lake/raw\n")
    return names


def findings(ssbtc: Ssbtc, *arguments: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """The code of what is said, the file where it is said, and all files that it is about."""
    document = json.loads(ssbtc("check", "--no-cache", "--output-format", "json", *arguments).out)
    for each in document["diagnostics"]:
        places = (each["primary"], *each["secondary"])
        files = frozenset(place["path"] for place in places)
        yield each["code"], each["primary"]["path"], files


def test_one_file_is_compared_with_all(project: Path, ssbtc: Ssbtc):
    names = write_project()
    every = {*findings(ssbtc)}
    assert len(every) > 5
    for name in names:
        alone = {*findings(ssbtc, name)}
        assert {each for each in alone if each[1] == name} == {
            each for each in every if each[1] == name
        }, name
        # What deletes several names the first of them, which alone may be another.
        is_named = any(name in each[2] for each in every)
        assert not is_named or any(name in each[2] for each in alone), name


@pytest.mark.parametrize("place", ["lake/raw/daily", "lake", "other"])
def test_neighbours_are_sought_in_time_that_grows_with_the_files(place: str):
    text = PIPELINE.replace("HEAD", "").replace("NAME", "p").replace("PLACE", "lake/raw")
    other = text.replace("in_p", "in_q").replace("lake/raw", place)
    pipeline = check_pipeline("p.ssbt", lambda path: text.encode()).pipeline
    assert pipeline is not None

    def search(count: int) -> list[str]:
        texts = [(f"{number}.ssbt", other) for number in range(count)]
        shared = [f'param p{number}: string = "far/{number}"' for number in range(count)]
        return NeighbourSearch(list_endpoints(pipeline), lambda: texts, lambda: shared).find_more()

    assert len(search(20)) == (0 if place == "other" else 20)
    assert is_linear(search, 500)
