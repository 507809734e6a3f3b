"""Sinks that keep a history: which columns open a version, and what its own are called."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import ColumnName
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.histories import History, find_history
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span

_SINK = """\
sink paid to delta {
  path        = "lake/paid"
  mode        = history
  keys        = [id]
  sequence_by = placed_on
  OPTION
}
"""

NOT_TRACKED = Code(
    "SSBT0569",
    "A tracked column that cannot open a version",
    """\
A change of a column in `track` opens a new version of the row. A key never changes: with another
key it is another row. `sequence_by` changes with each event, so each one would be a version; the
table has it as `valid_from`. And a column that is not among `columns` is not in the table.
""",
    wrong=example(sink=_SINK.replace("OPTION", "track       = [amount, placed_on]")),
    right=example(sink=_SINK.replace("OPTION", "track       = [amount]")),
)

SAME_NAME = Code(
    "SSBT0570",
    "A history with two columns of the same name",
    """\
A history has two columns that no dataset has: one says from when on a version holds, the other up
to when. They are called `valid_from` and `valid_to` unless the options of these names say
otherwise. No other column of the table can have their names.
""",
    wrong=example(
        steps="|> extend placed_on as valid_from",
        sink=_SINK.replace("  OPTION\n", ""),
    ),
    right=example(
        steps="|> extend placed_on as valid_from",
        sink=_SINK.replace("OPTION", 'valid_from  = "since"'),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink that keeps a history."""
    outputs = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        relation = outputs.get(sink.dataset, Relation())
        history = find_history(sink.settings, relation)
        if history is not None:
            yield from _check_tracked(sink, history, relation)
            yield from _check_names(sink, history, relation)


def _check_tracked(sink: Sink, history: History, relation: Relation) -> Iterator[Diagnostic]:
    setting = sink.settings.find("track")
    for name in setting.columns if setting is not None else ():
        if name.in_star or not (relation.is_open or relation.find_columns(name.name)):
            continue
        if (why := _why_untracked(name, history)) is not None:
            message = f"`{name.name}` opens no versions: {why}"
            yield Diagnostic(
                NOT_TRACKED, message, Label(name.span), (), ("take it out of `track`",)
            )


def _why_untracked(name: ColumnName, history: History) -> str | None:
    folded = name.name.casefold()
    if folded in map(str.casefold, history.keys):
        return "with another key it is another row"
    if folded == history.sequence.casefold():
        return f"each event has its own, and the table has it as `{history.valid_from}`"
    if folded not in map(str.casefold, history.columns):
        return "it is not among the `columns` of the table"
    return None


def _check_names(sink: Sink, history: History, relation: Relation) -> Iterator[Diagnostic]:
    columns = {each.name.casefold(): each for each in relation.columns}
    taken = {name.casefold(): columns.get(name.casefold()) for name in history.columns}
    for option, name in (("valid_from", history.valid_from), ("valid_to", history.valid_to)):
        setting = sink.settings.find(option)
        if name.casefold() in taken:
            column = taken[name.casefold()]
            origin = column.declared if column is not None else None
            message = f"the table has a column `{name}` already, beside that of its history"
            also = (Label(origin, "the other one"),) if origin is not None else ()
            help_ = (f'name the one of the history: `{option} = "…"`',)
            span = _find_span(sink, setting.span if setting is not None else None)
            yield Diagnostic(SAME_NAME, message, Label(span), also, help_)
        taken[name.casefold()] = None


def _find_span(sink: Sink, option: Span | None) -> Span:
    mode = sink.settings.find("mode")
    return option or (mode.span if mode is not None else None) or sink.span
