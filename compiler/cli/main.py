"""The entry point of `ssbtc`: what comes before the first command and after the last word."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import NoReturn

MISUSED = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
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
    _exit(code)


def run_command_line(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    # Importing click takes longer than all the rest of this answer.
    if arguments in (["--version"], ["-V"]):
        from ssbt.compiler.emit.version import VERSION

        print(f"ssbtc {VERSION}")
        return 0

    if arguments and arguments[0] in ("compile", "check"):
        from ssbt.compiler.cli.console import make_streams_tolerant
        from ssbt.compiler.cli.run_records import replay_run

        make_streams_tolerant()
        if replay_run(arguments):
            return 0
    # A command ends soon, and neither modules nor trees are garbage before it does.
    gc.set_threshold(100_000, 20, 20)
    import click

    from ssbt.compiler.cli.commands import ssbtc
    from ssbt.compiler.cli.console import make_streams_tolerant

    make_streams_tolerant()
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


def _exit(code: int) -> NoReturn:
    """End the process without freeing its objects one by one, which takes a tenth of a command."""
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        _close_streams()
        sys.exit(code)
    atexit._run_exitfuncs()
    _close_streams()
    os._exit(code)
