"""06xx: what a `stateful` step says of its state."""

from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code

_OPEN = "schema Open {\n  paid: decimal(12,2)\n}\n"


def _step(variable: str) -> str:
    block = f"  timers = processing_time\n  state {{\n    open = {variable}\n  }}\n"
    return f'|> stateful "other.py:Totals" by id returns Order {{\n{block}}}'


BAD_STATE = Code(
    "SSBT0623",
    "State that is declared wrongly",
    """\
The block of a `stateful` step says what the processor keeps for each key, and which time its timers
use:

    state {
      open  = value { schema = Open }
      pages = list { schema = Page, ttl = 1 hour }
      seen  = map { key = PageKey, schema = Visits }
    }
    timers     = event_time
    event_time = ended_at

The script creates these variables and sets them on the processor under their names, so each must be
a Python name. `ttl`, the time after which Spark forgets a value, is a whole number of milliseconds,
seconds, minutes, hours, days or weeks. `event_time` is the TIMESTAMP column of the result with
which the watermark continues.
""",
    wrong=streaming_example(preamble=_OPEN, steps=_step("value { }")),
    right=streaming_example(preamble=_OPEN, steps=_step("value { schema = Open }")),
    way_out="declare it like `NAME = value { schema = SCHEMA, ttl = 1 hour }`, with each name once",
)
