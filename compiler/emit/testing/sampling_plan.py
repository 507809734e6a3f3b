"""What a test from real rows needs: sources, their columns, and which of them to mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ssbt.compiler.emit.testing.plan import columns_with_types
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.row_orders import ordered_datasets
from ssbt.compiler.lineage.dependencies import DependencyKind
from ssbt.compiler.lineage.graph import Lineage, SourceDependencies, build_lineage

Json = dict[str, Any]


def build_sampling_plan(pipeline: Pipeline, dataset: str) -> Json:
    """The wish for a test of a dataset that is no source, as `ssbt.runtime.sampling` reads it.

    A source gives the columns that the dataset depends on. Columns with a tag are masked, and those
    that are joined with them.
    """
    graph = build_lineage(pipeline)
    dependencies, upstream = (
        graph.source_dependencies(),
        _upstream_sources(pipeline, graph, dataset),
    )
    needed_columns, join_columns = (
        _needed_columns(graph, dependencies, dataset),
        _join_columns(graph, dependencies),
    )
    tagged = {
        Origin(each.name, column.name)
        for each in pipeline.datasets
        if isinstance(each, Source)
        for column in each.output.columns
        if column.tags
    }
    keys = frozenset[Origin]().union(*join_columns)
    masked = tagged.union(*(group for group in join_columns if group & tagged))
    (item,) = (each for each in pipeline.datasets if each.name == dataset)
    assert isinstance(item, Let)
    return {
        "dataset": dataset,
        "sources": [_source_entry(each, needed_columns, masked, keys) for each in upstream],
        "ordered": dataset in ordered_datasets(pipeline.datasets),
        "streaming": item.query.output.streaming,
    }


def sources_of(pipeline: Pipeline, dataset: str) -> tuple[Source, ...]:
    """The sources that a dataset is made from, in the order of the pipeline."""
    return _upstream_sources(pipeline, build_lineage(pipeline), dataset)


def _upstream_sources(pipeline: Pipeline, graph: Lineage, dataset: str) -> tuple[Source, ...]:
    names, waiting = set[str](), [dataset]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += graph.nodes[name].inputs
    return tuple(
        each for each in pipeline.datasets if isinstance(each, Source) and each.name in names
    )


def _source_entry(
    source: Source, needed: Iterable[Origin], masked: Iterable[Origin], keys: Iterable[Origin]
) -> Json:
    columns = source.output.columns
    # A row must have a column, even if nothing but the number of rows counts.
    of_use = [each for each in columns if Origin(source.name, each.name) in needed] or columns[:1]
    return {
        "name": source.name,
        "columns": [] if source.output.is_open else columns_with_types(of_use),
        "schema": columns_with_types(columns),
        "is_open": source.output.is_open,
        "streaming": source.output.streaming,
        "masked": sorted(each.column for each in masked if each.dataset == source.name),
        "keys": sorted(each.column for each in keys if each.dataset == source.name),
    }


def _needed_columns(
    graph: Lineage, dependencies: SourceDependencies, dataset: str
) -> frozenset[Origin]:
    """The columns of sources that values or rows of the dataset depend on."""
    values = (dependencies.columns[Origin(dataset, name)] for name in graph.nodes[dataset].columns)
    return _whole_columns(
        frozenset(each.origin for each in dependencies.rows[dataset]).union(*values)
    )


def _join_columns(graph: Lineage, dependencies: SourceDependencies) -> list[frozenset[Origin]]:
    """For each query of the pipeline, the columns of sources by which it joins rows."""
    by_query = (
        [
            dependencies.columns[each.origin]
            for each in node.rows
            if each.kind is DependencyKind.JOIN
        ]
        for node in graph.nodes.values()
    )
    return [_whole_columns(frozenset[Origin]().union(*columns)) for columns in by_query]


def _whole_columns(origins: Iterable[Origin]) -> frozenset[Origin]:
    """The columns in which these are, if they are fields."""
    return frozenset(Origin(each.dataset, each.column) for each in origins)
