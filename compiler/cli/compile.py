"""`ssbtc compile`: write the scripts."""

from __future__ import annotations

import click

from ssbt.compiler.cli import options


@click.command("compile")
@options.paths
@options.out
@options.target
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if the outputs are not up to date."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@options.force
@options.no_cache
@options.findings
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    out: str,
    target: str | None,
    check: bool,
    diff: bool,
    force: bool,
    no_cache: bool,
    output_format: str,
    strict: bool,
    color: str,
) -> int:
    """Compile pipelines to PySpark scripts.

    PATHS are pipelines and folders of them, this folder if none is given; `-` is standard input.
    Each gives a script, a manifest, a source map and the runtime. What is up to date is not
    touched.
    """

    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.console import show_progress
    from ssbt.compiler.cli.projects import with_findings_of_projects
    from ssbt.compiler.cli.runs import CompileRun
    from ssbt.compiler.cli.units import find_units

    report = options.build_report(output_format, strict, color)
    selection = find_units(paths, stdin_filename, out=out)
    compiler = Compiler(target, use_cache=not no_cache)
    streamed_results = compiler.compile_units(selection.all)
    results = list(
        show_progress(streamed_results, len(selection.all), lambda result: result.unit.input.path)
    )
    run = CompileRun(with_findings_of_projects(results, compiler), out, report, force=force)
    if check or diff:
        report.results_on_stdout = diff and not report.is_for_machines
        return run.compare_outputs(diff=diff, orphans=check and selection.has_folders)
    code = run.write_outputs()
    if code == 0 and run.is_settled and compiler.fingerprint:
        from ssbt.compiler.cli.run_records import record_run

        record_run(compiler.fingerprint, compiler.reads, run.outputs, run.said_again)
    return code
