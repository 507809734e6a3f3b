"""What a stream's checkpoint depends on: everything that may not change while it is kept.

Spark compares little of it when a stream starts again (`shape`); the rest it takes on trust, and
goes on with state that means something else. What counts is said in `dependences`.

The parts are in the order of the flow, each behind those of its inputs, which says how they hang
together: a union or join is a part as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.ir.expressions import render_text
from ssbt.compiler.ir.fingerprints.dependence_kinds import Location, PartKind
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES
from ssbt.compiler.ir.fingerprints.part_context import PartContext
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.pushed_conditions import (
    find_pushed_conditions,
    has_state,
    may_have_state,
)
from ssbt.compiler.ir.fingerprints.reading import (
    address_text,
    endpoint_text,
    location_text,
    reading_part,
)
from ssbt.compiler.ir.fingerprints.settings import setting_parts
from ssbt.compiler.ir.fingerprints.steps import build_parts
from ssbt.compiler.ir.fingerprints.used_columns import ColumnNames, used_columns
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Schema, Sink, Source

_NO_BATCHES = (TriggerKind.CONTINUOUS, TriggerKind.REAL_TIME)


def compute_fingerprint(
    pipeline: Pipeline, sink: Sink, root: Operator, *, whole: bool = False
) -> tuple[FingerprintPart, ...]:
    """The parts of a stream's sink, the flow's in its order, then the sink's own.

    `whole` ones are for people: no text is cut. Checkpoints and scripts have the others.
    """
    certain: set[int] = set()
    counted: set[int] = set()
    used: dict[int, ColumnNames] = {}
    # Most streams keep nothing: to walk through each of many would take time by the square.
    if root.keeps_state or any(map(may_have_state, root.origins)):
        certain = _operators_before(root, has_state)
        # Code of the user's may keep state of which nothing is known.
        counted = certain | _operators_before(root, may_have_state)
        used = used_columns(root)
    context = PartContext(used, pipeline, root, whole=whole)
    schemas = {each.name.casefold(): each for each in pipeline.schemas}
    parts: list[FingerprintPart] = []
    part_numbers: dict[int, int] = {}
    for each in _iterate_operators(root, counted):
        if id(each) in part_numbers:
            text = f"what part {part_numbers[id(each)]} gives"
            operator_parts = [FingerprintPart(PartKind.AGAIN, (text,), (text,), each.step.span)]
        else:
            operator_parts = _operator_parts(each, counted, context, schemas)
        parts += [_mark_uncertain(part, certain=id(each) in certain) for part in operator_parts]
        part_numbers.setdefault(id(each), len(parts))
    parts = list(_sort_filters(parts))
    if counted:
        parts += find_pushed_conditions(root, certain, context)
        parts += setting_parts(pipeline, parts, perhaps=not certain)
    return (*parts, *_sink_parts(sink, stateful=bool(certain)))


def _mark_uncertain(part: FingerprintPart, *, certain: bool) -> FingerprintPart:
    """The part, which counts in any case if Spark looks at it without state, too."""
    on_stream = DEPENDENCES[part.kind].location is Location.STREAM
    return part if certain or on_stream else replace(part, perhaps=True)


def _operator_parts(
    operator: Operator, counted: set[int], context: PartContext, schemas: Mapping[str, Schema]
) -> list[FingerprintPart]:
    if not isinstance(operator.step, Source):
        return list(build_parts(operator, context)) if id(operator) in counted else []
    name = operator.step.connector.name
    text = endpoint_text(name, location_text(operator.step.settings))
    # Spark knows that files are files, and not in which format.
    has_path = operator.step.settings.at(OptionPlacement.LOAD) is not None
    is_files = has_path and not operator.step.is_versioned
    kind = PartKind.SOURCE if operator.streaming else PartKind.TABLE
    parts = [FingerprintPart(kind, text, ("files" if is_files else name,), operator.step.span)]
    if operator.streaming and (
        servers := address_text(operator.step.settings, context.connections)
    ):
        parts.append(FingerprintPart(PartKind.SERVERS, servers, (), operator.step.span))
    if id(operator) in counted:
        parts.append(reading_part(operator.step, context.used[id(operator)], schemas))
    return parts


def _operators_before(root: Operator, keeps: Callable[[Operator], bool]) -> set[int]:
    """The ids of the operators whose rows reach those of a kind, these included."""
    operator_ids: set[int] = set()
    for operator in walk_operators(root, attrgetter("inputs"), set()):
        if keeps(operator):
            operator_ids.update(
                [
                    id(upstream)
                    for upstream in walk_operators(operator, attrgetter("inputs"), operator_ids)
                ]
            )
    return operator_ids


def _iterate_operators(root: Operator, counted: set[int]) -> Iterator[Operator]:
    """The operators of a stream, each after its inputs, and once more where it is used again.

    Those after its state that pass rows on are left out.
    """

    def anchor_of(operator: Operator) -> Operator:
        return operator if id(operator) in counted else operator.anchor

    visited: set[int] = set()
    waiting = [(anchor_of(root), False)]
    while waiting:
        operator, inputs_done = waiting.pop()
        if inputs_done or id(operator) in visited:
            visited.add(id(operator))
            yield operator
            continue
        waiting.append((operator, True))
        inputs = map(anchor_of, operator.inputs)
        relevant = (
            input_operator
            for input_operator in inputs
            if input_operator.streaming or id(input_operator) in counted
        )
        waiting += [(input_operator, False) for input_operator in reversed(tuple(relevant))]


def _sort_filters(parts: list[FingerprintPart]) -> Iterator[FingerprintPart]:
    """Neighbouring filters in an order that does not depend on how they were written."""
    for is_filter, run in groupby(parts, key=lambda part: part.kind is PartKind.FILTER):
        run_parts = list(run)
        yield from (
            sorted(run_parts, key=lambda part: render_text(part.text)) if is_filter else run_parts
        )


def _sink_parts(sink: Sink, *, stateful: bool) -> Iterator[FingerprintPart]:
    assert sink.stream is not None
    if stateful:
        yield FingerprintPart(
            PartKind.MODE, (sink.stream.mode.value,), (), sink.stream.mode_span or sink.span
        )
    trigger = sink.stream.trigger
    if trigger is not None and trigger.kind in _NO_BATCHES:
        yield FingerprintPart(PartKind.TRIGGER, (trigger.kind.value,), (), sink.span)
    text = endpoint_text(sink.connector.name, location_text(sink.settings))
    yield FingerprintPart(PartKind.SINK, text, (), sink.span)
    columns = sink.settings.columns_at(OptionPlacement.PARTITION_BY)
    if columns:
        names = ", ".join(column.name for column in columns)
        yield FingerprintPart(PartKind.PARTITIONS, (names,), (), columns[0].span)
