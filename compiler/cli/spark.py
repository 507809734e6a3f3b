"""The `spark-submit` on this machine."""

from __future__ import annotations

from collections.abc import Iterator
import glob
from importlib.util import find_spec
import os
import re
import shutil
import sys

from msgspec import Struct

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.java import describe_missing_java, find_java

NO_SPARK = (
    "no spark-submit was found: install PySpark beside ssbtc (`pip install 'ssbt[spark]'`), or set "
    "SPARK_HOME to a Spark"
)


class Spark(Struct, frozen=True):
    """A Spark: `home` and `version` are empty where they cannot be told, `origin` says where it is.

    `problem` says why it is of no use.
    """

    submit: str
    home: str
    version: str
    origin: str
    problem: str = ""

    @property
    def line(self) -> str:
        """`4.1` of `4.1.1`."""
        return ".".join(self.version.split(".")[:2])


def find_spark() -> tuple[Spark | None, tuple[Spark, ...]]:
    """The first Spark that will do, and those before it that will not.

    As with Spark's own scripts, SPARK_HOME comes first; then this environment's PySpark; then PATH.
    """
    rejected: list[Spark] = []
    for submit, home, origin in _iterate_candidates():
        if not os.access(submit, os.X_OK):
            rejected.append(
                Spark(submit, home, "", origin, f"there is no bin/spark-submit in {home}")
            )
            continue
        return Spark(submit, home, _find_version(home), origin), tuple(rejected)
    return None, tuple(rejected)


def find_spark_with_java() -> tuple[Spark, dict[str, str]]:
    """The Spark that will do, and the environment in which it finds its Java and this Python.

    Raises Failure where there is no Spark or no Java.
    """
    spark, _ = find_spark()
    if spark is None:
        raise Failure(NO_SPARK)
    java, passed = find_java()
    if java is None:
        raise Failure(describe_missing_java(passed))
    return spark, _build_environment(spark, java.home)


def _build_environment(spark: Spark, java_home: str) -> dict[str, str]:
    python = os.environ.get("PYSPARK_PYTHON") or sys.executable
    variables = {**os.environ, "JAVA_HOME": java_home, "PYSPARK_PYTHON": python}
    variables.setdefault("PYSPARK_DRIVER_PYTHON", python)
    if spark.home:
        variables["SPARK_HOME"] = spark.home
    else:
        variables.pop("SPARK_HOME", None)
    return variables


def _iterate_candidates() -> Iterator[tuple[str, str, str]]:
    if home := os.environ.get("SPARK_HOME"):
        yield os.path.join(home, "bin", "spark-submit"), home, "SPARK_HOME"
    # Looking for the package does not import it.
    package = find_spec("pyspark")
    if package and package.origin:
        home = os.path.dirname(package.origin)
        yield os.path.join(home, "bin", "spark-submit"), home, "PySpark of this environment"
    if submit := shutil.which("spark-submit"):
        home = os.path.dirname(os.path.dirname(os.path.realpath(submit)))
        # That of a virtual environment is a copy, away from its Spark, which it finds by itself.
        yield submit, home if os.path.isdir(os.path.join(home, "jars")) else "", "PATH"


def _find_version(home: str) -> str:
    for jar in glob.glob(os.path.join(glob.escape(home), "jars", "spark-core_*.jar")):
        if match := re.search(r"spark-core_[\d.]+-(\d+\.\d+\.\d+[^/]*)\.jar$", jar):
            return match[1]
    return ""
