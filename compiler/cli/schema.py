"""`ssbtc schema`: the schemas that pipelines take from a registry."""

from __future__ import annotations

import click

from ssbt.compiler.cli import options

_url = click.option(
    "--url", metavar="URL", help="The address of the registry, in place of the connections' own."
)

_env = click.option(
    "--env",
    metavar="NAME",
    help="The environment whose parameters, connections and providers of secrets hold.",
)


@click.group("schema")
def command() -> None:
    """Fetch schemas from a registry; compare them with it."""


@command.command("pull")
@options.paths
@_env
@_url
@options.color
def pull(
    paths: tuple[str, ...], stdin_filename: str | None, env: str | None, url: str | None, color: str
) -> int:
    """Fetch the schemas of all `schema … from registry` into files beside the pipelines.

    PATHS are pipelines and folders of them, this folder if none is given. A file is written where
    the registry has another version, or another schema, than the one that is there.
    """
    from ssbt.compiler.cli.console import Console
    from ssbt.compiler.cli.registry_schemas import pull_schemas
    from ssbt.compiler.cli.units import find_units

    console = Console(color)
    for line in pull_schemas(find_units(paths, stdin_filename).all, url, env):
        console.say(line)
    return 0


@command.command("check")
@options.paths
@_env
@_url
@options.findings
def check(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    env: str | None,
    url: str | None,
    output_format: str,
    strict: bool,
    color: str,
) -> int:
    """Compare the schemas beside the pipelines with the registry, and say what would break.

    It reads the latest version of each subject and tells whether records written with it can be
    read with the schema that the pipeline has. The exit code is 1 where some could not be.
    """
    from ssbt.compiler.cli.registry_schemas import compare_schemas
    from ssbt.compiler.cli.units import find_units

    report = options.build_report(output_format, strict, color)
    count = 0
    for findings, sources, number in compare_schemas(
        find_units(paths, stdin_filename).all, url, env
    ):
        report.add(findings, sources)
        count += number
    code = report.print()
    if not report.findings and not report.is_for_machines:
        noun = "schema is" if count == 1 else "schemas are"
        report.console.say(f"{count} {noun} as the registry has them")
    return code
