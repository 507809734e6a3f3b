"""`ssbtc docs`: a page about the pipelines of a project."""

from __future__ import annotations

import os

import click

from ssbt.compiler.cli import options


@click.command("docs")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False),
    default=os.path.join("build", "docs.html"),
    show_default=True,
    metavar="FILE",
    help="The file to write.",
)
@click.option("--title", help="The title of the page, this folder's name if none is given.")
@options.target
@options.color
def command(
    paths: tuple[str, ...],
    out: str,
    title: str | None,
    target: str | None,
    color: str,
) -> int:
    """Write one HTML file about pipelines, for people to read in a browser.

    It shows datasets, columns and where they come from, sinks and what they promise, and each
    script beside its source. It needs no server and asks for nothing from outside. PATHS are
    pipelines and folders of them, this folder if none is given.
    """
    from ssbt.compiler.cli.units import find_units, relocate_findings
    from ssbt.compiler.cli.writing import write_all
    from ssbt.compiler.driver import check_pipeline, emit_files
    from ssbt.compiler.pages.page import DocumentedPipeline, render_page

    report = options.build_report("text", strict=False, color=color)
    pipelines = []
    for unit in find_units(paths).all:
        result = check_pipeline(unit.path, unit.read, target, tests=True)
        if result.pipeline is None:
            report.add(*relocate_findings(result.findings, result.sources, unit))
        else:
            files = emit_files(result)
            pipelines.append(
                DocumentedPipeline(unit.input.path, result.pipeline, result.sources, files)
            )
    code = report.print()
    if code:
        return code
    heading = title or os.path.basename(os.path.abspath(".")) or "Pipelines"
    write_all([(out, render_page(heading, pipelines).encode())])
    report.console.note(f"wrote {out}")
    return 0
