"""Declarations of a pipeline, compiled and run on the tests' broker."""

from __future__ import annotations

from pathlib import Path
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import Job
from tests.jars import SPARK_AVRO, SPARK_KAFKA, jars
from tests.spark import servers
from tests.spark.compiling import compiled_module, run
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Piped:
    """Compiles and runs declarations, in which BROKERS and FOLDER are what they say."""

    def __init__(
        self, spark: SparkSession, topics: Topics, folder: Path, patch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.spark, self._topics, self._patch = spark, topics, patch

    def __call__(self, text: str) -> None:
        run(self.module(text), self.spark)

    def module(self, text: str) -> ModuleType:
        """The script."""
        head = f'pipeline piped {{\n  checkpoint = "{self.folder}/checkpoints"\n}}\n'
        text = text.replace("BROKERS", f'bootstrap_servers = "{self._topics.broker.address}"')
        return compiled_module(
            head + text.replace("FOLDER", str(self.folder)), self.folder, self._patch
        )

    def source(self, options: str, schema: str = "") -> DataFrame:
        """What a source of a batch yields."""
        declared = f"schema S {{ {schema} }}\n" if schema else ""
        named = "  schema = S\n" if schema else ""
        text = f"source s from kafka {{\n  BROKERS\n{options}\n{named}}}\nsink s to noop {{ }}\n"
        frame: DataFrame = self.module(declared + text).s(Job(self.spark, None))
        return frame


def start_driver(folder: Path) -> subprocess.Popen[bytes]:
    """The piped script as a process, with the JVM in its group."""
    build = folder / "build"
    path = ",".join(map(str, (*jars(SPARK_AVRO), *jars(SPARK_KAFKA))))
    options = f"--jars {path} --conf spark.ui.enabled=false --master local[2] pyspark-shell"
    log = (folder / "driver.log").open("ab")
    return subprocess.Popen(
        [sys.executable, str(build / "piped.py")],
        env=servers.environment(
            PYTHONPATH=str(build / "ssbt_runtime.zip"), PYSPARK_SUBMIT_ARGS=options
        ),
        cwd=folder,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
