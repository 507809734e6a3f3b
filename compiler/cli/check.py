"""`ssbtc check`: find mistakes, write nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit


_ENV_HELP = "Look at this environment of the project only; may be repeated."


@click.command("check")
@options.paths
@options.target
@click.option("--fix", is_flag=True, help="Carry out the fixes that findings offer.")
@click.option("--diff", is_flag=True, help="Write nothing; show what --fix would change.")
@click.option("--env", "environments", multiple=True, metavar="NAME", help=_ENV_HELP)
@click.option(
    "--all-envs", is_flag=True, help="Look at all environments, as without --env; said aloud."
)
@options.no_cache
@options.findings
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    target: str | None,
    fix: bool,
    diff: bool,
    environments: tuple[str, ...],
    all_envs: bool,
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
    from ssbt.compiler.cli.projects import with_findings_of_projects
    from ssbt.compiler.cli.units import units

    if environments and all_envs:
        raise click.UsageError("give --env, or --all-envs")
    report = options.report(output_format, strict, color)
    found = units(paths, stdin_filename).all
    changes = 0
    if fix or diff:
        report.results_there = diff and not report.machine
        changes = _fix(found, target, diff, report)
    else:
        compiler = Compiler(target, use_cache=not no_cache, environments=environments)
        checked = compiler.checked(found)
        results = list(progress(checked, len(found), lambda result: result.unit.input.path))
        for result in with_findings_of_projects(results, compiler):
            report.add(*result.shown())
    code = report.print() or changes
    if not report.findings and not report.machine and not changes:
        noun = "pipeline is" if len(found) == 1 else "pipelines are"
        report.console.say(f"{len(found)} {noun} in order")
    return code


def _fix(found: tuple[Unit, ...], target: str | None, diff: bool, report: Report) -> int:
    """Fix, or only show what fixing changes; the exit code that the changes alone ask for."""
    from ssbt.compiler.cli.fixing import fixed
    from ssbt.compiler.cli.writing import rewrite_all

    if any(unit.input.is_standard_input for unit in found):
        raise click.UsageError("--fix changes files, and standard input is none")
    from ssbt.compiler.cli.projects import fixed_together, without_contracts

    together = fixed_together(found, target)
    count, contents = together.fixed, together.contents
    report.add(*together.left)
    for unit in found:
        done = fixed(unit, target, contents)
        contents = done.contents
        count += done.count
        report.add(*without_contracts(done.result).shown())
    if diff:
        _show(contents, report)
    else:
        rewrite_all(contents.items())
    if count and not report.machine:
        where = next(iter(contents)) if len(contents) == 1 else f"{len(contents)} files"
        would = "--fix would fix" if diff else "fixed"
        report.console.say(f"{would} {count} finding{'s' * (count > 1)} in {where}")
    return int(diff and count > 0)


def _show(contents: Mapping[str, bytes], report: Report) -> None:
    from ssbt.compiler.cli.console import put
    from ssbt.compiler.cli.diffs import unified_diff
    from ssbt.compiler.cli.inputs import contents as contents_of

    stream = sys.stderr if report.machine else sys.stdout
    color = report.console.colored(stream)
    for path, new in sorted(contents.items()):
        put(stream, unified_diff(path, contents_of(path), new, color=color))
