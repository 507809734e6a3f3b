"""Changes after state, and of how several inputs hang together.

The kind: what Spark's optimizer carries in front of state, or leaves out of it; and steps that are
the same but stand elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """Two versions of the steps; `harmless` as of a change before state."""

    name: str
    old: str
    new: str
    mode: str = "update"
    source: str = "events"
    harmless: bool = False


COUNT = "|> aggregate count(*) as n group by k"
TWO = "|> aggregate count(*) as n, sum(v) as t group by k"
MARKED = "|> watermark at delay 1 day"
JOIN = (
    f"{MARKED} |> as e |> join others on e.k = others.name"
    " and others.since between e.at - interval 1 hour and e.at + interval 1 hour"
)
LEFT = JOIN.replace("|> join", "|> left join")
BOTH = "|> select e.k as k, others.n as n"
UNIQUE = f"{MARKED} |> deduplicate by k, v"
PLACES = "|> as c |> join places on c.k = places.name |> select c.k as k, c.n as n"

BEHIND = [
    Case(
        "a filter on a key behind an aggregation",
        f"{COUNT} |> where k = 'b'",
        f"{COUNT} |> where k = 'a'",
    ),
    Case("no filter on a key any more", f"{COUNT} |> where k != 'a'", COUNT),
    Case(
        "a filter on a key, called otherwise, behind an aggregation",
        f"{COUNT} |> extend upper(k) as u |> where u = 'B'",
        f"{COUNT} |> extend upper(k) as u |> where u = 'A'",
    ),
    Case(
        "a filter on key and result behind an aggregation",
        f"{COUNT} |> where n > 0 and k = 'b'",
        f"{COUNT} |> where n > 0 and k = 'a'",
    ),
    Case(
        "a filter on what both sides of an or have",
        f"{COUNT} |> where k = 'b'",
        f"{COUNT} |> where (k = 'a' and n > 1) or (k = 'a' and n > 2)",
    ),
    Case(
        "a filter on a result behind an aggregation",
        COUNT,
        f"{COUNT} |> where n > 1",
        harmless=True,
    ),
    Case(
        "a filter on a result, called otherwise, behind an aggregation",
        COUNT.replace("as n", "as m") + " |> rename m as n",
        f"{COUNT} |> where n > 1",
        harmless=True,
    ),
    Case("a lookup behind an aggregation", COUNT, f"{COUNT} {PLACES}"),
    Case(
        "a left lookup behind an aggregation",
        COUNT,
        f"{COUNT} {PLACES}".replace("|> join", "|> left join"),
        harmless=True,
    ),
    Case("another result used", f"{TWO} |> select k, n", f"{TWO} |> select k, n, t"),
    Case(
        "another result used under the same name",
        f"{TWO} |> select k, n",
        f"{TWO} |> select k, t as n",
    ),
    Case(
        "a projection behind an aggregation", TWO, f"{TWO} |> select k, n + t as n", harmless=True
    ),
    Case(
        "a filter on a side behind a join",
        f"{JOIN} |> where e.v > 2 {BOTH}",
        f"{JOIN} {BOTH}",
        "append",
    ),
    Case(
        "a filter on both sides behind a join",
        f"{JOIN} |> where e.v > others.n {BOTH}",
        f"{JOIN} {BOTH}",
        "append",
    ),
    Case(
        "a filter on the right behind a left join",
        f"{LEFT} {BOTH}",
        f"{LEFT} |> where others.n > 1 {BOTH}",
        "append",
    ),
    Case(
        "another column used behind a join",
        f"{JOIN} {BOTH}",
        f"{JOIN} |> select e.k as k, others.n + e.w as n",
        "append",
    ),
    Case(
        "another column of the type used behind a join",
        f"{JOIN} |> select e.k as k, e.v as n",
        f"{JOIN} |> select e.k as k, e.w as n",
        "append",
    ),
    Case(
        "a projection behind a join",
        f"{JOIN} {BOTH}",
        f"{JOIN} {BOTH} |> set n = n * 2",
        "append",
        harmless=True,
    ),
    Case(
        "a filter behind a deduplication",
        f"{UNIQUE} |> select k, v |> where v > 2",
        f"{UNIQUE} |> select k, v",
        "append",
        harmless=True,
    ),
    Case(
        "a filter on a key behind a deduplication",
        f"{UNIQUE} |> select k, v |> where k = 'a'",
        f"{UNIQUE} |> select k, v |> where k = 'b'",
        "append",
        harmless=True,
    ),
    Case(
        "a filter behind distinct",
        "|> select distinct k, v |> where k = 'a'",
        "|> select distinct k, v |> where k = 'b'",
        "append",
        harmless=True,
    ),
    Case(
        "a filter behind a limit",
        "|> select k, v |> limit 6 |> where k = 'a'",
        "|> select k, v |> limit 6 |> where k = 'b'",
        "append",
        harmless=True,
    ),
    Case(
        "a filter from before a deduplication to behind it",
        f"{MARKED} |> where w > 20 |> deduplicate by k |> select k, v",
        f"{MARKED} |> deduplicate by k |> where w > 20 |> select k, v",
        "append",
    ),
    Case(
        "a dataset used twice",
        "|> select k, v |> where v > 0",
        "|> select k, v |> union all same",
        "append",
    ),
    Case(
        "filters of both sides on one",
        f"|> where v > 1 |> select k, v |> union all small {COUNT}",
        f"|> where v > 1 |> where w < 40 |> select k, v |> union all same {COUNT}",
    ),
    Case(
        "sides of a union the other way round",
        f"|> select k, v |> union all names {COUNT}",
        f"|> select k, v |> union all keys {COUNT}",
    ),
]
