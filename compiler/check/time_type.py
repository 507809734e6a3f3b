"""Columns of type TIME, which Spark 4.1 takes only where a setting turns it on."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType, TimeType

_SETTING = "spark.sql.timeType.enabled"

TIME_TURNED_OFF = Code(
    "SSBT0525",
    "A column of type TIME where Spark has it turned off",
    f"""\
Spark 4.1 has the type TIME, but refuses every dataset with a column of it unless the setting
`{_SETTING}` is true. Inside an expression it may always stand.
""",
    wrong=example(steps="|> select id, time '12:30:00' as at"),
    right=example(
        pipeline=f'pipeline paid_orders {{\n  spark {{\n    "{_SETTING}" = true\n  }}\n}}\n',
        steps="|> select id, time '12:30:00' as at",
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each place that makes such a column."""
    given = {name.lower(): value.lower() for name, value in pipeline.spark}
    if given.get(_SETTING.lower()) == "true":
        return
    seen: set[Span] = set()
    for column, otherwise in _columns(pipeline):
        place = column.declared or otherwise
        if not _holds_time(column.type) or place in seen:
            continue
        seen.add(place)
        message = f"`{column.name}` is {column.type.sql}, which Spark has turned off"
        help_ = (f'add `"{_SETTING}" = true` to the `spark` block of the pipeline',)
        yield Diagnostic(TIME_TURNED_OFF, message, Label(place), (), help_)


def _columns(pipeline: Pipeline) -> Iterator[tuple[Column, Span]]:
    """The columns of every dataset, those between two steps among them, with a place for each."""
    for dataset in pipeline.datasets:
        if isinstance(dataset, Source):
            yield from ((column, dataset.span) for column in dataset.output.columns)
    queries = [each.query for each in pipeline.datasets if isinstance(each, Let)]
    queries += [each.query for each in pipeline.transforms]
    for query in queries:
        for step in query.steps:
            yield from ((column, step.span) for column in step.output.columns)


def _holds_time(type_: DataType) -> bool:
    match type_:
        case ArrayType(element, _):
            return _holds_time(element)
        case MapType(key, value, _):
            return _holds_time(key) or _holds_time(value)
        case StructType(fields):
            return any(_holds_time(field.type) for field in fields)
    return isinstance(type_, TimeType)
