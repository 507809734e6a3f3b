"""06xx: streams, as far as a single step decides; the other rules are in `compiler/check/`."""

from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code

BAD_WATERMARK = Code(
    "SSBT0617",
    "A watermark that is not possible",
    """\
A watermark follows the largest value of a TIMESTAMP column, minus the delay. Spark does not accept
DATE or TIMESTAMP_NTZ, because it compares the values with a point in time. The delay is a whole
number of seconds, minutes, hours or days.
""",
    wrong=streaming_example(
        steps="|> set placed_at = cast(placed_at as date)\n|> watermark placed_at delay 10 minutes"
    ),
    right=streaming_example(steps="|> watermark placed_at delay 10 minutes"),
    way_out="write a delay such as `10 minutes`, `1 hour` or `2 days`",
)
