"""`ssbtc lsp`: the language server, which an editor starts."""

from __future__ import annotations

import os
import sys

import click

from ssbt.compiler.cli.failures import Failure


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Talk over standard input and output; always so.")
def command(stdio: bool) -> int:
    """Serve an editor over standard input and output.

    Diagnostics while typing, hover, completion, definitions, rename, formatting and fixes; see
    docs/guides/editors.md.
    """
    try:
        from ssbt.compiler.lsp.server import create_server
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        message = "the language server needs pygls, which is not installed"
        install_command = f"{sys.executable} -m pip install 'ssbt[lsp]'"
        raise Failure(f"{message}; install it with `{install_command}`") from missing
    # The server closes its output when it ends.
    create_server().start_io(stdout=os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    return 0
