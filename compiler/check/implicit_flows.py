"""Sinks whose rows personal data decides about, in pipelines that refuse it."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.personal_data import GUARDED, is_tagged_source
from ssbt.compiler.diagnostics.examples import PIPELINE, SCHEMA, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.lineage.dependencies import Dependency, Kind
from ssbt.compiler.lineage.graph import lineage

_SCHEMA = SCHEMA.replace("status:    string", "status:    string\n  email:     string @pii")
_STRICT = PIPELINE.replace("}\n", "  implicit_flows = refuse\n}\n")

IMPLICIT_FLOW = Code(
    "SSBT1305",
    "Personal data decides about the rows of a sink",
    """\
A filter by a column tagged `@pii`, a join on it, a sort or a grouping by it leaves no value of it
in the result (SSBT1304), but what rows there are, and in which order, tells something of it: of
one row for each person, the number of rows tells how many persons there are.

Pipelines allow that. One that says `implicit_flows = refuse` does not: such rows reach only sinks
with `allow = [pii]`. What is behind a function of `masking` counts as no personal data here
either: mask the column first, and filter, join or group by what comes out.
""",
    wrong=example(
        pipeline=_STRICT,
        schema=_SCHEMA,
        steps="|> where email like '%@example.com'\n  |> select id, amount",
    ),
    right=example(
        pipeline=_STRICT, schema=_SCHEMA, steps="|> where amount > 100\n  |> select id, amount"
    ),
)

_WORDS = {
    Kind.FILTER: "chosen by",
    Kind.JOIN: "joined on",
    Kind.GROUP: "grouped by",
    Kind.ORDER: "sorted by",
}


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One for each sink."""
    if not pipeline.refuses_implicit_flows or not any(map(is_tagged_source, pipeline.datasets)):
        return
    known = lineage(pipeline)
    rows = known.sources().rows
    for sink in pipeline.sinks:
        found = [
            each
            for each in rows.get(sink.dataset, ())
            if not each.masked and GUARDED in known.tags.at(each.origin)
        ]
        if found and GUARDED not in sink.allow:
            yield _finding(sink, found)


def _finding(sink: Sink, found: list[Dependency]) -> Diagnostic:
    origins = {kind: {each.origin for each in found if each.kind is kind} for kind in _WORDS}
    ways = [
        f"{word} " + ", ".join(f"`{each}`" for each in sorted(origins[kind]))
        for kind, word in _WORDS.items()
        if origins[kind]
    ]
    message = f"the rows of this sink are {' and '.join(ways)}, which is personal data"
    help_ = "mask it before, or write `allow = [pii]`"
    return Diagnostic(IMPLICIT_FLOW, message, Label(sink.span), (), (help_,))
