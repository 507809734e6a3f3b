"""The streams of `fixtures/streams_job.py` as processes, and the events that they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
from typing import Any

from tests.spark import servers

SCRIPT = Path(__file__).parent / "fixtures" / "streams_job.py"


def add_events(lake: Path, *files: int) -> None:
    """Ten events in each file, which a stream never sees half written."""
    folder = lake / "events"
    folder.mkdir(parents=True, exist_ok=True)
    for number in files:
        at = f"2026-01-{1 + number // 24:02d}T{number % 24:02d}:00:00Z"
        lines = (json.dumps({"id": 10 * number + i, "at": at}) + "\n" for i in range(10))
        hidden = folder / f".{number}.tmp"
        hidden.write_text("".join(lines))
        hidden.rename(folder / f"{number}.json")


@contextmanager
def started(
    zipped: Path,
    lake: Path,
    streams: str,
    *arguments: str,
    program: Sequence[str] = (sys.executable,),
    **variables: str,
) -> Iterator[subprocess.Popen[str]]:
    """The job, with its log on standard error as JSON; killed with its JVM if it still runs."""
    options = ["--set", f"lake={lake}", "--set", f"streams={json.dumps(streams.split())}"]
    process = subprocess.Popen(
        [*program, str(SCRIPT), *options, "--log-format", "json", *arguments],
        env=servers.environment(PYTHONPATH=str(zipped), **variables),
        cwd=zipped.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            # The JVM too, as when a machine fails.
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def logged(error: str) -> list[dict[str, Any]]:
    """The lines of the log among what Spark says."""
    return [json.loads(line) for line in error.splitlines() if line.startswith('{"')]
