"""`ssbtc lineage`: where the columns of a pipeline come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
import os
from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.ir.provenance import Origin
    from ssbt.compiler.lineage.graph import Lineage
    from ssbt.compiler.lineage.neighbours import Neighbours

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

    PATH are pipelines and folders of them, this folder if none is given. COLUMN is a column such as
    `dataset.column`, a field in one, `dataset.column.field`, or a whole `dataset`; without one, all
    columns that a sink writes are shown. `openlineage` has an event for each pipeline, in a line of
    its own, with all that its sinks write.
    """
    from ssbt.compiler.cli.projects import neighbours_in_projects
    from ssbt.compiler.cli.units import units

    if downstream and output_format != "tree":
        raise click.UsageError("--downstream is shown as a tree alone")
    report = options.report("text", strict=False, color=color)
    report.results_there = True
    names = [each for each in arguments if not _is_path(each)]
    found = units([each for each in arguments if _is_path(each)]).all
    _check_number(found, names, output_format)
    show = partial(_shown, names=names, output_format=output_format, downstream=downstream)
    texts = []
    others = {} if output_format == "openlineage" else neighbours_in_projects(found, target)
    for unit in found:
        pipeline = _pipeline(unit, target, report)
        if pipeline is not None:
            titled = len(found) > 1 and output_format != "openlineage"
            texts.append(
                (f"{unit.input.path}\n\n" if titled else "")
                + show(pipeline, others.get(unit.input.path))
            )
    code = report.print()
    report.console.result(("" if output_format == "openlineage" else "\n").join(texts))
    return code


def _check_number(found: Sequence[Unit], names: list[str], output_format: str) -> None:
    """Refuse columns of a whole pipeline's event, and several pipelines where one is shown."""
    if names and output_format == "openlineage":
        raise click.UsageError("an event of OpenLineage is about a whole pipeline: name no column")
    if len(found) > 1 and (names or output_format not in _WHOLE):
        listed = ", ".join(unit.input.path for unit in found[:5])
        raise Failure(f"name one pipeline, there are {len(found)} here: {listed}, …")


def _is_path(text: str) -> bool:
    return text.endswith(".ssbt") or os.sep in text or os.path.exists(text)


def _pipeline(unit: Unit, target: str | None, report: Report) -> Pipeline | None:
    from ssbt.compiler.cli.units import relocated_findings
    from ssbt.compiler.driver import checked

    result = checked(unit.path, unit.read, target)
    if result.pipeline is None:
        report.add(*relocated_findings(result.findings, result.sources, unit))
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
    """The columns, and the fields in them, that are asked for."""
    from ssbt.compiler.ir.provenance import Origin

    for name in names or dict.fromkeys(dataset for _, dataset in known.sinks):
        dataset, rest = _longest(name, known.nodes)
        if dataset is None:
            raise Failure(_unknown("dataset", name.partition(".")[0], [*known.nodes]))
        node = known.nodes[dataset]
        if not rest:
            yield from (Origin(dataset, each) for each in node.columns)
            continue
        column, rest = _longest(rest, node.columns)
        if column is None:
            raise Failure(_unknown("column", rest, [*node.columns], f" in `{dataset}`"))
        place = Origin(dataset, column)
        while rest:
            fields = [each.name for each in node.fields(place)]
            field, rest = _longest(rest, fields)
            if field is None:
                raise Failure(_unknown("field", rest, fields, f" in `{place}`"))
            place = place.field(field)
        yield place


def _longest(text: str, names: Iterable[str]) -> tuple[str | None, str]:
    """The longest name that a dotted text begins with, in any case, and what is behind it.

    A name may have dots itself: the dead letters of a source do. Where there is none, the text.
    """
    known = {name.casefold(): name for name in names}
    parts = text.split(".")
    for length in range(len(parts), 0, -1):
        name = known.get(".".join(parts[:length]).casefold())
        if name is not None:
            return name, ".".join(parts[length:])
    return None, text


def _unknown(kind: str, name: str, known: list[str], where: str = "") -> str:
    from ssbt.compiler.diagnostics.suggestions import did_you_mean

    near = did_you_mean(name, known)
    there_is = f"there is {', '.join(known)}" if known else "there is none"
    way = f"did you mean `{near}`?" if near else there_is
    return f"there is no {kind} `{name}`{where}; {way}"


def _shown(
    pipeline: Pipeline,
    others: Neighbours | None,
    *,
    names: list[str],
    output_format: str,
    downstream: bool,
) -> str:
    from msgspec.structs import replace

    from ssbt.compiler.lineage import views
    from ssbt.compiler.lineage.graph import lineage

    if output_format == "openlineage":
        return _event(pipeline)
    known = lineage(pipeline)
    if others is not None:
        known = replace(known, neighbours=others)
    columns = list(_columns(known, names))
    if output_format == "tree":
        tree = views.uses if downstream else views.tree
        return "\n".join(tree(known, column) for column in columns)
    view = {"mermaid": views.mermaid, "dot": views.graphviz, "json": views.as_json}[output_format]
    return view(known, columns)
