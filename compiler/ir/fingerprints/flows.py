"""What a stream's checkpoint depends on: all that may not change while it is kept.

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

from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.ir.expressions import shown
from ssbt.compiler.ir.fingerprints.behind import has_state, may_have_state, pushed
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES, Kind, Location
from ssbt.compiler.ir.fingerprints.parts import Part
from ssbt.compiler.ir.fingerprints.reading import addresses, location, placed, reading
from ssbt.compiler.ir.fingerprints.settings import setting_parts
from ssbt.compiler.ir.fingerprints.steps import StepParts
from ssbt.compiler.ir.fingerprints.used import Names, used_columns
from ssbt.compiler.ir.operators import Operator, walked
from ssbt.compiler.ir.pipeline import Pipeline, Schema, Sink, Source

_NO_BATCHES = (TriggerKind.CONTINUOUS, TriggerKind.REAL_TIME)


def fingerprint(
    pipeline: Pipeline, sink: Sink, root: Operator, *, whole: bool = False
) -> tuple[Part, ...]:
    """The parts of a stream's sink, the flow's in its order, then the sink's own.

    `whole` ones are for people: no text is cut. Checkpoints and scripts have the others.
    """
    certain: set[int] = set()
    counted: set[int] = set()
    used: dict[int, Names] = {}
    # Most streams keep nothing: to walk through each of many would take time by the square.
    if root.keeps_state or any(map(may_have_state, root.origins)):
        certain = _before(root, has_state)
        # Code of the user's may keep state of which nothing is known.
        counted = certain | _before(root, may_have_state)
        used = used_columns(root)
    steps = StepParts(used, pipeline, root, whole=whole)
    schemas = {each.name.casefold(): each for each in pipeline.schemas}
    parts: list[Part] = []
    places: dict[int, int] = {}
    for each in _flow(root, counted):
        if id(each) in places:
            text = f"what part {places[id(each)]} gives"
            found = [Part(Kind.AGAIN, (text,), (text,), each.step.span)]
        else:
            found = _parts(each, counted, steps, schemas)
        parts += [_judged(part, certain=id(each) in certain) for part in found]
        places.setdefault(id(each), len(parts))
    parts = list(_filters_sorted(parts))
    if counted:
        parts += pushed(root, certain, steps)
        parts += setting_parts(pipeline, parts, perhaps=not certain)
    return (*parts, *_sink_parts(sink, stateful=bool(certain)))


def _judged(part: Part, *, certain: bool) -> Part:
    """The part, which counts in any case if Spark looks at it without state, too."""
    on_stream = DEPENDENCES[part.kind].place is Location.STREAM
    return part if certain or on_stream else replace(part, perhaps=True)


def _parts(
    each: Operator, counted: set[int], steps: StepParts, schemas: Mapping[str, Schema]
) -> list[Part]:
    if not isinstance(each.step, Source):
        return list(steps.of(each)) if id(each) in counted else []
    name = each.step.connector.name
    text = placed(name, location(each.step.settings))
    # Spark knows that files are files, and not in which format.
    is_files = each.step.settings.at(Place.LOAD) is not None
    kind = Kind.SOURCE if each.streaming else Kind.TABLE
    found = [Part(kind, text, ("files" if is_files else name,), each.step.span)]
    if each.streaming and (servers := addresses(each.step.settings, steps.connections)):
        found.append(Part(Kind.SERVERS, servers, (), each.step.span))
    if id(each) in counted:
        found.append(reading(each.step, steps.used[id(each)], schemas))
    return found


def _before(root: Operator, keeps: Callable[[Operator], bool]) -> set[int]:
    """The ids of the operators whose rows reach those of a kind, these included."""
    found: set[int] = set()
    for each in walked(root, attrgetter("inputs"), set()):
        if keeps(each):
            found.update([id(before) for before in walked(each, attrgetter("inputs"), found)])
    return found


def _flow(root: Operator, counted: set[int]) -> Iterator[Operator]:
    """The operators of a stream, each behind its inputs, and once more where it is used again.

    Those behind its state that pass rows on are left out.
    """

    def known(each: Operator) -> Operator:
        return each if id(each) in counted else each.anchor

    done: set[int] = set()
    waiting = [(known(root), False)]
    while waiting:
        each, inputs_done = waiting.pop()
        if inputs_done or id(each) in done:
            done.add(id(each))
            yield each
            continue
        waiting.append((each, True))
        inputs = map(known, each.inputs)
        told = (given for given in inputs if given.streaming or id(given) in counted)
        waiting += [(given, False) for given in reversed(tuple(told))]


def _filters_sorted(parts: list[Part]) -> Iterator[Part]:
    """Neighbouring filters in an order that does not depend on how they were written."""
    for is_filter, run in groupby(parts, key=lambda part: part.kind is Kind.FILTER):
        found = list(run)
        yield from sorted(found, key=lambda part: shown(part.text)) if is_filter else found


def _sink_parts(sink: Sink, *, stateful: bool) -> Iterator[Part]:
    assert sink.stream is not None
    if stateful:
        yield Part(Kind.MODE, (sink.stream.mode.value,), (), sink.stream.mode_span or sink.span)
    trigger = sink.stream.trigger
    if trigger is not None and trigger.kind in _NO_BATCHES:
        yield Part(Kind.TRIGGER, (trigger.kind.value,), (), sink.span)
    text = placed(sink.connector.name, location(sink.settings))
    yield Part(Kind.SINK, text, (), sink.span)
    columns = sink.settings.columns_at(Place.PARTITION_BY)
    if columns:
        names = ", ".join(column.name for column in columns)
        yield Part(Kind.PARTITIONS, (names,), (), columns[0].span)
