"""What whoever starts a job decides about its streams."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

ACCEPT = "--accept-checkpoint-change"
KEEP = "--keep-output"


@dataclass(frozen=True)
class Operation:
    """The pipeline, how often a stream is started again, and what is said of single streams.

    `accepted` are those whose checkpoint is good in spite of all; `kept` begin again behind what
    their folder has.
    """

    pipeline: str = "job"
    max_restarts: int = 5
    accepted: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()


_DEFAULT = Operation()
_BEFORE_STREAMS: ContextVar[Callable[[], None]] = ContextVar("before_streams")
OPERATION: ContextVar[Operation] = ContextVar("operation", default=_DEFAULT)


def add_stream_options(parser: ArgumentParser) -> None:
    """The options of the command line that concern streams alone."""
    text = "let a stream go on from a checkpoint that was refused"
    parser.add_argument(ACCEPT, action="append", default=[], metavar="NAME", help=text)
    text = "let a stream that starts from scratch write on after the files that its folder has"
    parser.add_argument(KEEP, action="append", default=[], metavar="NAME", help=text)
    limit = _DEFAULT.max_restarts
    text = f"how often a stream starts again after transient failures (default {limit})"
    parser.add_argument("--max-restarts", type=int, default=limit, metavar="N", help=text)


@contextmanager
def with_operation(pipeline: str, arguments: Namespace) -> Iterator[None]:
    """Let the streams that are started within know what the command line says."""
    accepted = frozenset(arguments.accept_checkpoint_change)
    kept = frozenset(arguments.keep_output)
    token = OPERATION.set(Operation(pipeline, arguments.max_restarts, accepted, kept))
    try:
        yield
    finally:
        OPERATION.reset(token)


@contextmanager
def before_streams(call: Callable[[], None]) -> Iterator[None]:
    """Let `call` be called before streams start within."""
    token = _BEFORE_STREAMS.set(call)
    try:
        yield
    finally:
        _BEFORE_STREAMS.reset(token)


def call_before_streams() -> None:
    """Call what is to be called before streams start, if there is something."""
    if call := _BEFORE_STREAMS.get(None):
        call()
