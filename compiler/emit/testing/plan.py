"""The tests of a pipeline for the runtime: rows as SQL text, and the functions of the script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from ssbt.compiler.emit.function import ScriptFunction
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.script import ScriptParts, build_script_parts
from ssbt.compiler.emit.state import state_settings
from ssbt.compiler.ir import tests as ir
from ssbt.compiler.ir.coverage import Probe, ProbedPipeline
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


def build_test_plan(
    pipeline: Pipeline, sources: Mapping[str, Source], coverage: ProbedPipeline | None
) -> TestPlan:
    """The tests of a pipeline without mistakes, as `ssbt.runtime.testing` reads them.

    `pipeline` is the one with probes where there is `coverage`.
    """
    parts = build_script_parts(pipeline, sources)
    by_name = {function.name: function for function in parts.functions.in_order}
    probes = coverage.probes if coverage is not None else ()
    names, modes, roots = parts.context.names, _output_modes(pipeline, probes), plans(pipeline)
    datasets = {
        item.name: _function_entry(parts.functions.by_dataset[item.name])
        | ({"mode": modes[item.name]} if item.name in modes else {})
        | {"batches": _MOST_BATCHES if roots[item.name].watermarks else 1}
        for item in pipeline.datasets
    }
    datasets |= {
        name: _function_entry(function) | {"batches": 1}
        for name, function in parts.functions.by_dataset.items()
        if name not in datasets
    }
    transforms = {
        item.name: _function_entry(by_name[names.transforms[item.name]])
        for item in pipeline.transforms
    }
    document: Json = {
        "parameters": [*names.params.values()],
        "settings": dict(state_settings(pipeline)) | dict(pipeline.spark),
        "datasets": datasets,
        "transforms": transforms,
        "probes": [
            {"name": each.name, "of": each.subject, "points": each.points} for each in probes
        ],
        "computed": coverage.computed if coverage is not None else {},
    }
    planner = _Planner(parts)
    return TestPlan({test.name: planner.plan_test(test) for test in pipeline.tests}, document)


def _output_modes(pipeline: Pipeline, probes: Iterable[Probe]) -> dict[str, str]:
    """The output mode in which each stream is tested: that of its sink, if it has one.

    On the way to a sink it is the sink's where state asks for it; rows alone are appended. A probe
    is on the way to what it looks into.
    """
    modes: dict[str, str] = {}
    for sink, _ in stream_plans(pipeline):
        assert sink.stream is not None
        modes.setdefault(sink.dataset, sink.stream.mode.value)
    roots = plans(pipeline)
    for item in reversed(pipeline.datasets):
        for name in item.query.uses if isinstance(item, Let) else ():
            keeps = roots[name].aggregations or roots[name].processors
            if keeps and item.name in modes:
                modes.setdefault(name, modes[item.name])
    for probe in probes:
        root = roots.get(probe.name)
        if root is not None and (root.aggregations or root.processors) and probe.subject in modes:
            modes[probe.name] = modes[probe.subject]
    return modes


def _function_entry(function: ScriptFunction) -> Json:
    return {
        "function": function.name,
        "uses": list(function.datasets),
        "params": function.takes_params,
    }


class _Planner:
    """Writes tests down; places and parameters by the names of the script."""

    def __init__(self, parts: ScriptParts) -> None:
        self._places: Places = parts.places
        self._params = parts.context.names.params

    def plan_test(self, test: ir.Test) -> Json:
        return {
            "name": test.name,
            "place": self._places.line(test.span),
            "given": [self._plan_given(each) for each in test.given],
            "then": [self._plan_then(each) for each in test.then],
            "fails": test.fails,
            "transform": test.transform,
            "runs": list(test.runs),
            "clocks": [[each.time, each.batch] for each in test.clocks],
        }

    def _plan_given(self, given_rows: ir.GivenRows) -> Json:
        return {
            **self._plan_rows(given_rows.rows, given_rows.all_columns),
            "schema": columns_with_types(given_rows.all_columns),
            "is_open": given_rows.is_open,
            "defaults": {name: self._plan_cell(value) for name, value in given_rows.defaults},
            "batch": given_rows.batch,
            "streaming": given_rows.streaming,
        }

    def _plan_then(self, then: ir.ExpectedRows) -> Json:
        return {
            **self._plan_rows(then.rows, ()),
            "after": then.after,
            "ordered": then.ordered,
            "streaming": then.streaming,
        }

    def _plan_rows(self, rows: ir.Rows, all_columns: Iterable[Column]) -> Json:
        columns = rows.columns
        file = {"path": rows.file.path, "kind": rows.file.kind} if rows.file is not None else None
        return {
            "dataset": rows.dataset,
            "place": self._places.line(rows.span),
            "columns": columns_with_types(columns),
            "rows": [[self._plan_cell(value) for value in row] for row in rows.rows],
            "file": file,
        }

    def _plan_cell(self, value: Expression) -> str | list[Any]:
        if all(isinstance(part, str) for part in value.text):
            return "".join(map(str, value.text))
        return [
            part if isinstance(part, str) else {"param": self._params[part.name]}
            for part in value.text
        ]


def columns_with_types(columns: Iterable[Column]) -> list[list[str | None]]:
    """Names and types, None for a type that is not known."""
    return [
        [column.name, column.type.sql if _is_known_type(column.type) else None]
        for column in columns
    ]


def _is_known_type(data_type: DataType) -> bool:
    match data_type:
        case UnknownType() | NullType():
            return False
        case ArrayType(element=element):
            return _is_known_type(element)
        case MapType(key=key, value=value):
            return _is_known_type(key) and _is_known_type(value)
        case StructType(fields=fields):
            return all(_is_known_type(field.type) for field in fields)
        case _:
            return True
