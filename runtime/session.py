"""The Spark session of a run: its settings, and whether it is the Spark that was compiled for."""

from __future__ import annotations

from collections.abc import Mapping
import logging
import os
from pathlib import Path
import re

from pyspark.sql import SparkSession

_LOG = logging.getLogger("ssbt.runtime")


def opened_session(
    name: str, script: Path, settings: Mapping[str, str]
) -> tuple[SparkSession, bool]:
    """A session with `settings`, and whether it was created here (and is ours to stop).

    A setting that the operator gave wins over `settings`: `spark-submit --conf`, or whatever was
    set on a session that exists already or on a Spark Connect server.
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        _set_unset(active, settings)
        return active, False
    builder = SparkSession.builder
    if "SPARK_REMOTE" in os.environ or "SPARK_CONNECT_MODE_ENABLED" in os.environ:
        session = builder.appName(name).getOrCreate()
        _set_unset(session, settings)
        return session, True
    given = _submitted_settings() if "PYSPARK_GATEWAY_PORT" in os.environ else {}
    # Without --name, spark-submit names an application after its file.
    if given.get("spark.app.name", script.name) == script.name:
        builder = builder.appName(name)
    for key, value in settings.items():
        if key in given:
            _keep(key)
        else:
            builder = builder.config(key, value)
    return builder.getOrCreate(), True


def _set_unset(session: SparkSession, settings: Mapping[str, str]) -> None:
    for key, value in settings.items():
        if session.conf.get(key, None) is not None:
            _keep(key)
        elif session.conf.isModifiable(key):
            session.conf.set(key, value)
        else:
            _LOG.warning(
                "Spark setting %s cannot be changed in a session that exists already or over "
                "Spark Connect; set it where Spark is started",
                key,
            )


def _keep(key: str) -> None:
    # Only the name: the value may be a secret.
    _LOG.info("Spark setting %s was given by the operator and wins over the pipeline's", key)


def _submitted_settings() -> dict[str, str]:
    """What spark-submit was told, without what merely stands in spark-defaults.conf."""
    from pyspark import SparkConf, SparkContext

    # The public call that connects to spark-submit's JVM, where SparkConf() finds the settings.
    SparkContext.setSystemProperty("ssbt.runtime", "1")
    defaults = _cluster_defaults()
    return {key: value for key, value in SparkConf().getAll() if defaults.get(key) != value}


def _cluster_defaults() -> dict[str, str]:
    folder = os.environ.get("SPARK_CONF_DIR") or Path(os.environ.get("SPARK_HOME", ""), "conf")
    try:
        text = Path(folder, "spark-defaults.conf").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = re.findall(r"^\s*(spark\.[^\s=:]+)[\s=:]+(.*?)\s*$", text, re.MULTILINE)
    return dict(pairs)


def is_older(version: str, target: str) -> bool | None:
    """Whether `version` is of an older (newer: False) line than `target`; None: of the same."""
    found, wanted = (_line(text) for text in (version, target))
    return None if found == wanted else found < wanted


def _line(version: str) -> tuple[int, int]:
    major, minor = re.findall(r"\d+", version)[:2]
    return int(major), int(minor)
