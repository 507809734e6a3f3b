"""Keeping the history of rows in a table: the statement, and what it is given."""

from __future__ import annotations

from ssbt.compiler.connectors.settings import column_reference
from ssbt.compiler.emit.literals import PythonCode
from ssbt.compiler.emit.statements import emit_statement
from ssbt.compiler.ir.histories import History
from ssbt.compiler.types.quoting import quote_name


def history_context(history: History) -> dict[str, object]:
    """What templates know of a history beside what they know of any merge."""
    return {
        "function": "keep_history",
        "key_columns": list(history.keys),
        "sequence": history.sequence,
        "columns": [column_reference(name) for name in (*history.columns, history.sequence)],
        "tracked": list(history.tracked),
        "validity": [history.valid_from, history.valid_to],
        "statement": _emit_statement(history),
    }


def _emit_statement(history: History) -> PythonCode:
    keys = list(map(quote_name, history.keys))
    valid_from, valid_to = quote_name(history.valid_from), quote_name(history.valid_to)
    columns = list(map(quote_name, history.columns))
    return emit_statement(
        "history",
        keys=keys,
        valid_from=valid_from,
        values=[*(name for name in columns if name not in keys), valid_to],
        columns=[*columns, valid_from, valid_to],
    )
