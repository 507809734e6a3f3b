"""09xx: what the grammar has and this version does not compile yet."""

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
        before="expect orders {\n  has_amount: amount is not null else drop\n}\n",
    ),
    right=example(steps="|> where status = 'PAID' and amount is not null"),
)

COLUMN_DEFAULT = Code(
    "SSBT0909",
    "Defaults of columns are not supported yet",
    """\
A schema's column may say `default …`, and nothing fills the column with it yet: a file without
the column gives null. Until that changes, fill it where you need it, with `coalesce`.
""",
    wrong=example(
        schema="schema Order {\n  id:     bigint\n  amount: int default 0\n}\n",
        steps="|> where amount > 0",
    ),
    right=example(steps="|> set amount = coalesce(amount, 0)"),
)
