"""Pipelines whose scripts are compared whole, and checked as a careful reviewer would."""

from __future__ import annotations

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.emit.files import OutputFile
from tests.memory_files import read_files

SCHEMAS = """
schema Order {
  id: bigint not null
  customer_id: bigint
  amount: decimal(12,2)
  status: string
  placed_at: timestamp
  tags: array<string>
}
schema Customer { id: bigint not null, name: string, country: string }
"""
SOURCES = (
    SCHEMAS
    + """
source orders from parquet { path = "orders", schema = Order }
source customers from parquet { path = "customers", schema = Customer }
"""
)

SHOP = """
pipeline shop {
  description = "Revenue of a shop per country"
  owner       = "sales-data"
  time_zone   = "Europe/Berlin"
  spark { spark.sql.shuffle.partitions = "8" }
}
param lake: string = "data/lake" { description = "the folder with everything in it" }
param min_amount: decimal(12,2) = 0.01
param until: date
schema Order {
  id: bigint not null
  customer_id: bigint
  amount: decimal(12,2)
  status: string
  placed_at: timestamp
}
schema Customer { id: bigint not null, name: string, country: string }

# Orders as the shop exports them
source orders from csv {
  path   = ["${lake}/orders/*.csv", "${lake}/late/*.csv"]
  header = true
  schema = Order
}
source customers from json { path = "${lake}/customers.json", schema = Customer }
let paid =
  from orders
  |> where status = 'PAID' and amount >= ${min_amount} and placed_at < ${until}
     and (customer_id between 1 and 1000000 or customer_id > 2000000)
  |> extend amount * 2 as twice
let revenue =
  from paid as o
  |> left join customers as c on o.customer_id = c.id and c.country is not null
  |> aggregate sum(amount) as revenue, count(*) as orders
     group by window(placed_at, '1 hour').start as hour, country
  |> order by revenue desc, country

# Read by the dashboard.
#
# Whoever changes its columns tells the people who look at it every morning, before they find out.
sink revenue to parquet {
  path                     = "${lake}/revenue"
  mode                     = overwrite
  partition_by             = [country]
  partition_overwrite_mode = dynamic
}
sink revenue to csv as export { path = "${lake}/export", mode = overwrite, header = true }
"""

PARAMETERS = (
    """
pipeline parameters { description = "One parameter of each type" }
param text: string
param flag: boolean = true
param tiny: tinyint = 1
param whole: int = -5 { description = "a whole number" }
param big: bigint = 10000000000
param half: double = 0.5
param single: float = 0.25
param price: decimal(12,2) = 0.01 {
  description = "a description that needs two lines, because one line has too little room for it"
}
param day: date = "2026-01-31"
param date: date = "2026-02-01"
param moment: timestamp = "2026-01-31 10:05:00"
"""
    + SOURCES
    + """
let used =
  from orders
  |> where ${flag} and status = ${text} and id > ${tiny} + ${whole}
  |> where amount between ${price} and ${half} + ${single} and id < ${big}
  |> where placed_at > ${moment} and placed_at < ${day} and placed_at <> ${date}
  |> limit ${whole}
sink used to text { path = "out/${text}/${flag}/${day}", compression = gzip }
"""
).replace("sink used to text", "sink used to parquet")

STEPS = (
    """
pipeline steps { description = "Every step" }
param low: decimal(12,2) = 0.01
param many: int = 3
schema Sales { year: int, q1: int, q2: int }
"""
    + SOURCES
    + """
source sales from orc { path = "sales", schema = Sales }
let pairs = from customers |> select id, name as status

let projected = from orders as o
  |> select *, o.id as order_id, amount * 2 as twice, o.tags as labels
let distinct_projected = from orders |> select distinct status, tags[0] as first
let generated = from orders |> select id, explode(tags) as tag
let extended = from orders
  |> extend amount + 1 as a, a * 2 as b, status as c
  |> set amount = amount * 2, status = null
let dropped = from orders |> drop tags, amount
let dropped_qualified = from orders as o
  |> join customers as c on o.customer_id = c.id |> drop c.id
let renamed = from orders |> rename id as order_id, customer_id as id
let swapped = from orders |> rename id as customer_id, customer_id as id
let aliased = from orders |> where amount > ${low} |> as o |> where o.id = 1
let joined = from orders
  |> semi join customers as c on orders.customer_id = c.id
  |> anti join customers using (id)
  |> cross join sales
let totals = from orders |> aggregate sum(amount) as total, count(*) as n
let by_status = from orders
  |> aggregate sum(amount) as total group by status, year(placed_at) as y
let statuses = from orders |> aggregate group by status
let rolled = from orders |> aggregate sum(amount) as total group by rollup (status, id)
let cubed = from orders |> aggregate sum(amount) as total group by cube (status, id)
let sets = from orders
  |> aggregate sum(amount) as s group by grouping sets ((status, id), (id), ())
let sorted = from orders
  |> order by amount desc nulls last, id, upper(status), status desc
  |> limit ${many} |> offset 2
let united = from orders |> select status, id |> union pairs |> union all pairs
let common = from orders |> select status, id |> intersect pairs |> except all pairs
let wide = from orders
  |> pivot sum(amount) as total for status in ('A' as first, 'B') group by id
let long = from sales |> unpivot value for quarter in (q1, q2 as second)
let some = from orders |> sample 10 percent seed 42 |> distinct
let exploded = from orders |> explode outer tags as tag with position as pos
"""
    + "".join(
        f'sink {name} to parquet {{ path = "out/{name}" }}\n'
        for name in (
            *("projected", "distinct_projected", "generated", "extended", "dropped", "renamed"),
            *("dropped_qualified", "swapped", "aliased", "joined", "totals", "by_status"),
            *("statuses", "rolled", "cubed", "sets", "sorted", "united", "common", "wide"),
            *("long", "some", "exploded"),
        )
    )
)

