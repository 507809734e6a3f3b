"""Sources that are read in one pass: their rows and their dead letters are of one query.

Two queries would read and judge a record each in its own time, so that one of them could leave it
out as malformed, and the other one, later, as fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from msgspec import Struct

from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans, stream_plans
from ssbt.compiler.ir.records import DEAD_LETTER

RECORDS = "records"
"""What the stream of all records of a source is called after the source's name."""


class Pass(Struct, frozen=True):
    """One stream that writes several sinks, those of dead letters first.

    `sources` are the names of those whose records it judges. `separate_datasets` are the datasets
    of sinks that are no function of one batch alone, because they keep state or join streams: they
    are computed beside the records, in the same query.
    """

    name: str
    sources: tuple[str, ...]
    sinks: tuple[Sink, ...]
    separate_datasets: tuple[str, ...] = ()


def dead_letter_source(item: object) -> str | None:
    """The name of a source whose malformed records are kept, of its rows or its dead letters."""
    if not isinstance(item, Source) or item.records is None:
        return None
    if item.records.on_error != DEAD_LETTER:
        return None
    return item.name.removesuffix(f".{DEAD_LETTER}") if item.part else item.name


def records_name(source: str) -> str:
    """What all records of a source are called: its rows and its dead letters."""
    return f"{source}.{RECORDS}"


def passes(pipeline: Pipeline) -> tuple[Pass, ...]:
    """The passes of a pipeline; made once."""
    cached: tuple[Pass, ...] | None = pipeline.__dict__.get("passes")
    if cached is None:
        cached = pipeline.__dict__["passes"] = tuple(_build_passes(pipeline))
    return cached


def find_pass(pipeline: Pipeline, sink: Sink) -> Pass | None:
    """The pass that writes a sink, if it is one of several of a query."""
    matches = (each for each in passes(pipeline) if any(s.name == sink.name for s in each.sinks))
    return next(matches, None)


def _build_passes(pipeline: Pipeline) -> Iterator[Pass]:
    groups: list[tuple[set[str], list[Sink]]] = []
    for sink, root in stream_plans(pipeline):
        names, sinks = set(_dead_letter_sources(root)), [sink]
        if not names:
            continue
        for group in [each for each in groups if each[0] & names]:
            groups.remove(group)
            names, sinks = names | group[0], group[1] + sinks
        groups.append((names, sinks))
    order = {sink.name: number for number, sink in enumerate(pipeline.sinks)}
    roots = plans(pipeline)
    for names, sinks in groups:
        in_order = sorted(
            sinks, key=lambda each: (not _is_dead_letter_sink(each), order[each.name])
        )
        sources = tuple(sorted(names, key=str.casefold))
        apart = dict.fromkeys(s.dataset for s in in_order if not is_batchwise(roots[s.dataset]))
        yield Pass(records_name("+".join(sources)), sources, tuple(in_order), tuple(apart))


def is_batchwise(root: Operator) -> bool:
    """Whether what comes of a batch is a function of this batch alone."""
    operators = tuple(walk_operators(root, attrgetter("inputs"), set()))
    sources = sum(each.streaming and isinstance(each.step, Source) for each in operators)
    if sources != 1:
        return False
    # Batches do without everything that compares queries.
    from ssbt.compiler.ir.fingerprints.pushed_conditions import may_have_state

    return not any(each.stateful or may_have_state(each) for each in operators)


def _dead_letter_sources(root: Operator) -> Iterator[str]:
    for operator in root.origins:
        name = dead_letter_source(operator.step) if operator.streaming else None
        if name is not None:
            yield name


def _is_dead_letter_sink(sink: Sink) -> bool:
    return sink.dataset.endswith(f".{DEAD_LETTER}")
