"""What the sinks need, directly or through others, in the order in which data flows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import steps as step_ir
from ssbt.compiler.resolve.datasets import Datasets


@dataclass(frozen=True, slots=True)
class Used:
    """Everything that ends up in the script; names of schemas and parameters in lower case."""

    datasets: tuple[ir.Source | ir.Let, ...]
    transforms: tuple[ir.Transform, ...]
    schemas: frozenset[str]
    parameters: frozenset[str]

    @staticmethod
    def by(sinks: Sequence[ir.Sink], sources: Mapping[str, ir.Source], datasets: Datasets) -> Used:
        """What these sinks need."""
        ordered = tuple(_ordered([sink.dataset for sink in sinks], sources, datasets))
        queries = [each.query for each in ordered if isinstance(each, ir.Let)]
        transforms = tuple(_transforms(queries, datasets.transforms))
        queries += [each.query for each in transforms]
        names = [each.schema for each in ordered if isinstance(each, ir.Source) and each.schema]
        for query in queries:
            for step in query.steps:
                if isinstance(step, step_ir.ApplyFunction | step_ir.SqlQuery):
                    names.append(step.schema)
        parameters = {name.casefold() for query in queries for name in query.parameters}
        schemas = frozenset(name.casefold() for name in names if name)
        return Used(ordered, transforms, schemas, frozenset(parameters))


def _ordered(
    names: Iterable[str], sources: Mapping[str, ir.Source], datasets: Datasets
) -> Iterator[ir.Source | ir.Let]:
    """Datasets, each behind those it is made from; without recursion, for long chains."""
    done: set[str] = set()
    waiting = [name.casefold() for name in reversed(list(names))]
    opened: set[str] = set()
    while waiting:
        key = waiting[-1]
        node = sources.get(key) or datasets.lets.get(key)
        if key in done or node is None:
            waiting.pop()
            continue
        needs = [] if isinstance(node, ir.Source) else [n.casefold() for n in node.query.uses]
        missing = [need for need in needs if need not in done and need not in opened]
        if missing and key not in opened:
            opened.add(key)
            waiting += reversed(missing)
            continue
        waiting.pop()
        done.add(key)
        yield node


def _transforms(
    queries: Iterable[step_ir.Query], known: Mapping[str, ir.Transform]
) -> list[ir.Transform]:
    """The transforms that queries use, each behind those that it uses itself."""
    found: dict[str, ir.Transform] = {}
    opened: set[str] = set()

    def visit(query: step_ir.Query) -> None:
        for name in _transform_names(query):
            transform = known.get(name.casefold())
            if transform is not None and name.casefold() not in opened:
                opened.add(name.casefold())
                visit(transform.query)
                found[name.casefold()] = transform

    for query in queries:
        visit(query)
    return list(found.values())


def _transform_names(query: step_ir.Query) -> Iterator[str]:
    inputs = [query.base]
    for step in query.steps:
        if isinstance(step, step_ir.UseTransform):
            yield step.transform
            inputs += step.arguments
        elif isinstance(step, step_ir.Join | step_ir.SetOperation):
            inputs.append(step.right)
    while inputs:
        given = inputs.pop()
        if given.arguments is not None:
            yield given.dataset
            inputs += given.arguments
