"""Sinks whose rows personal data decides about, in pipelines that refuse it."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.personal_data import GUARDED, is_tagged_source
from ssbt.compiler.diagnostics.examples import PIPELINE, SCHEMA, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.lineage.dependencies import Dependency, DependencyKind
from ssbt.compiler.lineage.graph import build_lineage

_SCHEMA = SCHEMA.replace("status:    string", "status:    string\n  email:     string @pii")
_STRICT = PIPELINE.replace("}\n", "  implicit_flows = refuse\n}\n")

IMPLICIT_FLOW = Code(
    "SSBT1305",
    "Personal data decides which rows reach a sink",
    """\
If you filter, join, sort or group by a column tagged `@pii`, the result holds none of its values
(SSBT1304). But which rows there are, and in which order, still tells something: with one row for
each person, the number of rows is the number of persons.

Pipelines allow that by default. With `implicit_flows = refuse`, such rows may reach only sinks with
`allow = [pii]`. The result of a function in `masking` does not count as personal data here either:
mask the column first, and filter, join or group by the result.
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

_VERBS = {
    DependencyKind.FILTER: "chosen by",
    DependencyKind.JOIN: "joined on",
    DependencyKind.GROUP: "grouped by",
    DependencyKind.ORDER: "sorted by",
}


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One for each sink."""
    if not pipeline.refuses_implicit_flows or not any(map(is_tagged_source, pipeline.datasets)):
        return
    graph = build_lineage(pipeline)
    rows = graph.source_dependencies().rows
    for sink in pipeline.sinks:
        dependencies = [
            each
            for each in rows.get(sink.dataset, ())
            if not each.masked and GUARDED in graph.tags.tags_at(each.origin)
        ]
        if dependencies and GUARDED not in sink.allow:
            yield _build_diagnostic(sink, dependencies)


def _build_diagnostic(sink: Sink, dependencies: list[Dependency]) -> Diagnostic:
    origins = {kind: {each.origin for each in dependencies if each.kind is kind} for kind in _VERBS}
    phrases = [
        f"{verb} " + ", ".join(f"`{each}`" for each in sorted(origins[kind]))
        for kind, verb in _VERBS.items()
        if origins[kind]
    ]
    message = f"the rows of this sink are {' and '.join(phrases)}, which is personal data"
    help_ = "mask it before, or write `allow = [pii]`"
    return Diagnostic(IMPLICIT_FLOW, message, Label(sink.span), (), (help_,))
