"""What a command prints: results to standard output, all the rest to standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
import os
import sys
import time
from typing import NamedTuple, TextIO, TypeVar

from ssbt.compiler.diagnostics.cells import sanitize

T = TypeVar("T")

PIPED_WIDTH = 80
_PROGRESS_AFTER = 0.5
_PROGRESS_STEP = 0.05

transcript: list[tuple[bool, str]] = []
"""What this process has stated far: whether to standard output, and the text."""


class Console(NamedTuple):
    """The two streams; `color` is `auto`, `always` or `never`."""

    color: str = "auto"

    def write_result(self, text: str) -> None:
        """To standard output, as it is."""
        put(sys.stdout, text)

    def say(self, text: str) -> None:
        """A line to standard error; that it cannot be told is no reason to stop."""
        transcript.append((False, f"{text}\n"))
        with suppress(OSError):
            sys.stderr.write(f"{text}\n")

    def warn(self, text: str) -> None:
        """A warning that belongs to no place in a file."""
        self._remark("warning", text)

    def note(self, text: str) -> None:
        """Something worth knowing that is no mistake."""
        self._remark("note", text)

    def fail(self, text: str) -> None:
        """An error that belongs to no place in a file."""
        self._remark("error", text)

    def _remark(self, level: str, text: str) -> None:
        from ssbt.compiler.diagnostics.style import Style, paint

        style = {"error": Style.ERROR, "warning": Style.WARNING, "note": Style.NOTE}[level]
        self.say(f"{paint(f'{level}:', style, color=self.has_color(sys.stderr))} {text}")

    def has_color(self, stream: TextIO) -> bool:
        """Whether colours are wanted on a stream: what was asked for, or else on a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    def arrow(self) -> str:
        """An arrow that standard error can show."""
        return "→" if "utf" in (sys.stderr.encoding or "").lower() else "->"


class StreamError(Exception):
    """A stream takes no more: the disk behind it is full, for example."""


def put(stream: TextIO, text: str) -> None:
    """Write to a stream. Raises BrokenPipeError where the reader is gone, else StreamError."""
    transcript.append((stream is sys.stdout, text))
    try:
        stream.write(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StreamError(error.strerror) from error


def flush(stream: TextIO) -> None:
    """Write what is still waiting; raises as `put` does."""
    try:
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StreamError(error.strerror) from error


def width(stream: TextIO) -> int:
    """The columns of the terminal; 80 where the stream goes elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or PIPED_WIDTH
    except (OSError, ValueError):
        return PIPED_WIDTH


def make_streams_tolerant() -> None:
    """Let neither a closed stream nor a character that its encoding lacks stop a command."""
    if sys.stdout is None:
        sys.stdout = _open_null()
    if sys.stderr is None:
        sys.stderr = _open_null()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _open_null() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def show_progress(items: Iterable[T], total: int, name: Callable[[T], str]) -> Iterator[T]:
    """The items one by one; on a terminal, `[12/340] orders.ssbt` where that takes a while."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    started = last_shown = time.monotonic()
    try:
        for number, item in enumerate(items, start=1):
            now = time.monotonic()
            if now - started > _PROGRESS_AFTER and now - last_shown > _PROGRESS_STEP:
                last_shown = now
                line = f"[{number}/{total}] {sanitize(name(item))}"
                sys.stderr.write(f"\r\x1b[K{line[: width(sys.stderr) - 1]}")
                sys.stderr.flush()
            yield item
    finally:
        if last_shown > started:
            sys.stderr.write("\r\x1b[K")
