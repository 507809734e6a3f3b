"""`ssbtc diff`: what a change of pipelines means."""

from __future__ import annotations

import click

from ssbt.compiler.cli import options

_FORMATS = ("text", "markdown", "json", "concise", "github", "sarif")
_THRESHOLDS = ("breaking", "checkpoint", "behaviour", "never")
_FAIL_ON_HELP = "Exit with 1 where some change weighs this much or more."


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@options.target
@click.option(
    "--fail-on",
    type=click.Choice(_THRESHOLDS),
    default="checkpoint",
    show_default=True,
    help=_FAIL_ON_HELP,
)
@options.output_format(list(_FORMATS))
@options.color
def command(
    old: str, new: str | None, target: str | None, fail_on: str, output_format: str, color: str
) -> int:
    """Compare what two versions of pipelines mean.

    How they are written does not count. OLD and NEW are files, folders, or git revisions (`main`,
    `HEAD~1`, `main:orders.ssbt`), whose files below this folder count. `main..HEAD` alone names
    both; OLD alone is compared with this folder. Pipelines are matched by name. A change is
    `breaking` for those who read, deliver or start, or a stream of it needs a new `checkpoint`, or
    its `behaviour` differs, or none of these.
    """
    from ssbt.compiler.cli.comparison import compare_versions
    from ssbt.compiler.cli.revisions import resolve_versions
    from ssbt.compiler.compare import views
    from ssbt.compiler.compare.changes import Severity

    renderers = {
        "text": views.render_text,
        "markdown": views.render_markdown,
        "json": views.render_json,
    }
    report = options.build_report(
        "text" if output_format in renderers else output_format, False, color
    )
    result = compare_versions(*resolve_versions(old, new), target)
    if result.errors:
        report.console.fail("a version with errors cannot be compared")
        report.add(result.errors, result.sources)
        report.print()
        return 1
    if output_format in renderers:
        report.console.write_result(renderers[output_format](result.pipelines, result.locate))
    else:
        report.add(result.diagnostics(), result.sources)
        report.print()
    return int(fail_on != "never" and result.severity >= Severity[fail_on.upper()])
