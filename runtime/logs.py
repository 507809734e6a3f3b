"""Log lines on standard error, as text for people or as JSON for machines."""

from contextlib import suppress
from datetime import UTC, datetime
import json
import logging

from ssbt.runtime.providers.secrets import cleared

_STANDARD_FIELDS = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def configure_logging(pipeline: str, *, as_json: bool, verbose: bool) -> None:
    """Send what the loggers below `ssbt` say to standard error; other loggers are left alone."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter(pipeline, as_json))
    logger = logging.getLogger("ssbt")
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
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

    def __init__(self, pipeline: str, as_json: bool) -> None:
        super().__init__()
        self.pipeline, self.as_json = pipeline, as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, or several."""
        return cleared(self._line(record))

    def _line(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        time, message = moment.replace("+00:00", "Z"), record.getMessage()
        exception = self.formatException(record.exc_info) if record.exc_info else ""
        if not self.as_json:
            text = f"{time} {record.levelname} {self.pipeline}: {message}\n{exception}"
            return "\n    ".join(text.splitlines())
        fields = {k: v for k, v in vars(record).items() if k not in _STANDARD_FIELDS}
        fields |= {"timestamp": time, "level": record.levelname, "logger": record.name}
        fields |= {"pipeline": self.pipeline, "message": message}
        return json.dumps(fields | ({"exception": exception} if exception else {}), default=str)
