"""The entry point of `ssbtc`: what comes before the first command and after the last word."""

from __future__ import annotations

import sys
from typing import NoReturn

MISUSED = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    try:
        code = _outcome(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = BROKEN_PIPE
        _close_streams()
    sys.exit(code)


def _outcome(arguments: list[str]) -> int:
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
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        from ssbt.compiler.cli.crash import told

        told(error)
        return INTERNAL_ERROR
    return code if isinstance(code, int) else 0


def _close_streams() -> None:
    """Let the interpreter, which flushes at its end, not complain of the reader that is gone."""
    import os

    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(null, stream.fileno())
