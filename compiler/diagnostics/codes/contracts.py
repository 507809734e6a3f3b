"""064x: sources that read what sinks of the same project write."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity

_WRITTEN = """\
sink paid to {form} {{
  path = "out/paid"
  mode = append
}}
"""

_READ = """\
schema Paid {{
  {columns}
}}

source paid_before from {form} {{
  path   = "out/paid"
  schema = Paid
}}

sink paid_before to noop {{}}
"""


def _pair(columns: str, *, written: str = "parquet", read: str = "parquet") -> str:
    sink = _WRITTEN.format(form=written) + "\n" + _READ.format(columns=columns, form=read)
    return example(sink=sink)


UNWRITTEN_COLUMN = Code(
    "SSBT0640",
    "A column that is read and that nobody writes",
    """\
The source reads what a sink of the same project writes, and declares a column, or a field of a
struct, that is not there: Spark gives null in every row, without a word. Mostly it was renamed at
one end. In JSON, a name in another case is another name; in Parquet and ORC it is the same.

Declare the name that is written, write the column, or take it out of the schema. Where older data
has it and newer data does not, `default` in the schema says what it is then.
""",
    wrong=_pair("id:     bigint\n  amount_paid: decimal(12,2)"),
    right=_pair("id:     bigint\n  amount: decimal(12,2)"),
)

OTHER_TYPE = Code(
    "SSBT0641",
    "A type as which what is written cannot be read",
    """\
The source reads what a sink of the same project writes, as another type. For some formats and
types Spark then stops, for others it gives other values without a word: of Parquet, a
DECIMAL(12,2) that is read as BIGINT is a hundred times as large. The
[table](../guides/projects.md) says which.

Declare the type that is written, and cast it in a step.
""",
    wrong=_pair("id:     bigint\n  amount: bigint"),
    right=_pair("id:     bigint\n  amount: decimal(12,2)"),
)

DOUBTFUL_TYPE = Code(
    "SSBT0642",
    "A type that holds some of the values that are written",
    """\
The source reads what a sink of the same project writes, as a type that does not hold all of its
values: the first one that it does not hold is malformed, and goes where the source says.

Declare the type that is written, and cast it in a step.
""",
    wrong=_pair("id:     int\n  amount: decimal(12,2)", written="json", read="json"),
    right=_pair("id:     bigint\n  amount: decimal(12,2)", written="json", read="json"),
    severity=Severity.WARNING,
)

OTHER_FORM = Code(
    "SSBT0643",
    "Another format than the one that is written there",
    """\
The source reads what a sink of the same project writes, in another format: JSON where Parquet is
written, `avro` where the values of a topic are `json`. What comes out is a failure, or rows of
nonsense.
""",
    wrong=_pair("id:     bigint\n  amount: decimal(12,2)", read="orc"),
    right=_pair("id:     bigint\n  amount: decimal(12,2)"),
)
