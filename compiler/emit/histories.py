"""Keeping the history of rows in a table: the statement, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import column_reference
from ssbt.compiler.emit.literals import Part, PythonCode, f_string
from ssbt.compiler.emit.statement_parts import (
    assignment_parts,
    conjunction_parts,
    insertion_parts,
)
from ssbt.compiler.ir.expressions import TextMark
from ssbt.compiler.ir.histories import History
from ssbt.compiler.types.quoting import quote_name

_VANISHES = "_vanishes"


def history_context(history: History) -> dict[str, object]:
    """What templates know of a history beside what they know of any merge."""
    return {
        "function": "keep_history",
        "key_columns": list(history.keys),
        "sequence": history.sequence,
        "columns": [column_reference(name) for name in (*history.columns, history.sequence)],
        "tracked": list(history.tracked),
        "validity": [history.valid_from, history.valid_to],
        "statement": PythonCode(f_string(list(_statement_parts(history)))),
    }


def _statement_parts(history: History) -> Iterator[Part]:
    """`MERGE INTO target AS t USING versions AS v …`, a clause on a line of its own."""
    valid_from, valid_to = quote_name(history.valid_from), quote_name(history.valid_to)
    same = [*map(quote_name, history.keys), valid_from]
    yield from (TextMark.GROUP, "MERGE INTO target AS t", TextMark.SPACE, "USING versions AS v")
    yield TextMark.SPACE
    yield from conjunction_parts("ON ", [[f"t.{name} = v.{name}"] for name in same])
    yield from (TextMark.SPACE, f"WHEN MATCHED AND v.{_VANISHES} THEN DELETE")
    values = [quote_name(name) for name in history.columns if name not in history.keys]
    yield from (TextMark.SPACE, "WHEN MATCHED ", *assignment_parts([*values, valid_to], "v"))
    yield from (TextMark.SPACE, f"WHEN NOT MATCHED AND NOT v.{_VANISHES}", TextMark.SPACE)
    names = [*map(quote_name, history.columns), valid_from, valid_to]
    yield from (*insertion_parts(names, "v"), TextMark.END)
