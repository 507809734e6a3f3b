"""`ssbtc lineage`: where the columns of a pipeline come from."""

from __future__ import annotations

from collections.abc import Iterator
import os
from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.ir.expressions import Origin
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.lineage.graph import Lineage

_WHOLE = ("tree", "openlineage")
_DOWN_HELP = "Show what is made from the columns, not what they are made from."


@click.command("lineage")
@click.argument("arguments", nargs=-1, metavar="[PATH]... [COLUMN]...")
@click.option("--downstream", is_flag=True, help=_DOWN_HELP)
@options.target
@options.output_format(["tree", "mermaid", "dot", "json", "openlineage"])
@options.color
def command(
    arguments: tuple[str, ...],
    downstream: bool,
    target: str | None,
    output_format: str,
    color: str,
) -> int:
    """Show what columns are made from, down to the sources, and what decides about their rows.

    PATH are pipelines and folders of them, this folder if none is given. COLUMN is `dataset.column`
    or a whole `dataset`; without one, all columns that a sink writes are shown. `openlineage` has
    an event for each pipeline, in a line of its own, with all that its sinks write.
    """
    from ssbt.compiler.cli.units import units
    from ssbt.compiler.lineage.graph import lineage

    if downstream and output_format != "tree":
        raise click.UsageError("--downstream is shown as a tree alone")
    report = options.report("text", strict=False, color=color)
    report.results_there = True
    paths = [each for each in arguments if _is_path(each)]
    names = [each for each in arguments if not _is_path(each)]
    found = units(paths).all
    if names and output_format == "openlineage":
        raise click.UsageError("an event of OpenLineage is about a whole pipeline: name no column")
    if len(found) > 1 and (names or output_format not in _WHOLE):
        listed = ", ".join(unit.input.path for unit in found[:5])
        raise Failure(f"name one pipeline, there are {len(found)} here: {listed}, …")
    texts = []
    for unit in found:
        pipeline = _pipeline(unit, target, report)
        if pipeline is None:
            continue
        if output_format == "openlineage":
            texts.append(_event(pipeline))
        else:
            known = lineage(pipeline)
            title = f"{unit.input.path}\n\n" if len(found) > 1 else ""
            columns = list(_columns(known, names))
            texts.append(title + _shown(known, columns, output_format, downstream=downstream))
    code = report.print()
    report.console.result(("" if output_format == "openlineage" else "\n").join(texts))
    return code


def _is_path(text: str) -> bool:
    return text.endswith(".ssbt") or os.sep in text or os.path.exists(text)


def _pipeline(unit: Unit, target: str | None, report: Report) -> Pipeline | None:
    from ssbt.compiler.cli.units import relocated, relocated_sources
    from ssbt.compiler.driver import checked

    result = checked(unit.path, unit.read, target)
    if result.pipeline is None:
        findings = [relocated(finding, unit) for finding in result.findings]
        report.add(findings, relocated_sources(result.sources, unit))
    return result.pipeline


def _event(pipeline: Pipeline) -> str:
    """A line of JSON; `SOURCE_DATE_EPOCH` says the time, for outputs that are the same again."""
    from datetime import UTC, datetime
    import json
    import time

    from ssbt.compiler.emit.version import VERSION
    from ssbt.compiler.lineage.openlineage import event

    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    now = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    namespace = os.environ.get("OPENLINEAGE_NAMESPACE") or "default"
    return json.dumps(event(pipeline, namespace, now, VERSION), ensure_ascii=False) + "\n"


def _columns(known: Lineage, names: list[str]) -> Iterator[Origin]:
    """The columns that are asked for."""
    from ssbt.compiler.ir.expressions import Origin

    nodes = {name.casefold(): node for name, node in known.nodes.items()}
    for name in names or dict.fromkeys(dataset for _, dataset in known.sinks):
        # Dead letters have a dot in their name.
        whole = name.casefold() in nodes or "." not in name
        dataset, _, column = (name, "", "") if whole else name.rpartition(".")
        node = nodes.get(dataset.casefold())
        if node is None:
            raise Failure(_unknown("dataset", dataset, [*known.nodes]))
        columns = {each.casefold(): each for each in node.columns}
        if column and column.casefold() not in columns:
            raise Failure(_unknown("column", column, [*node.columns], f" in `{node.name}`"))
        for each in [columns[column.casefold()]] if column else node.columns:
            yield Origin(node.name, each)


def _unknown(kind: str, name: str, known: list[str], where: str = "") -> str:
    from ssbt.compiler.diagnostics.suggestions import did_you_mean

    near = did_you_mean(name, known)
    way = f"did you mean `{near}`?" if near else f"there is {', '.join(known)}"
    return f"there is no {kind} `{name}`{where}; {way}"


def _shown(known: Lineage, columns: list[Origin], output_format: str, *, downstream: bool) -> str:
    from ssbt.compiler.lineage import views

    if output_format == "tree":
        tree = views.uses if downstream else views.tree
        return "\n".join(tree(known, column) for column in columns)
    view = {"mermaid": views.mermaid, "dot": views.graphviz, "json": views.as_json}[output_format]
    return view(known, columns)
