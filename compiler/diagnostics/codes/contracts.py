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
    "A column that is read but never written",
    """\
The source reads what a sink of the same project writes, but declares a column, or a field of a
struct, that the sink does not write: Spark silently gives null in every row. Most often it was
renamed at one end. In JSON, a name in another case is another name; in Parquet and ORC it is the
same.

Declare the name that is written, write the column, or remove it from the schema. If data may lack
the column, for instance because it was written before a change, say so in the schema:
`default null`, or another value.

A source without a schema has the columns that Spark finds. If its pipeline uses a column that no
sink writes there, the job stops: use the name that is written.
""",
    wrong=_writer_and_reader("id:     bigint\n  amount_paid: decimal(12,2)"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
)

OTHER_TYPE = Code(
    "SSBT0641",
    "A type that cannot read what is written",
    """\
The source reads what a sink of the same project writes, but as another type. For some formats and
types Spark stops; for others it silently gives wrong values: in Parquet, a DECIMAL(12,2) that is
read as BIGINT becomes a hundred times as large. The [table](../guides/projects.md) says which.

Declare the type that is written, and cast the column in a step.
""",
    wrong=_writer_and_reader("id:     bigint\n  amount: bigint"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
)

DOUBTFUL_TYPE = Code(
    "SSBT0642",
    "A type that holds only some of the values written",
    """\
The source reads what a sink of the same project writes, but as a type that does not hold all of its
values. The first value that does not fit is malformed, and goes where the source says.

Declare the type that is written, and cast the column in a step.
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
    "A format other than the one written there",
    """\
The source reads what a sink of the same project writes, but in another format: JSON where the sink
writes Parquet, `avro` where the values of a topic are `json`. The job fails, or reads nonsense.
""",
    wrong=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)", read_format="orc"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
)

OTHER_OPTION = Code(
    "SSBT0644",
    "An option that differs from the one the data was written with",
    """\
Only a reader's own options say how the data is written: separators, headers, quotes, encodings,
date patterns. The source reads what a sink of the same project writes, but with other options.
Spark then splits values in the wrong places, reads `01/02` as the other day, or stops.

Use the same options at both ends. A pattern may differ if the source's pattern can read what the
sink's writes.
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
    "Columns in a different order than they are written",
    """\
CSV has no column names except in a header, so Spark finds columns by their position. With
`header = true` at both ends the job stops if the names or their number differ. Without a header,
values silently end up in other columns, as far as their types allow.
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
    "A partition column that the source does not see",
    """\
Columns of `partition_by` are in the folder names and not in the files. Spark turns folders into
columns only if they are below the path that it is given. After a glob, as in `out/paid/*`, and with
`recursive_file_lookup`, the column is null in every row.

Read from the folder that the sink writes to, and filter with `where`; Spark then opens only the
folders that you want.
""",
    wrong=_writer_and_reader(
        "id:     bigint\n  status: string", sink="partition_by = status"
    ).replace('"out/paid"\n  schema', '"out/paid/*"\n  schema'),
    right=_writer_and_reader("id:     bigint\n  status: string", sink="partition_by = status"),
)

GUESSED_FOLDERS = Code(
    "SSBT0314",
    "A folder column whose type Spark guesses",
    """\
Folder names are texts. Without a schema, Spark guesses the type of the column from all the names it
finds, and that is not always the type that was written:

| written as | folders | read as |
|---|---|---|
| STRING | `code=007`, `code=12` | INT: 7 and 12 |
| STRING | `code=007`, `code=12a` | STRING |
| TINYINT, SMALLINT, BIGINT | `n=1` | INT |
| DECIMAL, FLOAT | `price=1.50` | DOUBLE |
| BOOLEAN | `paid=true` | STRING |

Declare a `schema` for the source; only that fixes the type of the column, whatever the names are.
""",
    wrong=_GUESSED % ("", ""),
    right=_GUESSED % (_PAID, "\n  schema = Paid"),
    severity=Severity.WARNING,
)

SINKS_APART = Code(
    "SSBT0647",
    "Sinks in one place that no reader can combine",
    """\
Two pipelines of the project write to the same place, in different formats or with different
partition folders. Readers stop, or see the rows of only one. Write to different places, or in the
same way.
""",
    wrong="",
    right="",
)

SINKS_DIFFER = Code(
    "SSBT0648",
    "Sinks in one place that write different columns",
    """\
Pipelines of the project write to the same place, and one writes a column that another lacks or has
with a different type. Readers then find null in some rows, or the job stops. The compiler compares
all sinks that write there, and reports those that differ from what most of them write. Without a
schema, readers take the schema of one file for all.

It may be intended, for instance while the pipelines get a new column one after the other:
`# allow SSBT0648: reason`.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

DELETED_SINK = Code(
    "SSBT0651",
    "A sink that deletes what another pipeline has written",
    """\
With `mode = overwrite`, a sink deletes its folder with everything in it before it writes. Another
pipeline of the project writes there, or into a folder in it: its rows are gone until it runs again,
and what it appended in earlier runs is gone for good.

| one pipeline | another | what is left |
|---|---|---|
| `out/paid`, `mode = overwrite` | `out/paid`, `mode = overwrite` | the rows of the last run |
| `out/paid`, `mode = overwrite` | `out/paid`, `mode = append` | what was appended since |
| `out`, `mode = overwrite` | `out/paid` | the rows of `out/paid` only if it ran last |
| `out`, a table with `remove_orphans` | `out/paid` | files of `out/paid` that are old go |

Each sink that deletes is reported once, with the first sink that it deletes and the number of
others.

Write to different places, or use `mode = append` in both. With
`partition_overwrite_mode = dynamic`, a sink replaces only the partitions that it writes. If one
pipeline is there to rebuild what the other one appends to, say so: `# allow SSBT0651: rebuilds it`.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

NULLS = Code(
    "SSBT0649",
    "A column that is not null for its reader, but may be for its writer",
    """\
The schema of the source says `not null`, but in the sink's schema the column may be null, or a join
may make it null. Spark reads files as if every column could be null. So rows with null come
through, and `not null` misleads whoever reads it.

Remove `not null`, or keep nulls from being written, with `where status is not null` or `coalesce`.
The compiler does not check expressions on the way.
""",
    wrong=_writer_and_reader("id:     bigint\n  amount: decimal(12,2) not null"),
    right=_writer_and_reader("id:     bigint\n  amount: decimal(12,2)"),
    severity=Severity.WARNING,
)
