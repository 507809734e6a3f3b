"""`ssbtc init`: a starter project."""

from __future__ import annotations

import os
import shlex

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.console import Console
from ssbt.compiler.cli.failures import Failure


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path())
@options.color
def command(folder: str, color: str) -> None:
    """Write a starter project into DIR, this folder if none is given.

    It holds a pipeline with its data, which compiles and runs as it is. Nothing is overwritten.
    """
    from ssbt.compiler.cli.inputs import quote_path
    from ssbt.compiler.cli.starter import FILES
    from ssbt.compiler.cli.writing import write_all

    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise Failure(f"{quote_path(folder)} is no folder")
    files = {os.path.join(folder, path): text for path, text in FILES.items()}
    existing = [path for path in files if os.path.lexists(path)]
    if existing:
        listed = ", ".join(map(quote_path, existing))
        raise Failure(f"{listed} is there already, and nothing is overwritten")
    write_all((path, text.encode()) for path, text in files.items())
    console = Console(color)
    for path in files:
        console.say(f"wrote {os.path.normpath(path)}")
    enter = "" if os.path.normpath(folder) == "." else f"cd {shlex.quote(folder)} && "
    console.say(f"next: {enter}ssbtc run pipeline.ssbt")
