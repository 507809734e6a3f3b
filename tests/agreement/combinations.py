"""Queries of streams, each a combination of what decides whether Spark can run it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

MODES = ("append", "update", "complete")
KINDS = ("", "left", "right", "full", "semi", "anti", "cross")

_MARK = "watermark at delay 1 minute"
_HOUR = "window(at, '10 seconds') as w"

# Steps of one stream; `{mark}` is where a watermark may stand.
STEPS = {
    "where": "{mark} |> where id > 0 |> select id, at",
    "explode": "{mark} |> explode array(id, v) as x",
    "unpivot": "{mark} |> unpivot value for name in (id, v)",
    "distinct": "{mark} |> distinct",
    "deduplicate": "{mark} |> deduplicate by id",
    "deduplicate_time": "{mark} |> deduplicate by id, at",
    "within": "{mark} |> deduplicate by id within watermark",
    "within_dropped": "{mark} |> select id |> deduplicate by id within watermark",
    "aggregate": "{mark} |> aggregate count(*) as n group by id",
    "aggregate_all": "{mark} |> aggregate count(*) as n",
    "keys_only": "{mark} |> aggregate group by id",
    "by_time": "{mark} |> aggregate count(*) as n group by at",
    "tumbling": f"{{mark}} |> aggregate sum(v) as n group by {_HOUR}",
    "sliding": "{mark} |> aggregate sum(v) as n"
    " group by window(at, '10 seconds', '5 seconds') as w, id",
    "session": "{mark} |> aggregate count(*) as n group by session_window(at, '5 seconds') as w",
    "session_key": "{mark} |> aggregate count(*) as n"
    " group by session_window(at, '5 seconds') as w, id",
    "renamed": "{mark} |> rename at as t |> aggregate count(*) as n"
    " group by window(t, '10 seconds') as w",
    "window_before": f"{{mark}} |> extend {_HOUR} |> aggregate count(*) as n group by w",
    "shifted": "{mark} |> set at = at + interval 1 second"
    f" |> aggregate count(*) as n group by {_HOUR}",
    "window_end": f"{{mark}} |> extend {_HOUR} |> select w.end as e, v"
    " |> aggregate sum(v) as n group by e",
    "window_time": f"{{mark}} |> aggregate sum(v) as n group by {_HOUR}, id"
    " |> extend window_time(w) as t |> aggregate sum(n) as m group by window(t, '1 minute') as x",
    "two_windows": f"{{mark}} |> aggregate sum(v) as n group by {_HOUR}, id"
    " |> aggregate sum(n) as m group by w",
    "rollup": "{mark} |> aggregate count(*) as n group by rollup(id, at)",
    "count_distinct": f"{{mark}} |> aggregate count(distinct id) as n group by {_HOUR}",
    "count_filter": f"{{mark}} |> aggregate count(*) filter (where v > 1) as n group by {_HOUR}",
    "collect": f"{{mark}} |> aggregate collect_list(id) as ids group by {_HOUR}",
    "window_of_window": f"{{mark}} |> aggregate sum(v) as n group by {_HOUR}, id"
    " |> aggregate sum(n) as m group by window(window_time(w), '1 hour') as h",
    "mark_window": f"|> extend {_HOUR} |> watermark w delay 1 minute"
    " |> aggregate sum(v) as n group by w",
    "made_up_window": "{mark} |> extend struct(at as start, at as end) as w"
    " |> aggregate count(*) as n group by w, id",
    "rollup_window": f"{{mark}} |> extend {_HOUR}"
    " |> aggregate count(*) as n group by rollup(w, id)",
    "grouping_mixed": f"{{mark}} |> aggregate count(*) as n group by {_HOUR}, rollup(id, v)",
    "sql_aggregate": 'as q |> sql """select id, count(*) as v, max(at) as at from {input}'
    ' group by id""" returns Row',
    "pivot": f"{{mark}} |> pivot sum(v) as total for id in (1, 2) group by {_HOUR}",
    "sort": "{mark} |> order by id",
    "limit": "{mark} |> limit 2",
    "offset": "{mark} |> offset 1",
    "sample": "{mark} |> sample 50 percent seed 1",
    "aggregate_sort": "{mark} |> aggregate count(*) as n group by id |> order by n",
    "tumbling_limit": f"{{mark}} |> aggregate count(*) as n group by {_HOUR} |> limit 1",
    "aggregate_distinct": f"{{mark}} |> aggregate count(*) as n group by {_HOUR} |> distinct",
    "aggregate_by_other": "{mark} |> aggregate count(*) as n group by id"
    " |> aggregate max(n) as m group by id",
    "deduplicate_aggregate": "{mark} |> deduplicate by id, at"
    f" |> aggregate count(*) as n group by {_HOUR}",
    "within_aggregate": f"{{mark}} |> deduplicate by id within watermark"
    f" |> aggregate count(*) as n group by {_HOUR}",
    "number": "{mark} |> extend row_number() over (partition by id order by v) as n",
    "running": "{mark} |> extend sum(v) over (partition by id) as n",
    "monotonic": "{mark} |> extend monotonically_increasing_id() as n",
    "random": "{mark} |> extend rand() as r, current_timestamp() as t",
    "mark_again": f"{{mark}} |> where v > 0 |> {_MARK}",
    "mark_again_aggregate": f"{{mark}} |> where v > 0 |> {_MARK}"
    f" |> aggregate count(*) as n group by {_HOUR}",
    "union_stream": "{mark} |> union all b",
    "union_distinct": "{mark} |> union b",
    "union_batch": "{mark} |> union all s",
    "union_aggregate": f"{{mark}} |> union all b |> aggregate count(*) as n group by {_HOUR}",
    "intersect_stream": "{mark} |> intersect b",
    "intersect_batch": "{mark} |> intersect s",
    "except_stream": "{mark} |> except b",
    "except_batch": "{mark} |> except s",
    "except_all_batch": "{mark} |> except all s",
    "static_ids": "{mark} |> join ids using (id) |> select id, number",
    "static_aggregate": "{mark} |> join s using (id) |> select a.id, a.at"
    " |> aggregate count(*) as n group by window(at, '10 seconds') as w",
    "aggregate_static": "{mark} |> aggregate count(*) as n group by id |> left join s using (id)"
    " |> select id, n",
}

