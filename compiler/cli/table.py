"""`ssbtc table`: what a table is, as Spark knows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import json
import os
import subprocess  # nosec B404
import tempfile
from typing import Any

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.submitting import SUBMIT, SubmitCommand

_LAST_LINES = 10
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


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
    master: str,
    target: str | None,
    output_format: str,
    color: str,
) -> int:
    """Show a table: its columns, layout, size, small files, properties and last commits.

    PATH is its folder, such as `lake/orders` or `s3a://lake/orders`; NAME its name in the catalog,
    such as `sales.orders`. What follows `--` goes to spark-submit.
    """
    report = options.build_report("text", strict=False, color=color)
    report.results_on_stdout = True
    submit = [*_submit_options(connector, target, master), *ctx.meta.get(SUBMIT, ())]
    engine = _find_connector(connector)
    document = _ask_spark(engine, _find_place(table), commits, submit)
    if "problem" in document:
        raise Failure(document["problem"])
    text = json.dumps(document, indent=2) if output_format == "json" else _render(document)
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
        module = "ssbt.runtime.upkeep.describing"
        arguments = [variables["PYSPARK_PYTHON"], "-m", module, engine, json.dumps(place)]
        process = subprocess.run(  # nosec B603
            [*arguments, str(commits)], env=variables, capture_output=True, check=False
        )
    lines = process.stdout.decode("utf-8", "replace").splitlines()
    if process.returncode or not lines:
        last = process.stderr.decode("utf-8", "replace").splitlines()[-_LAST_LINES:]
        raise Failure("\n".join(["Spark ended before it could look at the table:", *last]))
    document: dict[str, Any] = json.loads(lines[-1])
    return document


def _render(document: dict[str, Any]) -> str:
    return "\n".join(_lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    """The description for people."""
    yield document["table"]
    if document["description"]:
        yield f"  {document['description']}"
    size = _describe_bytes(document["bytes"])
    small = document["small_files"]
    yield f"  version {document['version']}, {document['files']} files, {size}"
    if small["files"]:
        size = _describe_bytes(small["bytes"])
        yield f"  {small['files']} of them are small ({size}): `compact = true` of `maintain`"
    for key, word in (("partition_by", "partitioned"), ("cluster_by", "clustered")):
        if document[key]:
            yield f"  {word} by {', '.join(document[key])}"
    rows = [
        (each["name"], each["type"], "" if each["nullable"] else "not null", each["comment"] or "")
        for each in document["columns"]
    ]
    yield from _section("columns", rows)
    properties = sorted(document["properties"].items())
    yield from _section("properties", [(key, "=", value) for key, value in properties])
    yield from _section("constraints", sorted(document["constraints"].items()))
    commits = [
        (
            str(each["version"]),
            each["time"],
            each["operation"],
            ", ".join(f"{key} {value}" for key, value in each["counts"].items()),
        )
        for each in document["history"]
    ]
    yield from _section("commits", commits)


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows below a title, their cells in columns; nothing without rows."""
    if not rows:
        return
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    yield ""
    yield title
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _describe_bytes(size: float) -> str:
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} {_UNITS[0]}"
