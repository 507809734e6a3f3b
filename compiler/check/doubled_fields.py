"""Structs with two fields of the same name, which Spark writes and cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.structs import find_doubled_field

DOUBLED_FIELD = Code(
    "SSBT0492",
    "A sink's struct with two fields of the same name",
    """\
Spark silently writes a struct with the fields `a` and `a`, or `a` and `A`, to Parquet, ORC and
JSON, but cannot read the files again: `COLUMN_ALREADY_EXISTS`. A table does not accept it, and
programs disagree about a JSON object that has a key twice.

| in Spark 4.1 | gives |
|---|---|
| `to_json(named_struct('a', 1, 'a', 2))` | `{"a":1,"a":2}` |
| `to_json(named_struct('a', 1, 'b', 2))` | `{"a":1,"b":2}` |

Give each field its own name: `struct(o.id as order_id, c.id as customer_id)`.
""",
    wrong=example(steps="|> select id, named_struct('a', 1, 'a', 2) as pair"),
    right=example(steps="|> select id, named_struct('a', 1, 'b', 2) as pair"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink whose rows somebody will read."""
    relations = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        relation = relations.get(sink.dataset)
        if relation is not None and sink.connector.sink and not sink.connector.sink.transient:
            yield from _check_sink(sink, relation)


def _check_sink(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    for column in relation.columns:
        name = find_doubled_field(column.type)
        if name is not None:
            head = Span(sink.span.path, sink.span.start, min(sink.span.end, sink.span.start + 4))
            also = (Label(column.declared, "the column"),) if column.declared is not None else ()
            message = f"`{column.name}` has two fields `{name}`: what is written cannot be read"
            help_ = ("give the fields names of their own: `struct(a as x, b as y)`",)
            yield Diagnostic(DOUBLED_FIELD, message, Label(head), also, help_)
