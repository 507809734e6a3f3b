"""`ssbtc diff`: what a change means for the streams that are running."""

from __future__ import annotations

import click

from ssbt.compiler.cli import options


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@options.target
@options.findings
def command(
    old: str,
    new: str | None,
    target: str | None,
    output_format: str,
    strict: bool,
    color: str,
) -> int:
    """Compare two versions of pipelines: may each stream go on from its checkpoint?

    OLD and NEW are files, folders, or git revisions (`main`, `HEAD~1`, `main:orders.ssbt`), whose
    files below this folder count. `main..HEAD` alone names both; OLD alone is compared with this
    folder. Pipelines are matched by name, streams by the name of their sink. The exit code is 1
    where a stream may not go on.
    """
    from ssbt.compiler.cli.comparison import as_json, compared, tell
    from ssbt.compiler.cli.revisions import versions

    report = options.report(output_format, strict, color)
    result = compared(*versions(old, new), target)
    if result.broken:
        report.console.fail("a version with errors cannot be compared")
    elif report.output_format.value == "json":
        report.console.result(as_json(result))
        return int(result.refused)
    elif not report.machine:
        tell(result, report.console)
    report.add(result.findings, result.sources)
    report.print()
    return int(result.refused)
