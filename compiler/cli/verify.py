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
    from ssbt.compiler.cli.manifests import ManifestRecords
    from ssbt.compiler.cli.units import find_units
    from ssbt.compiler.cli.verification import verify_outputs

    report = options.build_report(output_format, strict, color)
    selection = find_units(paths, stdin_filename, out=out)
    records = ManifestRecords(out)
    for unit in selection.all:
        report.add(verify_outputs(unit, out, records), {})
    if selection.has_folders:
        from ssbt.compiler.cli.orphans import find_orphans

        report.add(find_orphans(out, records, (unit.name for unit in selection.all)), {})
    code = report.print()
    if not report.findings and not report.is_for_machines:
        noun = "pipeline belong" if len(selection.all) == 1 else "pipelines belong"
        report.console.say(f"the outputs of {len(selection.all)} {noun} to their sources, unedited")
    return code
