"""Tables of a pipeline, described by a script with its parameters, connections and secrets."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.runs import CompileRun
from ssbt.compiler.cli.submitting import (
    capture_spark_submit,
    require_single,
    submit_command,
    submit_variables,
)
from ssbt.compiler.cli.units import find_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit


def describe_in_pipeline(
    path: str,
    name: str,
    commits: int,
    *,
    target: str | None,
    report: Report,
    submit: tuple[str, ...],
    master: str,
    arguments: Sequence[str],
) -> dict[str, Any] | int:
    """What a table of a pipeline is, or the exit code of what failed before that is known.

    Raises Failure where the pipeline has no such table.
    """
    from ssbt.compiler.cli.compilation import compile_unit

    unit = require_single(find_units([path]).all)
    result, _, _ = compile_unit(unit, target, emits=True)
    with tempfile.TemporaryDirectory() as folder:
        if code := CompileRun([result], folder, report, force=True).write_outputs(summary=False):
            return code
        described, stem = os.path.join(folder, "table.json"), f"{result.name}_table"
        text = _emit_script(unit, target, name, commits, described)
        with open(os.path.join(folder, f"{stem}.py"), "w", encoding="utf-8") as file:
            file.write(text)
        words = submit_command(result, folder, master, submit, script=stem, verbose=False)
        variables = submit_variables(folder, stem, quiet=True)
        process = capture_spark_submit([*words, *arguments, "--quiet"], variables)
        if process.returncode:
            # What the script itself says: spark-submit joins its two streams.
            sys.stderr.write(process.stdout)
            return process.returncode
        with open(described, encoding="utf-8") as file:
            document: dict[str, Any] = json.load(file)
        return document


def _emit_script(unit: Unit, target: str | None, name: str, commits: int, file: str) -> str:
    from ssbt.compiler import driver
    from ssbt.compiler.emit.table_script import emit_table_script, list_tables

    targets = (target,) if target else ()
    checked = driver.check_pipeline(unit.path, unit.read, *targets)
    pipeline = checked.pipeline
    assert pipeline is not None, "it was compiled just now"
    script = emit_table_script(pipeline, checked.sources, name, commits, file)
    if script is None:
        tables = ", ".join(f"`{each}`" for each in list_tables(pipeline)) or "none"
        raise Failure(
            f"{unit.input.path} has no table `{name}`; its sources and sinks that are tables:"
            f" {tables}; by the name of a connection: `CONNECTION.NAMESPACE.TABLE`"
        )
    return script
