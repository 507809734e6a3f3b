"""Columns whose names a table refuses when it is written."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.merges import stored_columns
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType

_SINK = """\
sink paid to delta {
  path = "lake/paid"
  mode = append
}
"""

REFUSED_NAME = Code(
    "SSBT0558",
    "A name of a column that a table refuses",
    """\
Delta Lake writes no column, and no field of one, whose name has a space, a tab, a line end or one
of `,;{}()=`: the job fails when it writes. Give the column another name in a step. If it must keep
its name, let the table map names: `properties { "delta.columnMapping.mode" = "name" }`. Readers
other than Delta then find other names in the files.
""",
    wrong=example(steps="|> select id, amount as `net amount`", sink=_SINK),
    right=example(steps="|> select id, amount as net_amount", sink=_SINK),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each such column of a sink."""
    relations = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        relation = relations.get(sink.dataset)
        if relation is not None:
            yield from _check_sink(sink, relation)


def _check_sink(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    specification = sink.connector.sink
    if specification is None or not specification.refused_characters:
        return
    if _maps_names(sink, specification.names_property):
        return
    for column in stored_columns(sink.settings, relation):
        for path in _iterate_names(column.name, column.type):
            if set(path[-1]) & set(specification.refused_characters):
                message = f"a table of {sink.connector.title} refuses the name `{_visible(path)}`"
                also = (Label(column.declared, "the column"),) if column.declared else ()
                help_ = (
                    "give it another name in a step: `rename`, or `select … as …`",
                    f'or write `properties {{ "{specification.names_property}" = "name" }}`',
                )
                yield Diagnostic(REFUSED_NAME, message, Label(_head(sink.span)), also, help_)


def _maps_names(sink: Sink, name: str) -> bool:
    """Whether the table is told to keep names of its own beside those of the columns."""
    properties = sink.settings.find("properties")
    items = properties.value if properties is not None else ()
    given = {
        str(each[0]).casefold(): each[1]
        for each in (items if isinstance(items, tuple) else ())
        if isinstance(each, tuple)
    }
    return given.get(name.casefold(), "none") != "none"


def _iterate_names(name: str, type_: DataType) -> Iterator[tuple[str, ...]]:
    """The name of a column and those of the fields in it, each with what leads to it."""
    yield (name,)
    yield from ((name, *rest) for rest in _iterate_fields(type_))


def _iterate_fields(type_: DataType) -> Iterator[tuple[str, ...]]:
    match type_:
        case ArrayType(element, _):
            yield from _iterate_fields(element)
        case MapType(key, value, _):
            yield from _iterate_fields(key)
            yield from _iterate_fields(value)
        case StructType(fields):
            for field in fields:
                yield from _iterate_names(field.name, field.type)
        case _:
            pass


def _visible(path: tuple[str, ...]) -> str:
    return ".".join(path).replace("\t", "\\t").replace("\n", "\\n")


def _head(span: Span) -> Span:
    """The beginning of the declaration, where its keyword stands."""
    return Span(span.path, span.start, min(span.end, span.start + 4))
