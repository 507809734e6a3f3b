"""09xx: what the grammar has and this version does not compile, or not everywhere."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code

EXPECT = Code(
    "SSBT0904",
    "Data-quality rules are not supported yet",
    """\
`expect` states what must hold for the rows of a dataset, and what happens to a row for which it
does not. Version 0.1 does not check such rules; ignoring them would let bad rows through that you
believe are held back.

Until then, filter with `where`, and write the rows that break a rule to a sink of their own:
one `let` with the condition, another one with `where not (…)`.
""",
    wrong=example(
        preamble="expect orders {\n  has_amount: amount is not null else drop\n}\n",
    ),
    right=example(steps="|> where status = 'PAID' and amount is not null"),
)

COLUMN_DEFAULT = Code(
    "SSBT0909",
    "A default of a column that nothing fills in",
    """\
`default …` behind a column of a schema says what the column holds where the data has none of its
name. JSON, Parquet and ORC files have names, and so have JSON records; there Spark fills it in.
Fields of CSV are found by their places, and a row with fewer of them is malformed, so that a
default would never count. A null that stands in the data stays null everywhere.
""",
    wrong=example(
        schema="schema Order {\n  id:     bigint\n  amount: int default 0\n}\n",
        steps="|> where amount > 0",
    ),
    right=example(steps="|> set amount = coalesce(amount, 0)"),
)
