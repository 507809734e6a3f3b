"""What a stream's checkpoint depends on: all that may not change while it is kept.

Spark compares little of it when a stream starts again (`shape`); the rest it takes on trust, and
goes on with state that means something else. Measured on Spark: docs/guides/changing-streams.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import groupby
from operator import attrgetter
import re

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import ParamUse
from ssbt.compiler.connectors.values import Text as SettingText
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import Named, ParameterText, Text, shown
from ssbt.compiler.ir.operators import Operator, walked
from ssbt.compiler.ir.pipeline import Sink, Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span

_WINDOW = re.compile(r"window\s*\(", re.IGNORECASE)
_EQUALITY = re.compile(r"(?:^|(?<= and ))[\w.`]+ = [\w.`]+(?= and |$)")
_LOCATIONS = (Place.LOAD, Place.PATH, Place.TABLE)


class Kind(Enum):
    """The kinds of parts, by the words that people are told."""

    SOURCE = "source"
    FILTER = "where"
    LOOKUP = "lookup"
    WATERMARK = "watermark"
    AGGREGATE = "aggregate"
    DEDUPLICATE = "deduplicate"
    JOIN = "join"
    BOUND = "on"
    LIMIT = "limit"
    CODE = "code"
    KEYS = "by"
    TIMERS = "timers"
    STATE = "state"
    MODE = "mode"
    SINK = "sink"
    PARTITIONS = "partition_by"


class Part(Struct, frozen=True):
    """One thing that a checkpoint depends on.

    Two parts are the same when their texts are. `shape` is what Spark itself compares of it.
    """

    kind: Kind
    text: Text
    shape: tuple[str, ...]
    span: Span


def fingerprint(sink: Sink, root: Operator) -> tuple[Part, ...]:
    """The parts of a stream's sink, the flow's in its order, then the sink's own."""
    before_state = _before_state(root)
    definitions = Definitions()
    parts = [
        part
        for each in _flow(root, before_state)
        for part in _parts(each, definitions, filtered=id(each) in before_state)
    ]
    return tuple(_filters_sorted(parts)) + tuple(_sink_parts(sink, stateful=bool(before_state)))


def _before_state(root: Operator) -> set[int]:
    """The ids of the operators whose rows reach state, those with state included."""
    found: set[int] = set()
    for each in walked(root.anchor, _anchors, set()):
        if each.stateful:
            found.update([id(before) for before in walked(each, attrgetter("inputs"), found)])
    return found


def _anchors(each: Operator) -> Iterable[Operator]:
    return (given.anchor for given in each.inputs)


def _flow(root: Operator, before_state: set[int]) -> Iterator[Operator]:
    """The operators of a stream, without those behind its state that pass rows on."""

    def known(each: Operator) -> Operator:
        return each if id(each) in before_state else each.anchor

    def inputs(each: Operator) -> Iterable[Operator]:
        return map(known, each.inputs)

    return (each for each in walked(known(root), inputs, set()) if each.streaming)


def _parts(each: Operator, definitions: Definitions, *, filtered: bool) -> Iterator[Part]:
    step = each.step
    match step:
        case Source():
            location = _location(step.settings)
            name = step.connector.name
            yield Part(Kind.SOURCE, _placed(name, location), (name,), step.span)
        case s.Filter() if filtered:
            yield Part(Kind.FILTER, definitions.text(step.condition, each), (), step.span)
        case s.Watermark() if filtered:
            column = _column_texts((step.column,), each, definitions)
            yield Part(Kind.WATERMARK, (*column, f", {step.delay}"), (), step.span)
        case s.Aggregate() | s.Pivot() if each.stateful:
            yield _aggregate(step, each, definitions)
        case s.Join() if each.stateful:
            yield from _join(step, each, definitions)
        case s.Join() if filtered:
            yield Part(Kind.LOOKUP, _matching(step, each, definitions), (), step.span)
        case s.Limit():
            count = step.count if isinstance(step.count, ParameterText) else str(step.count)
            yield Part(Kind.LIMIT, (count,), (), step.span)
        case s.SqlQuery():
            yield Part(Kind.CODE, (" ".join(step.text.split()),), (), step.span)
        case s.ApplyFunction():
            yield Part(Kind.CODE, (f"{step.module}.{step.function}",), (), step.span)
        case s.Stateful() if each.streaming:
            yield from _stateful(step, each, definitions)
        case _ if each.distinct_columns is not None:
            yield _unique(each, each.distinct_columns, definitions)


def _aggregate(step: s.Aggregate | s.Pivot, each: Operator, definitions: Definitions) -> Part:
    keys = [definitions.text(key.expression, each) for key in step.keys]
    results = [definitions.text(item.expression, each) for item in step.aggregates]
    text = (*_listed(results), *((" by ", *_listed(keys)) if keys else ()))
    form: Text = ()
    if isinstance(step, s.Pivot):
        values = ", ".join(map(repr, step.values))
        form = (" for ", *_column_texts((step.column,), each, definitions), f" in ({values})")
    elif step.form:
        form = (f" ({step.form} {step.sets})",)
    shape = (
        *(_key(key) for key in step.keys),
        *(_buffer(item) for item in step.aggregates),
    )
    return Part(Kind.AGGREGATE, (*text, *form), shape, step.span)


