"""Every step: what the compiler says flows out of it, and what Spark says of the same script.

Spark is the judge. Each case is compiled, its functions are called over empty data, and the
schemas are compared: names, types, and nullability, which ours may say more often than Spark.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agreement import scripts
from tests.agreement.asking import SparkProbe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

HEAD = (
    scripts.HEAD
    + """
transform small(o: Order) = from o |> where amount < ${low} |> extend amount * 2 as twice
transform both(a: Customer, b: Customer) = from a |> union all b |> distinct
"""
)

STEPS = {
    "where": "where amount > ${low} and status = ${word} and not ok",
    "select": "select id, amount * 2 as twice, upper(status) as status, address.city, address",
    "select_star": "select *, weight / 2 as half",
    "select_qualified": "as o |> select o.address.zip.code, o.*",
    "select_except": "select * except (tags, attrs, items, address)",
    "select_distinct": "select distinct status, ok",
    "select_generator": "select id, explode(tags) as tag",
    "select_generator_two": "select id, explode(attrs) as (k, v)",
    "extend": "extend amount + 1 as a, a * 2 as b, weight as w",
    "extend_window": "extend row_number() over (partition by status order by id desc) as n",
    "extend_frame": "extend sum(amount) over (order by id rows between 2 preceding and current row)"
    " as moving, lag(amount, 1) over (order by id) as before",
    "set": "set amount = amount * 2, weight = weight + 1, status = null",
    "set_case": "set STATUS = 'a'",
    "set_chain": "set customer_id = 1, amount = customer_id + 1",
    "drop": "drop tags, attrs",
    "rename": "rename id as order_id, customer_id as id",
    "rename_swap": "rename status as word, weight as status",
    "alias": "as o |> where o.id = 1 and o.address.city = 'x' |> select o.id",
    "join": "join customers on customer_id = customers.id |> drop customers.id",
    "left_join": "left join customers as c on orders.customer_id = c.id"
    " |> select orders.id, c.name",
    "right_join": "right join customers as c on orders.customer_id = c.id"
    " |> select orders.id, c.name, status",
    "full_join": "full join customers as c on orders.customer_id = c.id"
    " |> select orders.id, c.name as n, c.id as cid",
    "semi_join": "semi join customers as c on orders.customer_id = c.id and c.name = 'x'",
    "anti_join": "anti join customers as c on orders.customer_id = c.id",
    "cross_join": "cross join sales |> drop q1",
    "join_using": "join customers using (id)",
    "left_using": "left join customers using (id)",
    "right_using": "right join customers using (id)",
    "full_using": "full join customers using (id)",
    "semi_using": "semi join customers using (id)",
    "self_join": "as a |> join orders as b on a.id = b.id |> select a.id, b.amount",
    "rename_qualified": "join customers as c on orders.customer_id = c.id"
    " |> rename c.id as cid |> select id, cid, name",
    "drop_qualified": "join customers as c on orders.customer_id = c.id |> drop c.id",
    "aggregate": "aggregate sum(amount) as total, count(*) as n, avg(weight) as w,"
    " max(placed_on) as last, count(distinct status) as kinds, min(id) as first",
    "group_by": "aggregate sum(amount) as total, collect_list(status) as all_of group by"
    " status, year(placed_on) as y",
    "group_by_qualified": "as o |> aggregate sum(o.amount) as s group by o.status"
    " |> where o.status = 'a'",
    "group_by_only": "aggregate group by status, ok",
    "group_filter": "aggregate sum(amount) filter (where ok) as s, any_value(weight) as w,"
    " sum(amount) / count(*) as mean group by status",
    "group_key_in_item": "aggregate sum(amount) as s, upper(status) as u group by status",
    "rollup": "aggregate sum(amount) as total group by rollup (status, ok)",
    "cube": "aggregate sum(amount) as total group by cube (status, ok)",
    "grouping_sets": "aggregate sum(amount) as s group by grouping sets ((status, ok), (ok), ())",
    "distinct": "select id, status |> distinct",
    "deduplicate": "deduplicate by id, status",
    "order_by": "order by amount desc nulls last, id, upper(status), weight asc nulls first",
    "limit": "limit 10 |> offset 2 |> limit ${many}",
    "union": "select id, status |> union renamed_customers",
    "union_all": "select status, id |> union all renamed_customers",
    "intersect": "select status, id |> intersect renamed_customers",
    "intersect_all": "select id, status |> intersect all renamed_customers",
    "except": "select status, id |> except renamed_customers",
    "except_all": "select status, id |> except all renamed_customers",
    "pivot": "pivot sum(amount) as total for status in ('A' as first, 'B') group by ok",
    "pivot_two": "pivot sum(amount) as total, count(*) as n for status in ('A', 'B')"
    " group by placed_on",
    "pivot_implicit": "select status, ok, amount |> pivot sum(amount) as total for status in"
    " ('A', 'B')",
    "pivot_numbers": "pivot max(weight) as w for customer_id in (1 as one, 2) group by id",
    "sample": "sample 10 percent seed 42",
    "sample_replacement": "sample 150 percent with replacement",
    "explode": "explode tags as tag",
    "explode_outer": "explode outer tags as tag with position as pos",
    "explode_position": "explode items as item with position as pos |> select pos, item.sku",
    "explode_map": "explode outer attrs as (k, v)",
    "transform": "small()",
    "transform_where": "where ok |> small() |> where twice > 3",
    "sql": 'sql "select name, country from {input} join {customers} using (id) where amount >'
    ' ${low}" returns Named',
    "case": "select case when ok then 1 when id > 2 then 2.5 else null end as c,"
    " case status when 'a' then 'x' end as d",
    "nested": "select items[0].sku as s, attrs['a'] as a, address.zip.code + 1 as z,"
    " items.qty as q",
    "lambdas": "select transform(tags, x -> upper(x)) as t, filter(items, i -> i.qty > 1) as f,"
    " aggregate(tags, 0, (acc, x) -> acc + length(x)) as n, exists(tags, t -> t = 'a') as e",
    "dates": "select placed_on + interval 3 days as d, placed_at - interval 2 hours as t,"
    " date_add(placed_on, 1) as e, placed_at - placed_at as i, extract(year from placed_on) as y",
    "units": "select dateadd(month, 1, placed_on) as a, datediff(hour, placed_at, placed_on) as b,"
    " timestampadd(day, id, status) as c, extract(second from placed_at) as d",
    "casts": "select cast(amount as int) as a, try_cast(status as date) as b, id::string as c",
    "literals": "select 1 as a, 2.50 as b, 3e0 as c, 'x' as d, x'1F' as e, date '2026-01-31' as f,"
    " timestamp '2026-01-31 10:00:00' as g, interval '1-2' year to month as h, null as i, 5L as j,"
    " true as k, 1.5BD as l, 2S as m",
    "decimals": "select amount * amount as a, amount / 3 as b, amount + id as c, amount % 2 as d,"
    " -amount as e, amount div 2 as f, round(amount, 1) as g",
    "strings": "select status || 'x' as a, status like 'a%' as b, length(status) as c,"
    " substring(status from 1 for 2) as d, trim(both 'x' from status) as e, status in ('a') as f",
    "nulls": "select coalesce(status, 'x') as a, nvl(amount, 0) as b, status is null as c,"
    " status <=> null as d, nullif(id, 1) as e, if(ok, 1, 2) as f",
    "structs": "select struct(id, amount as x) as s, named_struct('a', id) as n, array(id, 1) as r,"
    " map('a', amount) as m, (id, 2) as t",
}
OTHER = {
    "let_sales": "from sales |> unpivot value for quarter in (q1, q2 as second, q3)",
    "let_sales_nulls": "from sales |> unpivot include nulls v for q in (q1, q2)",
    "let_both": "from both(customers, customers) |> where name = 'a'",
    "let_call_join": "from orders |> join both(customers, customers) as b on orders.id = b.id"
    " |> select b.name, orders.id",
    "let_inferred": "from inferred |> select a, b + 1 as c |> where c > 2",
}
EXTRA = """
let renamed_customers = from customers |> select id, name as status
schema Named { name: string, country: string }
"""


def text_of(cases: dict[str, str]) -> str:
    """One pipeline with a let and a sink for each case."""
    lets = "".join(
        f"let c_{name} =\n  from orders\n  |> {steps}\n\n" for name, steps in cases.items()
    )
    lets += "".join(f"let c_{name} =\n  {query}\n\n" for name, query in OTHER.items())
    sinks = "".join(scripts.sink(f"c_{name}") for name in (*cases, *OTHER))
    return HEAD + EXTRA + lets + sinks


def test_every_step_agrees_with_spark(spark: SparkSession, tmp_path: Path) -> None:
    """No let of the long pipeline has another schema than Spark gives it."""
    module, lets = scripts.loaded(text_of(STEPS), tmp_path)
    assert scripts.problems(SparkProbe(spark), module, lets) == {}
