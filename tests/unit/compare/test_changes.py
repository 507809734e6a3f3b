"""What is reported for changes of one place: all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path
import tomllib
from typing import Any

import pytest

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.pipelines import (
    PipelineDifference,
    compare_pipelines,
    deduplicate_changes,
)
from tests.unit.compare.versions import CORPUS, in_folder, original, side

CHANGES = tomllib.loads((CORPUS / "changes.toml").read_text("utf-8"))["change"]


def compare(change: dict[str, Any]) -> PipelineDifference:
    """What is reported for a change of the corpus."""
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

    return compare_pipelines(original(folder), side(read))


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each["name"])
def test_a_change(change: dict[str, Any]) -> None:
    result = compare(change)
    listed = [f"{each.severity.word} {each.subject.value} {each.name}" for each in result.changes]
    assert listed == change["expected"]


def test_the_corpus_is_large() -> None:
    names = {change["name"] for change in CHANGES}
    assert len(names) == len(CHANGES) >= 60
    assert sum(not change["expected"] for change in CHANGES) >= 15


def change_message(name: str, subject: str) -> tuple[str, tuple[str, ...]]:
    """The message and the reach of a change of the corpus."""
    names = compare(next(change for change in CHANGES if change["name"] == name))
    (change,) = (each for each in names.changes if each.subject.value == subject)
    return change.message, change.affects


def test_rows_affect_all_that_they_flow_into() -> None:
    message, affects = change_message("another constant in a filter", "dataset")
    assert message == (
        "the rows of `paid`: the filter was `orders.status = 'paid'`"
        " and is `orders.status = 'sent'`"
    )
    datasets = ("joined", "totals", "best", "exploded", "every", "scored")
    assert affects == (*datasets, "sink best", "sink exploded", "sink scored")


def test_a_column_affects_the_columns_made_of_it() -> None:
    message, affects = change_message("another distinctness", "column")
    assert message == (
        "the column `orders` of `totals` was `count(*)` and is `count(distinct joined.id)`"
    )
    assert affects == ("best.orders", "sink best")
    assert change_message("another expression", "column")[1] == ("joined.doubled",)


def test_a_key_affects_the_rows_that_it_groups() -> None:
    _, affects = change_message("a column of a source of another name", "column")
    assert affects == ("paid.date", "paid.year", "joined.year", "totals", "best", "sink best")


def test_places_are_those_of_each_version() -> None:
    names = compare(next(each for each in CHANGES if each["name"] == "another limit"))
    old, new = names.changes[0].places
    assert old is not None
    assert new is not None
    text = (CORPUS / "orders" / "pipeline.ssbt").read_text("utf-8")
    assert text[old.start : old.end] == "limit 10"
    assert (new.path, new.start) == ("pipeline.ssbt", old.start)


def test_a_pipeline_that_is_new_or_gone() -> None:
    version = original(CORPUS / "orders")
    (new,) = compare_pipelines(None, version).changes
    (gone,) = compare_pipelines(version, None).changes
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
    reported = [each.message for each in compare_pipelines(before, after).changes]
    name = "shut" if message == "is new" else "open"
    gone = ["the test `open` is gone"] if message == "is new" else []
    assert reported == ([f"the test `{name}` {message}", *gone] if message else [])


def checks(old: str, new: str, type_: str = "int") -> list[tuple[str, str]]:
    """What is reported of the checks of a parameter."""
    pipeline = (
        'pipeline p {{}}\nparam n: {} = {} check {}\nsource o from json {{ path = "${{n}}" }}\n'
    )
    default = {"int": "3", "string": "'abc'", "double": "3.0", "date": "date '2026-01-05'"}[type_]
    text = [
        pipeline.format(type_, default, each) + "sink o to noop { mode = overwrite }\n"
        for each in (old, new)
    ]
    sides = [in_folder(Path("absent"), each) for each in text]
    return [(each.severity.word, each.message) for each in compare_pipelines(*sides).changes]


@pytest.mark.parametrize(
    ("old", "new", "type_"),
    [
        ("n >= 0", "n >= -1", "int"),
        ("n > 0", "n > -1", "int"),
        ("n > 0", "n >= 0", "double"),
        ("n < 10", "n <= 10", "double"),
        ("n between 1 and 5", "n between 0 and 5", "int"),
        ("n in (1, 3)", "n >= 1", "int"),
        ("n = 3", "n in (3, 4)", "int"),
        ("n between 1 and 9", "n > 0", "int"),
        ("n != 1 and n != 2", "n != 1", "int"),
        ("n not in (1, 2)", "n not in (1)", "int"),
        ("n > 2", "n != 1", "int"),
        ("n not between 7 and 9", "n not between 8 and 9", "int"),
        ("length(n) <= 5", "length(n) <= 6", "string"),
        ("n >= date '2026-01-01'", "n >= date '2025-01-01'", "date"),
        ("n >= 0 and n < 10", "n >= 0", "int"),
    ],
)
def test_a_check_that_takes_more_breaks_nobody(old: str, new: str, type_: str) -> None:
    assert {weight for weight, _ in checks(old, new, type_)} == {"none"}
    assert "breaking" in {weight for weight, _ in checks(new, old, type_)}


@pytest.mark.parametrize(
    ("old", "new", "type_"),
    [
        ("n > 0", "n >= 1", "int"),
        ("n < 10", "n <= 9", "int"),
        ("n = 3", "n in (3)", "int"),
        ("n >= 1 and n <= 5", "n between 1 and 5", "int"),
        ("n in (1, 3)", "n in (3, 1)", "int"),
    ],
)
def test_a_check_said_otherwise_is_no_change(old: str, new: str, type_: str) -> None:
    assert checks(old, new, type_) == []


@pytest.mark.parametrize(
    ("old", "new", "type_"),
    [
        ("n > 0", "n >= 1", "double"),
        ("n like 'a%'", "n like 'ab%'", "string"),
        ("n > 0", "n < 10", "int"),
        ("n != 9", "n not in (9, 8)", "int"),
    ],
)
def test_a_check_that_may_refuse_what_was_taken_breaks(old: str, new: str, type_: str) -> None:
    assert "breaking" in {weight for weight, _ in checks(old, new, type_)}


def test_a_step_of_a_transform_is_told_once() -> None:
    text = """pipeline p {{}}
