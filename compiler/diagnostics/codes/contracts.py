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


_PAID = """
schema Paid {
  id:     bigint
  status: string
}
"""

_GUESSED = example(
    sink=_WRITTEN.format(form="parquet").replace("}", "  partition_by = status\n}")
    + """%s
source paid_before from parquet {
  path = "out/paid"%s
}

let done =
  from paid_before
  |> where status = 'DONE'

sink done to noop {}
"""
)


def _writer_and_reader(
    columns: str,
    *,
    written_format: str = "parquet",
    read_format: str = "parquet",
    **extra_lines: str,
) -> str:
    """A sink and a source of one place; `sink` and `source` are further lines of their blocks."""
    sink_end, source_end = (
        f"  {extra_lines[side]}\n}}" if side in extra_lines else "}" for side in ("sink", "source")
    )
    sink = _WRITTEN.format(form=written_format).replace("}", sink_end, 1)
    source = _READ.format(columns=columns, form=read_format)
    head, block = source.split("\nsource ", 1)
    return example(sink=f"{sink}\n{head}\nsource {block.replace('}', source_end, 1)}")


UNWRITTEN_COLUMN = Code(
    "SSBT0640",
    "A column that is read and that nobody writes",
    """\
The source reads what a sink of the same project writes, and declares a column, or a field of a
struct, that is not there: Spark gives null in every row, without a word. Mostly it was renamed at
one end. In JSON, a name in another case is another name; in Parquet and ORC it is the same.

Declare the name that is written, write the column, or take it out of the schema. Where data may
lack it, as what was written before a change does, the schema says so: `default null`, or another
value.

A source without a schema has the columns that Spark finds. Where its pipeline uses a column that no
sink writes there, the job stops: use the name that is written.
""",
    wrong=_writer_and_reader("id:     bigint\n  amount_paid: decimal(12,2)"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
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
    wrong=_writer_and_reader("id:     bigint\n  amount: bigint"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
)

DOUBTFUL_TYPE = Code(
    "SSBT0642",
    "A type that holds some of the values that are written",
    """\
The source reads what a sink of the same project writes, as a type that does not hold all of its
values: the first one that it does not hold is malformed, and goes where the source says.

Declare the type that is written, and cast it in a step.
""",
    wrong=_writer_and_reader(
        "id:     int\n  amount: decimal(12,2)", written_format="json", read_format="json"
    ),
    right=_writer_and_reader(
        "id:     bigint\n  amount: decimal(12,2)", written_format="json", read_format="json"
    ),
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
    wrong=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)", read_format="orc"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
)

OTHER_OPTION = Code(
    "SSBT0644",
    "An option that says something else where the data is written",
    """\
How a format is written is told to its readers nowhere but in their own options: separators,
headers, quotes, encodings, patterns of dates. Where the source says something else than the sink
of the same project whose data it reads, Spark takes values apart in the wrong places, reads
`01/02` as the other day, or stops.

Say the same at both ends. A pattern of the source may also be one that reads what the sink's
writes.
""",
    wrong=_writer_and_reader(
        "id:     bigint\n  amount: decimal(12,2)\n  status: string\n  placed_on: date",
        written_format="csv",
        read_format="csv",
        sink='sep  = ";"',
    ),
    right=_writer_and_reader(
        "id:     bigint\n  amount: decimal(12,2)\n  status: string\n  placed_on: date",
        written_format="csv",
        read_format="csv",
        sink='sep  = ";"',
        source='sep    = ";"',
    ),
)

OTHER_PLACES = Code(
    "SSBT0645",
    "Columns in other places than where they are written",
    """\
CSV has no names but those in a header: columns are found by their places. With `header = true` at
both ends the job stops if names or their number differ. Without a header values change places, as
far as their types let them, and Spark does not say so.
""",
    wrong=_writer_and_reader(
        "amount: decimal(12,2)\n  id:     bigint\n  status: string\n  placed_on: date",
        written_format="csv",
        read_format="csv",
    ),
    right=_writer_and_reader(
        "id:     bigint\n  amount: decimal(12,2)\n  status: string\n  placed_on: date",
        written_format="csv",
        read_format="csv",
    ),
)

LOST_FOLDERS = Code(
    "SSBT0646",
    "A column that the sink makes folders of, and that the source does not see",
    """\
Columns of `partition_by` are in the names of folders and no more in the files. Spark takes
folders for columns only below the path that it is given: behind a glob, as in `out/paid/*`, and
with `recursive_file_lookup`, the column is null in every row.

Read from the folder that the sink writes to, and keep the rows that you want with `where`, for
which Spark opens no other folder.
""",
    wrong=_writer_and_reader(
        "id:     bigint\n  status: string", sink="partition_by = status"
    ).replace('"out/paid"\n  schema', '"out/paid/*"\n  schema'),
    right=_writer_and_reader("id:     bigint\n  status: string", sink="partition_by = status"),
)

GUESSED_FOLDERS = Code(
    "SSBT0314",
    "A column of folders whose type Spark guesses",
    """\
Names of folders are texts. Without a schema Spark guesses their type from all the names that there
are, and not the one that was written:

| written as | folders | read as |
|---|---|---|
| STRING | `code=007`, `code=12` | INT: 7 and 12 |
| STRING | `code=007`, `code=12a` | STRING |
| TINYINT, SMALLINT, BIGINT | `n=1` | INT |
| DECIMAL, FLOAT | `price=1.50` | DOUBLE |
| BOOLEAN | `paid=true` | STRING |

Declare a `schema` for the source; only then it is the type of the column, whatever the names are.
""",
    wrong=_GUESSED % ("", ""),
    right=_GUESSED % (_PAID, "\n  schema = Paid"),
    severity=Severity.WARNING,
)

SINKS_APART = Code(
    "SSBT0647",
    "Sinks of one place that no reader can put together",
    """\
Two pipelines of the project write to one place, in different formats or with folders of different
columns: readers stop, or take the rows of one alone. Write to different places, or in one way.
""",
    wrong="",
    right="",
)

SINKS_DIFFER = Code(
    "SSBT0648",
    "Sinks of one place that write different columns",
    """\
Pipelines of the project write to one place, and a column of one is missing in another, or has
another type: for readers it is null in the rows of one, or the job stops. Each sink is compared
with all others of the place; those that differ from what most of them write are reported. Without a
schema, readers take that of one file for all.

It may be meant, where a column comes to one pipeline after the other: `# allow SSBT0648: reason`.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

NULLS = Code(
    "SSBT0649",
    "A column that is not null for its reader, and may be for its writer",
    """\
The schema that the source reads with says `not null`, and the sink writes a column that its own
schema lets be null, or of which a join makes nulls. Spark reads files as if every column could be
null, so rows with null come through, and who reads `not null` is misled.

Leave `not null` out, or keep the nulls out where they are written, with
`where status is not null` or `coalesce`. Of what is computed on the way nothing is said.
""",
    wrong=_writer_and_reader("id:     bigint\n  amount: decimal(12,2) not null"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
    severity=Severity.WARNING,
)
