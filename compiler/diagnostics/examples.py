"""Whole little pipelines for the pages of codes, so that a page shows what matters and no more."""

from __future__ import annotations

from textwrap import indent

PIPELINE = """\
pipeline paid_orders {
  description = "Orders that were paid"
}
"""

ZONED = PIPELINE.replace("}\n", '  time_zone   = "UTC"\n}\n')

# What a pipeline of streams says, whose rows are CSV with timestamps.
STREAMING = """\
  checkpoint  = "checkpoints"
  time_zone   = "UTC"
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
    preamble: str = "",
    schema: str = SCHEMA,
    source: str = SOURCE,
    steps: str = STEPS,
    lets: str = "",
    sink: str = SINK,
) -> str:
    """A whole file that reads `orders`, makes `paid` from it and writes that.

    Each part can be replaced; `preamble` stands after the pipeline block, and `lets` in the place
    of the one `let` with its `steps`.
    """
    parts = (pipeline, preamble, schema, source, lets or let(steps), sink)
    return "\n".join(part for part in parts if part)


def streaming_example(
    *,
    pipeline: str = PIPELINE.replace("}\n", STREAMING),
    preamble: str = "",
    steps: str = STEPS,
    lets: str = "",
    connector: str = "parquet",
    mode: str = "",
    options: str = "",
    timed: bool = True,
) -> str:
    """The same for a stream of `orders`, whose rows have the time `placed_at`.

    With `timed`, rows without one are left out where a window or a memory needs it. `paid` goes to
    the `connector` in the output `mode`; `options` are further lines of its block.
    """
    if timed and any(pattern in steps for pattern in ("window(placed_at", "within watermark")):
        steps = f"|> where placed_at is not null\n{steps}"
    entries = 'path = "out/paid"\n' if connector == "parquet" else ""
    entries += f"mode = {mode}\n" if mode else ""
    entries += f"{options}\n" if options else ""
    return example(
        pipeline=pipeline,
        preamble=preamble,
        schema=SCHEMA.replace("placed_on: date", "placed_at: timestamp"),
        source="stream " + SOURCE.replace("data/orders.csv", "data/orders"),
        steps=steps,
        lets=lets,
        sink=f"sink paid to {connector} {{\n{indent(entries, '  ')}}}\n",
    )
