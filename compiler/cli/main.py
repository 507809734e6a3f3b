"""The entry point of `ssbtc`: what comes before the first command and after the last word."""

from __future__ import annotations

import errno
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
        code = outcome(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = BROKEN_PIPE
        _close_streams()
    except OSError as error:
        code = MISUSED
        _close_streams()
        sys.stderr.write(f"error: cannot write to standard output: {error.strerror}\n")
    sys.exit(code)


def outcome(arguments: list[str]) -> int:
    """Run a command line and return its exit code; OSError is for standard output alone."""
    # Importing click takes longer than all the rest of this answer.
    if arguments in (["--version"], ["-V"]):
        from ssbt.compiler.emit.version import VERSION

        print(f"ssbtc {VERSION}")
        return 0

    import click

    from ssbt.compiler.cli.commands import ssbtc
    from ssbt.compiler.cli.console import tolerant_streams

    tolerant_streams()
    try:
        code = ssbtc.main(arguments, prog_name="ssbtc", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as misuse:
        from ssbt.compiler.cli.failures import shown

        shown(misuse)
        return MISUSED
    except Exception as error:
        if _concerns_streams(error):
            raise
        from ssbt.compiler.cli.crash import told

        told(error)
        return INTERNAL_ERROR
    return code if isinstance(code, int) else 0


def _concerns_streams(error: Exception) -> bool:
    """Whether a write to a stream failed: an error of a file names it, and is handled there."""
    if isinstance(error, BrokenPipeError):
        return True
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
    return isinstance(error, OSError) and error.filename is None and error.errno in full


def _close_streams() -> None:
    """Let the interpreter, which flushes at its end, not complain of what cannot be written."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(null, stream.fileno())
