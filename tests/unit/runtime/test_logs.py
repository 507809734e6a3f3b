"""Log lines for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
import json
import logging
from pathlib import Path
import re

import pytest

from ssbt.runtime.logs import configure_logging


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    logger = logging.getLogger("ssbt")
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("orders", as_json=False, verbose=False)
    log = logging.getLogger("ssbt.job")
    log.debug("hidden")
    log.info("first\n2026-01-01T00:00:00.000Z ERROR orders: forged", extra={"rows": 5})
    error = capsys.readouterr().err
    time, rest = error.split(" ", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert rest == "INFO orders: first\n    2026-01-01T00:00:00.000Z ERROR orders: forged\n"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("orders", as_json=True, verbose=True)
    log = logging.getLogger("ssbt.job")
    log.debug("%s rows\n", 5, extra={"rows": 5, "other": {1}})
    try:
        raise ValueError("x")
    except ValueError:
        log.exception("failed")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("timestamp"))
    assert first == {
        "level": "DEBUG",
        "logger": "ssbt.job",
        "pipeline": "orders",
        "message": "5 rows\n",
        "rows": 5,
        "other": "{1}",
    }
    assert second["level"] == "ERROR"
    assert second["exception"].endswith("ValueError: x")


def test_other_loggers_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("orders", as_json=True, verbose=True)
    logging.getLogger("py4j").debug("noise")
    assert capsys.readouterr().err == ""


def test_quiet(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Only warnings are seen, and the file has everything."""
    configure_logging("orders", as_json=False, quiet=True, file=str(tmp_path / "log"))
    logging.getLogger("ssbt.job").info("written")
    logging.getLogger("ssbt.job").warning("late")
    assert capsys.readouterr().err.endswith("WARNING orders: late\n")
    assert "written" in (tmp_path / "log").read_text("utf-8")
