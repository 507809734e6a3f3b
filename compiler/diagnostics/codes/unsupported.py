"""09xx: what the grammar has and this version does not compile, or not everywhere."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code

EXPECT = Code(
    "SSBT0904",
    "Data-quality rules are not supported yet",
    """\
`expect` states what must be true for the rows of a dataset, and what happens to a row that breaks
the rule. Version 0.1 does not check such rules. If it ignored them, bad rows would pass while you
believe that they are held back.

Until then, filter with `where`, and write the rows that break a rule to another sink: use one `let`
with the condition, and another one with `where not (…)`.
""",
    wrong=example(
        preamble="expect orders {\n  has_amount: amount is not null else drop\n}\n",
    ),
    right=example(steps="|> where status = 'PAID' and amount is not null"),
    way_out="filter with `|> where …`, and write what is left out to a sink of its own",
)

COLUMN_DEFAULT = Code(
    "SSBT0909",
    "A column default that nothing applies",
    """\
`default …` after a column of a schema says what the column holds if the data does not have it.
JSON, Parquet and ORC files have column names, and so do JSON records; there Spark fills in the
default. CSV fields are found by their position, and a row with too few of them is malformed, so a
default would never be used. A null in the data stays null in every format. A table that a sink
creates by the schema has no defaults either.
""",
    wrong=example(
        schema="schema Order {\n  id:     bigint\n  amount: int default 0\n}\n",
        steps="|> where amount > 0",
    ),
    right=example(steps="|> set amount = coalesce(amount, 0)"),
)
