"""Tables that a sink creates: whether they can have the columns and the layout that it says."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.merges import stored_columns
from ssbt.compiler.ir.pipeline import Pipeline, Schema, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.subjects import find_table_schema
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    ArrayType,
    BinaryType,
    BooleanType,
    MapType,
    StructType,
    VariantType,
)
from ssbt.compiler.types.quoting import quote_name

_SINK = """\
sink paid to delta {
  path   = "lake/paid"
  mode   = append
  schema = Paid
}
"""
_SCHEMA = """\
schema Paid {
  id:     bigint not null
  amount: decimal(12,2) not null comment 'with tax'
}
"""

OTHER_COLUMNS = Code(
    "SSBT0548",
    "A sink whose columns are not those of its table's schema",
    """\
The `schema` of a sink says what its table is created with. The dataset must have the same columns
with the same types, in whatever order: the table would otherwise refuse its rows, or have columns
that nobody fills. `not null` may be said of a column that can be null: the table refuses such a row
when it is written.
""",
    wrong=example(steps="|> select id, string(amount) as amount", sink=_SINK, preamble=_SCHEMA),
    right=example(steps="|> select id, amount", sink=_SINK, preamble=_SCHEMA),
)

UNFIT_CLUSTER = Code(
    "SSBT0549",
    "Columns that a table cannot be clustered by",
    """\
Delta Lake clusters by up to four columns, of types whose smallest and greatest values it keeps of
each file: numbers, texts, dates and times. By a BOOLEAN, BINARY, ARRAY, MAP, STRUCT or VARIANT it
cannot: the job fails when it creates the table.
""",
    wrong=example(
        steps="|> select id, amount > 100 as is_large",
        sink=_SINK.replace("schema = Paid", "cluster_by = is_large"),
    ),
    right=example(
        steps="|> select id, amount",
        sink=_SINK.replace("schema = Paid", "cluster_by = amount"),
    ),
)

_MOST_COLUMNS = 4
_UNFIT_TYPES = (BooleanType, BinaryType, ArrayType, MapType, StructType, VariantType)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink that says what its table is created with."""
    outputs = collect_outputs(pipeline)
    schemas = {each.name.casefold(): each for each in pipeline.schemas}
    for sink in pipeline.sinks:
        relation = outputs.get(sink.dataset)
        if relation is not None and not relation.is_open:
            yield from _check_schema(sink, relation, schemas)
            yield from _check_clusters(sink, relation)


def _check_schema(
    sink: Sink, relation: Relation, schemas: dict[str, Schema]
) -> Iterator[Diagnostic]:
    name = find_table_schema(sink.settings)
    schema = schemas.get(name.name.casefold()) if name is not None else None
    if name is None or schema is None:
        return
    fields = {field.name.casefold(): field for field in schema.type.fields}
    for column in stored_columns(sink.settings, relation):
        field = fields.pop(column.name.casefold(), None)
        also = (Label(column.declared, "the column"),) if column.declared is not None else ()
        quoted = quote_name(column.name)
        if field is None:
            message = f"`{schema.name}` has no column `{column.name}`, which the sink writes"
            help_ = (f"add it to the schema, or leave it out in a step: `drop {quoted}`",)
            yield Diagnostic(OTHER_COLUMNS, message, Label(name.span), also, help_)
        elif column.type != UNKNOWN and column.type.sql != field.type.sql:
            message = (
                f"the column `{column.name}` is {column.type.sql},"
                f" and in `{schema.name}` {field.type.sql}"
            )
            help_ = (f"cast it: `set {quoted} = cast({quoted} as {field.type.sql})`",)
            yield Diagnostic(OTHER_COLUMNS, message, Label(name.span), also, help_)
    for field in fields.values():
        message = f"`{schema.name}` has a column `{field.name}`, which the sink does not write"
        help_ = ("take it out of the schema, or add it in a step: `extend … as …`",)
        yield Diagnostic(OTHER_COLUMNS, message, Label(name.span), (), help_)


def _check_clusters(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    setting = sink.settings.find("cluster_by")
    if setting is None:
        return
    for name in setting.columns[_MOST_COLUMNS : _MOST_COLUMNS + 1]:
        message = f"`{name.name}` is one column too many: a table is clustered by up to four"
        help_ = ("keep those that queries filter by most often",)
        yield Diagnostic(UNFIT_CLUSTER, message, Label(name.span), (), help_)
    stored = {each.name.casefold(): each for each in stored_columns(sink.settings, relation)}
    for name in setting.columns:
        column = stored.get(name.name.casefold())
        if column is None and relation.find_columns(name.name):
            message = f"the table has no column `{name.name}`: `columns` leaves it out"
            help_ = ("leave it out of `cluster_by`, or write it to the table",)
            yield Diagnostic(UNFIT_CLUSTER, message, Label(name.span), (), help_)
        elif column is not None and isinstance(column.type, _UNFIT_TYPES):
            message = f"`{name.name}` is {column.type.sql}, of which no statistics are kept"
            help_ = ("cluster by a number, a text, a date or a time",)
            yield Diagnostic(UNFIT_CLUSTER, message, Label(name.span), (), help_)
