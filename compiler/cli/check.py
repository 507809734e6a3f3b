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
    from ssbt.compiler.cli.console import show_progress
    from ssbt.compiler.cli.projects import with_findings_of_projects
    from ssbt.compiler.cli.units import find_units

    if environments and all_envs:
        raise click.UsageError("give --env, or --all-envs")
    report = options.build_report(output_format, strict, color)
    selected_units = find_units(paths, stdin_filename).all
    changes, compiler = 0, None
    if fix or diff:
        report.results_on_stdout = diff and not report.is_for_machines
        changes = _apply_fixes(selected_units, target, diff, report)
    else:
        compiler = Compiler(target, use_cache=not no_cache, environments=environments)
        streamed_results = compiler.check_units(selected_units)
        results = list(
            show_progress(
                streamed_results, len(selected_units), lambda result: result.unit.input.path
            )
        )
        results = with_findings_of_projects(results, compiler)
        for result in results:
            report.add(*result.user_findings())
    code = report.print() or changes
    if not report.findings and not report.is_for_machines and not changes:
        noun = "pipeline is" if len(selected_units) == 1 else "pipelines are"
        report.console.say(f"{len(selected_units)} {noun} in order")
    if code == 0 and compiler is not None and not any(result.shared for result in results):
        from ssbt.compiler.cli.console import transcript
        from ssbt.compiler.cli.run_records import record_run

        record_run(compiler.fingerprint, compiler.reads, {}, transcript)
    return code


def _apply_fixes(units: tuple[Unit, ...], target: str | None, diff: bool, report: Report) -> int:
    """Fix, or only show what fixing changes; the exit code that the changes alone ask for."""
    from ssbt.compiler.cli.fixing import apply_fixes
    from ssbt.compiler.cli.writing import rewrite_all

    if any(unit.input.is_standard_input for unit in units):
        raise click.UsageError("--fix changes files, and standard input is none")
    from ssbt.compiler.cli.projects import apply_joint_fixes, without_contracts

    joint_fixes = apply_joint_fixes(units, target)
    count, contents = joint_fixes.fix_count, joint_fixes.contents
    report.add(*joint_fixes.remaining)
    for unit in units:
        fix_result = apply_fixes(unit, target, contents)
        contents = fix_result.contents
        count += fix_result.count
        report.add(*without_contracts(fix_result.result).user_findings())
    if diff:
        _show_diff(contents, report)
    else:
        rewrite_all(contents.items())
    if count and not report.is_for_machines:
        location = next(iter(contents)) if len(contents) == 1 else f"{len(contents)} files"
        verb = "--fix would fix" if diff else "fixed"
        report.console.say(f"{verb} {count} finding{'s' * (count > 1)} in {location}")
    return int(diff and count > 0)


def _show_diff(contents: Mapping[str, bytes], report: Report) -> None:
    from ssbt.compiler.cli.console import put
    from ssbt.compiler.cli.diffs import unified_diff
    from ssbt.compiler.cli.inputs import read_contents

    stream = sys.stderr if report.is_for_machines else sys.stdout
    color = report.console.has_color(stream)
    for path, new_content in sorted(contents.items()):
        put(stream, unified_diff(path, read_contents(path), new_content, color=color))
