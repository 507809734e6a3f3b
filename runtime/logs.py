"""Log lines on standard error, as text for people or as JSON for machines."""

from contextlib import suppress
from datetime import UTC, datetime
import json
import logging

from ssbt.runtime.providers.secrets import redact

_STANDARD_FIELDS = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def configure_logging(
    pipeline: str,
    *,
    as_json: bool,
    verbose: bool = False,
    quiet: bool = False,
    file: str | None = None,
) -> None:
    """Send what the loggers below `ssbt` say to standard error; other loggers are left alone.

    `file` is written again and gets everything, stack traces too. Raises OSError where that cannot
    be.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    level = logging.WARNING if quiet else logging.INFO
    handlers[0].setLevel(logging.DEBUG if verbose else level)
    handlers[0].setFormatter(_Formatter(pipeline, as_json, traces=verbose))
    if file:
        handlers.append(logging.FileHandler(file, mode="w", encoding="utf-8"))
        handlers[1].setFormatter(_Formatter(pipeline, as_json, traces=True))
    logger = logging.getLogger("ssbt")
    logger.handlers = handlers
    logger.setLevel(min(handler.level or logging.DEBUG for handler in handlers))
    logger.propagate = False
    # PySpark (from 4.0) logs a failed query with the JVM's stack trace, besides raising it.
    with suppress(ImportError):
        from pyspark.logger import PySparkLogger

        for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
            PySparkLogger.getLogger(name).setLevel(logging.CRITICAL)


class _Formatter(logging.Formatter):
    """JSON: an object a line, with what was given as `extra`. Text: `time LEVEL pipeline: message`.

    Further lines of a text are indented, so that no value can forge a line of its own. The values
    of secrets are struck out.
    """

    def __init__(self, pipeline: str, as_json: bool, *, traces: bool) -> None:
        super().__init__()
        self.pipeline, self.as_json, self.traces = pipeline, as_json, traces

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, or several."""
        return redact(self._format_line(record))

    def _format_line(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        time, message = moment.replace("+00:00", "Z"), record.getMessage()
        exception = _format_trace(self, record) if self.traces else ""
        if not self.as_json:
            text = f"{time} {record.levelname} {self.pipeline}: {message}\n{exception}"
            return "\n    ".join(text.splitlines())
        fields = {k: v for k, v in vars(record).items() if k not in _STANDARD_FIELDS}
        fields |= {"timestamp": time, "level": record.levelname, "logger": record.name}
        fields |= {"pipeline": self.pipeline, "message": message}
        return json.dumps(fields | ({"exception": exception} if exception else {}), default=str)


def _format_trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Python's stack trace, and the JVM's where Spark has kept it apart."""
    if not record.exc_info:
        return ""
    text, error = formatter.formatException(record.exc_info), record.exc_info[1]
    traces = (getattr(error, name, None) for name in ("_stackTrace", "_stacktrace"))
    jvm = next((trace for trace in traces if isinstance(trace, str) and trace not in text), "")
    return f"{text}\n\nJVM stacktrace:\n{jvm}" if jvm else text
