"""The entry point of `ssbtc`: what comes before the first command and after the last word."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from ssbt.compiler.cli.module_archive import ModuleArchive

MISUSED = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    archive = _use_archive(sys.argv[1:])
    try:
        code = run_command_line(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = BROKEN_PIPE
    except OSError as error:
        code = MISUSED
        sys.stderr.write(f"error: cannot write to standard output: {error.strerror}\n")
    _close_streams()
    if archive is not None:
        archive.save()
    sys.exit(code)


def _use_archive(arguments: list[str]) -> ModuleArchive | None:
    """The file from which modules come, where there are enough of them."""
    if _asks_for_version(arguments):
        return None
    from ssbt.compiler.cli.module_archive import use_module_archive

    return use_module_archive()


def _asks_for_version(arguments: list[str]) -> bool:
    return arguments in (["--version"], ["-V"])


def run_command_line(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    # Importing click takes longer than all the rest of this answer.
    if _asks_for_version(arguments):
        from ssbt.compiler.emit.version import VERSION

        print(f"ssbtc {VERSION}")
        return 0

    import click

    from ssbt.compiler.cli.commands import ssbtc
    from ssbt.compiler.cli.console import make_streams_tolerant

    make_streams_tolerant()
    # A command ends soon, and trees are no garbage before it does.
    gc.set_threshold(100_000, 20, 20)
    try:
        code = ssbtc.main(arguments, prog_name="ssbtc", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as misuse:
        from ssbt.compiler.cli.failures import print_failure

        print_failure(misuse)
        return MISUSED
    except Exception as error:
        from ssbt.compiler.cli.crash_reports import report_crash

        report_crash(error)
        return INTERNAL_ERROR
    return code if isinstance(code, int) else 0


def _close_streams() -> None:
    """Let the interpreter, which flushes at its end, not complain of what cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
