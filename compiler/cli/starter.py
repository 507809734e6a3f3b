"""The files of a starter project, by their paths in it."""

PIPELINE = """\
# Revenue per country, from two CSV files: change it, and `ssbtc check` tells you what is wrong.
pipeline revenue_by_country {
  description = "Revenue of paid orders per country"
}

param data: string = "data"
param results: string = "results"
param min_amount: decimal(12,2) = 0.01

schema Order {
  id:          bigint not null
  customer_id: bigint not null
  amount:      decimal(12,2)
  status:      string
}

schema Customer {
  id:      bigint not null
  country: string not null
}

source orders from csv {
  path   = "${data}/orders.csv"
  header = true
  schema = Order
}

source customers from csv {
  path   = "${data}/customers.csv"
  header = true
  schema = Customer
}

let revenue =
  from orders
  |> where status = 'PAID' and amount >= ${min_amount}
  |> join customers on orders.customer_id = customers.id
  |> aggregate sum(amount) as revenue, count(*) as orders group by country
  |> order by revenue desc

sink revenue to csv {
  path   = "${results}/revenue"
  header = true
  mode   = overwrite
}
"""

ORDERS = """\
id,customer_id,amount,status
1,1,20.00,PAID
2,2,35.50,PAID
3,1,7.25,OPEN
4,3,120.00,PAID
5,2,0.00,PAID
6,3,15.00,PAID
"""

CUSTOMERS = """\
id,country
1,DE
2,FR
3,DE
"""

README = """\
# A first pipeline

`pipeline.ssbt` reads two CSV files, joins them and writes the revenue per country.

```console
$ ssbtc check                      # find mistakes
$ ssbtc run pipeline.ssbt          # compile, and run on a Spark on this machine
$ cat results/revenue/*.csv
$ ssbtc compile                    # write build/revenue_by_country.py, to be read and submitted
$ ssbtc fmt                        # lay the file out
```

Parameters are given when it runs: `ssbtc run pipeline.ssbt --set min_amount=10`. If something is
missing on this machine, `ssbtc doctor` says what.
"""

GITIGNORE = """\
# What `ssbtc compile` writes. Take the line out to review the scripts in pull requests; in CI,
# `ssbtc compile --check` then tells whether they are up to date.
build/
# What the pipeline and Spark write.
results/
spark-warehouse/
"""

FILES = {
    "pipeline.ssbt": PIPELINE,
    "data/orders.csv": ORDERS,
    "data/customers.csv": CUSTOMERS,
    "README.md": README,
    ".gitignore": GITIGNORE,
}
