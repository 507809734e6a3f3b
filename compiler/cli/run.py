"""`ssbtc run`: compile, then `spark-submit` on this machine."""

from __future__ import annotations

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.submitting import (
    SUBMIT,
    SubmitCommand,
    exec_spark_submit,
    require_single,
    script_arguments,
    submit_command,
    submit_variables,
)


@click.command("run", cls=SubmitCommand)
@click.argument("path", type=click.Path())
@options.assignments
@options.script_run
@click.option(
    "--accept-checkpoint-change",
    "accepted",
    multiple=True,
    metavar="NAME",
    help="Let a stream go on from a checkpoint that was refused; may be repeated.",
)
@click.option(
    "--keep-output",
    "kept",
    multiple=True,
    metavar="NAME",
    help="Let a stream that starts from scratch write on after its files; may be repeated.",
)
@click.option("--max-restarts", type=int, metavar="N", help="Restarts of a stream that fails.")
@options.master("local[*]")
@options.target
@options.out
@options.force
@options.no_cache
@options.color
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    assignments: tuple[str, ...],
    conf_file: str | None,
    env: str | None,
    log_format: str | None,
    log_file: str | None,
    verbose: bool,
    quiet: bool,
    accepted: tuple[str, ...],
    kept: tuple[str, ...],
    max_restarts: int | None,
    master: str,
    target: str | None,
    out: str,
    force: bool,
    no_cache: bool,
    color: str,
) -> int:
    """Compile a pipeline and run it on this machine's Spark.

    PATH is a pipeline, or a folder with one. The script runs in this folder and gets the first
    ten options; what follows `--` goes to spark-submit. The exit code is the script's.
    """
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.projects import with_findings_of_projects
    from ssbt.compiler.cli.runs import CompileRun
    from ssbt.compiler.cli.units import find_units

    report = options.build_report("text", strict=False, color=color)
    # Standard output belongs to the script.
    report.results_on_stdout = True
    compiler = Compiler(target, use_cache=not no_cache)
    results = [*compiler.compile_units([require_single(find_units([path], out=out).all)])]
    (result,) = with_findings_of_projects(results, compiler)
    if code := CompileRun([result], out, report, force=force).write_outputs(summary=False):
        return code
    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet contradict each other")
    repeated = {"--set": assignments, "--accept-checkpoint-change": accepted}
    repeated |= {"--keep-output": kept}
    single = {"--conf-file": conf_file, "--env": env, "--log-format": log_format}
    single |= {"--log-file": log_file}
    flags = {"--verbose": verbose, "--quiet": quiet}
    arguments = script_arguments(repeated, {**single, "--max-restarts": max_restarts}, flags)
    submit = submit_command(
        result, out, master, ctx.meta.get(SUBMIT, ()), script=result.name, verbose=verbose
    )
    variables = submit_variables(out, result.name, quiet=quiet)
    return exec_spark_submit([*submit, *arguments], variables, quiet=quiet)
