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

_MULTI_PIPELINE_FORMATS = ("tree", "openlineage")
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
    its own, with everything that its sinks write.
    """
    from ssbt.compiler.cli.projects import find_neighbours
    from ssbt.compiler.cli.units import find_units

    if downstream and output_format != "tree":
        raise click.UsageError("--downstream is shown as a tree alone")
    report = options.build_report("text", strict=False, color=color)
    report.results_on_stdout = True
    names = [each for each in arguments if not _is_path(each)]
    selected_units = find_units([each for each in arguments if _is_path(each)]).all
    _check_count(selected_units, names, output_format)
    show = partial(
        _render_pipeline, names=names, output_format=output_format, downstream=downstream
    )
    texts = []
    neighbours = {} if output_format == "openlineage" else find_neighbours(selected_units, target)
    for unit in selected_units:
        pipeline = _load_pipeline(unit, target, report)
        if pipeline is not None:
            titled = len(selected_units) > 1 and output_format != "openlineage"
            texts.append(
                (f"{unit.input.path}\n\n" if titled else "")
                + show(pipeline, neighbours.get(unit.input.path))
            )
    code = report.print()
    report.console.write_result(("" if output_format == "openlineage" else "\n").join(texts))
    return code


def _check_count(units: Sequence[Unit], names: list[str], output_format: str) -> None:
    """Refuse columns of a whole pipeline's event, and several pipelines where one is shown."""
    if names and output_format == "openlineage":
        raise click.UsageError("an event of OpenLineage is about a whole pipeline: name no column")
    if len(units) > 1 and (names or output_format not in _MULTI_PIPELINE_FORMATS):
        listed = ", ".join(unit.input.path for unit in units[:5])
        raise Failure(f"name one pipeline, there are {len(units)} here: {listed}, …")


def _is_path(text: str) -> bool:
    return text.endswith(".ssbt") or os.sep in text or os.path.exists(text)


def _load_pipeline(unit: Unit, target: str | None, report: Report) -> Pipeline | None:
    from ssbt.compiler.cli.units import relocate_findings
    from ssbt.compiler.driver import check_pipeline

    result = check_pipeline(unit.path, unit.read, target)
    if result.pipeline is None:
        report.add(*relocate_findings(result.findings, result.sources, unit))
    return result.pipeline


def _render_event(pipeline: Pipeline) -> str:
    """A line of JSON; `SOURCE_DATE_EPOCH` says the time, for outputs that are the same again."""
    from datetime import UTC, datetime
    import json
    import time

    from ssbt.compiler.emit.version import VERSION
    from ssbt.compiler.lineage.openlineage import build_event

    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    now = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    namespace = os.environ.get("OPENLINEAGE_NAMESPACE") or "default"
    return json.dumps(build_event(pipeline, namespace, now, VERSION), ensure_ascii=False) + "\n"


def _select_columns(graph: Lineage, names: list[str]) -> Iterator[Origin]:
    """The columns, and the fields in them, that are asked for."""
    from ssbt.compiler.ir.provenance import Origin

    for name in names or dict.fromkeys(dataset for _, dataset in graph.sinks):
        dataset, rest = _split_longest_name(name, graph.nodes)
        if dataset is None:
            raise Failure(_describe_unknown("dataset", name.partition(".")[0], [*graph.nodes]))
        node = graph.nodes[dataset]
        if not rest:
            yield from (Origin(dataset, each) for each in node.columns)
            continue
        column, rest = _split_longest_name(rest, node.columns)
        if column is None:
            raise Failure(_describe_unknown("column", rest, [*node.columns], f" in `{dataset}`"))
        origin = Origin(dataset, column)
        while rest:
            fields = [each.name for each in node.fields(origin)]
            field, rest = _split_longest_name(rest, fields)
            if field is None:
                raise Failure(_describe_unknown("field", rest, fields, f" in `{origin}`"))
            origin = origin.field(field)
        yield origin


def _split_longest_name(text: str, names: Iterable[str]) -> tuple[str | None, str]:
    """The longest name that a dotted text begins with, in any case, and what is after it.

    A name may have dots itself: the dead letters of a source do. Where there is none, the text.
    """
    names_by_key = {name.casefold(): name for name in names}
    parts = text.split(".")
    for length in range(len(parts), 0, -1):
        name = names_by_key.get(".".join(parts[:length]).casefold())
        if name is not None:
            return name, ".".join(parts[length:])
    return None, text


def _describe_unknown(kind: str, name: str, candidates: list[str], context: str = "") -> str:
    from ssbt.compiler.diagnostics.suggestions import did_you_mean

    near = did_you_mean(name, candidates)
    there_is = f"there is {', '.join(candidates)}" if candidates else "there are no others"
    hint = f"did you mean `{near}`?" if near else there_is
    return f"there is no {kind} `{name}`{context}; {hint}"


def _render_pipeline(
    pipeline: Pipeline,
    neighbours: Neighbours | None,
    *,
    names: list[str],
    output_format: str,
    downstream: bool,
) -> str:
    from msgspec.structs import replace

    from ssbt.compiler.lineage import views
    from ssbt.compiler.lineage.graph import build_lineage

    if output_format == "openlineage":
        return _render_event(pipeline)
    graph = build_lineage(pipeline)
    if neighbours is not None:
        graph = replace(graph, neighbours=neighbours)
    columns = list(_select_columns(graph, names))
    if output_format == "tree":
        tree = views.render_uses if downstream else views.render_tree
        return "\n".join(tree(graph, column) for column in columns)
    view = {"mermaid": views.render_mermaid, "dot": views.render_graphviz, "json": views.as_json}[
        output_format
    ]
    return view(graph, columns)
