"""What changed in the tests of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.ir.expressions import render_text
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.tests import Rows, Test


def test_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """Tests that are new or gone, or that give or expect something else; none of it is written."""
    old_by_name = {each.name: each for each in old.tests}
    new_by_name = {each.name: each for each in new.tests}
    for name in dict.fromkeys((*new_by_name, *old_by_name)):
        was, now = old_by_name.get(name), new_by_name.get(name)
        message = _describe_change(was, now)
        if message:
            places = (was.span if was else None, now.span if now else None)
            full_message = f"the test `{name}` {message}"
            yield Change(Severity.NONE, Subject.TEST, name, full_message, places)


def _describe_change(old: Test | None, new: Test | None) -> str:
    if old is None or new is None:
        return "is new" if old is None else "is gone"
    parts = [
        verb
        for verb, is_other in (
            ("gives", _input_key(old) != _input_key(new)),
            ("expects", _expectation_key(old) != _expectation_key(new)),
        )
        if is_other
    ]
    return f"{' and '.join(parts)} something else" if parts else ""


def _input_key(test: Test) -> object:
    clocks = [(each.time, each.batch) for each in test.clocks]
    return [(each.batch, _rows_key(each.rows)) for each in test.given], clocks


def _expectation_key(test: Test) -> object:
    then = [(each.after, _rows_key(each.rows)) for each in test.then]
    return then, test.fails, test.transform


def _rows_key(rows: Rows) -> object:
    """What is said of rows, wherever it stands."""
    values = [[render_text(value.text) for value in row] for row in rows.rows]
    return rows.dataset, [column.name for column in rows.columns], values, rows.file
