"""The step that runs a processor of the user's, which keeps state for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import keyword

from msgspec.structs import replace

from ssbt.compiler.connectors.durations import interval, milliseconds
from ssbt.compiler.diagnostics.codes import state as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.state import StateVariable, TimeMode
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.modules import Purpose
from ssbt.compiler.resolve.steps.code import code_provenance, declared_relation, own_target
from ssbt.compiler.resolve.steps.naming import whole_column
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.types.datatypes import StructType, TimestampType

_ENTRIES = ("state", "timers", "event_time")
_TIMERS = {"event_time": TimeMode.EVENT_TIME, "processing_time": TimeMode.PROCESSING_TIME}
_KINDS = {"value": ("schema",), "list": ("schema",), "map": ("key", "schema")}
# What a processor has of its own.
_METHODS = frozenset(
    ("init", "handleInputRows", "handleExpiredTimer", "handleInitialState", "close")
)


def stateful(node: s.Stateful, flow: Flow) -> ir.Step | None:
    schema = flow.find.schema(node.schema)
    keys = [whole_column(name, flow.relation, flow) for name in node.keys]
    for name, key in zip(node.keys, keys, strict=True):
        if key is not None:
            flow.require_orderable(key, name.span, "as a key")
    entries = dict(_known(node.entries, _ENTRIES, "a `stateful` step", flow))
    variables = tuple(_variables(entries.get("state"), flow))
    timers = _timers(entries.get("timers"), flow)
    old = flow.settings.target.startswith("3.")
    module = own_target(node.target, Purpose.STATE_FUNCTION if old else Purpose.PROCESSOR, flow)
    if schema is None or module is None:
        flow.relation = Relation((), True)
        return None
    output = declared_relation(schema, code_provenance(node.target, flow))
    event_time = _event_time(entries.get("event_time"), output, flow)
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


def _known(
    entries: Iterable[v.Entry], known: tuple[str, ...], what: str, flow: Flow
) -> Iterator[tuple[str, v.Entry]]:
    """The entries of a block by lower-case name, each once."""
    seen: dict[str, Span] = {}
    for entry in entries:
        name = entry.name.text.lower()
        first = seen.setdefault(name, entry.name.span)
        if first is not entry.name.span:
            also = (Label(first, "given here already"),)
            message = f"`{name}` is given twice"
            flow.report.add(codes.BAD_STATE, entry.name.span, message, also=also)
        elif name not in known:
            message = f"{what} has no entry `{entry.name.text}`"
            flow.report.unknown(
                codes.BAD_STATE, entry.name.span, message, name, list(known), "entries"
            )
        elif not isinstance(entry.value, v.BrokenValue):
            yield name, entry


def _timers(entry: v.Entry | None, flow: Flow) -> TimeMode:
    if entry is None:
        return TimeMode.NONE
    word = entry.value.text.lower() if isinstance(entry.value, v.WordValue) else ""
    if word not in _TIMERS:
        message = "timers go by `event_time` or by `processing_time`"
        flow.report.add(codes.BAD_STATE, entry.value.span, message)
    return _TIMERS.get(word, TimeMode.NONE)


def _event_time(entry: v.Entry | None, output: Relation, flow: Flow) -> str | None:
    """The name of the column that the watermark goes on with."""
    if entry is None:
        return None
    text = entry.value.text if isinstance(entry.value, v.WordValue) else ""
    for column in output.named(text):
        if isinstance(column.type, TimestampType):
            return column.name
        message = f"a watermark is on a TIMESTAMP column, and `{text}` is {column.type.sql}"
        flow.report.add(codes.BAD_STATE, entry.value.span, message)
        return None
    message = "`event_time` is a column of the result"
    known = [column.name for column in output.columns]
    flow.report.unknown(codes.BAD_STATE, entry.value.span, message, text, known, "columns")
    return None


def _with_event_time(output: Relation, name: str | None) -> Relation:
    marked = (replace(column, event_time=column.name == name) for column in output.columns)
    return Relation(tuple(marked))


def _variables(entry: v.Entry | None, flow: Flow) -> Iterator[StateVariable]:
    if entry is None:
        return
    if not isinstance(entry.value, v.BlockValue) or entry.value.kind is not None:
        message = "`state` is a block of variables"
        help_ = "state { NAME = value { schema = SCHEMA } }"
        flow.report.add(codes.BAD_STATE, entry.value.span, message, help=help_)
        return
    names: dict[str, Span] = {}
    for each in entry.value.entries:
        name = each.name.text
        first = names.setdefault(name, each.name.span)
        if first is not each.name.span:
            also = (Label(first, "declared here already"),)
            message = f"`{name}` is declared twice"
            flow.report.add(codes.BAD_STATE, each.name.span, message, also=also)
        elif not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            message = f"`{name}` cannot be an attribute of a Python object"
            flow.report.add(codes.BAD_STATE, each.name.span, message)
        elif name in _METHODS:
            message = f"`{name}` is a method of every processor"
            flow.report.add(codes.BAD_STATE, each.name.span, message, help="give another name")
        else:
            variable = _variable(each, flow)
            if variable is not None:
                yield variable


def _variable(entry: v.Entry, flow: Flow) -> StateVariable | None:
    value = entry.value
    if isinstance(value, v.BrokenValue):
        return None
    kind = value.kind.text.lower() if isinstance(value, v.BlockValue) and value.kind else ""
    if not isinstance(value, v.BlockValue) or kind not in _KINDS:
        message = f"`{entry.name.text}` is a value, a list or a map"
        help_ = f"{entry.name.text} = value {{ schema = SCHEMA }}"
        flow.report.add(codes.BAD_STATE, value.span, message, help=help_)
        return None
    needed = _KINDS[kind]
    entries = dict(_known(value.entries, (*needed, "ttl"), f"a {kind}", flow))
    types = [_schema(name, entries, value, kind, flow) for name in needed]
    ttl = _ttl(entries.get("ttl"), flow)
    found = [each for each in types if each is not None]
    if len(found) < len(needed):
        return None
    return StateVariable(
        entry.name.text,
        kind,
        found[-1][0],
        found[0][0] if len(found) > 1 else None,
        tuple(type_ for _, type_ in found),
        ttl,
        entry.span,
    )


def _schema(
    name: str, entries: Mapping[str, v.Entry], value: v.BlockValue, kind: str, flow: Flow
) -> tuple[str, StructType] | None:
    """The schema that an entry names, with a finding where there is none."""
    if name not in entries:
        message = f"a {kind} says its `{name}`"
        flow.report.add(codes.BAD_STATE, value.span, message, help=f"{name} = SCHEMA")
        return None
    given = entries[name].value
    if not isinstance(given, v.WordValue):
        message = f"`{name}` names a schema of the pipeline"
        flow.report.add(codes.BAD_STATE, given.span, message)
        return None
    return flow.find.schema(e.Name(given.span, given.text))


def _ttl(entry: v.Entry | None, flow: Flow) -> int | None:
    """Milliseconds."""
    if entry is None:
        return None
    value = entry.value
    if isinstance(value, v.QuantityValue):
        text = interval(value.amount, value.unit)
        length = milliseconds(text) if text is not None else None
        if length is not None and length >= 1 and length == int(length):
            return int(length)
    message = "a `ttl` is a time such as `1 hour`, in whole milliseconds"
    flow.report.add(codes.BAD_STATE, value.span, message)
    return None
