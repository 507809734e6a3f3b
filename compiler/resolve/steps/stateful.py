"""The step that runs a processor of the user's, which keeps state for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import keyword

from msgspec.structs import replace

from ssbt.compiler.connectors.durations import interval, interval_milliseconds
from ssbt.compiler.diagnostics.codes import state as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.state import StateVariable, TimeMode
from ssbt.compiler.resolve.modules import ModulePurpose
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.code import code_provenance, declared_relation, resolve_target
from ssbt.compiler.resolve.steps.naming import resolve_whole_column
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.types.datatypes import StructType, TimestampType

_ENTRIES = ("state", "timers", "event_time")
_TIMERS = {"event_time": TimeMode.EVENT_TIME, "processing_time": TimeMode.PROCESSING_TIME}
_KINDS = {"value": ("schema",), "list": ("schema",), "map": ("key", "schema")}
# What a processor has of its own.
_METHODS = frozenset(
    ("init", "handleInputRows", "handleExpiredTimer", "handleInitialState", "close")
)


def resolve_stateful(node: s.Stateful, context: QueryContext) -> ir.Step | None:
    schema = context.lookup.find_schema(node.schema)
    keys = [resolve_whole_column(name, context.relation, context) for name in node.keys]
    for name, key in zip(node.keys, keys, strict=True):
        if key is not None:
            context.require_orderable(key, name.span, "as a key")
    entries = dict(_iterate_entries(node.entries, _ENTRIES, "a `stateful` step", context))
    variables = tuple(_resolve_variables(entries.get("state"), context))
    timers = _resolve_timers(entries.get("timers"), context)
    is_spark_3 = context.settings.target.startswith("3.")
    module = resolve_target(
        node.target,
        ModulePurpose.STATE_FUNCTION if is_spark_3 else ModulePurpose.PROCESSOR,
        context,
    )
    if schema is None or module is None:
        context.relation = Relation((), True)
        return None
    output = declared_relation(schema, code_provenance(node.target, context))
    event_time = _resolve_event_time(entries.get("event_time"), output, context)
    names = tuple(key.name for key in keys if key is not None)
    return ir.Stateful(
        # Without the block, which may be long.
        Span(node.span.path, node.span.start, node.schema.span.end),
        _with_event_time(output, event_time),
        *module,
        names,
        schema[0],
        variables,
        timers,
        event_time,
    )


def _iterate_entries(
    entries: Iterable[v.Entry], allowed: tuple[str, ...], owner: str, context: QueryContext
) -> Iterator[tuple[str, v.Entry]]:
    """The entries of a block by lower-case name, each once."""
    first_spans: dict[str, Span] = {}
    for entry in entries:
        name = entry.name.text.lower()
        first = first_spans.setdefault(name, entry.name.span)
        if first is not entry.name.span:
            also = (Label(first, "given here already"),)
            message = f"`{name}` is given twice"
            context.report.add(codes.BAD_STATE, entry.name.span, message, also=also)
        elif name not in allowed:
            message = f"{owner} has no entry `{entry.name.text}`"
            context.report.add_unknown_name(
                codes.BAD_STATE, entry.name.span, message, name, list(allowed), "entries"
            )
        elif not isinstance(entry.value, v.BrokenValue):
            yield name, entry


def _resolve_timers(entry: v.Entry | None, context: QueryContext) -> TimeMode:
    if entry is None:
        return TimeMode.NONE
    clock = entry.value.text.lower() if isinstance(entry.value, v.WordValue) else ""
    if clock not in _TIMERS:
        message = "timers go by `event_time` or by `processing_time`"
        context.report.add(codes.BAD_STATE, entry.value.span, message)
    return _TIMERS.get(clock, TimeMode.NONE)


def _resolve_event_time(
    entry: v.Entry | None, output: Relation, context: QueryContext
) -> str | None:
    """The name of the column that the watermark goes on with."""
    if entry is None:
        return None
    text = entry.value.text if isinstance(entry.value, v.WordValue) else ""
    for column in output.find_columns(text):
        if isinstance(column.type, TimestampType):
            return column.name
        message = f"a watermark is on a TIMESTAMP column, and `{text}` is {column.type.sql}"
        context.report.add(codes.BAD_STATE, entry.value.span, message)
        return None
    message = "`event_time` is a column of the result"
    names = [column.name for column in output.columns]
    context.report.add_unknown_name(
        codes.BAD_STATE, entry.value.span, message, text, names, "columns"
    )
    return None


def _with_event_time(output: Relation, name: str | None) -> Relation:
    marked = (replace(column, event_time=column.name == name) for column in output.columns)
    return Relation(tuple(marked))


def _resolve_variables(entry: v.Entry | None, context: QueryContext) -> Iterator[StateVariable]:
    if entry is None:
        return
    if not isinstance(entry.value, v.BlockValue) or entry.value.kind is not None:
        message = "`state` is a block of variables"
        help_ = "state { NAME = value { schema = SCHEMA } }"
        context.report.add(codes.BAD_STATE, entry.value.span, message, help=help_)
        return
    names: dict[str, Span] = {}
    for each in entry.value.entries:
        name = each.name.text
        first = names.setdefault(name, each.name.span)
        if first is not each.name.span:
            also = (Label(first, "declared here already"),)
            message = f"`{name}` is declared twice"
            context.report.add(codes.BAD_STATE, each.name.span, message, also=also)
        elif not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            message = f"`{name}` cannot be an attribute of a Python object"
            context.report.add(codes.BAD_STATE, each.name.span, message)
        elif name in _METHODS:
            message = f"`{name}` is a method of every processor"
            context.report.add(codes.BAD_STATE, each.name.span, message, help="give another name")
        else:
            variable = _resolve_variable(each, context)
            if variable is not None:
                yield variable


def _resolve_variable(entry: v.Entry, context: QueryContext) -> StateVariable | None:
    value = entry.value
    if isinstance(value, v.BrokenValue):
        return None
    kind = value.kind.text.lower() if isinstance(value, v.BlockValue) and value.kind else ""
    if not isinstance(value, v.BlockValue) or kind not in _KINDS:
        message = f"`{entry.name.text}` is a value, a list or a map"
        help_ = f"{entry.name.text} = value {{ schema = SCHEMA }}"
        context.report.add(codes.BAD_STATE, value.span, message, help=help_)
        return None
    needed = _KINDS[kind]
    entries = dict(_iterate_entries(value.entries, (*needed, "ttl"), f"a {kind}", context))
    types = [_find_schema(name, entries, value, kind, context) for name in needed]
    ttl = _resolve_ttl(entries.get("ttl"), context)
    schemas = [each for each in types if each is not None]
    if len(schemas) < len(needed):
        return None
    return StateVariable(
        entry.name.text,
        kind,
        schemas[-1][0],
        schemas[0][0] if len(schemas) > 1 else None,
        tuple(type_ for _, type_ in schemas),
        ttl,
        entry.span,
    )


def _find_schema(
    name: str, entries: Mapping[str, v.Entry], value: v.BlockValue, kind: str, context: QueryContext
) -> tuple[str, StructType] | None:
    """The schema that an entry names, with a finding where there is none."""
    if name not in entries:
        message = f"a {kind} says its `{name}`"
        context.report.add(codes.BAD_STATE, value.span, message, help=f"{name} = SCHEMA")
        return None
    schema_value = entries[name].value
    if not isinstance(schema_value, v.WordValue):
        message = f"`{name}` names a schema of the pipeline"
        context.report.add(codes.BAD_STATE, schema_value.span, message)
        return None
    return context.lookup.find_schema(Name(schema_value.span, schema_value.text))


def _resolve_ttl(entry: v.Entry | None, context: QueryContext) -> int | None:
    """Milliseconds."""
    if entry is None:
        return None
    value = entry.value
    if isinstance(value, v.QuantityValue):
        text = interval(value.amount, value.unit)
        length = interval_milliseconds(text) if text is not None else None
        if length is not None and length >= 1 and length == int(length):
            return int(length)
    message = "a `ttl` is a time such as `1 hour`, in whole milliseconds"
    context.report.add(codes.BAD_STATE, value.span, message)
    return None
