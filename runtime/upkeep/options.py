"""What whoever starts the upkeep of tables decides about it."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

READER = "--reader"


@dataclass(frozen=True)
class UpkeepOptions:
    """Whether nothing is to be changed, and the checkpoints of further streams by their names."""

    dry_run: bool = False
    readers: Mapping[str, str] = field(default_factory=dict)


_DEFAULT = UpkeepOptions()
UPKEEP_OPTIONS: ContextVar[UpkeepOptions] = ContextVar("upkeep options", default=_DEFAULT)


def add_upkeep_options(parser: ArgumentParser) -> None:
    """The options of the command line that concern upkeep alone."""
    text = "change nothing: print what would be deleted, and log the rest"
    parser.add_argument("--dry-run", action="store_true", help=text)
    text = "a stream that reads one of the tables, and its checkpoint; may be repeated"
    parser.add_argument(
        READER, action="append", default=[], type=_parse_reader, metavar="NAME=FOLDER", help=text
    )


def _parse_reader(text: str) -> tuple[str, str]:
    name, _, folder = text.partition("=")
    if not name or not folder:
        raise ArgumentTypeError(f"NAME=FOLDER is needed, not {text!r}")
    return name, folder


@contextmanager
def with_upkeep_options(arguments: Namespace) -> Iterator[None]:
    """Let the upkeep within know what the command line says."""
    token = UPKEEP_OPTIONS.set(UpkeepOptions(arguments.dry_run, dict(arguments.reader)))
    try:
        yield
    finally:
        UPKEEP_OPTIONS.reset(token)
