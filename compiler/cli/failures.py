"""What ends a command before it has anything to report."""

from __future__ import annotations

from typing import IO, Any

import click

from ssbt.compiler.cli.console import Console


class Failure(click.ClickException):
    """What was asked for cannot be done: something is missing, or the system refuses it."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it on standard error."""
        print_failure(self)


def print_failure(failure: click.ClickException) -> None:
    """Say it on standard error; after a slip on the command line, where help is."""
    console = Console()
    console.fail(failure.format_message())
    if isinstance(failure, click.UsageError) and failure.ctx:
        console.say(f"  `{failure.ctx.command_path} --help` says what it takes")


def write_failure(path: str, cause: OSError) -> Failure:
    """That a file cannot be written."""
    from ssbt.compiler.cli.inputs import error_reason, quote_path

    return Failure(
        f"cannot write {quote_path(path)}: {error_reason(cause)}; nothing was changed there"
    )
