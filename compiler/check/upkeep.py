"""Declarations `maintain`: what can be done to a table without taking what others still read."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.codes.upkeep import example_with_upkeep
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.merges import stored_columns
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.upkeep import Upkeep
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    BooleanType,
    MapType,
    StructType,
    VariantType,
)

_DAY = 24 * 3_600_000
_FOLDERS = OptionPlacement.PARTITION_BY

SHORT_RETENTION = Code(
    "SSBT0581",
    "Files that are deleted while somebody may read them",
    """\
A reader keeps the version of a table that it began with, and a write has files of a version that is
not there yet. Both fail, or the table loses rows, if their files are deleted meanwhile. Delta Lake
keeps files for 7 days at least, unless a check is switched off; so does `maintain`. Versions that
are older than `expire_snapshots` can no longer be read.
""",
    wrong=example_with_upkeep("expire_snapshots = 1 day"),
    right=example_with_upkeep("expire_snapshots = 7 days"),
)

UNFIT_ORDER = Code(
    "SSBT0582",
    "A table that cannot be sorted by these columns",
    """\
`z_order_by` moves rows with near values into the same files, within each partition. A column of the
partitions has one value in each of them, and a column without an order, or one that the table does
not have, cannot be sorted by: the job fails. A table with `cluster_by` is clustered by `compact`,
and takes no other order.
""",
    wrong=example_with_upkeep("z_order_by = placed_on"),
    right=example_with_upkeep("z_order_by = id"),
)
_UNFIT_TYPES = (BooleanType, BinaryType, ArrayType, MapType, StructType, VariantType)


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
    days = f"{least / _DAY:g} days"
    message = f"`expire_snapshots` is shorter than {days}: readers and writers may need the files"
    yield Diagnostic(
        SHORT_RETENTION,
        message,
        Label(setting.span or upkeep.span),
        help=(f"write `expire_snapshots = {days}`, or more",),
    )


def _check_order(upkeep: Upkeep, sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    setting = upkeep.settings.find("z_order_by")
    if setting is None:
        return
    clusters = sink.settings.find("cluster_by")
    if clusters is not None and setting.span is not None:
        message = "the table is clustered, and takes no other order"
        also = (Label(clusters.span, "here"),) if clusters.span is not None else ()
        help_ = ("write `compact = true`, which clusters it",)
        yield Diagnostic(UNFIT_ORDER, message, Label(setting.span), also, help_)
        return
    folders = {each.name.casefold() for each in sink.settings.columns_at(_FOLDERS)}
    stored = {each.name.casefold(): each for each in stored_columns(sink.settings, relation)}
    for name in setting.columns:
        column = stored.get(name.name.casefold())
        if name.name.casefold() in folders:
            message = f"`{name.name}` is a column of the partitions: each of them has one value"
            help_ = ("sort by other columns",)
            yield Diagnostic(UNFIT_ORDER, message, Label(name.span), help=help_)
        elif column is None and not relation.is_open:
            message = f"the table has no column `{name.name}`"
            help_ = (f"its columns are {', '.join(f'`{each.name}`' for each in stored.values())}",)
            yield Diagnostic(UNFIT_ORDER, message, Label(name.span), help=help_)
        elif column is not None and isinstance(column.type, _UNFIT_TYPES):
            message = f"`{name.name}` is {column.type.sql}, of which no statistics are kept"
            help_ = ("sort by a number, a text, a date or a time",)
            yield Diagnostic(UNFIT_ORDER, message, Label(name.span), help=help_)
