"""Sinks that merge rows: what the table must hold so that the newest row can be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ssbt.compiler.connectors.settings import ColumnName
from ssbt.compiler.diagnostics.codes.declarations import OPEN_SCHEMA
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.histories import find_history
from ssbt.compiler.ir.merges import find_merge
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import UNKNOWN
from ssbt.compiler.types.predicates import is_orderable
from ssbt.compiler.types.quoting import quote_name

_SINK = """\
sink paid to delta {
  path        = "lake/paid"
  mode        = merge
  keys        = [id]
  sequence_by = placed_on
  columns     = COLUMNS
}
"""

NOT_STORED = Code(
    "SSBT0545",
    "A merge whose table lacks what tells rows apart",
    """\
`keys` say which rows are the same, and `sequence_by` which of them is newer. Both must be among the
`columns` of the table: a row that comes later is compared with the one that is there, and without
its sequence nobody knows which one is older.
""",
    wrong=example(sink=_SINK.replace("COLUMNS", "* except (placed_on)")),
    right=example(sink=_SINK.replace("COLUMNS", "* except (status)")),
)

NO_ORDER = Code(
    "SSBT0546",
    "A merge of columns that have no order",
    """\
If two rows of one key have the same sequence, the greater row counts, in the order of its columns:
otherwise the table would depend on which one came first. MAP and VARIANT have no order. Leave such
a column out with `columns = * except (…)`, or make a text or an array of it in a step.
""",
    wrong=example(
        steps="|> select id, placed_on, map(status, amount) as amounts",
        sink=_SINK.replace("COLUMNS", "*"),
    ),
    right=example(
        steps="|> select id, placed_on, to_json(map(status, amount)) as amounts",
        sink=_SINK.replace("COLUMNS", "*"),
    ),
)

OWN_NAME = Code(
    "SSBT0559",
    "A merge of a column with the name of one that the script adds",
    """\
The script adds columns to what it merges: `_deleted` and `_deletes` say which rows delete,
`_newest` and `_deleted_at` hold what they are compared with, and `_vanishes` says which versions of
a history are no more. A column of the table with such a name would be taken for it: rows with true
in a column `_deleted` would be deleted. Give it another name.
""",
    wrong=example(
        steps="|> select id, placed_on, status = 'GONE' as _deleted",
        sink=_SINK.replace("COLUMNS", "*"),
    ),
    right=example(
        steps="|> select id, placed_on, status = 'GONE' as is_deleted",
        sink=_SINK.replace("COLUMNS", "*"),
    ),
)
OWN_NAMES = ("_deleted", "_deletes", "_newest", "_deleted_at")
_OWN_NAMES_OF_HISTORIES = ("_deleted", "_deletes", "_vanishes")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink that merges."""
    outputs = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        relation = outputs.get(sink.dataset)
        if relation is not None:
            yield from _check_sink(sink, relation)


def _check_sink(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    history = find_history(sink.settings, relation)
    merge = find_merge(sink.settings, relation) or history
    if merge is None:
        return
    if relation.is_open and not _lists_columns(sink):
        yield _build_open_diagnostic(sink)
        return
    stored = {name.casefold() for name in merge.columns}
    if history is not None:
        # It has the sequence in columns of its own.
        stored.add(history.sequence.casefold())
    own_names = OWN_NAMES if history is None else _OWN_NAMES_OF_HISTORIES
    columns = sink.settings.find("columns")
    for option in ("keys", "sequence_by"):
        setting = sink.settings.find(option)
        for name in setting.columns if setting is not None else ():
            if name.name.casefold() not in stored and columns is not None and columns.span:
                message = f"`{option}` needs the column `{name.name}` in the table"
                also = (Label(columns.span, "what the table holds"),)
                help_ = (f"let `columns` have `{name.name}`",)
                yield Diagnostic(NOT_STORED, message, Label(name.span), also, help_)
    for column in relation.columns:
        if column.name.casefold() not in stored:
            continue
        if column.name.casefold() in own_names:
            span = _span_of(sink, column.name)
            message = f"`{column.name}` is a column that the script adds to what it merges"
            origin = (Label(column.declared, "the column"),) if column.declared else ()
            help_ = ("give it another name in a step: `rename`, or `select … as …`",)
            yield Diagnostic(OWN_NAME, message, Label(span or sink.span), origin, help_)
        if column.type != UNKNOWN and not is_orderable(column.type):
            span = _span_of(sink, column.name)
            message = f"`{column.name}` is {column.type.sql}, which has no order"
            help_ = (_leave_out(sink, relation, stored),)
            yield Diagnostic(NO_ORDER, message, Label(span or sink.span), (), help_)


def _leave_out(sink: Sink, relation: Relation, stored: Collection[str]) -> str:
    """How `columns` leaves out all that have no order, and what it leaves out already."""
    if _lists_columns(sink):
        return "take it out of `columns`"
    names = [
        quote_name(each.name)
        for each in relation.columns
        if each.name.casefold() not in stored
        or (each.type != UNKNOWN and not is_orderable(each.type))
    ]
    return f"leave it out: `columns = * except ({', '.join(names)})`"


def _lists_columns(sink: Sink) -> bool:
    columns = sink.settings.find("columns")
    names = columns.columns if columns is not None else ()
    return bool(names) and not any(name.in_star for name in names)


def _build_open_diagnostic(sink: Sink) -> Diagnostic:
    named = sink.settings.find("columns") or sink.settings.find("mode")
    message = "what a merge compares and stores must be known here: Spark infers the columns"
    help_ = ("give the source a `schema`, or list the `columns`",)
    span = named.span if named is not None else None
    return Diagnostic(OPEN_SCHEMA, message, Label(span or sink.span), (), help_)


def _span_of(sink: Sink, column: str) -> Span | None:
    """Where the sink names a column, or says that it merges."""
    names: list[ColumnName] = [n for each in sink.settings.settings for n in each.columns]
    span = next((n.span for n in names if n.name.casefold() == column.casefold()), None)
    mode = sink.settings.find("mode")
    return span or (mode.span if mode is not None else None)
