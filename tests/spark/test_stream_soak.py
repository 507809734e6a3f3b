"""Drivers killed at random moments: nothing is lost, and twice is only what was promised to be.

`make soak` kills 200 of them, `SSBT_SOAK_CYCLES` says another number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
import json
import os
from pathlib import Path
from random import Random
import time
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from tests.spark import servers
from tests.spark.stream_jobs import add_events, started

pytestmark = pytest.mark.spark

CYCLES = int(os.environ.get("SSBT_SOAK_CYCLES", "2"))
STREAMS = "copied overwritten appended"
FILES = 4


def test_killed_drivers(tmp_path: Path) -> None:
    zipped = servers.runtime_zip(tmp_path)
    random = Random(CYCLES)
    repeated: set[int] = set()
    for cycle in range(CYCLES):
        add_events(tmp_path, *range(FILES * cycle, FILES * (cycle + 1)))
        with started(zipped, tmp_path, STREAMS, "--set", "every=0 seconds") as process:
            assert process.stdout
            # A line when a batch begins and one when it ends, so that every moment has its turn.
            for _ in range(random.randrange(2 * FILES)):
                process.stdout.readline()
            time.sleep(random.uniform(0, 0.5))
        repeated |= batches(tmp_path, "offsets") - batches(tmp_path, "commits")
    with started(zipped, tmp_path, STREAMS) as process:
        error = process.communicate()[1]
        assert process.returncode == 0, error
    ids = set(range(10 * FILES * CYCLES))
    assert Counter(row["id"] for row in copied(tmp_path)) == Counter(ids)
    overwritten = rows((tmp_path / "overwritten").glob("batch_id=*/*.json"))
    assert Counter(row["id"] for row in overwritten) == Counter(ids)
    appended = Counter(
        (row["id"], row["batch"]) for row in rows((tmp_path / "appended").glob("*.json"))
    )
    assert {id for id, _ in appended} == ids
    assert len(appended) == len(ids), "an event never changes its batch"
    assert {batch for (_, batch), count in appended.items() if count > 1} <= repeated


def batches(lake: Path, log: str) -> set[int]:
    """The numbers in a log of the stream that appends."""
    files = (lake / "checkpoints" / "appended" / log).glob("*")
    return {int(file.name) for file in files if file.name.isdigit()}


def copied(lake: Path) -> Iterator[dict[str, Any]]:
    """What the log of the file sink says that it has written."""
    files: set[Path] = set()
    for log in (lake / "copied" / "_spark_metadata").glob("[0-9]*"):
        lines = log.read_text().splitlines()[1:]
        files |= {Path(unquote(urlparse(json.loads(line)["path"]).path)) for line in lines}
    return rows(iter(files))


def rows(files: Iterator[Path]) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for file in files for line in file.read_text().splitlines())
