"""`ssbtc doctor`: what this machine has and lacks."""

from __future__ import annotations

import sys

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.console import Console
from ssbt.compiler.cli.options import DEFAULT_TARGET, SPARK_LINES


@click.command("doctor")
@click.option(
    "--target",
    type=click.Choice(SPARK_LINES),
    default=DEFAULT_TARGET,
    show_default=True,
    help="The Spark line that scripts are compiled for.",
)
@options.output_format(["text", "json"])
@options.color
def command(target: str, output_format: str, color: str) -> int:
    """Say what this machine has and lacks.

    Compiling needs Python alone; `ssbtc run` needs Java and Spark too. Exits with 1 when something
    needed is missing.
    """
    from ssbt.compiler.cli.checkups import Status, render_checkups, run_checkups

    console = Console(color)
    results = tuple(run_checkups(target))
    if output_format == "json":
        import json

        from msgspec.structs import asdict

        checks = [asdict(each) | {"status": each.status.value} for each in results]
        console.write_result(json.dumps({"version": 1, "checks": checks}, indent=2) + "\n")
    else:
        console.write_result(
            "".join(render_checkups(results, colored=console.has_color(sys.stdout)))
        )
    return any(each.status is Status.MISSING for each in results)
