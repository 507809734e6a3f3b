"""What the sinks need, directly or through others, in the order in which data flows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import steps as step_ir
from ssbt.compiler.ir.subjects import written_schemas
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.dependencies import order_by_dependencies


class ReachableDeclarations(Struct, frozen=True):
    """Everything that ends up in the script; names of schemas and parameters in lower case.

    `settings` are those of the sources.
    """

    datasets: tuple[ir.Source | ir.Let, ...]
    transforms: tuple[ir.Transform, ...]
    schemas: frozenset[str]
    parameters: frozenset[str]
    settings: tuple[Settings, ...]

    @staticmethod
    def from_sinks(
        sinks: Sequence[ir.Sink],
        sources: Mapping[str, ir.Source],
        datasets: DatasetResolver,
        declared: Iterable[str],
    ) -> ReachableDeclarations:
        """What these sinks need; `declared` are all datasets, in the order of the source."""
        sink_datasets = [sink.dataset for sink in sinks]
        ordered = tuple(_order_datasets(sink_datasets, sources, datasets, declared))
        queries = [each.query for each in ordered if isinstance(each, ir.Let)]
        transforms = tuple(_order_transforms(queries, datasets.transforms))
        queries += [each.query for each in transforms]
        used_sources = [each for each in ordered if isinstance(each, ir.Source)]
        names = [each.schema for each in used_sources]
        names += [each.records.key_schema for each in used_sources if each.records is not None]
        names += [
            schema_name.name for sink in sinks for schema_name in written_schemas(sink.settings)
        ]
        for query in queries:
            for step in query.steps:
                names += step_ir.schemas_of(step)
        parameters = {name.casefold() for query in queries for name in query.parameters}
        schemas = frozenset(name.casefold() for name in names if name)
        settings = tuple(each.settings for each in ordered if isinstance(each, ir.Source))
        return ReachableDeclarations(ordered, transforms, schemas, frozenset(parameters), settings)


def _order_datasets(
    names: Iterable[str],
    sources: Mapping[str, ir.Source],
    datasets: DatasetResolver,
    declared: Iterable[str],
) -> Iterator[ir.Source | ir.Let]:
    """Datasets in the order of the source, but each behind those it is made from.

    So the order of sinks, and a new sink, move none of them.
    """
    ranks = {key: rank for rank, key in enumerate(declared)}

    def find_dataset(key: str) -> ir.Source | ir.Let | None:
        return sources.get(key) or datasets.lets.get(key)

    def find_dependencies(key: str) -> list[str]:
        dataset = find_dataset(key)
        return [n.casefold() for n in dataset.query.uses] if isinstance(dataset, ir.Let) else []

    needed = order_by_dependencies((name.casefold() for name in names), find_dependencies)
    # Dead letters stand after the source whose part they are.
    in_order = sorted(needed, key=lambda key: (ranks.get(key.partition(".")[0], -1), "." in key))
    for key in order_by_dependencies(in_order, find_dependencies):
        if (dataset := find_dataset(key)) is not None:
            yield dataset


def _order_transforms(
    queries: Iterable[step_ir.Query], transforms: Mapping[str, ir.Transform]
) -> list[ir.Transform]:
    """The transforms that queries use, each behind those that it uses itself."""

    def find_dependencies(key: str) -> list[str]:
        transform = transforms.get(key)
        return [] if transform is None else [*_transform_names(transform.query)]

    names = (name for query in queries for name in _transform_names(query))
    return [
        transforms[key]
        for key in order_by_dependencies(names, find_dependencies)
        if key in transforms
    ]


def _transform_names(query: step_ir.Query) -> Iterator[str]:
    """The transforms that a query uses itself, in lower case."""
    inputs = [query.base]
    for step in query.steps:
        if isinstance(step, step_ir.UseTransform):
            yield step.transform.casefold()
            inputs += step.arguments
        elif isinstance(step, step_ir.Join | step_ir.SetOperation):
            inputs.append(step.right)
    while inputs:
        current = inputs.pop()
        if current.arguments is not None:
            yield current.dataset.casefold()
            inputs += current.arguments
