"""What this machine has and lacks."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
import os
import platform
import sys

from msgspec import Struct

from ssbt.compiler.cli.options import SPARK_LINES
from ssbt.compiler.diagnostics.cells import sanitize
from ssbt.compiler.diagnostics.style import Style, paint


class Status(Enum):
    """How it stands with one thing."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


_STYLE = {Status.OK: Style.ADDED, Status.WARNING: Style.WARNING, Status.MISSING: Style.ERROR}


class Checkup(Struct, frozen=True):
    """What was found of one thing; `help` is the way out, if one is needed."""

    name: str
    status: Status
    found: str
    help: str = ""


def run_checkups(target: str) -> Iterator[Checkup]:
    """All that is looked at; `target` is the Spark line that scripts are compiled for."""
    from ssbt.compiler.emit.version import VERSION

    yield Checkup("ssbtc", Status.OK, f"{VERSION}, compiles for Spark {', '.join(SPARK_LINES)}")
    yield Checkup("Python", Status.OK, f"{platform.python_version()} at {sys.executable}")
    yield _check_java()
    yield from _check_spark(target)
    yield _check_python_packages()
    yield _check_cache()
    yield from _check_connectors(target)


def _check_java() -> Checkup:
    from ssbt.compiler.cli.java import describe_missing_java, find_java

    java, rejected = find_java()
    if java is None:
        message, _, way_out = describe_missing_java(rejected).rpartition(": ")
        return Checkup("Java", Status.MISSING, message, way_out)
    description = f"{java.version} at {java.home}"
    if rejected:
        rejections = "; ".join(f"{o.origin}: {o.version} {o.problem}".strip() for o in rejected)
        return Checkup("Java", Status.OK, description, f"passed over {rejections}")
    return Checkup("Java", Status.OK, description)


def _check_spark(target: str) -> Iterator[Checkup]:
    from ssbt.compiler.cli.spark import NO_SPARK, find_spark

    spark, rejected = find_spark()
    if spark is None:
        message, _, way_out = NO_SPARK.partition(": ")
        yield Checkup("Spark", Status.MISSING, message, way_out)
        return
    rejections = "; ".join(
        f"passed over {candidate.origin}: {candidate.problem}" for candidate in rejected
    )
    yield Checkup(
        "Spark",
        Status.OK,
        f"{spark.version or 'of unknown version'}, by {spark.origin}",
        rejections,
    )
    yield Checkup("spark-submit", Status.OK, spark.submit)
    if spark.version and spark.line != target:
        older = _version_numbers(spark.line) < _version_numbers(target)
        consequence = "scripts refuse to run here" if older else "scripts run, with a warning"
        yield Checkup(
            "target",
            Status.WARNING,
            f"{target}, but this is Spark {spark.version}: {consequence}",
            f"compile with --target {spark.line}" if spark.line in SPARK_LINES else "",
        )


def _check_python_packages() -> Checkup:
    """What `stateful` steps need of the Python that runs them, which is this one unless told."""
    missing = [name for name in ("pandas", "pyarrow", "google.protobuf") if not _is_installed(name)]
    if missing:
        description = f"{', '.join(missing)} missing: pipelines with `stateful` do not run here"
        return Checkup("stateful", Status.WARNING, description, "pip install 'pyspark[connect]'")
    return Checkup("stateful", Status.OK, "pandas, pyarrow and protobuf are here")


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        # Of a package within another that is missing.
        return False


def _version_numbers(line: str) -> tuple[int, ...]:
    return tuple(int(part) for part in line.split(".") if part.isdigit())


def _check_cache() -> Checkup:
    from ssbt.compiler.cli.folders import cache_folder
    from ssbt.compiler.cli.inputs import error_reason

    folder = cache_folder()
    probe = os.path.join(folder, f"doctor-{os.getpid()}")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(probe, "xb"):
            os.unlink(probe)
    except OSError as error:
        problem = f"{folder} cannot be written to ({error_reason(error)})"
        description = f"{problem}: every compile starts from scratch"
        return Checkup(
            "cache", Status.WARNING, description, "set XDG_CACHE_HOME to a folder of yours"
        )
    return Checkup("cache", Status.OK, folder)


def _check_connectors(target: str) -> Iterator[Checkup]:
    """All connectors in one, with those whose packages `spark-submit` has to fetch; broken ones."""
    from ssbt.compiler.connectors.loading import connector_names, find_connector
    from ssbt.compiler.connectors.specification import ConnectorSpecificationError

    listed = []
    for name in connector_names():
        try:
            specification = find_connector(name)
        except ConnectorSpecificationError as error:
            yield Checkup("connector", Status.MISSING, str(error), "mend or uninstall it")
            continue
        packages = specification.coordinates(target) if specification else ()
        listed.append(f"{name} ({', '.join(packages)})" if packages else name)
    yield Checkup("connectors", Status.OK, ", ".join(listed) or "none")


def render_checkups(results: tuple[Checkup, ...], *, colored: bool) -> Iterator[str]:
    """What was found, for people."""
    margin = max(len(checkup.name) for checkup in results) + 2
    for checkup in results:
        status = paint(f"{checkup.status.value:<7}", _STYLE[checkup.status], color=colored)
        yield f"{status}  {checkup.name:<{margin}}{sanitize(checkup.found)}\n"
        if checkup.help:
            yield f"{'':9}{'':{margin}}{sanitize(checkup.help)}\n"
