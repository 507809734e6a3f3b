"""The files of a starter project, by their paths in it."""

from __future__ import annotations

from importlib.resources import files

from ssbt.compiler.emit.version import VERSION

PIPELINE = """\
# Revenue per country, from two CSV files: change it, and `ssbtc check` tells you what is wrong.
pipeline revenue_by_country {
  description = "Revenue of paid orders per country"
  time_zone   = "UTC"
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

TESTS = """\
test "open orders and those without a price do not count" {
  given orders {
    (1, 7, 20.00, 'PAID')
    (2, 7, 35.50, 'OPEN')
    (3, 7, 0.00, 'PAID')
  }
  given customers {
    (7, 'DE')
  }
  then revenue {
    ('DE', 20.00, 1)
  }
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

SSBT_CONF = """\
# The environments that this project runs in; each has a file in conf/.
environments = [dev, prod]
"""

DEFAULTS = """\
# What holds in each environment, unless its own file says otherwise.
params {
  min_amount = 0.01
}
"""

DEV = """\
# `ssbtc run pipeline.ssbt --env dev`
params {
  results = results/dev
}
"""

PROD = """\
params {
  data    = /data/shop
  results = /data/results
}
"""

PRE_COMMIT = """\
# Checks before each commit: `pre-commit install` once. `ssbtc` must be on the PATH; the hooks of
# SSBT's own repository install it by themselves.
repos:
  - repo: local
    hooks:
      - id: ssbtc-fmt
        name: ssbtc fmt
        entry: ssbtc fmt
        language: system
        files: \\.ssbt$
      - id: ssbtc-check
        name: ssbtc check
        entry: ssbtc check
        language: system
        files: \\.(ssbt|conf)$
        pass_filenames: false
      - id: ssbtc-compile
        name: ssbtc compile --check
        entry: ssbtc compile --check
        language: system
        files: \\.(ssbt|conf)$|^build/
        pass_filenames: false
"""

LOCK = ".github/requirements-ssbtc.txt"

WORKFLOW = f"""\
# What a pull request needs: the same layout, no mistakes, scripts that are up to date, and tests
# that pass.
name: pipelines

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  pipelines:
    runs-on: ubuntu-latest
    steps:
      # Actions are pinned by commit: a tag can be moved.
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8  # v5.0.0
      - uses: actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c  # v6.0.0
        with:
          python-version: "3.12"
      # Spark, which runs the tests, needs Java 17 or 21.
      - uses: actions/setup-java@dded0888837ed1f317902acf8a20df0ad188d165  # v5.0.0
        with:
          distribution: temurin
          java-version: "17"
      # What ssbtc needs is pinned with its hashes; `ssbtc init` of a newer version writes a newer
      # file. The scripts in build/ are of this version: compile them again when it changes.
      - run: pip install --require-hashes -r {LOCK}
      - run: pip install --no-deps ssbt=={VERSION}
      - run: ssbtc fmt --check --diff
      - run: ssbtc check --output-format github
      - run: ssbtc compile --check --diff
      - run: ssbtc test
"""

README = """\
# A first pipeline

`pipeline.ssbt` reads two CSV files, joins them and writes the revenue per country.

```console
$ ssbtc check                      # find mistakes
$ ssbtc run pipeline.ssbt          # compile, and run on a Spark on this machine
$ cat results/revenue/*.csv
$ ssbtc compile                    # write build/revenue_by_country.py, to be read and submitted
$ ssbtc test                       # run the tests in pipeline_test.ssbt
$ ssbtc fmt                        # lay the files out
```

Parameters are given when it runs: `ssbtc run pipeline.ssbt --set min_amount=10`. What differs from
one environment to the next is in `conf/`: `ssbtc run pipeline.ssbt --env dev`,
`ssbtc config show pipeline.ssbt --env prod`. If something is missing on this machine,
`ssbtc doctor` says what.

The scripts in `build/` belong into the repository: a pull request then shows what a change does to
them. `.github/workflows/pipelines.yml` and `.pre-commit-config.yaml` see to it that they are up to
date.
"""

GITIGNORE = """\
# What the pipeline and Spark write.
results/
spark-warehouse/
"""


def read_requirements() -> str:
    """What ssbtc and the tests of pipelines need, each version with its hashes."""
    return (files("ssbt.templates") / "starter" / "test.lock").read_text("utf-8")


FILES = {
    "pipeline.ssbt": PIPELINE,
    "pipeline_test.ssbt": TESTS,
    "data/orders.csv": ORDERS,
    "data/customers.csv": CUSTOMERS,
    "ssbt.conf": SSBT_CONF,
    "conf/defaults.conf": DEFAULTS,
    "conf/dev.conf": DEV,
    "conf/prod.conf": PROD,
    ".github/workflows/pipelines.yml": WORKFLOW,
    LOCK: read_requirements(),
    ".pre-commit-config.yaml": PRE_COMMIT,
    "README.md": README,
    ".gitignore": GITIGNORE,
}
