"""Pairs of versions of a stream on one checkpoint, and what Spark makes of the second.

Each is tried for real: the old version reads the first file, the new one goes on from its checkpoint
with the second. What it then writes is compared with what the new version writes that read both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """What happened: it stopped, or what it wrote is what a fresh start would have written."""

    STOPS = "stops"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True)
class Restart:
    """Two versions: steps and what they read and write; `mode` is the sink's output mode."""

    name: str
    old: str
    new: str
    mode: str = "update"
    old_mode: str = ""
    old_sink: str = "memory"
    new_sink: str = "memory"
    old_source: str = "events"
    new_source: str = "events"
    old_options: str = ""
    new_options: str = ""


def stateless() -> list[Restart]:
    """No state: what the steps are does not matter."""
    keep = "|> where v > 0"
    return [
        Restart("another filter before no state", keep, "|> where v > 1", "append"),
        Restart("no filter any more", keep, "|> where true", "append"),
        Restart("another projection", "|> select k, v", "|> select k, v + 1 as v", "append"),
        Restart("another rate", keep, keep, "append", new_options="max_files_per_trigger = 7"),
        Restart("a column more", "|> select k", "|> select k, v", "append"),
    ]


def aggregations() -> list[Restart]:
    """Aggregates, keys and what comes before them."""
    count = "|> aggregate count(*) as n group by k"
    total = "|> aggregate sum(v) as t group by k"
    window = "|> watermark at delay 1 day |> aggregate count(*) as n group by window(at, '{}') as w"
    return [
        Restart("an aggregate under another name", total, total.replace("as t", "as u")),
        Restart("a key under another name", count, count.replace("by k", "by k as key")),
        Restart(
            "a column renamed on the way",
            total,
            "|> rename v as x |> aggregate sum(x) as t group by k",
        ),
        Restart(
            "an expression made earlier",
            "|> aggregate sum(v * 2) as t group by k",
            "|> extend v * 2 as d |> aggregate sum(d) as t group by k",
        ),
        Restart("a projection after it", total, f"{total} |> extend t + 1 as u"),
        Restart("a filter after it", total, f"{total} |> where t > 1"),
        Restart("another key of the type", count, count.replace("by k", "by j")),
        Restart("keys in another order", count + ", j", count.replace("by k", "by j, k")),
        Restart("a key of another type", count, count.replace("by k", "by v")),
        Restart("a key more", count, count + ", j"),
        Restart("a key less", count + ", j", count),
        Restart("another column summed", total, total.replace("sum(v)", "sum(w)")),
        Restart("max instead of min", total.replace("sum", "min"), total.replace("sum", "max")),
        Restart(
            "max instead of sum",
            total.replace("sum(v)", "sum(l)"),
            total.replace("sum(v)", "max(l)"),
        ),
        Restart("avg instead of sum", total, total.replace("sum", "avg")),
        Restart("count of a column", count, count.replace("count(*)", "count(v)")),
        Restart("an aggregate more", count, count.replace("as n", "as n, sum(v) as t")),
        Restart("an aggregate less", count.replace("as n", "as n, sum(v) as t"), count),
        Restart(
            "aggregates in another order",
            "|> aggregate sum(v) as a, sum(w) as b group by k",
            "|> aggregate sum(w) as b, sum(v) as a group by k",
        ),
        Restart("a wider window", window.format("10 seconds"), window.format("1 minute")),
        Restart(
            "a sliding window",
            window.format("1 minute"),
            window.format("1 minute', '30 seconds"),
        ),
        Restart("another filter before it", f"|> where v > 0 {count}", f"|> where v > 1 {count}"),
        Restart("a filter more before it", count, f"|> where v > 1 {count}"),
        Restart("an aggregation more", "|> where v > 0", count),
        Restart("an aggregation less", count, "|> where v > 0"),
        Restart("distinct instead of an aggregation", count, "|> select k |> distinct"),
        Restart(
            "another watermark",
            window.format("1 minute"),
            window.format("1 minute").replace("1 day", "2 days"),
        ),
        Restart("complete instead of update", count, count, "complete", "update"),
        Restart("update instead of complete", count, count, "update", "complete"),
        Restart("nothing", count, count),
        Restart("another layout", count, "|> aggregate\n  count( * )   as n\n  group by  k"),
    ]


def deduplications() -> list[Restart]:
    """Deduplication."""
    by = "|> watermark at delay 1 day |> deduplicate by {}"
    return [
        Restart("another column to deduplicate by", by.format("k"), by.format("j"), "append"),
        Restart("a column more to deduplicate by", by.format("k"), by.format("k, j"), "append"),
        Restart("a column less to deduplicate by", by.format("k, j"), by.format("k"), "append"),
        Restart(
            "columns to deduplicate by in another order",
            by.format("k, j"),
            by.format("j, k"),
            "append",
        ),
        Restart("within the watermark", by.format("k"), by.format("k within watermark"), "append"),
        Restart("no deduplication any more", by.format("k"), "|> where true", "append"),
        Restart("a deduplication more", "|> where true", by.format("k"), "append"),
        Restart(
            "a projection before it",
            by.format("k"),
            by.format("k").replace("|> dedup", "|> extend v + 1 as x |> drop x |> dedup"),
            "append",
        ),
        Restart(
            "distinct rows of another column",
            "|> select k |> distinct",
            "|> select j |> distinct",
            "append",
        ),
    ]


def joins() -> list[Restart]:
    """Joins of two streams, and of a stream with data that does not stream."""
    join = (
        "|> watermark at delay 1 day |> {} join others on events.{} = others.{}"
        " and others.since between events.at - interval 1 hour and events.at + interval 1 hour"
        " |> select events.k as k, events.v as v, others.n as n"
    )
    inner = join.format("inner", "k", "name")
    lookup = "|> {} join places on events.k = places.name |> aggregate count(*) as n group by k"
    return [
        Restart("left instead of inner", inner, join.format("left", "k", "name"), "append"),
        Restart("another key of the join", inner, join.format("inner", "j", "name"), "append"),
        Restart(
            "another bound",
            inner,
            inner.replace("+ interval 1 hour", "+ interval 2 hours"),
            "append",
        ),
        Restart("a join more", "|> select k, v", inner, "append"),
        Restart("a join less", inner, "|> select k, v", "append"),
        Restart("a projection after the join", inner, inner + " |> extend v + 1 as x", "append"),
        Restart(
            "left instead of inner, with data that does not stream",
            lookup.format("inner"),
            lookup.format("left"),
        ),
    ]


def places() -> list[Restart]:
    """Where it reads and writes."""
    keep = "|> where v > 0"
    files = "parquet"
    return [
        Restart("another folder to read", keep, keep, "append", new_source="moved"),
        Restart("a folder more to read", keep, f"{keep} |> union all moved", "append"),
        Restart(
            "sources in another order",
            f"{keep} |> union all moved",
            f"{keep} |> union all events",
            "append",
            new_source="moved",
        ),
        Restart(
            "another folder to write", keep, keep, "append", old_sink=files, new_sink="parquet_2"
        ),
        Restart("another limit", "|> limit 1", "|> limit 3", "append"),
    ]


RESTARTS = [*stateless(), *aggregations(), *deduplications(), *joins(), *places()]
