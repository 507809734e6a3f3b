"""Where streams keep their place, and what that depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.ir.fingerprints.dependences import PartKind
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.passes import compute_pass_fingerprint
from ssbt.compiler.ir.fingerprints.streams import compute_fingerprint
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.passes import Pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink


def checkpoint_folder(root: Text, sink: str) -> Text:
    """A stream's own folder below the pipeline's; its name is the sink's, whose case means nothing.

    Nothing else of the pipeline is in it, so that no change to the source moves a checkpoint.
    """
    *first, last = root.parts
    # As in URLs, but with another sign: paths of object stores are decoded on their way.
    quoted = quote(sink.casefold(), safe="").replace("~", "%7E").replace(".", "%2E")
    name = quoted.replace("%", "~")
    if isinstance(last, str):
        return Text((*first, f"{last.rstrip('/')}/{name}"), root.span)
    return Text((*root.parts, f"/{name}"), root.span)


def sink_dependencies(pipeline: Pipeline, sink: Sink, root: Operator) -> Iterator[Text]:
    """What may not change while the checkpoint is kept, one readable text for each part."""
    return _describe_parts(compute_fingerprint(pipeline, sink, root))


def pass_dependencies(pipeline: Pipeline, pass_: Pass) -> Iterator[Text]:
    """The same of a stream with several sinks."""
    return _describe_parts(compute_pass_fingerprint(pipeline, pass_))


def _describe_parts(parts: Iterable[FingerprintPart]) -> Iterator[Text]:
    for part in parts:
        # One cluster has several addresses, and each environment its own.
        if part.kind is PartKind.SERVERS:
            continue
        text = (
            each if isinstance(each, str) else ParamUse(each.name, part.span) for each in part.text
        )
        yield Text((f"{part.kind.value}: ", *text), part.span)
