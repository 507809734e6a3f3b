"""Pairs of versions: each change before each operator that keeps state, and changes after state.

`recorded.tsv` has what plain Spark 4.1.1 made of each pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.spark.restarts.behind import BEHIND
from tests.spark.restarts.changes import CHANGES, Replacements
from tests.spark.restarts.rewritings import BEFORE, WITHIN

RECORDED = Path(__file__).with_name("recorded.tsv")
HEAD = """
pipeline restarts { checkpoint = "checkpoints"SETTINGS }
param lake: string = ""
param least: int = 0
schema Event {
  k: string
  j: string
  v: int
  w: int
  l: bigint
  at: timestamp
  t: string
  z: timestamp
  d: date
  m: int default 1
}
schema Narrow { k: string, j: string, v: int, w: int, l: bigint, at: timestamp }
schema Other { name: string, n: int, since: timestamp }
schema Place { name: string, room: string, size: int }
stream source events from json {
  path = "${lake}/events", schema = Event, max_files_per_trigger = 1 OPTIONS
}
stream source moved from json {
  path = "${lake}/moved", schema = Event, max_files_per_trigger = 1
}
stream source lines from csv {
  path = "${lake}/lines", schema = Narrow, max_files_per_trigger = 1 LINES
}
stream source all_others from json {
  path = "${lake}/others", schema = Other, max_files_per_trigger = 1
}
let others = from all_others |> watermark since delay 1 day
source rooms from csv { path = "${lake}/rooms", header = true, schema = Place ROOMS }
let places = from rooms STATIC
"""
SINK = """
sink result to foreach_batch {
  function = "kept.py:keep", mode = MODE, trigger = available now
}
"""

WATERMARK = "|> watermark at delay 1 day"
SUMS = (
    '|> stateful "counting.py:Sums" by k returns Total { state { total = value { schema = Sum } } }'
)
JOIN = (
    f"{WATERMARK} |> as e |> join others on e.k = others.name"
    " and others.since between e.at - interval 1 hour and e.at + interval 1 hour"
    " |> select e.k as k, e.v as v, others.n as n"
)
OPERATORS = {
    "count": ("|> aggregate count(*) as n group by k", "update"),
    "sum": ("|> aggregate sum(v) as t group by k", "update"),
    "window": (
        f"{WATERMARK} |> aggregate count(*) as n, max(v) as v group by window(at, '1 day') as w, k",
        "update",
    ),
    "deduplicate": (f"{WATERMARK} |> deduplicate by k, v |> select k, v", "append"),
    "distinct": ("|> select distinct k, v", "append"),
    "join": (JOIN, "append"),
    "processor": (f"|> select k, v {SUMS}", "update"),
    "limit": ("|> select k, v |> limit 6", "append"),
}
EXTRA = """
schema Total { k: string, n: bigint }
schema Sum { n: bigint }
let swapped = from moved |> rename k as j, j as k
let large = from moved |> where v > 2
let same = from events |> select k, v
let small = from events |> where w < 40 |> select k, v
let names = from moved |> select j as k, v
let keys = from moved |> select k, v
"""


@dataclass(frozen=True)
class Pair:
    """A change before an operator: two whole pipelines with the user's Python."""

    name: str
    old: str
    new: str
    python: tuple[dict[str, str], dict[str, str]]
    harmless: bool


def pairs() -> Iterator[Pair]:
    for change in (*CHANGES, *BEFORE):
        for operator, (steps, mode) in OPERATORS.items():
            texts = [
                _pipeline(head, f"let result = from {change.source} {before} {steps}", mode)
                for head, before in ((change.old_head, change.old), (change.new_head, change.new))
            ]
            limits = [
                {"passing.py": each, "limits.py": f"LEAST = {number}\n"}
                for each, number in zip(change.python, (0, 2), strict=True)
            ]
            name = f"{change.name}, {operator}"
            yield Pair(name, texts[0], texts[1], (limits[0], limits[1]), change.harmless)
    for case in (*BEHIND, *WITHIN):
        old, new = (
            _pipeline((), f"let result = from {case.source} {steps}", case.mode)
            for steps in (case.old, case.new)
        )
        yield Pair(case.name, old, new, ({}, {}), case.harmless)


def pipeline_text(steps: str, mode: str) -> str:
    """A pipeline with these steps between the events and the sink."""
    return _pipeline((), f"let result = from events {steps}", mode)


def _pipeline(head: Replacements, let: str, mode: str) -> str:
    text = HEAD
    for old, new in head:
        assert old in text, old
        text = text.replace(old, new)
    for word in (" OPTIONS", " LINES", " ROOMS", "STATIC", "SETTINGS"):
        text = text.replace(word, "")
    return f"{text}{EXTRA}{let}\n{SINK.replace('MODE', mode)}"


def recorded() -> dict[str, str]:
    """What plain Spark made of the pairs, by name: right, wrong or stops."""
    lines = RECORDED.read_text("utf-8").splitlines()
    result: dict[str, str] = {}
    for line in lines:
        name, outcome = line.split("\t")
        result[name] = outcome
    return result
