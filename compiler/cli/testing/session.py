"""The process in which Spark runs the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
import glob
import json
import os
import shlex
import subprocess
from typing import IO, Any

import msgspec

from ssbt.compiler.cli.spark import Spark, find_spark_with_java
from ssbt.compiler.emit.archive import build_runtime_archive
from ssbt.compiler.testing.results import Event

_ARCHIVE = "ssbt_runtime.zip"
_LAST_LINES = 30
_STANDARD_ERROR = 2
# Small tests end before the second compiler of the JVM pays off, which takes half of the time.
_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


class BrokenSessionError(Exception):
    """The process ended before all tests had: its last words."""


@contextmanager
def run_session(
    folder: str, document: Mapping[str, Any], submit: Sequence[str], *, verbose: bool
) -> Iterator[Iterator[Event]]:
    """The events of a run of the plan in `document`; `folder` is one for whatever it needs.

    `submit` are options of spark-submit. What the tests and Spark print goes to standard error if
    `verbose`. The iterator raises BrokenSessionError; raises Failure where there is no Spark.
    """
    plan = os.path.join(folder, "plan.json")
    with open(plan, "w", encoding="utf-8") as file:
        json.dump({"warehouse": os.path.join(folder, "warehouse"), **document}, file)
    reading, writing = os.pipe()
    variables = build_environment(folder, submit)
    command_line = [variables["PYSPARK_PYTHON"], "-m", "ssbt.runtime.testing", plan, str(writing)]
    with open(os.path.join(folder, "log"), "w+b") as log:
        out: IO[bytes] | int = _STANDARD_ERROR if verbose else log
        process = subprocess.Popen(
            command_line,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=(writing,),
        )
        os.close(writing)
        try:
            with os.fdopen(reading, encoding="utf-8") as reports:
                yield _iterate_events(reports, process, log)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()


def _iterate_events(
    reports: IO[str], process: subprocess.Popen[bytes], log: IO[bytes]
) -> Iterator[Event]:
    for line in reports:
        yield msgspec.json.decode(line, type=Event)
    if process.wait() != 0:
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").splitlines()[-_LAST_LINES:]
        raise BrokenSessionError("\n".join(lines))


def build_environment(folder: str, submit: Sequence[str]) -> dict[str, str]:
    """The environment in which Python finds PySpark and the runtime, and Spark its Java.

    The runtime is put into the `folder`, and `submit` are options of spark-submit.
    """
    with open(os.path.join(folder, _ARCHIVE), "wb") as archive:
        archive.write(build_runtime_archive())
    spark, variables = find_spark_with_java()
    paths = [
        os.path.join(folder, _ARCHIVE),
        *_pyspark_archives(spark),
        variables.get("PYTHONPATH", ""),
    ]
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    variables["SPARK_SUBMIT_OPTS"] = (
        f"{_JAVA_OPTIONS} {variables.get('SPARK_SUBMIT_OPTS', '')}".rstrip()
    )
    variables["PYSPARK_SUBMIT_ARGS"] = shlex.join([*submit, "pyspark-shell"])
    return variables


def _pyspark_archives(spark: Spark) -> list[str]:
    """Where a Spark that is no package of Python has its PySpark."""
    return sorted(glob.glob(os.path.join(glob.escape(spark.home), "python", "lib", "*.zip")))