def _stateful(step: s.Stateful, each: Operator, definitions: Definitions) -> Iterator[Part]:
    """The processor and its keys, then what it keeps."""
    yield Part(Kind.CODE, (f"{step.module}.{step.processor}",), (), step.span)
    columns = {column.name: column for column in each.inputs[0].output.columns}
    types = tuple(columns[name].type.sql for name in step.keys if name in columns)
    yield Part(Kind.KEYS, _column_texts(step.keys, each, definitions), types, step.span)
    yield Part(Kind.TIMERS, (step.time_mode.value,), (), step.span)
    for variable in sorted(step.variables, key=lambda each: each.name):
        text = f"{step.processor}.{variable.described}"
        yield Part(Kind.STATE, (text,), variable.shape, variable.span)


def _key(item: Named) -> str:
    """What Spark keeps of a grouping key: of a window that slides it is nullable."""
    text = "".join(part for part in item.expression.text if isinstance(part, str))
    return f"key {item.expression.type.sql} {_WINDOW.match(text) is not None and text.count(', ')}"


def _buffer(item: Named) -> str:
    """What Spark keeps of an aggregate between two rows, as far as it can be told."""
    first = str(item.expression.text[0]).partition("(")[0].lower()
    sql = item.expression.type.sql
    return {"avg": f"sum of {sql}, count", "mean": f"sum of {sql}, count"}.get(first, sql)


def _unique(each: Operator, columns: tuple[Column, ...], definitions: Definitions) -> Part:
    step = each.step
    within = isinstance(step, s.Deduplicate) and step.within_watermark
    if isinstance(step, s.Deduplicate) and step.columns:
        # The order in which they are named is the one in which Spark keeps them.
        names = [name.casefold() for name in step.columns]
        columns = tuple(sorted(columns, key=lambda column: names.index(column.name.casefold())))
    known = {id(each.column): each.text for each in definitions.of(each)}
    text = _listed([known[id(column)] for column in columns])
    flavour = " within watermark" if within else ""
    types = (column.type.sql for column in columns)
    return Part(Kind.DEDUPLICATE, (*text, flavour), (flavour, *types), step.span)


def _join(step: s.Join, each: Operator, definitions: Definitions) -> Iterator[Part]:
    """The kind and the keys, by which Spark keeps rows, and the rest of the condition."""
    sides = tuple(
        ", ".join(column.type.sql for column in given.output.columns) for given in each.inputs
    )
    matching = _matching(step, each, definitions)
    if step.condition is None:
        yield Part(Kind.JOIN, matching, sides, step.span)
        return
    condition = definitions.text(step.condition, each)
    keys = _EQUALITY.findall("".join(part for part in condition if isinstance(part, str)))
    yield Part(Kind.JOIN, (f"{step.kind} on {' and '.join(keys)}",), sides, step.span)
    if condition != (" and ".join(keys),):
        yield Part(Kind.BOUND, condition, (), step.span)


def _matching(step: s.Join, each: Operator, definitions: Definitions) -> Text:
    """The kind of a join and how its rows are matched."""
    if step.condition is not None:
        return (f"{step.kind} on ", *definitions.text(step.condition, each))
    columns = _column_texts(step.using, each, definitions)
    return (f"{step.kind} using ", *columns) if step.using else (step.kind,)


def _column_texts(columns: Iterable[str], each: Operator, definitions: Definitions) -> Text:
    return _listed(definitions.columns(columns, each))


def _listed(texts: list[Text]) -> Text:
    """Texts with commas between them."""
    parts: list[str | ParameterText] = []
    for text in texts:
        parts += [", "] if parts else []
        parts += text
    return tuple(parts)


def _filters_sorted(parts: list[Part]) -> Iterator[Part]:
    """Neighbouring filters in an order that does not depend on how they were written."""
    for is_filter, run in groupby(parts, key=lambda part: part.kind is Kind.FILTER):
        found = list(run)
        yield from sorted(found, key=lambda part: shown(part.text)) if is_filter else found


def _sink_parts(sink: Sink, *, stateful: bool) -> Iterator[Part]:
    assert sink.stream is not None
    if stateful:
        yield Part(Kind.MODE, (sink.stream.mode.value,), (), sink.stream.mode_span or sink.span)
    location = _location(sink.settings)
    yield Part(Kind.SINK, _placed(sink.connector.name, location), (), sink.span)
    columns = sink.settings.columns_at(Place.PARTITION_BY)
    if columns:
        text = ", ".join(column.name for column in columns)
        yield Part(Kind.PARTITIONS, (text,), (), columns[0].span)


def _placed(connector: str, location: Text) -> Text:
    return (f"{connector} ", *location) if location else (connector,)


def _location(settings: Settings) -> Text:
    """Where a source reads or a sink writes."""
    named = [each.value for each in settings.settings if each.option.identity]
    if named:
        return _listed([_value(value) for value in _flat(named)])
    for place in _LOCATIONS:
        setting = settings.at(place)
        if setting is not None:
            return _listed([_value(value) for value in _flat((setting.value,))])
    return ()


def _flat(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        yield from value if isinstance(value, tuple) else (value,)


def _value(value: object) -> Text:
    if isinstance(value, ParamUse):
        return (ParameterText(value.name),)
    if isinstance(value, SettingText):
        return tuple(
            ParameterText(part.name) if isinstance(part, ParamUse) else part for part in value.parts
        )
    return (str(value),)
