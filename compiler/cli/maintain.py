"""`ssbtc maintain`: compile, then run the scripts that keep the tables in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.submitting import (
    SUBMIT,
    SubmitCommand,
    exec_spark_submit,
    run_spark_submit,
    script_arguments,
    submit_command,
    submit_variables,
)

if TYPE_CHECKING:
    from ssbt.compiler.cli.compilation_results import CompilationResult

_SUFFIX = "_upkeep.py"


@click.command("maintain", cls=SubmitCommand)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--dry-run", is_flag=True, help="Change nothing: print which files would be deleted.")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    metavar="NAME=FOLDER",
    help="A stream outside the project that reads a table, and its checkpoint; may be repeated.",
)
@options.assignments
@options.script_run
@options.master("local[*]")
@options.target
@options.out
@options.force
@options.no_cache
@options.color
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    dry_run: bool,
    readers: tuple[str, ...],
    assignments: tuple[str, ...],
    conf_file: str | None,
    env: str | None,
    log_format: str | None,
    log_file: str | None,
    verbose: bool,
    quiet: bool,
    master: str,
    target: str | None,
    out: str,
    force: bool,
    no_cache: bool,
    color: str,
) -> int:
    """Keep the tables of pipelines in order: small and old files.

    PATHS are pipelines, or folders of them, this one if there is none; what is to be done is said
    by their `maintain`. Files that streams of the project still have to read stay. What follows
    `--` goes to spark-submit. The exit code is that of the script, of several the first that
    failed.
    """
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.projects import with_findings_of_projects
    from ssbt.compiler.cli.runs import CompileRun
    from ssbt.compiler.cli.table_readers import find_table_readers, given_parameters
    from ssbt.compiler.cli.units import find_units

    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet contradict each other")
    report = options.build_report("text", strict=False, color=color)
    report.results_on_stdout = True
    compiler = Compiler(target, use_cache=not no_cache)
    compiled = [*compiler.compile_units(find_units(paths or (".",), out=out).all)]
    results = with_findings_of_projects(compiled, compiler)
    if code := CompileRun(results, out, report, force=force).write_outputs(summary=False):
        return code
    assigned = given_parameters(conf_file, assignments)
    readers_by_file = find_table_readers(compiled, compiler, env or "", assigned)
    single = {"--conf-file": conf_file, "--env": env, "--log-format": log_format}
    single |= {"--log-file": log_file}
    flags = {"--dry-run": dry_run, "--verbose": verbose, "--quiet": quiet}
    scripts = _find_scripts(results)
    submitted: tuple[str, ...] = ctx.meta.get(SUBMIT, ())
    first_code = 0
    for result, script in scripts:
        submit = submit_command(result, out, master, submitted, script=script, verbose=verbose)
        folders = readers_by_file.get(result.unit.input.path, {})
        listed = (*(f"{name}={folder}" for name, folder in sorted(folders.items())), *readers)
        repeated = {"--set": assignments, "--reader": listed}
        arguments = script_arguments(repeated, single, flags)
        variables = submit_variables(out, script, quiet=quiet)
        if len(scripts) == 1:
            exec_spark_submit([*submit, *arguments], variables, quiet=quiet)
        code = run_spark_submit([*submit, *arguments], variables, quiet=quiet)
        first_code = first_code or code
    return first_code


def _find_scripts(results: list[CompilationResult]) -> list[tuple[CompilationResult, str]]:
    """The scripts that are to be run, without `.py`; raises Failure where there is none."""
    scripts = [
        (result, file.path.removesuffix(".py"))
        for result in results
        for file in result.outputs or ()
        if file.path == f"{result.name}{_SUFFIX}"
    ]
    if not scripts:
        names = ", ".join(result.unit.input.path for result in results)
        raise Failure(
            f"{names}: there is no table to maintain; say what is to be done beside its sink,"
            " such as `maintain SINK { compact = true, expire_snapshots = 7 days }`"
        )
    return scripts
