"""What Spark must not show of options."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.connectors.specification import Option
from ssbt.compiler.emit.setting_code import EmittedOption
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.patterns import lazy_pattern

_SETTING = "spark.sql.redaction.options.regex"
_DEFAULT = "(?i)url"
# Spark hides the values of these by itself, in plans, its UI and the event log.
_REDACTED_BY_SPARK = lazy_pattern(r"secret|password|token|access[.]?key", re.IGNORECASE)


def find_redaction(pipeline: Pipeline) -> EmittedOption | None:
    """The setting, where options hold credentials."""
    names = sorted({option.spark for option in _secret_options(pipeline)})
    exposed = [re.escape(name) for name in names if not _REDACTED_BY_SPARK.search(name)]
    if not exposed or _SETTING in dict(pipeline.spark):
        return None
    return EmittedOption(_SETTING, "|".join((_DEFAULT, *exposed)), "")


def _secret_options(pipeline: Pipeline) -> Iterator[Option]:
    """Those in use, and those that an environment may add to a connection."""
    for connection in pipeline.connections:
        specification = connection.connector.connection
        yield from (
            each
            for each in (specification.options if specification is not None else ())
            if each.secret
        )
    ends = (*pipeline.sinks, *(each for each in pipeline.datasets if hasattr(each, "settings")))
    for end in ends:
        yield from (each.option for each in end.settings.settings if each.option.secret)
