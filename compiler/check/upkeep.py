"""Declarations `maintain`: what can be done to a table without taking what others still read."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.codes.upkeep import example_with_upkeep
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.merges import stored_columns
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.upkeep import Upkeep
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import UNKNOWN

_DAY = 24 * 3_600_000
_FOLDERS = OptionPlacement.PARTITION_BY

SHORT_RETENTION = Code(
    "SSBT0581",
    "Files that are deleted while somebody may read them",
    """\
A reader keeps the version of a table that it began with, and a write has files of a version that is
not there yet. Both fail, or the table loses rows, if their files are deleted meanwhile. Delta Lake
keeps files for 7 days at least, unless a check is switched off; so does `maintain`. For Iceberg it
is 1 day: snapshots that go do not take files of running writes with them, but those of readers.
Versions that are older than `expire_snapshots` can no longer be read.
""",
    wrong=example_with_upkeep("expire_snapshots = 1 day"),
    right=example_with_upkeep("expire_snapshots = 7 days"),
)

UNFIT_ORDER = Code(
    "SSBT0582",
    "A table that cannot be sorted by these columns",
    """\
`z_order_by` and `sort_by` move rows with near values into the same files, within each partition. A
column of the partitions has one value in each of them, and a column without an order, or one that
the table does not have, cannot be sorted by: the job fails. Each engine orders by types of its own:
Iceberg's z-order takes no DECIMAL. A table with `cluster_by` is clustered by `compact`, and has
no other order.
""",
    wrong=example_with_upkeep("z_order_by = placed_on"),
    right=example_with_upkeep("z_order_by = id"),
)
_ORDERS = ("sort_by", "z_order_by")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each table that is maintained."""
    outputs = collect_outputs(pipeline)
    sinks = {each.name: each for each in pipeline.sinks}
    for upkeep in pipeline.upkeep:
        yield from _check_retention(upkeep)
        sink = sinks.get(upkeep.sink)
        relation = outputs.get(sink.dataset) if sink is not None else None
        if sink is not None and relation is not None:
            yield from _check_order(upkeep, sink, relation)


def _check_retention(upkeep: Upkeep) -> Iterator[Diagnostic]:
    setting, retention = upkeep.settings.find("expire_snapshots"), upkeep.retention
    least = setting.option.minimum if setting is not None else None
    if setting is None or least is None or retention is None or retention >= least:
        return
    days = f"{least / _DAY:g} day{'s' * (least != _DAY)}"
    message = f"`expire_snapshots` is shorter than {days}: readers and writers may need the files"
    yield Diagnostic(
        SHORT_RETENTION,
        message,
        Label(setting.span or upkeep.span),
        help=(f"write `expire_snapshots = {days}`, or more",),
    )


def _check_order(upkeep: Upkeep, sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    """What orders the rows of files: columns of the table with an order, not of its partitions."""
    stored = {each.name.casefold(): each for each in stored_columns(sink.settings, relation)}
    for setting in filter(None, map(upkeep.settings.find, _ORDERS)):
        clusters = sink.settings.find("cluster_by")
        if clusters is not None and setting.span is not None:
            message = "the table is clustered, and takes no other order"
            also = (Label(clusters.span, "here"),) if clusters.span is not None else ()
            help_ = ("write `compact = true`, which clusters it",)
            yield Diagnostic(UNFIT_ORDER, message, Label(setting.span), also, help_)
            continue
        for name in setting.columns:
            column = stored.get(name.name.casefold())
            if name.name.casefold() in _find_folders(sink):
                message = f"`{name.name}` is a column of the partitions: each of them has one value"
                help_ = ("sort by other columns",)
                yield Diagnostic(UNFIT_ORDER, message, Label(name.span), help=help_)
            elif column is None and not relation.is_open:
                message = f"the table has no column `{name.name}`"
                names = ", ".join(f"`{each.name}`" for each in stored.values())
                help_ = (f"its columns are {names}",)
                yield Diagnostic(UNFIT_ORDER, message, Label(name.span), help=help_)
            elif column is not None:
                yield from _check_type(setting, column, name.span)


def _find_folders(sink: Sink) -> frozenset[str]:
    """The columns with one value in each partition; a function of a column may leave it several."""
    partitions = sink.settings.at(_FOLDERS) or sink.settings.find("partition_by")
    columns = partitions.columns if partitions is not None else ()
    return frozenset(each.name.casefold() for each in columns if not each.transform)


def _check_type(setting: Setting, column: Column, span: Span) -> Iterator[Diagnostic]:
    kind = column.type.sql.partition("(")[0].partition("<")[0].partition(" ")[0]
    accepted = setting.option.column_types
    if column.type != UNKNOWN and accepted and kind not in accepted:
        message = (
            f"`{setting.option.name}` cannot order rows by `{column.name}`, a column of {kind}"
        )
        help_ = (f"it takes {join_alternatives(accepted)}",)
        yield Diagnostic(UNFIT_ORDER, message, Label(span), help=help_)
