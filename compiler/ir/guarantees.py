"""What a stream's sink can honestly promise about delivery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.specification import Checkpoint, Delivery
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_plans

_STRENGTH = list(Delivery)


class Guarantee(Struct, frozen=True):
    """How often a row arrives, and why not more, or why so much."""

    delivery: Delivery
    reason: str

    def __str__(self) -> str:
        return f"{self.delivery.phrase}, because {self.reason}"

    def is_less_than(self, delivery: Delivery) -> bool:
        """Whether it promises less than is wanted."""
        return _STRENGTH.index(self.delivery) < _STRENGTH.index(delivery)


def guarantees(pipeline: Pipeline) -> Mapping[str, Guarantee]:
    """The promise of each sink into which a stream flows, by the sink's name."""
    return {
        sink.name: min(
            _promises(sink, root, pipeline), key=lambda each: _STRENGTH.index(each.delivery)
        )
        for sink, root in stream_plans(pipeline)
    }


def _promises(sink: Sink, root: Operator, pipeline: Pipeline) -> Iterator[Guarantee]:
    """What each part of the way can promise; the weakest holds, the first where two are."""
    yield _sink_guarantee(sink)
    for operator in root.origins:
        source = operator.step
        if isinstance(source, Source) and operator.streaming:
            specification = source.connector.source
            if specification is not None and not specification.replayable:
                reason = f"`{source.name}` cannot be read again after a failure"
                yield Guarantee(Delivery.AT_MOST_ONCE, reason)
    if sink.has_checkpoint and pipeline.checkpoint is None:
        reason = "the pipeline names no `checkpoint`, so each run starts from scratch"
        yield Guarantee(Delivery.AT_LEAST_ONCE, reason)


def _sink_guarantee(sink: Sink) -> Guarantee:
    specification = sink.connector.sink
    streaming = specification.streaming if specification is not None else None
    if streaming is None:
        return Guarantee(Delivery.AT_LEAST_ONCE, f"`{sink.connector.name}` promises no more")
    if streaming.keyed and sink.settings.find(streaming.keyed) is not None:
        return Guarantee(Delivery.EFFECTIVELY_ONCE, streaming.keyed_reason)
    return Guarantee(streaming.delivery, streaming.reason)


def needs_checkpoint(sink: Sink) -> bool:
    """Whether a stream into the sink must keep its place."""
    specification = sink.connector.sink
    streaming = specification.streaming if specification is not None else None
    return streaming is None or streaming.checkpoint is Checkpoint.REQUIRED
