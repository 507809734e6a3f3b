"""Columns whose names a table refuses when it is written."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.check.merges import OWN_NAMES
from ssbt.compiler.check.table_formats import find_property, find_storing_connector
from ssbt.compiler.connectors.specification import ColumnNames
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.histories import find_naming_option
from ssbt.compiler.ir.merges import is_merged, stored_columns
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Column, Relation
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

In a table of Hudi, a name is letters, digits and `_`, and does not begin with a digit.

Some names are those of columns that a table has itself, beside its rows:

| a table of | has |
|---|---|
| Hudi | `_hoodie_commit_time`, `_hoodie_record_key`, `_hoodie_is_deleted` and others |
| Iceberg | `_file`, `_pos`, `_deleted`, `_spec_id`, `_partition` and others |
| Delta Lake, with a change feed | `_change_type`, `_commit_version`, `_commit_timestamp` |

Iceberg writes such a column, and can then not read the table. A change feed is the property
`delta.enableChangeDataFeed`.
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
    connector = find_storing_connector(sink)
    if connector.sink is None:
        return
    names = connector.sink.column_names
    reserved, pattern = _list_reserved(sink, names), _find_pattern(sink, names)
    for column in stored_columns(sink.settings, relation):
        if column.name.casefold() in reserved:
            message = f"`{column.name}` is a column of {connector.title}'s own"
            yield _build_diagnostic(sink, column, message, *_find_ways_out(names))
            continue
        for path in _iterate_names(column.name, column.type):
            if pattern and not re.fullmatch(pattern, path[-1]):
                message = f"a table of {connector.title} refuses the name `{_visible(path)}`"
                yield _build_diagnostic(sink, column, message, _explain_pattern(names))


def _list_reserved(sink: Sink, names: ColumnNames) -> frozenset[str]:
    """The names that the table has itself, and that no other rule reports."""
    reserving = names.reserving_property
    if reserving and str(find_property(sink, reserving)).casefold() != "true":
        return frozenset()
    own = OWN_NAMES if is_merged(sink.settings) else ()
    return frozenset(names.reserved) - frozenset(own)


def _find_ways_out(names: ColumnNames) -> tuple[str, ...]:
    reserving = names.reserving_property
    return (f"or leave the property `{reserving}` out",) if reserving else ()


def _find_pattern(sink: Sink, names: ColumnNames) -> str:
    """What all names must match; nothing where the table maps them to names of its own."""
    mapping = names.any_property
    is_mapped = bool(mapping) and find_property(sink, mapping) not in (None, "none")
    return "" if is_mapped else names.pattern


def _explain_pattern(names: ColumnNames) -> str:
    """Which names there may be, or how any may be."""
    if names.any_property:
        return f'or write `properties {{ "{names.any_property}" = "name" }}`'
    return names.pattern_text


def _build_diagnostic(sink: Sink, column: Column, message: str, *ways_out: str) -> Diagnostic:
    named = find_naming_option(sink.settings, column.name)
    also = (Label(column.declared, "the column"),) if column.declared and not named else ()
    help_ = (
        "give it another name in a step: `rename`, or `select … as …`"
        if named is None
        else f'give it another name: `{named.option.name} = "…"`'
    )
    span = named.span if named is not None else None
    return Diagnostic(
        REFUSED_NAME, message, Label(span or _head(sink.span)), also, (help_, *ways_out)
    )


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
