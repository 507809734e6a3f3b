"""Queries of Nexmark as streams give what Spark SQL makes of the same events at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import distribution
import os
from pathlib import Path
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job
from tests.jars import artefact

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(600)]

FOLDER = Path(__file__).resolve().parents[1] / "nexmark"
GENERATOR = (
    "org.apache.beam:beam-sdks-java-nexmark:2.60.0",
    "org.apache.beam:beam-sdks-java-core:2.60.0",
    "org.apache.beam:beam-vendor-guava-32_1_2-jre:0.1",
)
EVENTS, FILES = 9_000, 3
DELAY = timedelta(seconds=4)
# The query, when its rows were final, and the streams whose watermarks decide that.
QUERIES = {
    "q5": ("ended", ("bid",)),
    "q7": ("ended", ("bid",)),
    "q8": ("came + interval 10 seconds", ("person", "auction")),
}


@pytest.fixture(scope="module")
def lake(java_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the events, in files that come one after the other."""
    folder = tmp_path_factory.mktemp("nexmark")
    # What the generator needs besides is among Spark's own jars.
    jars = Path(str(distribution("pyspark").locate_file("pyspark/jars/*")))
    classes = os.pathsep.join(map(str, (*map(artefact, GENERATOR), jars)))
    java, program = java_home / "bin" / "java", FOLDER / "NexmarkEvents.java"
    command = [str(java), "-cp", classes, str(program), str(EVENTS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    lines = done.stdout.splitlines(keepends=True)
    (folder / "events").mkdir()
    for number in range(FILES):
        part = lines[EVENTS // FILES * number : EVENTS // FILES * (number + 1)]
        file = folder / "events" / f"{number}.json"
        file.write_text("".join(part))
        # Files are read in the order of their times.
        os.utime(file, (number, number))
    return folder


@pytest.mark.parametrize("query", QUERIES)
def test_query(
    query: str, lake: Path, rocksdb: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of windows that the watermark has not passed yet have not been written."""
    final, streams = QUERIES[query]
    names = check_pipeline(f"{query}.ssbt", lambda name: (FOLDER / name).read_bytes())
    assert names.pipeline is not None
    script = ModuleType(names.pipeline.name)
    # Where a dataclass looks for the names in its annotations.
    monkeypatch.setitem(sys.modules, script.__name__, script)
    exec(emit_files(names)[0].content.decode(), vars(script))
    script.run(Job(rocksdb, script.Params(lake=str(lake)), script.__name__))
    written = rocksdb.read.parquet(f"{lake}/{names.pipeline.name}")

    events = rocksdb.read.schema(script.EVENT).json(f"{lake}/events")
    for name in ("person", "auction", "bid"):
        rows = events.where(f"{name} is not null").select(f"{name}.*")
        rows.createOrReplaceTempView(name)
    latest: list[datetime] = [
        rocksdb.sql(f"SELECT max(at) FROM {name}").collect()[0][0] for name in streams
    ]
    at_once = rocksdb.sql((FOLDER / f"{query}.sql").read_text())
    expected = at_once.where(f"{final} <= timestamp '{min(latest) - DELAY}'")
    assert expected.count() >= 8
    assert sorted(written.collect()) == sorted(expected.collect())
