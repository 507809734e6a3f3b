"""What is no change however it is written, and what looks alike and is one.

That nothing is called the same that is not is asked of Spark: tests/agreement/test_equality.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ssbt.compiler.compare.pipelines import compare_pipelines
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.functions import is_drawn
from ssbt.compiler.ir.canonical.queries import Queries
from ssbt.compiler.ir.canonical.values import Pool
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.source import Span
from tests.agreement.rewritings import Maker, text_of
from tests.unit.compare.versions import in_folder

HEAD = """pipeline shop {}
schema Order {
  id: bigint not null, shop: string, tax: double, amount: decimal(12,2), n: int, day: date,
  tags: array<string>, open: boolean
}
schema Customer { id: bigint, name: string }
source o from json { path = "in", schema = Order }
source c from json { path = "customers", schema = Customer }
"""


def compare_queries(old: str, new: str) -> list[str]:
    """What is reported for two queries."""
    sides = [
        in_folder(
            Path("absent"), f"{HEAD}let r =\n  {each}\nsink r to noop {{ mode = overwrite }}\n"
        )
        for each in (old, new)
    ]
    return [change.message for change in compare_pipelines(*sides).changes]


NO_CHANGE = [
    ("from o |> where tax > 1", "from o |> where ((tax > (1)))"),
    ("from o |> select cast(n as bigint) as m", "from o |> select n::bigint as m"),
    ("from o |> select n as m", "from o |> select cast(n as int) as m"),
    ("from o |> where shop = 'a'", "from o |> where 'a' = shop"),
    ("from o |> where 1 <= n", "from o |> where n >= 1"),
    ("from o |> where n != 1", "from o |> where not 1 = n"),
    ("from o |> where n between 1 and 5", "from o |> where n >= 1 and 5 >= n"),
    ("from o |> where n not between 1 and 5", "from o |> where n < 1 or n > 5"),
    ("from o |> where not (n > 4)", "from o |> where n <= 4"),
    ("from o |> where (n > 4) = true", "from o |> where n > 4"),
    ("from o |> where not (tax > 4)", "from o |> where tax <= 4"),
    ("from o |> where not (n > 4 and open)", "from o |> where n <= 4 or not open"),
    ("from o |> where n in (1, 2, 3)", "from o |> where n in (3, 1, 2, 1)"),
    ("from o |> where n in (1, 2)", "from o |> where n = 2 or 1 = n"),
    ("from o |> where n not in (1, 2)", "from o |> where n != 2 and n != 1"),
    ("from o |> where open = true", "from o |> where open"),
    ("from o |> where open = false", "from o |> where not open"),
    ("from o |> select cast(n as integer) as m", "from o |> select int(n) as m"),
    ("from o |> select string(n) as m", "from o |> select n::string as m"),
    ("from o |> select extract(year from day) as m", "from o |> select year(day) as m"),
    ("from o |> select date_part('month', day) as m", "from o |> select month(day) as m"),
    (
        "from o |> select substring(shop from 1 for 2) as m",
        "from o |> select substr(shop, 1, 2) as m",
    ),
    ("from o |> where shop in ('a')", "from o |> where shop = 'a'"),
    ("from o |> aggregate count(1) as k by shop", "from o |> aggregate count(*) as k by shop"),
    ("from o |> aggregate count(n is null) as k", "from o |> aggregate count(*) as k"),
    ("from o |> select nvl(shop, 'x') as k", "from o |> select coalesce(shop, 'x') as k"),
    ("from o |> where amount > 5", "from o |> where amount > 5.00"),
    ("from o |> where tax in (5, 6.5)", "from o |> where tax in (6.50, 5.0)"),
    ("from o |> select tax * 2 as t", "from o |> select tax * 2.0 as t"),
    ("from o |> select n + tax as t", "from o |> select tax + n as t"),
    (
        "from o |> select if(open, 1, 2) as t",
        "from o |> select case when open then 1 else 2 end as t",
    ),
    (
        "from o |> select case n when 1 then 'a' when 2 then 'b' end as t",
        "from o |> select case when n = 1 then 'a' when 2 = n then 'b' else null end as t",
    ),
    ("from o |> select shop || 'x' as t", "from o |> select concat(shop, 'x') as t"),
    ("from o |> where shop is not null", "from o |> where not isnull(shop)"),
    ("from o |> where shop is distinct from 'a'", "from o |> where not (shop <=> 'a')"),
    ("from o |> select ucase(shop) as t", "from o |> select upper(shop) as t"),
    (
        "from o |> join c using (id) |> select id, name",
        "from o |> join c on o.id = c.id |> select o.id, name",
    ),
    (
        "from o |> right join c using (id) |> select id, name",
        "from o |> right join c on c.id = o.id |> select c.id, name",
    ),
    ("from o |> where n > 1 |> where tax > 1", "from o |> where tax > 1 and n > 1"),
    ("from o |> extend n as m |> where n > 1", "from o |> where n > 1 |> extend n as m"),
    (
        "from o |> extend n * 2 as m |> extend m + 1 as k |> drop m",
        "from o |> extend n * 2 + 1 as k",
    ),
    (
        "from o |> order by n nulls first, id desc",
        "from o |> order by n asc, id desc nulls last",
    ),
    (
        "from o |> extend row_number() over (partition by shop order by id) as p |> where p <= 1",
        "from o |> extend row_number() over (partition by shop order by id) as p |> where 1 >= p",
    ),
    ("from o |> deduplicate by id, shop", "from o |> deduplicate by shop, id"),
    ("from o |> where exists(tags, t -> t = 'a')", "from o |> where exists(tags, x -> 'a' = x)"),
    ("from o |> where tax <=> null", "from o |> where isnull(tax)"),
    ("from o |> where shop > 'a' and true", "from o |> where shop > 'a'"),
    ("from o |> where shop > 'a' or false |> where true", "from o |> where shop > 'a'"),
    ("from o |> where not (tax > 1 and true)", "from o |> where not tax > 1"),
    ("from o |> extend concat(shop, '-', shop) as j", "from o |> extend shop || '-' || shop as j"),
    (
        "from o |> extend lead(n, 1) over (partition by shop order by id) as j",
        "from o |> extend lead(n) over (partition by shop order by id) as j",
    ),
    ("from o |> extend negative(n) as j", "from o |> extend -n as j"),
    ("from o |> extend cardinality(tags) as j", "from o |> extend size(tags) as j"),
    (
        "from o |> extend try_cast(shop as int) as j",
        "from o |> extend try_cast(shop as integer) as j",
    ),
]
CHANGES = [
    ("from o |> where tax <=> null", "from o |> where tax = null"),
    ("from o |> where shop > 'a' or true", "from o |> where shop > 'a'"),
    ("from o |> extend concat(shop, '-', 'x') as j", "from o |> extend 'x' || '-' || shop as j"),
    (
        "from o |> extend lead(n, 2) over (partition by shop order by id) as j",
        "from o |> extend lead(n) over (partition by shop order by id) as j",
    ),
    (
        "from o |> extend lead(n, 1, 0) over (partition by shop order by id) as j",
        "from o |> extend lead(n) over (partition by shop order by id) as j",
    ),
    # What sees its neighbours.
    (
        "from o |> where tax > 1 |> extend row_number() over (partition by shop order by id) as p",
        "from o |> extend row_number() over (partition by shop order by id) as p |> where tax > 1",
    ),
    ("from o |> limit 3 |> where tax > 1", "from o |> where tax > 1 |> limit 3"),
    (
        "from o |> sample 10 percent seed 1 |> where n > 1",
        "from o |> where n > 1 |> sample 10 percent seed 1",
    ),
    (
        "from o |> deduplicate by shop |> where n > 1",
        "from o |> where n > 1 |> deduplicate by shop",
    ),
    (
        "from o |> extend monotonically_increasing_id() as m |> where n > 1",
        "from o |> where n > 1 |> extend monotonically_increasing_id() as m",
    ),
    (
        "from o |> select id, n |> extend rand(1) as m |> distinct",
        "from o |> select id, n |> distinct |> extend rand(1) as m",
    ),
    (
        "from o |> extend input_file_name() as f |> limit 2",
        "from o |> limit 2 |> extend input_file_name() as f",
    ),
    ("from o |> extend rand() as a |> extend a as b", "from o |> extend rand() as a, rand() as b"),
    ("from o |> select id, shop |> distinct |> select shop", "from o |> select shop |> distinct"),
    ("from o |> select id, n |> union c2 |> select id", "from o |> select id |> union c3"),
    (
        "from o |> where n > 1 |> aggregate sum(n) as s by shop |> where shop = 'a'",
        "from o |> aggregate sum(n) as s by shop |> where shop = 'a'",
    ),
    # What may fail, asked for in another order or where it was not asked for.
    ("from o |> where n != 0 and 1 / n > 2", "from o |> where 1 / n > 2 and n != 0"),
    ("from o |> extend 1 / n as q |> limit 2", "from o |> limit 2 |> extend 1 / n as q"),
    (
        "from o |> extend 1 / n as q |> extend if(n = 0, 0, q) as k |> drop q",
        "from o |> extend if(n = 0, 0, 1 / n) as k",
    ),
    (
        "from o |> extend n * 2 as q |> extend tax + q as k, tax - q as l |> drop q",
        "from o |> extend tax + n * 2 as k, tax - n * 2 as l",
    ),
    (
        "from o |> extend 1 / n as q |> aggregate sum(q) filter (where n != 0) as k",
        "from o |> aggregate sum(1 / n) filter (where n != 0) as k",
    ),
    (
        "from o |> select exists(tags, a -> exists(tags, b -> exists(tags, c -> a = c))) as k",
        "from o |> select exists(tags, a -> exists(tags, b -> exists(tags, c -> b = c))) as k",
    ),
    (
        "from o |> select n as a, id as b |> select to_json(struct(*)) as j",
        "from o |> select n as a, n as b |> select to_json(struct(*)) as j",
    ),
    # Rows of one key, among which the order is Spark's.
    (
        "from o |> order by shop |> set n = n + 1 |> sample 60 percent seed 7",
        "from o |> set n = n + 1 |> order by shop |> sample 60 percent seed 7",
    ),
    # A window leaves the rows in its own order.
    (
        "from o |> extend rank() over (order by n) as p |> limit 3 |> drop p",
        "from o |> extend rank() over (order by day) as p |> limit 3 |> drop p",
    ),
    # Spark deals rows out by the hash of keys, which depends on their order.
    (
        "from o |> deduplicate by n, shop |> offset 6",
        "from o |> deduplicate by shop, n |> offset 6",
    ),
    # What differs for nulls, types or names alone.
    ("from o |> aggregate count(n) as k", "from o |> aggregate count(*) as k"),
    ("from o |> where n <=> 1", "from o |> where coalesce(n = 1, true)"),
    ("from o |> where n not in (1, 2)", "from o |> where n not in (1, 2, null)"),
    ("from o |> select amount * 5 as t", "from o |> select amount * 5.00 as t"),
    (
        "from o |> left join c using (id) |> select id, name",
        "from o |> left join c on o.id = c.id |> select c.id, name",
    ),
    (
        "from c |> extend 1 as one |> right join o on c.id = o.id |> select o.id, one",
        "from c |> right join o on c.id = o.id |> extend 1 as one |> select o.id, one",
    ),
    ("from o |> select n - 1 as t", "from o |> select 1 - n as t"),
    ("from o |> select concat('x', shop) as t", "from o |> select concat(shop, 'x') as t"),
    (
        "from o |> extend explode(tags) as t |> extend explode(tags) as u |> select t as x, u as y",
        "from o |> extend explode(tags) as t |> extend explode(tags) as u |> select u as x, t as y",
    ),
]


def _spelled(query: str) -> str:
    return query.replace(" by shop", " group by shop") if "aggregate" in query else query


@pytest.mark.parametrize(("old", "new"), NO_CHANGE)
def test_another_way_to_say_it_is_no_change(old: str, new: str) -> None:
    assert compare_queries(_spelled(old), _spelled(new)) == []
    assert compare_queries(_spelled(new), _spelled(old)) == []


@pytest.mark.parametrize(("old", "new"), [each for each in CHANGES if "c2" not in each[0]])
def test_what_looks_alike_is_told(old: str, new: str) -> None:
    assert compare_queries(_spelled(old), _spelled(new)) != []
    assert compare_queries(_spelled(new), _spelled(old)) != []


def compiles(text: str) -> bool:
    """Whether a pipeline has no errors."""
    return check_pipeline("a.ssbt", lambda _: text.encode()).pipeline is not None


def test_a_column_of_another_name_is_looked_at_too() -> None:
    window = "row_number() over (order by id)"
    messages = compare_queries(
        f"from o |> where n > 1 |> extend {window} as p",
        f"from o |> extend {window} as q |> where n > 1",
    )
    assert "the column `p` of `r` is called `q`" in messages
    assert any("`q` of `r` is computed at another place" in each for each in messages)


def test_keys_that_change_places() -> None:
    keys = ("n as k, id as l", "id as k, n as l")
    old, new = (f"from o |> aggregate count(*) as c group by {each}" for each in keys)
    assert "the column `k` of `r` was `o.n` (INT) and is `o.id` (BIGINT)" in "\n".join(
        compare_queries(old, new)
    )


def test_what_chance_writes_in_another_way_is_no_change() -> None:
    """The ways to write a step of the pairs that are run on Spark, 60 of them."""
    result = 0
    for seed in range(1, 600):
        pair = Maker(seed).pair()
        if pair.meant != "same" or pair.old == pair.new or result == 60:
            continue
        texts = [text_of(each) for each in (pair.old, pair.new)]
        if not all(map(compiles, texts)):
            continue
        sides = [in_folder(Path("absent"), text) for text in texts]
        changes = [change.message for change in compare_pipelines(*sides).changes]
        assert changes == [], (pair.old, pair.new)
        result += 1
    assert result == 60


class Strange(s.StepBase, frozen=True):
    """A step that nobody has heard of."""


def test_a_step_that_is_not_known_is_not_even_like_itself() -> None:
    side = in_folder(Path("absent"), f"{HEAD}sink o to noop {{ mode = overwrite }}\n")
    leaf = plans(side.pipeline)["o"]
    step: Any = Strange(Span("", 0, 0), leaf.output)
    queries = Queries(Pool(), {}, {})
    one, other = (queries.of(Operator(step, (leaf,), leaf.output, ("",))) for _ in range(2))
    assert one.rows is not other.rows
    assert one.columns["id"] is not other.columns["id"]


def test_a_function_that_is_not_known_is_drawn() -> None:
    assert is_drawn("no_function_of_spark")
    assert is_drawn("uuid")
    assert not is_drawn("upper")


LONG = " + ".join(f"coalesce(n, {place})" for place in range(60))


def test_long_expressions_are_told_whole_and_marked() -> None:
    old, new = (f"from o |> select {LONG} * {factor} as t" for factor in (2, 3))
    (message,) = compare_queries(old, new)
    assert "…" not in message
    assert "coalesce(o.n, 0) + coalesce(o.n, 1)" in message
    assert message.endswith("coalesce(o.n, 59) * [-2-]{+3+}`")


def test_what_doubles_with_every_step_is_told_as_it_was_written() -> None:
    steps = "".join(f"\n  |> extend x{i} + x{i} as x{i + 1}" for i in range(1, 30))
    old, new = (f"from o |> extend {first} as x1{steps} |> select x30" for first in ("n", "n + 1"))
    messages = compare_queries(old, new)
    assert messages
    assert not any("…" in message for message in messages)
