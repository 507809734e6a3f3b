"""Log lines on standard error, as text for people or as JSON for machines."""

from __future__ import annotations

from datetime import UTC, datetime
import json
import logging
import sys
from typing import TextIO

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def configure_logging(pipeline: str, *, as_json: bool, verbose: bool) -> None:
    """Send what loggers below `ssbt` say to standard error; other loggers are left alone."""
    handler = _Handler(sys.stderr)
    handler.setFormatter(_JsonFormatter(pipeline) if as_json else _TextFormatter(pipeline))
    logger = logging.getLogger("ssbt")
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False


class _Handler(logging.StreamHandler[TextIO]):
    """Keeps still when nobody reads standard error any more."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not isinstance(sys.exc_info()[1], BrokenPipeError):
            super().handleError(record)


class _Formatter(logging.Formatter):
    def __init__(self, pipeline: str) -> None:
        super().__init__()
        self.pipeline = pipeline

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _TextFormatter(_Formatter):
    """`time LEVEL pipeline: message`; the lines that follow are indented, so none can be forged."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{record.levelname} {self.pipeline}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return f"{self.formatTime(record)} " + "\n    ".join(text.splitlines())


class _JsonFormatter(_Formatter):
    """One object a line; what was given as `extra` stands beside the standard fields."""

    def format(self, record: logging.LogRecord) -> str:
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        fields = extra | {
            "timestamp": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "pipeline": self.pipeline,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)
