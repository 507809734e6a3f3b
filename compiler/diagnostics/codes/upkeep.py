"""05xx: declarations that keep tables in order."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code

TABLE = """\
sink paid to delta {
  path         = "lake/paid"
  mode         = append
  partition_by = placed_on
}
"""


def example_with_upkeep(entry: str, sink: str = "paid", table: str = TABLE) -> str:
    """The example with a table and one entry of its upkeep."""
    return example(sink=f"{table}\nmaintain {sink} {{\n  {entry}\n}}\n")


UNKNOWN_SINK = Code(
    "SSBT0580",
    "A `maintain` of something that is not written here",
    """\
`maintain` names a sink of the same pipeline: by the name after `as`, or by its dataset if it has no
other name. The table is the sink's, and its connector decides what can be done to it. Write
`maintain` in the pipeline that writes the table.
""",
    wrong=example_with_upkeep("compact = true", "orders"),
    right=example_with_upkeep("compact = true"),
)
