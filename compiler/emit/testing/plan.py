"""The tests of a pipeline for the runtime: rows as SQL text, and the functions of the script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from ssbt.compiler.emit.function import Function
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.script import Made, made
from ssbt.compiler.emit.state import state_settings
from ssbt.compiler.ir import tests as ir
from ssbt.compiler.ir.coverage import Probe, Probed
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.plans import plans, stream_plans
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Source
from ssbt.compiler.types.datatypes import (
    ArrayType,
    DataType,
    MapType,
    NullType,
    StructType,
    UnknownType,
)

Json = dict[str, Any]
# The one with the data, and two in which a watermark closes what waits in a row of operators.
_MOST_BATCHES = 3


class TestPlan(Struct, frozen=True):
    """`tests` go by their names; `document` is what the runtime needs besides."""

    tests: dict[str, Json]
    document: Json


def test_plan(
    pipeline: Pipeline, sources: Mapping[str, Source], coverage: Probed | None
) -> TestPlan:
    """The tests of a pipeline without mistakes, as `ssbt.runtime.testing` reads them.

    `pipeline` is the one with probes where there is `coverage`.
    """
    parts = made(pipeline, sources)
    by_name = {function.name: function for function in parts.functions.in_order}
    probes = coverage.probes if coverage is not None else ()
    names, modes, roots = parts.around.names, _modes(pipeline, probes), plans(pipeline)
    datasets = {
        item.name: _function(parts.functions.by_dataset[item.name])
        | ({"mode": modes[item.name]} if item.name in modes else {})
        | {"batches": _MOST_BATCHES if roots[item.name].watermarks else 1}
        for item in pipeline.datasets
    }
    datasets |= {
        name: _function(function) | {"batches": 1}
        for name, function in parts.functions.by_dataset.items()
        if name not in datasets
    }
    transforms = {
        item.name: _function(by_name[names.transforms[item.name]]) for item in pipeline.transforms
    }
    document: Json = {
        "parameters": [*names.params.values()],
        "settings": dict(state_settings(pipeline)) | dict(pipeline.spark),
        "datasets": datasets,
        "transforms": transforms,
        "probes": [{"name": each.name, "of": each.of, "points": each.points} for each in probes],
        "computed": coverage.computed if coverage is not None else {},
    }
    planner = _Planner(parts)
    return TestPlan({test.name: planner.test(test) for test in pipeline.tests}, document)


def _modes(pipeline: Pipeline, probes: Iterable[Probe]) -> dict[str, str]:
    """The output mode in which each stream is tested: that of its sink, if it has one.

    On the way to a sink it is the sink's where state asks for it; rows alone are appended. A probe
    is on the way to what it looks into.
    """
    found: dict[str, str] = {}
    for sink, _ in stream_plans(pipeline):
        assert sink.stream is not None
        found.setdefault(sink.dataset, sink.stream.mode.value)
    roots = plans(pipeline)
    for item in reversed(pipeline.datasets):
        for name in item.query.uses if isinstance(item, Let) else ():
            keeps = roots[name].aggregations or roots[name].processors
            if keeps and item.name in found:
                found.setdefault(name, found[item.name])
    for probe in probes:
        root = roots.get(probe.name)
        if root is not None and (root.aggregations or root.processors) and probe.of in found:
            found[probe.name] = found[probe.of]
    return found


def _function(function: Function) -> Json:
    return {
        "function": function.name,
        "uses": list(function.datasets),
        "params": function.takes_params,
    }


class _Planner:
    """Writes tests down; places and parameters by the names of the script."""

    def __init__(self, parts: Made) -> None:
        self._places: Places = parts.places
        self._params = parts.around.names.params

    def test(self, test: ir.Test) -> Json:
        return {
            "name": test.name,
            "place": self._places.line(test.span),
            "given": [self._given(each) for each in test.given],
            "then": [self._then(each) for each in test.then],
            "fails": test.fails,
            "transform": test.transform,
            "runs": list(test.runs),
            "clocks": [[each.time, each.batch] for each in test.clocks],
        }

    def _given(self, given: ir.Given) -> Json:
        return {
            **self._rows(given.rows, given.all_columns),
            "schema": typed_columns(given.all_columns),
            "is_open": given.is_open,
            "defaults": {name: self._cell(value) for name, value in given.defaults},
            "batch": given.batch,
            "streaming": given.streaming,
        }

    def _then(self, then: ir.Then) -> Json:
        return {
            **self._rows(then.rows, ()),
            "after": then.after,
            "ordered": then.ordered,
            "streaming": then.streaming,
        }

    def _rows(self, rows: ir.Rows, all_columns: Iterable[Column]) -> Json:
        columns = rows.columns
        file = {"path": rows.file.path, "kind": rows.file.kind} if rows.file is not None else None
        return {
            "dataset": rows.dataset,
            "place": self._places.line(rows.span),
            "columns": typed_columns(columns),
            "rows": [[self._cell(value) for value in row] for row in rows.rows],
            "file": file,
        }

    def _cell(self, value: Expression) -> str | list[Any]:
        if all(isinstance(part, str) for part in value.text):
            return "".join(map(str, value.text))
        return [
            part if isinstance(part, str) else {"param": self._params[part.name]}
            for part in value.text
        ]


def typed_columns(columns: Iterable[Column]) -> list[list[str | None]]:
    """Names and types, None for a type that is not known."""
    return [
        [column.name, column.type.sql if _is_known(column.type) else None] for column in columns
    ]


def _is_known(data_type: DataType) -> bool:
    match data_type:
        case UnknownType() | NullType():
            return False
        case ArrayType(element=element):
            return _is_known(element)
        case MapType(key=key, value=value):
            return _is_known(key) and _is_known(value)
        case StructType(fields=fields):
            return all(_is_known(field.type) for field in fields)
        case _:
            return True