CALLS = (
    """
pipeline calls { description = "Code of one's own" }
param low: decimal(12,2) = 0.01
schema Scored { id: bigint, score: double }
"""
    + SOURCES
    + """
transform large(o: Order) = from o |> where amount >= ${low}
transform known(o: Order, c: Customer) = from large(o) as o |> semi join c on o.customer_id = c.id
transform plain(o: Order) = from o |> where id > 0
let known_orders = from orders |> where id > 1 |> known(customers) |> limit 5
let plain_orders = from plain(orders) |> union all plain(orders)
let scored = from known_orders |> where amount > 1 |> apply "lib/enrich.py:score" returns Scored
let queried = from orders
  |> sql "{QUERY}" returns Scored
sink scored to parquet { path = "out/scored" }
sink queried to parquet { path = "out/queried" }
sink plain_orders to parquet { path = "out/plain" }
"""
).replace(
    "{QUERY}",
    r"select id, cast(amount as double) as score\nfrom {input} join {customers} using (id)"
    r"\nwhere amount between ${low} and 100 and name <> '{{:low}}'",
)

CONNECTORS = """
pipeline connectors { description = "Options of all kinds" }
param lake: string = "lake"
param parts: int = 4
schema Row { id: bigint not null, name: string }
source lines from text { path = "${lake}/lines", wholetext = true }
source rows from csv {
  path                          = "${lake}/rows"
  schema                        = Row
  mode                          = permissive
  column_name_of_corrupt_record = "malformed"
  sep                           = ";"
  quote                         = "'"
  null_value                    = "\\\\N"
  raw { "some.option" = "true" }
}
source documents from json { path = "${lake}/documents", multi_line = true, schema = Row }
source columns from orc { path = "${lake}/columns", recursive_file_lookup = true, schema = Row }
sink lines to text { path = "${lake}/out/lines", compression = gzip }
sink rows to json { path = "${lake}/out/rows", mode = ignore, coalesce = 1 }
sink documents to orc {
  path         = "${lake}/out/documents"
  repartition  = "${parts}"
  partition_by = [name]
  sort_by      = [id]
  compression  = zstd
}
sink columns to csv { path = "${lake}/out/columns", mode = append }
sink rows to parquet as table { table = "rows", bucket_by = [id], buckets = 4, sort_by = [id] }
"""

NAMES = """
pipeline names { description = "Names that Python or Spark take otherwise" }
param `class`: int = 1
param `run`: int = 2
schema `my schema` { `a.b`: int, `we``ird`: string, `with space`: int, `日本`: int, `*`: int }
source `my-orders` from parquet { path = "a", schema = `my schema` }
source `job` from parquet { path = "b", schema = `my schema` }
source `import` from parquet { path = "c", schema = `my schema` }
let `my orders` = from `my-orders`
  |> select `a.b`, `we``ird` as `it's`, `日本` + ${class} as `日"本`, `with space`, `*`
  |> extend `*` as `**`
  |> rename `*` as `a*b`, `with space` as x
  |> drop `a.b`, x
let both = from `job` |> join `import` using (`a.b`) |> select `a.b` |> where `a.b` > ${run}
sink `my orders` to parquet { path = "out/a", partition_by = [`it's`] }
sink both to parquet { path = "out/b" }
"""

PIPELINES = {
    "shop": SHOP,
    "parameters": PARAMETERS,
    "steps": STEPS,
    "calls": CALLS,
    "connectors": CONNECTORS,
    "names": NAMES,
}
MODULE = '''"""Scores."""

from pyspark.sql import DataFrame


def score(df: DataFrame) -> DataFrame:
    return df.selectExpr("id", "double(amount) as score")
'''


def outputs(name: str) -> dict[str, bytes]:
    """The files that one of the pipelines compiles to, by path."""
    files = {f"{name}.ssbt": PIPELINES[name], "lib/enrich.py": MODULE}
    result = check_pipeline(f"{name}.ssbt", read_files(files))
    assert result.pipeline is not None, [
        (actual.code.number, actual.message) for actual in result.findings
    ]
    output: tuple[OutputFile, ...] = emit_files(result)
    return {file.path: file.content for file in output}


def script(name: str) -> str:
    return outputs(name)[f"{name}.py"].decode()
