"""How the JVMs of tests start: with Spark's classes from an archive, and with one compiler.

Most of a small job's time goes to loading 20,000 classes from jars, and to a second compiler whose
work the job does not live to see. Java's archive of classes (AppCDS) takes the first away.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
import hashlib
import os
from pathlib import Path
import subprocess
import sys

from tests.jars import cache_folder, fetch_once, java, spark_jars

# Options of any JVM: quick to start rather than fast. With one compiler Java sets aside a fifth of
# the room for code, and sweeps it over and over.
QUICK = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
# Compiling the code of a plan takes longer than its few rows. What is long by its numbers compiles.
INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
# Delta reads the log of a table in 50 tasks, whatever it holds.
SMALL_TABLES = {"spark.databricks.delta.snapshotPartitions": "1"}
# Spark writes each plan down for its pages, and again each time that it changes.
SHORT_PLANS = {"spark.sql.ui.explainMode": "simple"}
_LONG = ("AGREEMENT", "SSBT_SOAK_CYCLES", "SSBT_SOAK_RECORDS", "SSBT_SOAK_KILLS")
IS_LONG = any(name in os.environ for name in _LONG)
# For the session that tests share: it need not find out how much room it takes. Java's second
# compiler costs it more than it saves, as tests go on doing something else.
ROOMY = "-Xms1g -Xmn400m -XX:MetaspaceSize=300m -XX:ReservedCodeCacheSize=400m"
ROOMY += " -XX:TieredStopAtLevel=4" if IS_LONG else ""
# What an archive that does not fit would be answered with goes to standard output.
_SILENT = "-Xlog:disable"
_WARM_UP = Path(__file__).with_name("jvm_warm_up.py")
# It takes 20 on two cores; a machine that has other work goes without.
_LIMIT_SECONDS = 100


@cache
def submit_options() -> str:
    """What SPARK_SUBMIT_OPTS is, for each JVM that `pyspark` or `spark-submit` starts."""
    # The classes of Spark's pages take a second to load, and no test opens one.
    settings = {"spark.ui.enabled": "false", **SMALL_TABLES, **SHORT_PLANS}
    settings |= {} if IS_LONG else INTERPRETED
    defined = "".join(f" -D{name}={value}" for name, value in settings.items())
    return f"{archive_options()}{defined}"


@cache
def archive_options() -> str:
    """How any JVM with Spark's jars starts: executors, masters and workers too."""
    return f"{QUICK} {_SILENT} -XX:SharedArchiveFile={_class_archive()}"


def java_variables() -> dict[str, str]:
    """The variables of the environment for a process that starts Spark."""
    return {"SPARK_SUBMIT_OPTS": submit_options(), "SPARK_LAUNCHER_OPTS": QUICK}


def _class_archive() -> Path:
    """The archive for this Java and these jars, made once: Java refuses it to any other.

    Java starts without the archive where there is no such file.
    """
    folder = cache_folder() / "tests" / "classes" / _fingerprint()
    with suppress(subprocess.TimeoutExpired):
        fetch_once(folder, _archive_classes)
    return folder / "spark.jsa"


def _fingerprint() -> str:
    version = subprocess.run([java(), "-version"], stderr=subprocess.PIPE, check=True).stderr
    jars = "".join(f"{jar}\t{jar.stat().st_mtime_ns}\n" for jar in sorted(spark_jars().iterdir()))
    content = version + jars.encode() + _WARM_UP.read_bytes()
    return hashlib.sha256(content).hexdigest()[:16]


def _archive_classes(folder: Path) -> None:
    """Run a job of every kind, and archive the classes that it has loaded."""
    folder.mkdir()
    program = spark_jars().parent / "bin" / "spark-submit"
    subprocess.run(
        [program, "--master", "local[2]", _WARM_UP, folder / "data"],
        env=_environment(f"{QUICK} {_SILENT} -XX:ArchiveClassesAtExit={folder / 'spark.jsa'}"),
        check=True,
        capture_output=True,
        timeout=_LIMIT_SECONDS,
    )


def _environment(options: str) -> Mapping[str, str]:
    return os.environ | {
        "JAVA_HOME": str(Path(java()).parents[1]),
        "SPARK_HOME": str(spark_jars().parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_SUBMIT_OPTS": options,
        "PYSPARK_PYTHON": sys.executable,
    }
