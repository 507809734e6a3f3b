"""Changes of a table that are merged into another: which of the rows of a key is the newest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from ssbt.compiler.connectors.option_specification import ChangeFeed
from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.diagnostics.examples import SCHEMA, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.column_values import value_origins
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source, collect_outputs
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.patterns import lazy_pattern

_SOURCE = """\
source orders from delta {
  path    = "lake/orders"
  schema  = Order
  changes = true
}
"""
_SINK = """\
sink paid to delta {
  path        = "lake/paid"
  mode        = merge
  keys        = [id]
  sequence_by = _commit_version
  delete_when = _change_type = 'delete'
}
"""

MERGED_CHANGES = Code(
    "SSBT0585",
    "Changes of a table, merged so that the wrong row may win",
    """\
A source with `changes = true` has several rows for one update, and rows that are gone. Where two
rows of a key have the same sequence, a delete counts, otherwise the greater row.

| changes of | an update is | `sequence_by` |
|---|---|---|
| Delta Lake | `update_preimage`, the old row, and `update_postimage` | `_commit_version` |
| Iceberg | `DELETE` and `INSERT` | a column of the table, such as `changed_at` |

Both rows of an update have one `_commit_version`, so leave the old one out. They have one
`_change_ordinal`, too: the delete would count, and the row would be gone. It also begins at 0 in
each run, and a `_commit_snapshot_id` is a random number: neither says what is newer.

A row that was deleted comes as a row, too. Without `delete_when` it would be merged as if it were
still there.

If a job replaces rows of Delta Lake, as an `overwrite` does, `delete` and `insert` have one
`_commit_version`, and the delete counts: order by a column of the table there, too.
""",
    wrong=example(schema=SCHEMA, source=_SOURCE, sink=_SINK),
    right=example(
        schema=SCHEMA,
        source=_SOURCE,
        steps="|> where status = 'PAID' and _change_type <> 'update_preimage'",
        sink=_SINK,
    ),
)

_WORD = lazy_pattern(r"\w+")
_PASSES_ROWS = (
    *(Source, s.Filter, s.Project, s.WithColumns, s.DropColumns, s.RenameColumns, s.Alias),
    *(s.Watermark, s.Sort, s.Limit, s.Offset, s.Sample, s.Explode),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each merge or history of changes whose order nothing says."""
    roots, outputs = plans(pipeline), collect_outputs(pipeline)
    for sink in pipeline.sinks:
        root, sequence = roots.get(sink.dataset), sink.settings.find("sequence_by")
        if root is not None and sequence is not None and is_merged(sink.settings):
            finding = next(_check_sink(sink, sequence, root, outputs), None)
            if finding is not None:
                yield finding


def _check_sink(
    sink: Sink, sequence: Setting, root: Operator, outputs: Mapping[str, Relation]
) -> Iterator[Diagnostic]:
    name = sequence.columns[0]
    origins = [each for each in value_origins(root, name.name) if isinstance(each, tuple)]
    for source, column in origins:
        feed = _find_feed(source)
        if feed is not None and column in feed.unordered:
            message = f"`{column}` does not say which of two changes of a row is newer"
            help_ = "order by a column of the table that grows with each change: its time, a number"
            yield _build_diagnostic(message, sequence, source, help_)
    for source in _list_sources(root):
        feed = _find_feed(source)
        if feed is None or _is_told_apart(root, source, feed, outputs):
            continue
        ordered = [column for origin, column in origins if origin is source]
        if feed.replaced and any(column in feed.versions for column in ordered):
            message = f"a row as it was before an update has the same `{name.name}` as the new one"
            help_ = f"leave the old rows out: `|> where {feed.kind} <> '{feed.replaced}'`"
            yield _build_diagnostic(message, sequence, source, help_)
        elif not _deletes_by(sink, root, source, feed):
            message = f"rows that are deleted in `{source.name}` would be merged like others"
            help_ = f"say which: `delete_when = {feed.kind} = '{feed.deleted}'`"
            other = f"or leave them out: `|> where {feed.kind} <> '{feed.deleted}'`"
            yield _build_diagnostic(message, sequence, source, help_, other)


def _find_feed(source: Source) -> ChangeFeed | None:
    feeds = (e.option.feed for e in source.settings.settings if e.value is True and e.option.feed)
    return next(feeds, None)


def _list_sources(root: Operator) -> Iterator[Source]:
    """The source whose rows arrive as they are; none where steps put rows together."""
    operators = [*walk_operators(root, attrgetter("inputs"), set())]
    if all(isinstance(each.step, _PASSES_ROWS) for each in operators):
        yield from (each.step for each in operators if isinstance(each.step, Source))


def _is_told_apart(
    root: Operator, source: Source, feed: ChangeFeed, outputs: Mapping[str, Relation]
) -> bool:
    """Whether a filter asks what has happened to a row."""
    return any(
        isinstance(each.step, s.Filter)
        and _is_about(each.step.condition.origins, Origin(source.name, feed.kind), outputs)
        for each in walk_operators(root, attrgetter("inputs"), set())
    )


def _is_about(origins: Iterable[Origin], target: Origin, outputs: Mapping[str, Relation]) -> bool:
    """Whether a value depends on a column of a source; so it may where that cannot be told."""
    waiting, visited = [*origins], set[Origin]()
    while waiting:
        origin = waiting.pop()
        if origin in visited:
            continue
        visited.add(origin)
        if origin.dataset not in outputs or origin == target:
            return True
        waiting += [
            each
            for column in outputs[origin.dataset].find_columns(origin.column)
            for each in column.origins
        ]
    return False


def _deletes_by(sink: Sink, root: Operator, source: Source, feed: ChangeFeed) -> bool:
    """Whether `delete_when` asks what has happened to a row."""
    setting = sink.settings.find("delete_when")
    text = getattr(setting.value, "display_text", "") if setting is not None else ""
    words = {each.casefold() for each in _WORD.findall(text)}
    names = [each.name for each in root.output.columns if each.name.casefold() in words]
    return any((source, feed.kind) in value_origins(root, name) for name in names)


def _build_diagnostic(message: str, sequence: Setting, source: Source, *help_: str) -> Diagnostic:
    changes = next(e for e in source.settings.settings if e.option.feed is not None)
    also = (Label(changes.span, "the changes"),) if changes.span is not None else ()
    name = sequence.columns[0]
    return Diagnostic(MERGED_CHANGES, message, Label(name.span), also, help_)