# Conditions of a join of two streams, in which both sides have `id` and `at`.
CONDITIONS = {
    "id": "l.id = r.id",
    "time": "l.id = r.id and l.at = r.at",
    "right_bound": "l.id = r.id and r.at <= l.at + interval 5 seconds",
    "left_bound": "l.id = r.id and l.at <= r.at + interval 5 seconds",
    "both_bounds": "l.id = r.id and r.at <= l.at + interval 5 seconds"
    " and l.at - interval 1 minute <= r.at",
    "between": "l.id = r.id"
    " and r.at between l.at - interval 1 minute and l.at + interval 5 seconds",
    "after": "l.id = r.id and r.at >= l.at",
    "shifted": "l.id = r.id and r.at - interval 5 seconds < l.at",
    "computed": "l.id + 1 = r.id and r.v < l.v",
    "month": "l.id = r.id and r.at <= l.at + interval 1 month",
    "month_text": "l.id = r.id and r.at <= l.at + interval '1' month",
    "week": "l.id = r.id and r.at <= l.at + interval 1 week",
    "no_equality": "r.at <= l.at + interval 5 seconds",
}

SINKS = {
    "noop": "noop",
    "memory": "memory",
    "parquet": "parquet",
    "console": "console",
    "function": "foreach_batch",
}


@dataclass(frozen=True)
class Combination:
    """A query `q` of the streams `a` and `b` and the batch `s`, and how it is written."""

    name: str
    query: str
    mode: str
    sink: str = "noop"


def combinations() -> list[Combination]:
    """All of them, in a fixed order, under names of their own."""
    results = [*_of_one_stream(), *_into_sinks(), *_with_a_batch(), *_of_two_streams(), *_chains()]
    assert len({each.name for each in results}) == len(results)
    return results


def _of_one_stream() -> Iterator[Combination]:
    for (name, steps), marked, mode in product(STEPS.items(), (False, True), MODES):
        if name == "sql_aggregate" and mode == "append":
            # What a query in SQL does is left to Spark.
            continue
        inputs = steps.replace("{mark}", f"|> {_MARK}" if marked else "").removeprefix(" ")
        yield Combination(_name(name, "marked" if marked else "", mode), f"from a {inputs}", mode)


def _into_sinks() -> Iterator[Combination]:
    queries = {"where": "|> where id > 0", "tumbling": f"|> {_MARK} {STEPS['tumbling'][7:]}"}
    for (name, query), mode, sink in product(queries.items(), MODES, SINKS):
        if sink != "noop":
            yield Combination(_name("into", sink, name, mode), f"from a {query}", mode, sink)


def _with_a_batch() -> Iterator[Combination]:
    for kind, side, mode in product(KINDS, ("stream", "batch"), MODES[:2]):
        left, right = ("a", "s") if side == "stream" else ("s", "a")
        on = "" if kind == "cross" else "on l.id = r.id"
        query = f"from {left} as l |> {kind} join {right} as r {on} |> select l.id"
        yield Combination(_name(kind or "inner", side, "first", mode), query, mode)


def _of_two_streams() -> Iterator[Combination]:
    sides = {"none": (0, 0), "left": (1, 0), "right": (0, 1), "both": (1, 1)}
    for kind, (name, condition), marks in product(KINDS[:-1], CONDITIONS.items(), sides):
        left, right = ("am" if sides[marks][0] else "a"), ("bm" if sides[marks][1] else "b")
        query = f"from {left} as l |> {kind} join {right} as r on {condition} |> select l.id"
        for mode in (
            MODES if marks == "both" and name in ("id", "time", "both_bounds") else MODES[:1]
        ):
            yield Combination(_name(kind or "inner", name, marks, mode), query, mode)
    yield Combination(
        "cross_streams_append", "from a as l |> cross join b as r |> select l.id", "append"
    )


def _chains() -> Iterator[Combination]:
    ends = {
        "aggregate": "|> aggregate count(*) as n group by window(at, '10 seconds') as w",
        "within": "|> deduplicate by id within watermark",
        "static": "|> join s using (id) |> select id",
        "where": "|> where id > 0",
    }
    for (name, condition), (end, steps), kind, mode in product(
        CONDITIONS.items(), ends.items(), ("", "left"), MODES[:2]
    ):
        if name in ("id", "time", "both_bounds"):
            query = (
                f"from am as l |> {kind} join bm as r on {condition} |> select l.id, l.at {steps}"
            )
            yield Combination(_name(kind or "inner", name, "then", end, mode), query, mode)


def _name(*parts: str) -> str:
    return "_".join(part for part in parts if part)