schema O {{ id: int, n: int }}
source o from json {{ path = "in", schema = O }}
transform big(a: O) = from a |> where n > {}
let one = from o |> big() |> select id
let two = from o |> big() |> select n
sink one to noop {{ mode = overwrite }}
sink two to noop as second {{ mode = overwrite }}
"""
    sides = [in_folder(Path("absent"), text.format(least)) for least in (1, 2)]
    (change,) = compare_pipelines(*sides).changes
    assert change.message == "the rows of `one`: the filter was `o.n > 1` and is `o.n > 2`"
    assert change.affects == ("sink one", "two", "sink second")


def test_what_pipelines_share_is_told_of_the_first() -> None:
    sides = [in_folder(CORPUS / "orders"), in_folder(CORPUS / "orders")]
    change = compare(next(each for each in CHANGES if each["name"] == "another limit")).changes[0]
    names = deduplicate_changes(
        [PipelineDifference(name, (change,), ()) for name in ("a", "b", "c")]
    )
    assert [len(each.changes) for each in names] == [1, 0, 0]
    assert names[0].changes[0].also == ("b", "c")
    assert {each.severity for each in names} == {Severity.BEHAVIOUR}
    assert compare_pipelines(*sides).changes == ()


def test_two_conditions_of_one_step_are_two_changes() -> None:
    change = next(each for each in CHANGES if each["name"] == "another comparison")
    both = {**change, "old": "status = 'paid' and amount >=", "new": "status = 'sent' and amount >"}
    assert len(compare(both).changes) == 2


JOINED = """pipeline p {{ checkpoint = "cp" }}
schema Left {{ id: int, at: timestamp }}
schema Right {{ id: int, at: timestamp, n: int }}
stream source one from json {{ path = "one", schema = Left }}
stream source two from json {{ path = "two", schema = Right }}
let second = from two |> watermark at delay {}
let met =
  from one
  |> watermark at delay {}
  |> join second on one.id = second.id and one.at >= second.at
       and one.at <= second.at + interval 1 hour
  |> select one.id, n
sink met to parquet {{ path = "out" }}
"""


@pytest.mark.parametrize("delays", [("10 minutes", "20 minutes"), ("20 minutes", "10 minutes")])
def test_one_of_two_equal_watermarks(delays: tuple[str, str]) -> None:
    old, new = (
        in_folder(Path("absent"), JOINED.format(*each)) for each in (("10 minutes",) * 2, delays)
    )
    messages = [
        reason.message
        for stream in compare_pipelines(old, new).streams
        for reason in stream.reasons
    ]
    assert messages == ["the watermark was `at, 10 minutes` and is `at, 20 minutes`"]


def test_a_retention_is_said_in_the_words_of_people() -> None:
    message, _ = change_message("upkeep: a shorter retention", "sink")
    assert message == "the upkeep of `stored`: `expire_snapshots` was 10 days and is 7 days"
