"""The Spark session of a run, with the settings of whoever has the last word."""

from collections.abc import Collection, Mapping
from contextlib import suppress
import json
import logging
import os
from pathlib import Path
import re

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from ssbt.runtime.sparkconf.settings import TIME_ZONE

_LOG = logging.getLogger("ssbt.runtime")
_WAREHOUSE = "spark.sql.warehouse.dir"
_DEFAULT = re.compile(r"^\s*(spark\.[^\s=:]+)[\s=:]+(.*?)\s*$", re.MULTILINE)


def open_session(name: str, script: str, settings: Mapping[str, str]) -> tuple[SparkSession, bool]:
    """A session with `settings`, and whether it was created here (and is ours to stop).

    What the operator set wins over `settings`: with `spark-submit --conf`, or on the session if
    there is one already, or on the Spark Connect server.
    """
    active = SparkSession.getActiveSession()
    operator_settings: Collection[str]
    if session := active or _connected_session(name):
        # `conf.get` would answer with Spark's defaults too.
        operator_settings = explicit_settings(session)
        for key in settings.keys() - operator_settings:
            with suppress(AnalysisException):
                session.conf.set(key, settings[key])
    else:
        operator_settings = submitted = _submitted_settings()
        builder = SparkSession.builder
        # Without --name, spark-submit names an application after its file.
        if submitted.get("spark.app.name", script) == script:
            submitted.pop("spark.app.name", None)
            builder = builder.appName(name)
        for key in settings.keys() - operator_settings:
            builder = builder.config(key, settings[key])
        session = builder.getOrCreate()
    # Only the names are logged: a value may be a secret.
    for key, value in settings.items():
        if key in operator_settings:
            # Hours and days are others then.
            is_other = key == TIME_ZONE and session.conf.get(key, None) != value
            _LOG.log(
                logging.WARNING if is_other else logging.INFO,
                "%s was set by the operator, which wins over the pipeline's value",
                key,
            )
        elif not is_same_value(key, session.conf.get(key, None), value):
            _LOG.warning("%s has no effect on a session that exists: set it at its start", key)
    return session, active is None


def is_same_value(key: str, actual: str | None, value: str) -> bool:
    """Whether a session has the value; of the folder of its tables it makes an absolute one."""
    if actual == value or key != _WAREHOUSE or actual is None:
        return actual == value
    return re.sub("^file:/+", "/", actual).rstrip("/") == os.path.abspath(value)


def explicit_settings(session: SparkSession) -> dict[str, str]:
    """What is set on the session, by whomever, without Spark's defaults."""
    return {row.key: row.value for row in session.sql("SET").collect()}


def _connected_session(name: str) -> SparkSession | None:
    """A session over Spark Connect, if that is wanted, to which the Python files were sent."""
    # `spark-submit --remote` leaves its settings here, but PySpark looks into SPARK_REMOTE alone.
    submitted: dict[str, str] = json.loads(os.environ.get("PYSPARK_REMOTE_INIT_CONF_0", "{}"))
    if "spark.remote" in submitted:
        os.environ.setdefault("SPARK_REMOTE", submitted["spark.remote"])
    if "SPARK_REMOTE" not in os.environ:
        return None
    session = SparkSession.builder.appName(name).getOrCreate()
    archive = Path(__file__).parents[3]
    files = {str(archive)} if archive.is_file() else set()
    files |= set(filter(None, submitted.get("spark.submit.pyFiles", "").split(",")))
    if files:
        session.addArtifacts(*sorted(files), pyfile=True)
    return session


def _submitted_settings() -> dict[str, str]:
    """What spark-submit was told, without what merely stands in spark-defaults.conf."""
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        return {}
    from pyspark import SparkConf, SparkContext

    # The public call that connects to spark-submit's JVM, where SparkConf finds the settings.
    SparkContext.setSystemProperty("ssbt.runtime", "true")
    home = os.environ.get("SPARK_HOME", "")
    defaults = Path(os.environ.get("SPARK_CONF_DIR") or Path(home, "conf"), "spark-defaults.conf")
    text = defaults.read_text(encoding="utf-8") if defaults.is_file() else ""
    return dict(set(SparkConf().getAll()) - set(_DEFAULT.findall(text)))
