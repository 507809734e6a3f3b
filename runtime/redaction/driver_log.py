"""The values of secrets struck out of what the driver's JVM logs to the console.

Spark's own lines may quote the text of an error, and with it the value of an option. In local mode
the executor is the same JVM.
"""

from collections.abc import Collection
from contextlib import suppress
import logging
import re
from typing import Any

from pyspark.sql import SparkSession

_STACK_TRACE = re.compile(r"%[-.\d]*[xr]?(?:Ex|ex|[Tt]hrowable|[Ee]xception)\b")
_LOG = logging.getLogger("ssbt.runtime")


def hide_in_driver_log(session: SparkSession, values: Collection[str]) -> None:
    """Let log4j replace `values` by stars wherever a pattern writes to the console.

    Sessions of Spark Connect have no JVM here. Other appenders, and logs as JSON, are left alone.
    """
    jvm = getattr(session, "_jvm", None)
    if jvm is None or not values:
        return
    with suppress(AttributeError, TypeError):
        context = jvm.org.apache.logging.log4j.LogManager.getContext(False)
        appenders = context.getConfiguration().getAppenders()
        appender_list = [appenders.get(name) for name in list(appenders.keySet())]
        for appender in filter(_writes_text_to_the_console, appender_list):
            _replace_appender(jvm, context, appender, values)
        context.updateLoggers()
        return
    _LOG.debug("the driver's log is not log4j's; secrets are not looked for in it")


def _writes_text_to_the_console(appender: Any) -> bool:
    kinds = (appender.getClass(), appender.getLayout().getClass())
    return [kind.getSimpleName() for kind in kinds] == ["ConsoleAppender", "PatternLayout"]


def _replace_appender(jvm: Any, context: Any, appender: Any, values: Collection[str]) -> None:
    """Put an appender with a further replacement in the place of one that loggers use."""
    configuration, core = context.getConfiguration(), jvm.org.apache.logging.log4j.core
    pattern = appender.getLayout().getConversionPattern()
    if not _STACK_TRACE.search(pattern):
        pattern += "%ex"
    alternatives = "|".join(map(_escape_pattern, sorted(values, key=len, reverse=True)))
    layout = core.layout.PatternLayout.newBuilder()
    layout.withConfiguration(configuration)
    # Log4j would write stack traces after the replacement, and not see those inside it.
    layout.withAlwaysWriteExceptions(False)
    layout.withPattern(f"%replace{{{pattern}}}{{{alternatives}}}{{***}}")
    builder = core.appender.ConsoleAppender.newBuilder()
    builder.setName(appender.getName())
    builder.setTarget(appender.getTarget())
    builder.setLayout(layout.build())
    replacement = builder.build()
    replacement.start()
    for logger in list(configuration.getLoggers().values()):
        for reference in list(logger.getAppenderRefs()):
            if reference.getRef() == appender.getName():
                logger.removeAppender(appender.getName())
                logger.addAppender(replacement, reference.getLevel(), reference.getFilter())
    configuration.getAppenders().put(appender.getName(), replacement)


def _escape_pattern(value: str) -> str:
    """A regular expression for the value alone, without the braces that end a pattern's part."""
    units = value.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
