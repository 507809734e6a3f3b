"""`ssbtc table`: what a table is, as Spark knows it."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404
import tempfile
from typing import Any

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.submitting import SUBMIT, SubmitCommand, script_arguments
from ssbt.compiler.cli.table_rendering import render_table

_LAST_LINES = 10


@click.command("table", cls=SubmitCommand)
@click.argument("table", metavar="NAME|PATH")
@click.option(
    "--connector",
    metavar="NAME",
    help="Whose table it is; the first that has upkeep, unless given.",
)
@click.option(
    "--commits",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="How many of the last commits are shown.",
)
@click.option(
    "--pipeline",
    type=click.Path(),
    metavar="PATH",
    help="The pipeline whose table NAME is: a source, a sink, or in the catalog of a connection.",
)
@options.assignments
@click.option("--conf-file", metavar="FILE", help="Parameters and Spark settings.")
@click.option("--env", metavar="NAME", help="Take conf/NAME.json of the pipeline.")
@options.master("local[*]")
@options.target
@options.output_format(["text", "json"])
@options.color
@click.pass_context
def command(
    ctx: click.Context,
    table: str,
    connector: str | None,
    commits: int,
    pipeline: str | None,
    assignments: tuple[str, ...],
    conf_file: str | None,
    env: str | None,
    master: str,
    target: str | None,
    output_format: str,
    color: str,
) -> int:
    """Show a table: its columns, layout, size, small files, properties and last commits.

    PATH is its folder, such as `lake/orders` or `s3a://lake/orders`; NAME its name in the catalog,
    such as `sales.orders`, or in a pipeline. What follows `--` goes to spark-submit.
    """
    report = options.build_report("text", strict=False, color=color)
    report.results_on_stdout = True
    words: tuple[str, ...] = ctx.meta.get(SUBMIT, ())
    document: dict[str, Any] | int
    if pipeline is not None:
        from ssbt.compiler.cli.pipeline_tables import describe_in_pipeline

        single = {"--conf-file": conf_file, "--env": env}
        document = describe_in_pipeline(
            *(pipeline, table, commits),
            target=target,
            report=report,
            submit=words,
            master=master,
            arguments=script_arguments({"--set": assignments}, single, {}),
        )
    else:
        if assignments or conf_file or env:
            raise click.UsageError("--set, --conf-file and --env are for a --pipeline")
        submit = [*_submit_options(connector, target, master), *words]
        document = _ask_spark(_find_connector(connector), _find_place(table), commits, submit)
    if isinstance(document, int):
        return document
    if "problem" in document:
        raise Failure(document["problem"])
    text = json.dumps(document, indent=2) if output_format == "json" else render_table(document)
    report.console.write_result(f"{text}\n")
    return 0


def _find_place(table: str) -> dict[str, str]:
    """The path or the name."""
    is_path = "/" in table or os.path.isdir(table)
    return {"path": table} if is_path else {"table": table}


def _find_connector(name: str | None) -> str:
    """The connector whose table it is; the first that has tables, unless one is named."""
    from ssbt.compiler.connectors.loading import connector_names, find_connector

    names = [n for n in connector_names() if (each := find_connector(n)) and each.upkeep]
    if name is not None and name not in names:
        raise Failure(f"`{name}` has no tables; the connectors that have are {', '.join(names)}")
    return name or names[0]


def _submit_options(name: str | None, target: str | None, master: str) -> list[str]:
    """What Spark needs to know of the connector."""
    from ssbt.compiler.cli.spark import find_spark
    from ssbt.compiler.connectors.loading import find_connector

    connector = find_connector(_find_connector(name))
    spark, _ = find_spark()
    line = target or (spark.line if spark is not None else "") or options.DEFAULT_TARGET
    arguments = ["--master", master]
    if connector is not None:
        packages = connector.coordinates(line)
        arguments += ["--packages", ",".join(packages)] if packages else []
        for setting in connector.session:
            arguments += ["--conf", f"{setting.name}={setting.value}"]
    return arguments


def _ask_spark(
    engine: str, place: dict[str, str], commits: int, submit: list[str]
) -> dict[str, Any]:
    """What the runtime says of a table; raises Failure where Spark does not get so far."""
    from ssbt.compiler.cli.testing.session import build_environment

    with tempfile.TemporaryDirectory() as folder:
        variables = build_environment(folder, submit)
        described = os.path.join(folder, "table.json")
        module = "ssbt.runtime.descriptions.describing"
        arguments = [variables["PYSPARK_PYTHON"], "-m", module, engine, json.dumps(place)]
        process = subprocess.run(  # nosec B603
            [*arguments, str(commits), described], env=variables, capture_output=True, check=False
        )
        if process.returncode or not os.path.exists(described):
            last = process.stderr.decode("utf-8", "replace").splitlines()[-_LAST_LINES:]
            raise Failure("\n".join(["Spark ended before it could look at the table:", *last]))
        with open(described, encoding="utf-8") as file:
            document: dict[str, Any] = json.load(file)
    return document
