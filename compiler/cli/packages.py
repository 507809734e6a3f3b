"""`ssbtc packages`: what `spark-submit --packages` has to be given."""

from __future__ import annotations

import click

from ssbt.compiler.cli import options


@click.command("packages")
@options.paths
@options.target
@options.no_cache
@options.color
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    target: str | None,
    no_cache: bool,
    color: str,
) -> int:
    """Print the Maven coordinates that pipelines need, for `--packages`.

    They stand on one line with commas between them; an empty line means that Spark has all that
    is needed. PATHS are pipelines and folders of them, this folder if none is given.
    """
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.units import find_units

    report = options.build_report("text", strict=False, color=color)
    report.results_on_stdout = True
    compiler = Compiler(target, use_cache=not no_cache)
    needed: set[str] = set()
    for result in compiler.check_units(find_units(paths, stdin_filename).all):
        findings, sources = result.user_findings()
        if report.is_failure(findings):
            report.add(findings, sources)
        needed.update(result.packages)
    code = report.print()
    if code:
        return code
    report.console.write_result(f"{','.join(sorted(needed))}\n")
    if not needed:
        report.console.note("no package is needed: Spark brings all of it along")
    return 0
