"""Whole little pipelines for the pages of codes, so that a page shows what matters and no more."""

from __future__ import annotations

from textwrap import indent

PIPELINE = """\
pipeline paid_orders {
  description = "Orders that were paid"
}
"""

SCHEMA = """\
schema Order {
  id:        bigint not null
  amount:    decimal(12,2)
  status:    string
  placed_on: date
}
"""

SOURCE = """\
source orders from csv {
  path   = "data/orders.csv"
  header = true
  schema = Order
}
"""

SINK = """\
sink paid to parquet {
  path = "out/paid"
  mode = overwrite
}
"""

STEPS = "|> where status = 'PAID'"


def let(steps: str, name: str = "paid") -> str:
    """A dataset made from `orders` by the steps, one or more lines that begin with `|>`."""
    return f"let {name} =\n  from orders\n{indent(steps, '  ')}\n"


def example(
    *,
    pipeline: str = PIPELINE,
    before: str = "",
    schema: str = SCHEMA,
    source: str = SOURCE,
    steps: str = STEPS,
    lets: str = "",
    sink: str = SINK,
) -> str:
    """A whole file that reads `orders`, makes `paid` from it and writes that.

    Each part can be replaced; `before` stands after the pipeline block, and `lets` in the place
    of the one `let` with its `steps`.
    """
    parts = (pipeline, before, schema, source, lets or let(steps), sink)
    return "\n".join(part for part in parts if part)
