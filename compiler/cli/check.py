"""`ssbtc check`: find mistakes, write nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit


@click.command("check")
@options.paths
@options.target
@click.option("--fix", is_flag=True, help="Carry out the fixes that findings offer.")
@options.no_cache
@options.findings
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    target: str | None,
    fix: bool,
    no_cache: bool,
    output_format: str,
    strict: bool,
    color: str,
) -> int:
    """Find mistakes without writing outputs.

    PATHS are pipelines and folders of them, this folder if none is given; `-` is standard input.
    What pipelines import is checked with them.
    """
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.console import progress
    from ssbt.compiler.cli.units import units

    report = options.report(output_format, strict, color)
    found = units(paths, stdin_filename).all
    if fix:
        _fix(found, target, report)
    else:
        compiler = Compiler(target, use_cache=not no_cache)
        checked = compiler.checked(found)
        for result in progress(checked, len(found), lambda result: result.unit.input.path):
            report.add(*result.shown())
    code = report.print()
    if not report.findings and not report.machine:
        noun = "pipeline is" if len(found) == 1 else "pipelines are"
        report.console.say(f"{len(found)} {noun} in order")
    return code


def _fix(found: tuple[Unit, ...], target: str | None, report: Report) -> None:
    from ssbt.compiler.cli.fixing import fixed
    from ssbt.compiler.cli.writing import rewrite

    if any(unit.input.is_standard_input for unit in found):
        raise click.UsageError("--fix changes files, and standard input is none")
    count = 0
    files: set[str] = set()
    for unit in found:
        done = fixed(unit, target)
        for path, content in done.contents.items():
            rewrite(path, content)
        files.update(done.contents)
        count += done.count
        report.add(*done.result.shown())
    if count and not report.machine:
        where = next(iter(files)) if len(files) == 1 else f"{len(files)} files"
        report.console.say(f"fixed {count} finding{'s' * (count > 1)} in {where}")
