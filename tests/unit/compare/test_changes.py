"""What is told of changes of one place: all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path
import tomllib
from typing import Any

import pytest

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.pipelines import Difference, difference
from tests.unit.compare.versions import CORPUS, in_folder, original, side

CHANGES = tomllib.loads((CORPUS / "changes.toml").read_text("utf-8"))["change"]


def told(change: dict[str, Any]) -> Difference:
    """What is told of a change of the corpus."""
    target: Path = CORPUS / change.get("file", "orders/pipeline.ssbt")
    folder = CORPUS / target.relative_to(CORPUS).parts[0]

    def read(path: str) -> bytes:
        data = (folder / path).read_bytes()
        if folder / path != target:
            return data
        text = data.decode()
        assert text.count(change["old"]) == 1
        text = text.replace(change["old"], change["new"])
        text = text.replace(*change.get("again", ("", "")))
        return f"{text}{change.get('also', '')}".encode()

    return difference(original(folder), side(read))


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each["name"])
def test_a_change(change: dict[str, Any]) -> None:
    found = told(change)
    listed = [f"{each.severity.word} {each.subject.value} {each.name}" for each in found.changes]
    assert listed == change["expected"]


def test_the_corpus_is_large() -> None:
    names = {change["name"] for change in CHANGES}
    assert len(names) == len(CHANGES) >= 60
    assert sum(not change["expected"] for change in CHANGES) >= 15


def of(name: str, subject: str) -> tuple[str, tuple[str, ...]]:
    """The message and the reach of a change of the corpus."""
    found = told(next(change for change in CHANGES if change["name"] == name))
    (change,) = (each for each in found.changes if each.subject.value == subject)
    return change.message, change.affects


def test_rows_affect_all_that_they_flow_into() -> None:
    message, affects = of("another constant in a filter", "dataset")
    assert message == (
        "the rows of `paid`: the filter was `orders.status = 'paid'`"
        " and is `orders.status = 'sent'`"
    )
    datasets = ("joined", "totals", "best", "exploded", "every", "scored")
    assert affects == (*datasets, "sink best", "sink exploded", "sink scored")


def test_a_column_affects_the_columns_made_of_it() -> None:
    message, affects = of("another distinctness", "column")
    assert message == (
        "the column `orders` of `totals` was `count(*)` and is `count(distinct joined.id)`"
    )
    assert affects == ("best.orders", "sink best")
    assert of("another expression", "column")[1] == ("joined.doubled",)


def test_a_key_affects_the_rows_that_it_groups() -> None:
    _, affects = of("a column of a source of another name", "column")
    assert affects == ("paid.date", "paid.year", "joined.year", "totals", "best", "sink best")


def test_places_are_those_of_each_version() -> None:
    found = told(next(each for each in CHANGES if each["name"] == "another limit"))
    old, new = found.changes[0].places
    assert old is not None
    assert new is not None
    text = (CORPUS / "orders" / "pipeline.ssbt").read_text("utf-8")
    assert text[old.start : old.end] == "limit 10"
    assert (new.path, new.start) == ("pipeline.ssbt", old.start)


def test_a_pipeline_that_is_new_or_gone() -> None:
    version = original(CORPUS / "orders")
    (new,) = difference(None, version).changes
    (gone,) = difference(version, None).changes
    assert (new.severity, gone.severity) == (Severity.BEHAVIOUR, Severity.BREAKING)


TESTED = """
test "open" {
  given orders (id, status) {
    (1, 'open')
  }
  then paid {}
}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("'open'", "'sent'", "gives something else"),
        ("paid {}", "paid (id) {\n    (1)\n  }", "expects something else"),
        ("test", "# A remark.\ntest", ""),
        ("(1, 'open')", "( 1 , 'open' )", ""),
        ('"open"', '"shut"', "is new"),
    ],
)
def test_tests_are_compared_by_what_they_say(old: str, new: str, message: str) -> None:
    folder = CORPUS / "orders"
    text = (folder / "pipeline.ssbt").read_text()
    before, after = (in_folder(folder, text + each) for each in (TESTED, TESTED.replace(old, new)))
    told = [each.message for each in difference(before, after).changes]
    name = "shut" if message == "is new" else "open"
    gone = ["the test `open` is gone"] if message == "is new" else []
    assert told == ([f"the test `{name}` {message}", *gone] if message else [])
