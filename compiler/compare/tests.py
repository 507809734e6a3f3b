"""What changed in the tests of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.ir.expressions import shown
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.tests import Rows, Test


def test_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """Tests that are new or gone, or that give or expect something else; none of it is written."""
    before = {each.name: each for each in old.tests}
    after = {each.name: each for each in new.tests}
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        message = _message(was, now)
        if message:
            places = (was.span if was else None, now.span if now else None)
            said = f"the test `{name}` {message}"
            yield Change(Severity.NONE, Subject.TEST, name, said, places)


def _message(old: Test | None, new: Test | None) -> str:
    if old is None or new is None:
        return "is new" if old is None else "is gone"
    parts = [
        word
        for word, is_other in (
            ("gives", _given(old) != _given(new)),
            ("expects", _expected(old) != _expected(new)),
        )
        if is_other
    ]
    return f"{' and '.join(parts)} something else" if parts else ""


def _given(test: Test) -> object:
    clocks = [(each.time, each.batch) for each in test.clocks]
    return [(each.batch, _rows(each.rows)) for each in test.given], clocks


def _expected(test: Test) -> object:
    then = [(each.after, _rows(each.rows)) for each in test.then]
    return then, test.fails, test.transform


def _rows(rows: Rows) -> object:
    """What is said of rows, wherever it stands."""
    values = [[shown(value.text) for value in row] for row in rows.rows]
    return rows.dataset, [column.name for column in rows.columns], values, rows.file
