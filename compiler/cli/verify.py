"""`ssbtc verify`: do the outputs belong to the sources, and are they as they were written?"""

from __future__ import annotations

import click

from ssbt.compiler.cli import options


@click.command("verify")
@options.paths
@options.out
@options.findings
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    out: str,
    output_format: str,
    strict: bool,
    color: str,
) -> int:
    """Find outputs that were edited by hand, are stale or missing.

    It compares the hashes in each manifest with the outputs and with the sources, so that outputs
    of an older compiler are in order too. PATHS are pipelines and folders of them, this folder if
    none is given; for folders, outputs whose pipeline is gone are found as well.
    """
    from ssbt.compiler.cli.manifests import Records
    from ssbt.compiler.cli.units import units
    from ssbt.compiler.cli.verification import verified

    report = options.report(output_format, strict, color)
    found = units(paths, stdin_filename, out=out)
    records = Records(out)
    for unit in found.all:
        report.add(verified(unit, out, records), {})
    if found.has_folders:
        from ssbt.compiler.cli.orphans import orphans

        report.add(orphans(out, records, (unit.name for unit in found.all)), {})
    code = report.print()
    if not report.findings and not report.machine:
        noun = "pipeline belong" if len(found.all) == 1 else "pipelines belong"
        report.console.say(f"the outputs of {len(found.all)} {noun} to their sources, unedited")
    return code
