"""What the sinks need, directly or through others, in the order in which data flows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import steps as step_ir
from ssbt.compiler.ir.subjects import written_schemas
from ssbt.compiler.resolve.datasets import Datasets
from ssbt.compiler.resolve.dependencies import behind_their_needs


class Used(Struct, frozen=True):
    """Everything that ends up in the script; names of schemas and parameters in lower case.

    `settings` are those of the sources.
    """

    datasets: tuple[ir.Source | ir.Let, ...]
    transforms: tuple[ir.Transform, ...]
    schemas: frozenset[str]
    parameters: frozenset[str]
    settings: tuple[Settings, ...]

    @staticmethod
    def by(sinks: Sequence[ir.Sink], sources: Mapping[str, ir.Source], datasets: Datasets) -> Used:
        """What these sinks need."""
        ordered = tuple(_ordered([sink.dataset for sink in sinks], sources, datasets))
        queries = [each.query for each in ordered if isinstance(each, ir.Let)]
        transforms = tuple(_transforms(queries, datasets.transforms))
        queries += [each.query for each in transforms]
        read = [each for each in ordered if isinstance(each, ir.Source)]
        names = [each.schema for each in read]
        names += [each.records.key_schema for each in read if each.records is not None]
        names += [named.name for sink in sinks for named in written_schemas(sink.settings)]
        for query in queries:
            for step in query.steps:
                names += step_ir.schemas_of(step)
        parameters = {name.casefold() for query in queries for name in query.parameters}
        schemas = frozenset(name.casefold() for name in names if name)
        settings = tuple(each.settings for each in ordered if isinstance(each, ir.Source))
        return Used(ordered, transforms, schemas, frozenset(parameters), settings)


def _ordered(
    names: Iterable[str], sources: Mapping[str, ir.Source], datasets: Datasets
) -> Iterator[ir.Source | ir.Let]:
    """Datasets, each behind those it is made from."""

    def node(key: str) -> ir.Source | ir.Let | None:
        return sources.get(key) or datasets.lets.get(key)

    def needs(key: str) -> list[str]:
        known = node(key)
        return [n.casefold() for n in known.query.uses] if isinstance(known, ir.Let) else []

    for key in behind_their_needs((name.casefold() for name in names), needs):
        if (known := node(key)) is not None:
            yield known


def _transforms(
    queries: Iterable[step_ir.Query], known: Mapping[str, ir.Transform]
) -> list[ir.Transform]:
    """The transforms that queries use, each behind those that it uses itself."""

    def needs(key: str) -> list[str]:
        transform = known.get(key)
        return [] if transform is None else [*_transform_names(transform.query)]

    wanted = (name for query in queries for name in _transform_names(query))
    return [known[key] for key in behind_their_needs(wanted, needs) if key in known]


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
        given = inputs.pop()
        if given.arguments is not None:
            yield given.dataset.casefold()
            inputs += given.arguments
