"""The same in other words, before state and in it: nothing that comes to the state differs.

The kind: what `ssbtc diff` proves equal of rows is equal for a checkpoint, too.
"""

from __future__ import annotations

from tests.spark.restarts.behind import Case
from tests.spark.restarts.changes import Change

WATERMARK = "|> watermark at delay 1 day"
KEYED = f"{WATERMARK} |> %s |> deduplicate by k, v |> select k, v"
JOINED = f"{WATERMARK} |> as e |> join others on %s |> select e.k as k, e.v as v, others.n as n"
NEAR = "others.since between e.at - interval 1 hour and e.at + interval 1 hour"
APART = "others.since >= e.at - interval 1 hour and e.at + interval 1 hour >= others.since"


def _before(name: str, old: str, new: str) -> Change:
    return Change(name, old, new, harmless=True)


BEFORE = [
    _before("a mirrored comparison", "|> where 2 < v", "|> where v > 2"),
    _before(
        "two comparisons of a between", "|> where v between 2 and 5", "|> where v >= 2 and 5 >= v"
    ),
    _before("a filter in two", "|> where v > 0 and j = 'x'", "|> where 'x' = j |> where 0 < v"),
    _before("brackets", "|> where ((v) > (2)) and (j = 'x')", "|> where v > 2 and j = 'x'"),
    _before("nvl in a filter", "|> where nvl(v, 0) < 4", "|> where coalesce(v, 0) < 4"),
    _before("a cast in another form", "|> where v::bigint > 2", "|> where cast(v as bigint) > 2"),
    _before("a cast to its own type", "|> where cast(v as int) > 2", "|> where v > 2"),
    _before("another order in a list", "|> where j in ('x', 'z')", "|> where j in ('z', 'x')"),
    _before("not and its contrary", "|> where not (v > 2)", "|> where v <= 2"),
    _before("a mirrored parameter", "|> where v > ${least}", "|> where ${least} < v"),
    _before("nvl in a value", "|> set v = nvl(v, 7)", "|> set v = coalesce(v, 7)"),
    _before(
        "if and case", "|> set v = if(v > 2, 1, 0)", "|> set v = case when 2 < v then 1 else 0 end"
    ),
    _before("swapped sides of a sum", "|> set v = v + w", "|> set v = w + v"),
    _before("a name of a function", "|> set k = lcase(k)", "|> set k = lower(k)"),
    _before("a value computed before", "|> extend v * 2 as x |> where x > 3", "|> where v * 2 > 3"),
    _before(
        "brackets of a generator",
        "|> explode split(t, ',') as word |> set k = word",
        "|> explode (split(t, (','))) as word |> set k = word",
    ),
    _before(
        "mirrored keys of a lookup",
        "|> as e |> join places on e.k = places.name and places.size > 1 |> select k, j, v, at",
        "|> as e |> join places on 1 < places.size and places.name = e.k |> select k, j, v, at",
    ),
]
WITHIN = [
    Case(
        "count of one and of all",
        "|> aggregate count(1) as n group by k",
        "|> aggregate count(*) as n group by k",
        harmless=True,
    ),
    Case(
        "nvl and coalesce in an aggregate and its key",
        "|> aggregate max(nvl(v, 0)) as n group by nvl(j, '') as j",
        "|> aggregate max(coalesce(v, 0)) as n group by coalesce(j, '') as j",
        harmless=True,
    ),
    Case(
        "brackets in an aggregate",
        "|> aggregate sum((v)) as n group by k",
        "|> aggregate sum(v) as n group by k",
        harmless=True,
    ),
    Case(
        "a filter of an aggregate",
        "|> aggregate count(*) filter (where 2 < v) as n group by k",
        "|> aggregate count(*) filter (where v > 2) as n group by k",
        harmless=True,
    ),
    Case(
        "nvl and coalesce in a deduplication",
        KEYED % "set v = nvl(v, 0)",
        KEYED % "set v = coalesce(v, 0)",
        "append",
        harmless=True,
    ),
    Case(
        "mirrored sides of a join",
        JOINED % f"e.k = others.name and {NEAR}",
        JOINED % f"{APART} and others.name = e.k",
        "append",
        harmless=True,
    ),
]
# Near the same, and not the same: none of them may be called safe.
OTHERS = [
    ("|> where 2 < v", "|> where v >= 2"),
    ("|> where 2 < v", "|> where v < 2"),
    ("|> where v between 2 and 5", "|> where v > 2 and v < 5"),
    ("|> where v between 2 and 5", "|> where v between 5 and 2"),
    ("|> where nvl(v, 0) < 4", "|> where coalesce(v, 1) < 4"),
    ("|> where v > 0 and j = 'x'", "|> where v > 0 or j = 'x'"),
    ("|> where cast(v as bigint) > 2", "|> where cast(v as string) > '2'"),
    ("|> where v > ${least}", "|> where w > ${least}"),
    ("|> set v = v - w", "|> set v = w - v"),
    ("|> where v > 0 |> where j = 'x'", "|> where v > 0"),
]
