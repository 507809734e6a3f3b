"""Whether the order of a dataset's rows says something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import DatasetInput
from ssbt.compiler.ir.pipeline import Let, Source

_ORDER_KEEPING_STEPS = (
    *(s.Filter, s.WithColumns, s.DropColumns, s.RenameColumns, s.Alias, s.Limit, s.Offset),
    *(s.Explode, s.Watermark),
)


def keeps_order(step: s.Step | DatasetInput | Source) -> bool:
    """Whether a step hands rows on in the order in which they come."""
    if isinstance(step, s.Project):
        return not step.distinct
    return isinstance(step, _ORDER_KEEPING_STEPS)


def ordered_datasets(datasets: Iterable[Source | Let]) -> frozenset[str]:
    """The names of those whose rows come in the order of a step `order by`."""
    orders: dict[str, bool] = {}
    for item in datasets:
        orders[item.name] = isinstance(item, Let) and is_ordered(item.query, orders)
    return frozenset(name for name, ordered in orders.items() if ordered)


def is_ordered(query: s.Query, input_orders: Mapping[str, bool]) -> bool:
    """Whether an `order by` decides the order of the query's rows; `known` are its inputs."""
    base = query.base
    ordered = (
        input_orders.get(base.dataset, False) if base.body is None else is_ordered(base.body, {})
    )
    for step in query.steps:
        match step:
            case s.Sort():
                ordered = True
            case s.UseTransform(body=s.Query() as body):
                ordered = is_ordered(body, {body.base.dataset: ordered})
            case _:
                ordered = ordered and keeps_order(step)
    return ordered
