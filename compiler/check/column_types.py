"""Columns of types that the target does not have, or that Spark has turned off."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import SPARK_LINES
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import (
    STRING,
    ArrayType,
    DataType,
    MapType,
    StringType,
    StructType,
    TimeType,
    VariantType,
)

_SINCE_TIME = "4.1"
_SETTING = "spark.sql.timeType.enabled"

TIME_TURNED_OFF = Code(
    "SSBT0525",
    "A column of type TIME where Spark has it turned off",
    f"""\
Spark 4.1 has the type TIME, but refuses every dataset with such a column unless the setting
`{_SETTING}` is true. Inside an expression you can always use it.
""",
    wrong=example(steps="|> select id, time '12:30:00' as at"),
    right=example(
        pipeline=f'pipeline paid_orders {{\n  spark {{\n    "{_SETTING}" = true\n  }}\n}}\n',
        steps="|> select id, time '12:30:00' as at",
    ),
)

TYPE_TOO_NEW = Code(
    "SSBT0527",
    "A type that the target does not have",
    """\
The type was added in a later Spark than the one you compile for: VARIANT and collations in Spark
4.0, TIME in Spark 4.1.
""",
    wrong=example(
        pipeline='pipeline paid_orders {\n  target = "3.5"\n}\n',
        steps="|> select id, status collate UNICODE_CI as status",
    ),
    right=example(steps="|> select id, status collate UNICODE_CI as status"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each place that makes such a column."""
    settings = {name.lower(): value.lower() for name, value in pipeline.spark}
    time_is_on = settings.get(_SETTING.lower()) == "true"
    reported: set[Span] = set()
    for column, step_span in _iterate_columns(pipeline):
        since = max((_first_spark_line(each) for each in _nested_types(column.type)), default="")
        span = column.declared or step_span
        if not since or span in reported:
            continue
        description = f"`{column.name}` is {column.type.sql}"
        if SPARK_LINES.index(since) > SPARK_LINES.index(pipeline.target):
            message = f"{description}, which came with Spark {since}"
            help_ = f"the target is Spark {pipeline.target}"
            yield Diagnostic(TYPE_TOO_NEW, message, Label(span), (), (help_,))
            reported.add(span)
        elif since == _SINCE_TIME and not time_is_on:
            message = f"{description}, which Spark has turned off"
            help_ = f'add `"{_SETTING}" = true` to the `spark` block of the pipeline'
            yield Diagnostic(TIME_TURNED_OFF, message, Label(span), (), (help_,))
            reported.add(span)


def _iterate_columns(pipeline: Pipeline) -> Iterator[tuple[Column, Span]]:
    """The columns of every dataset, those between two steps among them, with a place for each.

    One that flows through a step as it is comes once.
    """
    visited: set[int] = set()
    for dataset in pipeline.datasets:
        if isinstance(dataset, Source):
            yield from ((column, dataset.span) for column in dataset.output.columns)
    queries = [each.query for each in pipeline.datasets if isinstance(each, Let)]
    queries += [each.query for each in pipeline.transforms]
    for query in queries:
        for step in query.steps:
            for column in step.output.columns:
                if id(column) not in visited:
                    visited.add(id(column))
                    yield column, step.span


def _nested_types(type_: DataType) -> Iterator[DataType]:
    """A type and the types inside it."""
    yield type_
    match type_:
        case ArrayType(element, _):
            yield from _nested_types(element)
        case MapType(key, value, _):
            yield from _nested_types(key)
            yield from _nested_types(value)
        case StructType(fields):
            for field in fields:
                yield from _nested_types(field.type)
        case _:
            pass


def _first_spark_line(type_: DataType) -> str:
    """The Spark line that the type came with; empty for those of all lines."""
    if isinstance(type_, TimeType):
        return _SINCE_TIME
    is_collated = isinstance(type_, StringType) and type_ != STRING
    return "4.0" if is_collated or isinstance(type_, VariantType) else ""
